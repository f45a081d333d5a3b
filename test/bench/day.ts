/** What an answer to an open ticket makes the desk read, however many tickets were opened on the same day. */
import { FOLDERS, type MeasuredDesk, withMeasured } from './desk.js';
import { bytesOf, countOf, type Traffic } from './meter.js';
import { answerTo, requester } from './sample-letter.js';
import { type Figure, type Measure, median, type Setting, type Shown } from './table.js';

/** The first is what the others are measured by. */
const VOLUMES = { whole: [20, 500, 5_000], quick: [20, 80] };
const TIMES = 1.2;
const AT_ONCE = 500;
const OPEN = 10;
/** With its letters, and an answer or two. */
const MAX_MESSAGES_A_TICKET = 6;
/** What is counted varies little. */
const ROUNDS = { whole: 3, quick: 1 };

/** More tickets of the day, of which ten are open at the end: that is another measure's matter. */
async function grow(desk: MeasuredDesk, from: number, to: number): Promise<readonly string[]> {
  const open: string[] = [];
  for (let at = from; at < to; at += AT_ONCE) {
    const names = await desk.openTickets(Math.min(AT_ONCE, to - at));
    const kept = Math.max(0, OPEN - open.length - (from === 0 ? 0 : OPEN));
    open.push(...names.slice(0, kept));
    const keep = new Set(names.slice(0, kept));
    await closeAll(
      desk,
      names.filter((name) => !keep.has(name)),
    );
  }
  const left = await desk.messagesIn(FOLDERS.open);
  if (left === 0 || left > OPEN * MAX_MESSAGES_A_TICKET) throw new Error(`${left} messages are open.`);
  return open;
}

/** By dragging all of their messages. */
async function closeAll(desk: MeasuredDesk, names: readonly string[]): Promise<void> {
  const closed = new Set(names.map((name) => `About ${name}`));
  await desk.inMailbox(async (client) => {
    await client.mailboxOpen(FOLDERS.open);
    const rows = await client.fetchAll('1:*', { envelope: true, uid: true });
    const uids = rows
      .filter(({ envelope }) =>
        closed.has((envelope?.subject ?? '').replace(/^Re: |\s*\[issue\d+\]/g, '').trim()),
      )
      .map(({ uid }) => uid);
    await client.messageMove(uids, FOLDERS.archived, { uid: true });
  });
  await desk.once();
  await desk.once();
}

let answers = 0;

async function answer(desk: MeasuredDesk, ticket: string): Promise<void> {
  answers += 1;
  const to = desk.letterTo(requester(ticket)).raw;
  await desk.deliver(answerTo({ to, from: requester(ticket), name: `answer-${answers}` }));
}

interface Cost {
  readonly commands: number;
  readonly bytes: number;
}

function costOf(traffic: readonly Traffic[]): Cost {
  return { commands: median(traffic.map((one) => countOf(one))), bytes: median(traffic.map(bytesOf)) };
}

async function underRun(desk: MeasuredDesk, ticket: string, rounds: number): Promise<Cost> {
  const running = await desk.run();
  const seen: Traffic[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const [sent, idle] = [desk.sink.taken.length, desk.nextIdle()];
    desk.imap.take();
    await answer(desk, ticket);
    await desk.sink.until(sent + 1);
    await idle;
    // The first of a worker reads what it knows afterwards.
    if (round > 0) seen.push(desk.imap.take());
  }
  await running.stop();
  return costOf(seen);
}

async function byOnce(desk: MeasuredDesk, ticket: string, rounds: number): Promise<Cost> {
  const seen: Traffic[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await answer(desk, ticket);
    desk.imap.take();
    await desk.once();
    seen.push(desk.imap.take());
  }
  return costOf(seen);
}

async function run({ quick, ours }: Setting): Promise<Shown> {
  const [volumes, rounds] = quick ? [VOLUMES.quick, ROUNDS.quick] : [VOLUMES.whole, ROUNDS.whole];
  const seen = await withMeasured(ours, {}, async (desk) => {
    const costs: { readonly volume: number; readonly run: Cost; readonly once: Cost }[] = [];
    let [before, ticket] = [0, ''];
    for (const volume of volumes) {
      const [first] = await grow(desk, before, volume);
      ticket ||= first ?? '';
      before = volume;
      costs.push({
        volume,
        run: await underRun(desk, ticket, rounds),
        once: await byOnce(desk, ticket, rounds),
      });
    }
    return costs;
  });
  const [least] = seen;
  const figures = (['run', 'once'] as const).flatMap((way) =>
    (['commands', 'bytes'] as const).flatMap((what) =>
      seen.map((cost, index): Figure => {
        const about = `\`${way}\`: an answer after ${cost.volume.toLocaleString('en-US')} tickets that day: ${what}`;
        const bound = index === 0 || least === undefined ? null : least[way][what];
        return { what: about, value: cost[way][what], bound, times: TIMES };
      }),
    ),
  );
  return { figures };
}

export const day: Measure = {
  title: 'day: an answer to an open ticket after many others on the same day, ten of which are open',
  boundIs: 'the same after the fewest',
  run,
};
