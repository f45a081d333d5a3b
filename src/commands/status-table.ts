/** Many desks in `status`: a line each, those in trouble first. */
import { spanInWords } from '../terminal/span.js';
import type { MailboxStatus } from '../worker/ask/desk-status.js';
import { hangOf, type WorkerState } from '../worker/run/worker-state.js';
import { count } from './count.js';
import type { Seen } from './status-seen.js';
import { type Column, layTable } from './table.js';

const COLUMNS: readonly Column[] = [
  { title: 'DESK', atMost: 32 },
  { title: 'WORKER', atMost: 32 },
  { title: 'LAST PASS' },
  { title: 'OPEN', align: 'right' },
  { title: 'PENDING', align: 'right' },
  { title: 'OUTBOX', align: 'right' },
  { title: 'STATE' },
];

/** A desk whose file cannot be read. */
interface LeftOutRow {
  readonly desk: string;
  readonly message: string;
}

const DOING: Partial<Readonly<Record<WorkerState['doing'], string>>> = {
  starting: 'begins',
  'waiting-for-lock': 'waits for another worker',
  'waiting-for-turn': 'waits for its server',
  'standing-by': 'stands by',
};

/** What is wrong, in words, the gravest first; null where nothing is. */
export function troubleOf({ mailbox, worker }: Pick<Seen, 'mailbox' | 'worker'>): string | null {
  const hang = worker === null ? null : hangOf(worker);
  const said = mailbox.problem ?? worker?.trouble ?? hang ?? worker?.delivery ?? null;
  return said?.message ?? null;
}

/** Those in trouble, then those on which nobody works, then the others; each in the order of the configuration. */
export function statusTable(
  seen: readonly Seen[],
  leftOut: readonly LeftOutRow[],
  { width, now }: { readonly width: number | null; readonly now: Date },
): readonly string[] {
  const rows = [
    ...leftOut.map(({ desk, message }) => ({ rank: 0, cells: [desk, '-', '-', '-', '-', '-', message] })),
    ...seen.map((one) => ({ rank: rankOf(one), cells: cellsOf(one, now) })),
  ];
  const sorted = [0, 1, 2].flatMap((rank) => rows.filter((row) => row.rank === rank));
  const troubled = rows.filter(({ rank }) => rank === 0).length;
  return [
    ...layTable(
      COLUMNS,
      sorted.map(({ cells }) => cells),
      width,
    ),
    `${count(rows.length, 'desk')}, ${troubled} in trouble`,
  ];
}

function rankOf(one: Seen): 0 | 1 | 2 {
  if (troubleOf(one) !== null) return 0;
  return workersOf(one).length === 0 ? 1 : 2;
}

/** That of this machine, and elsewhere those that have claimed the mailbox, and the first of those that stand in line. */
function workersOf({ worker, mailbox: { status } }: Seen): readonly string[] {
  const first = status?.standing.slice(0, 1) ?? [];
  const all = [...(worker === null ? [] : [worker]), ...(status?.claims ?? []), ...first];
  return [...new Set(all.map(({ host, pid }) => `${host} (${pid})`))];
}

function cellsOf(one: Seen, now: Date): readonly string[] {
  const { desk, worker, mailbox } = one;
  return [
    desk.name,
    workersOf(one).join(', ') || '-',
    lastPassOf(worker, now),
    ...numbersOf(mailbox.status, worker?.backlog ?? null),
    stateOf(one),
  ];
}

/** Where the mailbox cannot be read, as the last good pass of its worker has left it. */
function numbersOf(found: MailboxStatus | null, backlog: WorkerState['backlog']): readonly string[] {
  if (found !== null) return [found.openTickets, found.pending, found.outbox.length].map(String);
  return backlog === null ? ['-', '-', '-'] : ['-', String(backlog.pending), String(backlog.outbox)];
}

function lastPassOf(worker: WorkerState | null, now: Date): string {
  if (worker === null) return '-';
  if (worker.lastGoodPass === null) return 'none yet';
  return `${spanInWords(now.getTime() - new Date(worker.lastGoodPass).getTime())} ago`;
}

function stateOf(one: Seen): string {
  const trouble = troubleOf(one);
  if (trouble !== null) return trouble;
  if (workersOf(one).length === 0) return 'no worker';
  return (one.worker === null ? null : DOING[one.worker.doing]) ?? 'works';
}
