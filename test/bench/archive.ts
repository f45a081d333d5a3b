/** What happens to one ticket takes no longer beside a large archive. */
import { seedArchive, seedRegister } from './archive-seed.js';
import { FOLDERS, type MeasuredDesk, withMeasured } from './desk.js';
import type { Plot } from './plot.js';
import { answerTo, requester } from './sample-letter.js';
import { type Figure, type Measure, median, type Setting, type Shown } from './table.js';

/** The first is what the others are measured by. */
const ARCHIVED = { whole: [0, 100_000], quick: [0, 1_000] };
/** Points of the plot that are no figures. */
const PLOTTED = { whole: [10_000, 40_000], quick: [] };
const ROUNDS = { whole: 7, quick: 1 };

interface Times {
  readonly update: number;
  readonly close: number;
  readonly reopen: number;
  readonly bare: number;
}

const EVENTS = [
  { name: 'update', what: 'an answer to an open ticket', times: 1.2 },
  { name: 'close', what: 'a ticket dragged to the archive', times: 1.5 },
  { name: 'reopen', what: 'an answer to a closed ticket', times: 1.5 },
] as const;

/** The requester answers the acknowledgement. */
async function answer(desk: MeasuredDesk, ticket: string, name: string): Promise<number> {
  const to = desk.letterTo(requester(ticket)).raw;
  await desk.deliver(answerTo({ to, from: requester(ticket), name }));
  const { ms } = await desk.once();
  if ((await desk.messagesIn(FOLDERS.inbox)) !== 0) throw new Error('The answer was not filed.');
  return ms;
}

async function close(desk: MeasuredDesk, ticket: string): Promise<number> {
  await desk.inMailbox(async (client) => {
    await client.mailboxOpen(FOLDERS.open);
    await client.messageMove({ subject: `About ${ticket}` }, FOLDERS.archived);
  });
  const { ms } = await desk.once();
  return ms;
}

/**
 * What an answer costs in the server alone, signed in: a look at all folders, one search in the register, an entry that is
 * appended and, after something else was selected, removed.
 */
async function bareAnswer(desk: MeasuredDesk): Promise<number> {
  return desk.inMailbox(async (client) => {
    const startedAt = performance.now();
    for (const folder of Object.values(FOLDERS)) await client.status(folder, { messages: true });
    await client.mailboxOpen(FOLDERS.register);
    await client.search({ header: { 'X-Imapdesk-Identity': 'none' } }, { uid: true });
    await client.mailboxOpen(FOLDERS.open);
    const stored = await client.append(FOLDERS.register, 'Subject: bare\r\n\r\n', ['\\Seen']);
    if (stored === false || stored.uid === undefined) throw new Error('The entry was not stored.');
    await client.mailboxOpen(FOLDERS.register);
    await client.messageDelete([stored.uid], { uid: true });
    return performance.now() - startedAt;
  });
}

/** Medians, in milliseconds, of the passes that follow one event each. */
async function timesBeside({ ours }: Setting, archived: number, rounds: number): Promise<Times> {
  const before = async (world: MeasuredDesk['world']): Promise<void> => seedArchive(world, archived);
  return withMeasured(ours, { before }, async (desk) => {
    if (archived > 0) await seedRegister(desk, archived);
    const tickets = await desk.openTickets(rounds + 1);
    const times: Record<keyof Times, number[]> = { update: [], close: [], reopen: [], bare: [] };
    for (const [round, ticket] of tickets.entries()) {
      if (round > 0) await desk.once();
      const seen = {
        update: await answer(desk, ticket, `update-${round}`),
        close: await close(desk, ticket),
        reopen: await answer(desk, ticket, `reopen-${round}`),
        bare: await bareAnswer(desk),
      };
      // The server indexes what nobody has looked at yet.
      if (round === 0) continue;
      for (const name of Object.keys(seen) as (keyof Times)[]) times[name].push(seen[name]);
    }
    const { update, close: closed, reopen, bare } = times;
    return { update: median(update), close: median(closed), reopen: median(reopen), bare: median(bare) };
  });
}

async function run(setting: Setting): Promise<Shown> {
  const { quick } = setting;
  const rounds = quick ? ROUNDS.quick : ROUNDS.whole;
  const [sizes, plotted] = quick ? [ARCHIVED.quick, PLOTTED.quick] : [ARCHIVED.whole, PLOTTED.whole];
  const seen = new Map<number, Times>();
  for (const archived of [...sizes, ...plotted])
    seen.set(archived, await timesBeside(setting, archived, rounds));
  const none = seen.get(0);
  const events = sizes.slice(1).flatMap((archived) =>
    EVENTS.map(({ name, what, times }): Figure => {
      const about = `${what}, ${beside(archived)}`;
      return { what: about, value: seen.get(archived)?.[name] ?? 0, bound: none?.[name] ?? null, times };
    }),
  );
  const bare = sizes.map((archived): Figure => {
    const about = `of an answer the server alone, ${beside(archived)}`;
    return { what: about, value: seen.get(archived)?.bare ?? 0, bound: null };
  });
  const figures = [...events, ...bare];
  return { figures, plots: [plotOf(seen)] };
}

function beside(archived: number): string {
  return `beside ${archived.toLocaleString('en-US')} archived messages: ms`;
}

function plotOf(seen: ReadonlyMap<number, Times>): Plot {
  return {
    name: 'archive',
    title: 'Time of a pass that follows one event',
    x: 'archived messages',
    y: 'milliseconds',
    series: EVENTS.map(({ name }) => ({
      name,
      points: [...seen].map(([archived, times]) => [archived, times[name]] as const),
    })),
  };
}

export const archive: Measure = {
  title: 'archive: an update, a close and a reopen beside many archived messages',
  boundIs: 'the same with none',
  run,
};
