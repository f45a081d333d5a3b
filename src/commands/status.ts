/** `status`: how each desk is, from its mailbox and from the worker that runs on this machine. Changes nothing. */
import type { DeskConfig, LeftOut } from '../config/complete.js';
import { EXIT } from '../problem/problem.js';
import { readMailboxStatus } from '../worker/ask/desk-status.js';
import { askWorker } from '../worker/run/desk-socket.js';
import { lockHolder } from '../worker/run/lock.js';
import { type Condition, hangOf, type WorkerState } from '../worker/run/worker-state.js';
import { isoTime, readableTime } from './clock.js';
import { type CommandContext, calledLeftOut, tell } from './context.js';
import { count } from './count.js';
import { failureOf, worst } from './failure.js';
import { tellFleet } from './status-fleet.js';
import type { Mailbox, Seen } from './status-seen.js';
import { statusTable, troubleOf } from './status-table.js';

/** More than these are a table, unless they are for a program. */
const MOST_IN_FULL = 10;
/** A host may refuse whoever comes with a hundred connections. */
const LOOKS_AT_ONCE = 10;

interface StatusOptions {
  readonly json: boolean;
  readonly table: boolean;
  /** Only desks in trouble. */
  readonly trouble: boolean;
}

export async function status(context: CommandContext, options: StatusOptions): Promise<number> {
  const { json, table, trouble } = options;
  const seen = await lookAtAll(context);
  const shown = trouble ? seen.filter((one) => troubleOf(one) !== null) : seen;
  if (!json && (table || shown.length + context.leftOut.length > MOST_IN_FULL)) {
    const leftOut = context.leftOut.map((left) => ({
      desk: calledLeftOut(left),
      message: `left out: ${left.problem.message}`,
    }));
    const lines = statusTable(shown, leftOut, { width: context.out.columns, now: new Date() });
    tell(context, json, { fields: {}, lines });
  } else {
    for (const one of shown) tell(context, json, { fields: fieldsOf(one), lines: linesOf(one) });
    for (const left of context.leftOut) tell(context, json, leftOutWords(left));
  }
  const codes = [...context.leftOut.map(({ problem }) => problem.exitCode), await tellFleet(context, json)];
  return worst([...codes, ...seen.map(({ mailbox }) => mailbox.problem?.exitCode ?? EXIT.done)]);
}

/** Which mailbox it is about nobody knows, so nobody can be asked. */
function leftOutWords(left: LeftOut): { readonly fields: object; readonly lines: readonly string[] } {
  const desk = calledLeftOut(left);
  const { message } = left.problem;
  const fields = { desk, problem: message, mailbox: null, lock: null, worker: [] };
  const [first = '', ...rest] = message.split('\n');
  const more = rest.map((line) => ['', line] as const);
  return { fields, lines: linesUnder(desk, [['left out', first], ...more]) };
}

/** In the order of the configuration. */
async function lookAtAll(context: CommandContext): Promise<readonly Seen[]> {
  const seen: Seen[] = [];
  const waiting = context.desks.entries();
  const look = async (): Promise<void> => {
    for (const [index, desk] of waiting) seen[index] = await lookAt(context, desk);
  };
  await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, look));
  return seen;
}

async function lookAt(context: CommandContext, desk: DeskConfig): Promise<Seen> {
  // Our own look at the mailbox takes no lock, so whoever has it is another.
  const [worker, lock] = await Promise.all([askWorker(desk), lockHolder(desk.imap)]);
  return { desk, worker, lock, mailbox: refusedBefore(worker) ?? (await readMailbox(context, desk)) };
}

/** A password that the worker has just been refused is not tried once more: whoever asks every minute locks no account. */
function refusedBefore(worker: WorkerState | null): Mailbox | null {
  if (worker?.trouble?.code !== 'imap-sign-in-refused') return null;
  return { status: null, problem: { exitCode: EXIT.signInRefused, message: worker.trouble.message } };
}

async function readMailbox(context: CommandContext, desk: DeskConfig): Promise<Mailbox> {
  const session = context.session(desk);
  try {
    const found = await session.look((open) => readMailboxStatus(open), context.signal);
    return { status: found, problem: null };
  } catch (error) {
    const { exitCode, message } = failureOf(error);
    const code = exitCode === EXIT.tryLater ? EXIT.unavailable : exitCode;
    return { status: null, problem: { exitCode: code, message: message.split('\n', 1)[0] ?? '' } };
  } finally {
    await session.close();
  }
}

