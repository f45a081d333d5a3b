/** A pass that finds nothing to do, of a process that begins (`once`) and of one that has been at work (`run`). */
import { seedArchive, seedRegister } from './archive-seed.js';
import { runSignIn } from './bounds.js';
import { type MeasuredDesk, withMeasured } from './desk.js';
import { bytesOf, countOf } from './meter.js';
import type { Plot } from './plot.js';
import { type Figure, type Measure, median, type Setting, type Shown } from './table.js';

const OPEN = { whole: [0, 200, 1_000], quick: [0, 60] };
const ARCHIVED = { whole: 100_000, quick: 1_000 };
const OPEN_BESIDE_ARCHIVE = { whole: 200, quick: 10 };
const ROUNDS = { whole: 9, quick: 1 };
const POLLS = { whole: 10, quick: 1 };
const MAILS = { whole: 9, quick: 2 };
const TIMES = 1.5;
const MAX_COMMANDS = 14;
const KB = 1024;
const MAX_KB = 3;
const MAX_POLL_COMMANDS = 4;
const MAX_POLL_KB = 1;
const MAX_MAIL_KB = 30;
const MAX_MAIL_CPU_MS = 40;
const EVERY_SECOND = '* * * * * *';

interface Quiet {
  readonly ms: number;
  readonly signInMs: number;
  readonly commands: number;
  readonly kilobytes: number;
}

/** In turns with a bare sign-in; times are medians, and what is counted is the most that was seen. */
async function quietOnce(desk: MeasuredDesk, rounds: number): Promise<Quiet> {
  // What was not known of the passes before is known now.
  await desk.once();
  const [desks, bares] = [[] as number[], [] as number[]];
  const counted = { commands: 0, kilobytes: 0 };
  for (let round = 0; round < rounds; round += 1) {
    desk.imap.take();
    desks.push((await desk.once()).ms);
    const traffic = desk.imap.take();
    counted.commands = Math.max(counted.commands, countOf(traffic));
    counted.kilobytes = Math.max(counted.kilobytes, bytesOf(traffic) / KB);
    bares.push((await runSignIn(desk)).ms);
  }
  return { ms: median(desks), signInMs: median(bares), ...counted };
}

function figuresOf(about: string, { ms, signInMs, commands, kilobytes }: Quiet): readonly Figure[] {
  return [
    { what: `\`once\`, ${about}: ms`, value: ms, bound: signInMs, times: TIMES },
    { what: `\`once\`, ${about}: commands`, value: commands, bound: MAX_COMMANDS },
    { what: `\`once\`, ${about}: KB`, value: kilobytes, bound: MAX_KB },
  ];
}

/** What a poll costs that finds nothing: there is one each second. */
async function polls(desk: MeasuredDesk, count: number): Promise<readonly Figure[]> {
  await desk.configure({ poll: EVERY_SECOND });
  const running = await desk.run();
  await desk.nextIdle();
  desk.imap.take();
  for (let poll = 0; poll < count; poll += 1) await desk.nextIdle();
  const traffic = desk.imap.take();
  await running.stop();
  await desk.configure();
  return [
    { what: '`run`: commands of a poll', value: countOf(traffic) / count, bound: MAX_POLL_COMMANDS },
    { what: '`run`: KB of a poll', value: bytesOf(traffic) / KB / count, bound: MAX_POLL_KB },
  ];
}

/** What one new mail costs a desk at work, until it waits for the next one. */
async function oneMail(desk: MeasuredDesk, mails: number): Promise<readonly Figure[]> {
  const running = await desk.run();
  const kilobytes: number[] = [];
  const cpu: number[] = [];
  for (let mail = 0; mail <= mails; mail += 1) {
    const [before, sent, idle] = [running.cpuMs(), desk.sink.taken.length, desk.nextIdle()];
    desk.imap.take();
    await desk.deliverNew(1);
    await desk.sink.until(sent + 2);
    await idle;
    const after = running.cpuMs();
    // The first of a process compiles what the later ones only run.
    if (mail === 0) continue;
    kilobytes.push(bytesOf(desk.imap.take()) / KB);
    if (before !== null && after !== null) cpu.push(after - before);
  }
  await running.stop();
  const about = '`run`, one new mail beside all of these open tickets';
  return [
    { what: `${about}: KB`, value: median(kilobytes), bound: MAX_MAIL_KB },
    ...(cpu.length === 0
      ? []
      : [{ what: `${about}: ms of CPU`, value: median(cpu), bound: MAX_MAIL_CPU_MS }]),
  ];
}

async function run(setting: Setting): Promise<Shown> {
  const { quick, ours, other } = setting;
  const rounds = quick ? ROUNDS.quick : ROUNDS.whole;
  const counts = quick ? OPEN.quick : OPEN.whole;
  const figures: Figure[] = [];
  const points = { desk: [] as [number, number][], bare: [] as [number, number][] };
  await withMeasured(ours, {}, async (desk) => {
    let open = 0;
    for (const count of counts) {
      await desk.openTickets(count - open);
      open = count;
      const quiet = await quietOnce(desk, rounds);
      points.desk.push([count, quiet.ms]);
      points.bare.push([count, quiet.signInMs]);
      figures.push(...figuresOf(`${count.toLocaleString('en-US')} open tickets`, quiet));
    }
    figures.push(
      ...(await polls(desk, quick ? POLLS.quick : POLLS.whole)),
      ...(await oneMail(desk, quick ? MAILS.quick : MAILS.whole)),
    );
  });
  figures.push(...(await besideArchive(setting, rounds)));
  if (other === null) return { figures, plots: [plotOf(points)] };
  const theirs = await withMeasured(other, {}, async (desk) => {
    await desk.openTickets(counts[1] ?? 0);
    return quietOnce(desk, rounds);
  });
  return {
    figures: [...figures, ...figuresOf(`${counts[1]} open tickets, ${other.name}`, theirs)],
    plots: [plotOf(points)],
  };
}

async function besideArchive({ quick, ours }: Setting, rounds: number): Promise<readonly Figure[]> {
  const archived = quick ? ARCHIVED.quick : ARCHIVED.whole;
  const open = quick ? OPEN_BESIDE_ARCHIVE.quick : OPEN_BESIDE_ARCHIVE.whole;
  const before = async (world: MeasuredDesk['world']): Promise<void> => seedArchive(world, archived);
  return withMeasured(ours, { before }, async (desk) => {
    await seedRegister(desk, archived);
    await desk.openTickets(open);
    const about = `${open} open tickets and ${archived.toLocaleString('en-US')} archived messages`;
    return figuresOf(about, await quietOnce(desk, rounds));
  });
}

function plotOf(points: Readonly<Record<'desk' | 'bare', readonly (readonly [number, number])[]>>): Plot {
  return {
    name: 'open-tickets',
    title: 'Time of a pass with nothing to do',
    x: 'open tickets',
    y: 'milliseconds',
    series: [
      { name: 'once', points: points.desk },
      { name: 'bare sign-in', points: points.bare },
    ],
  };
}

export const quiet: Measure = {
  title: 'quiet: a pass that finds nothing to do, and one new mail of a desk at work',
  boundIs: 'for time, a program that signs in, asks for STATUS and leaves; for the rest what is promised',
  run,
};
