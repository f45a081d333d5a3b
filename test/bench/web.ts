/** How long a browser waits for the first byte of a page, beside a small archive and a large one. */
import { seedArchive, seedRegister } from './archive-seed.js';
import { FOLDERS, type MeasuredDesk, withMeasured } from './desk.js';
import { bytesOf, countOf } from './meter.js';
import { ask, type BarePage, type Served, withBare, withPages } from './pages.js';
import { type Figure, type Measure, median, type Setting, type Shown } from './table.js';

/** Messages, four of each ticket: below the middle are as many full pages as there are rounds. */
const ARCHIVED = { whole: [10_000, 100_000], quick: [4_000, 8_000] } as const;
const OPEN = { whole: 100, quick: 20 };
const ROUNDS = { whole: 9, quick: 3 };
const MESSAGES_A_TICKET = 4;
/** The entry and the hint. */
const ENTRIES_A_TICKET = 2;
const ON_A_PAGE = 100;
/** Until connections stand, and the server has indexed what nobody has looked at yet. */
const UNCOUNTED = 2;
const MAX_MS = 300;
const GROWTH_OF_TIME = 1.5;
const GROWTH_OF_TRAFFIC = 1.2;
const KB = 1024;

const promised = (): number => MAX_MS;

const LIST = '/desks/Example%20Support/tickets';

interface Page {
  readonly name: string;
  /** What the first byte of a list is promised to take at most. That of a ticket opens two folders, where a bare answer opens one. */
  readonly maxMs: (bareMs: number) => number;
  /** What a program would remember is asked for elsewhere each round. */
  readonly at: (round: number) => { readonly path: string; readonly bare: BarePage };
}

interface Seen {
  /** The first one of all. */
  readonly firstMs: number;
  readonly ms: number;
  readonly bareMs: number;
  readonly commands: number;
  readonly kilobytes: number;
}

function pagesBeside(archived: number): readonly Page[] {
  const tickets = archived / MESSAGES_A_TICKET;
  const middle = (round: number): number => Math.floor(tickets / 2) - round * ON_A_PAGE;
  const entries = (last: number): BarePage => {
    const end = ENTRIES_A_TICKET * last;
    return {
      folder: FOLDERS.register,
      range: `${end - ENTRIES_A_TICKET * ON_A_PAGE + 1}:${end}`,
      whole: true,
    };
  };
  const open = { folder: FOLDERS.open, range: '1:*', whole: false };
  return [
    { name: 'the open tickets', maxMs: promised, at: () => ({ path: LIST, bare: open }) },
    {
      name: 'a hundred archived tickets, the newest',
      maxMs: promised,
      at: () => ({ path: `${LIST}?state=archived`, bare: entries(tickets) }),
    },
    {
      name: 'a hundred archived tickets, others each time',
      maxMs: promised,
      at: (round) => ({
        path: `${LIST}?state=archived&from=${ENTRIES_A_TICKET * middle(round)}`,
        bare: entries(middle(round)),
      }),
    },
    {
      name: 'an archived ticket, another each time',
      maxMs: (bareMs) => 2 * bareMs,
      at: (round) => {
        const first = (middle(round) - 1) * MESSAGES_A_TICKET + 1;
        const range = `${first}:${first + MESSAGES_A_TICKET - 1}`;
        return { path: `${LIST}/${middle(round)}`, bare: { folder: FOLDERS.archived, range, whole: true } };
      },
    },
  ];
}

/** In turns with the bare ones; times are medians, and traffic is that of the last time. */
async function seenBeside({ ours, quick }: Setting, archived: number): Promise<ReadonlyMap<string, Seen>> {
  const before = async (world: MeasuredDesk['world']): Promise<void> => seedArchive(world, archived);
  return withMeasured(ours, { before }, async (desk) => {
    await seedRegister(desk, archived);
    await desk.openTickets(quick ? OPEN.quick : OPEN.whole);
    const pages = pagesBeside(archived);
    const rounds = UNCOUNTED + (quick ? ROUNDS.quick : ROUNDS.whole);
    const bares = new Map(
      pages.flatMap(({ at }) =>
        Array.from({ length: rounds }, (_, round) => at(round)).map(
          ({ path, bare }) => [path, bare] as const,
        ),
      ),
    );
    return desk.inMailbox((client) =>
      withBare(client, bares, (bare) =>
        withPages(desk, async (served) => {
          const seen = new Map<string, Seen>();
          for (const page of pages)
            seen.set(page.name, await takeTimes(desk, page, { served, bare, rounds }));
          return seen;
        }),
      ),
    );
  });
}

async function takeTimes(
  desk: MeasuredDesk,
  { name, at }: Page,
  { served, bare, rounds }: { readonly served: Served; readonly bare: Served; readonly rounds: number },
): Promise<Seen> {
  const [times, bareTimes] = [[] as number[], [] as number[]];
  let traffic = desk.imap.take();
  let firstMs: number | null = null;
  for (let round = 0; round < rounds; round += 1) {
    const { path } = at(round);
    desk.imap.take();
    const answer = await ask(path, served);
    traffic = desk.imap.take();
    if (answer.status !== 200 || !/<(?:article|li>\s*<a href="[^"]*\/tickets\/\d)/.test(answer.text))
      throw new Error(`No page of ${name}: ${answer.status}.`);
    const { ms } = await ask(path, bare);
    firstMs ??= answer.ms;
    if (round < UNCOUNTED) continue;
    times.push(answer.ms);
    bareTimes.push(ms);
  }
  const counted = { commands: countOf(traffic), kilobytes: bytesOf(traffic) / KB };
  return { firstMs: firstMs ?? 0, ms: median(times), bareMs: median(bareTimes), ...counted };
}

async function run(setting: Setting): Promise<Shown> {
  const [few, many] = setting.quick ? ARCHIVED.quick : ARCHIVED.whole;
  const small = await seenBeside(setting, few);
  const large = await seenBeside(setting, many);
  const figures: Figure[] = [];
  for (const { name, maxMs } of pagesBeside(many)) {
    const [least, most] = [small.get(name), large.get(name)];
    if (least === undefined || most === undefined) throw new Error(`${name} was not measured.`);
    const { firstMs, ms, bareMs, commands, kilobytes } = most;
    // By what the server itself takes longer.
    const asMuchLonger = least.ms + Math.max(0, bareMs - least.bareMs);
    const about = `${name}, beside ${many.toLocaleString('en-US')} archived messages`;
    const growth = `${about}, to ${few.toLocaleString('en-US')}`;
    figures.push(
      { what: `${about}: ms to the first byte`, value: ms, bound: maxMs(bareMs) },
      { what: `${about}: ms the first time since the start`, value: firstMs, bound: null },
      { what: `${about}: ms of a bare answer`, value: bareMs, bound: null },
      {
        what: `${growth}, and what a bare answer takes longer: ms`,
        value: ms,
        bound: asMuchLonger,
        times: GROWTH_OF_TIME,
      },
      {
        what: `${name}, beside ${few.toLocaleString('en-US')}: ms of a bare answer`,
        value: least.bareMs,
        bound: null,
      },
      { what: `${growth}: commands`, value: commands, bound: least.commands, times: GROWTH_OF_TRAFFIC },
      { what: `${growth}: KB`, value: kilobytes, bound: least.kilobytes, times: GROWTH_OF_TRAFFIC },
    );
  }
  return { figures };
}

export const web: Measure = {
  title: 'web: the first byte of a page, beside a small archive and a large one',
  boundIs: '300 ms for a list, two bare answers for a ticket, and the same beside the small archive',
  run,
};