function fieldsOf({ desk, mailbox, worker, lock }: Seen): Record<string, unknown> {
  const { status: found, problem } = mailbox;
  return {
    desk: desk.name,
    problem: problem?.message ?? null,
    mailbox:
      found === null
        ? null
        : {
            openTickets: found.openTickets,
            pending: found.pending,
            attempts: found.attempts,
            outbox: found.outbox.length,
            held: found.outbox.held,
            oldestLetter: found.outbox.oldest === null ? null : isoTime(found.outbox.oldest),
            review: found.review,
            line: found.standing.map(({ host, pid, since }) => ({ host, pid, since: isoTime(since) })),
          },
    lock,
    worker: [
      ...(worker === null ? [] : [worker]),
      ...(found?.claims ?? []).map(({ host, pid, since }) => ({ host, pid, since: isoTime(since) })),
    ],
  };
}

type Line = readonly [string, string];

function linesOf(seen: Seen): string[] {
  const at = (time: string | Date): string => readableTime(new Date(time), seen.desk.timezone);
  const lines = [...workerLines(seen, at), ...mailboxLines(seen.mailbox, at)];
  return linesUnder(seen.desk.name, lines);
}

function linesUnder(desk: string, lines: readonly Line[]): string[] {
  return [desk, ...lines.map(([title, text]) => `  ${title.padEnd(9)} ${text}`)];
}

type At = (time: string | Date) => string;

function workerLines({ worker, lock, mailbox }: Seen, at: At): Line[] {
  const here: Line[] = worker === null ? [['worker', 'none runs on this machine']] : stateLines(worker, at);
  const elsewhere = (mailbox.status?.claims ?? []).map(
    ({ host, pid, since }): Line => ['claim', `process ${pid} on ${host} since ${at(since)}`],
  );
  const holder: Line[] =
    lock === null || lock.pid === worker?.pid
      ? []
      : [['at work', `imapdesk ${lock.command}, process ${lock.pid}, since ${at(lock.since)}`]];
  return [...here, ...elsewhere, ...lineLines(mailbox, worker, at), ...holder];
}

/** Who works alone, on this machine, is told of already. */
function lineLines({ status: found }: Mailbox, worker: WorkerState | null, at: At): Line[] {
  const standing = found?.standing ?? [];
  if (standing.length === 1 && standing[0]?.pid === worker?.pid) return [];
  return standing.map(({ host, pid, since }, place): Line => {
    const [title, does] = place === 0 ? ['line', 'works on this desk'] : ['', 'stands by'];
    return [title, `process ${pid} on ${host} ${does}, since ${at(since)}`];
  });
}

const DOING: Readonly<Record<WorkerState['doing'], string>> = {
  starting: 'it begins',
  pass: 'a pass is under way',
  waiting: 'it waits for mail',
  pausing: 'it waits to try again',
  'waiting-for-lock': 'it waits for another worker on this account',
  'waiting-for-turn': 'it waits until it may connect to its server',
  'standing-by': 'it stands by',
};

function stateLines(worker: WorkerState, at: At): Line[] {
  const { imap, smtp } = worker.signInsRefused;
  const good = worker.lastGoodPass;
  const deferred = worker.backlog?.deferred ?? 0;
  const took = worker.passSeconds === null ? '' : ` (${worker.passSeconds.toFixed(1)} s)`;
  return [
    ['worker', `process ${worker.pid} on ${worker.host} since ${at(worker.since)}: ${DOING[worker.doing]}`],
    ['last pass', good === null ? 'none has gone well yet' : `${at(good)}${took}`],
    ...(worker.nextTry === null ? [] : [['next', `${at(worker.nextTry)} at the latest`] as const]),
    ...conditionLine('trouble', worker.trouble, at),
    ...conditionLine('sending', worker.delivery, at),
    ...conditionLine('hangs', hangOf(worker), at),
    ...(imap + smtp === 0 ? [] : [['sign-ins', `refused: IMAP ${imap}, SMTP ${smtp}`] as const]),
    ...(deferred === 0
      ? []
      : [['deferred', `${count(deferred, 'letter')} that the server takes later`] as const]),
  ];
}

function conditionLine(title: string, condition: Condition | null, at: At): Line[] {
  if (condition === null) return [];
  const person = condition.needsPerson ? ' (this needs a person)' : '';
  return [[title, `since ${at(condition.since)}: ${condition.message}${person}`]];
}

function mailboxLines({ status: found, problem }: Mailbox, at: At): Line[] {
  if (problem !== null) return [['mailbox', `cannot be read: ${problem.message}`]];
  if (found === null) return [['mailbox', 'no desk has worked in it yet']];
  const { openTickets, pending, attempts, outbox, review } = found;
  const tried = attempts === 0 ? '' : `, ${count(attempts, 'failed attempt')}`;
  const held = outbox.held === 0 ? '' : `, ${outbox.held} of them held`;
  const oldest = outbox.oldest === null ? '' : `, the oldest unsent since ${at(outbox.oldest)}`;
  return [
    ['open', count(openTickets, 'ticket')],
    ['pending', `${count(pending, 'message')}${tried}`],
    ['outbox', `${count(outbox.length, 'letter')}${held}${oldest}`],
    ['review', count(review, 'message')],
  ];
}
