/** Files what is pending, one window after the other, and sends between them what can go. */
import { Problem } from '../../problem/problem.js';
import { carryOut } from '../carry-out/carry-out.js';
import { Overtaken } from '../carry-out/numbers.js';
import type { Decided } from '../plan/decide-batch.js';
import { NewestFiled } from '../plan/feeding.js';
import type { ToFile } from '../plan/file.js';
import { firstBatch } from '../plan/first-batch.js';
import { isStuck, planOver, planStuck, planUnread } from '../plan/stuck.js';
import { drain } from '../send/drain.js';
import { inOrder, type Pending } from '../sight/pending.js';
import { readOutbox } from '../sight/unsent.js';
import type { Kind, WorkingDesk } from '../workplace/desk.js';
import { type FiledOneByOne, fileBatch, fileOneByOne } from './file-one.js';
import { look, MAX_LOOKS, type Sight } from './look.js';

export interface Filed {
  readonly decided: ReadonlyMap<Kind, number>;
  readonly newest: NewestFiled;
  readonly failed: number;
  readonly stopped: Problem | null;
  /** UIDs of what the server did not take away, though it lies in a folder of the desk. */
  readonly left: readonly number[];
  /** What was sent between windows, and what was refused then. */
  readonly sent: number;
  readonly refused: number;
  /** The last look. */
  readonly sight: Sight;
  readonly stale: Stale;
  /** UIDs of what lay in the inbox when the pass looked first. */
  readonly seen: ReadonlySet<number>;
}

/**
 * What is true of the last look no more: `places` of messages, since tickets changed their state, though what is known of
 * tickets is; `all`, since what was decided may not have been carried out as the survey has it.
 */
type Stale = 'nothing' | 'places' | 'all';

interface Filing {
  readonly desk: WorkingDesk;
  readonly writes: () => number;
  readonly size: number;
  /** How much the pass had written before it read the window in hand. */
  readAfter: number;
  sight: Sight;
  readonly decided: Map<Kind, number>;
  readonly newest: NewestFiled;
  readonly left: number[];
  failed: number;
  overtaken: number;
  /** How many messages there were to look at, and about how many nothing more is to be done in this pass. */
  readonly total: number;
  over: number;
  stopped: Problem | null;
  stale: Stale;
  sent: number;
  refused: number;
  /** Nothing more is sent before the pass ends. */
  waits: boolean;
}

export async function fileAll(
  desk: WorkingDesk,
  { windowMessages: size, writes }: { readonly windowMessages: number; readonly writes: () => number },
): Promise<Filed> {
  const sight = await look(desk, { size, writes });
  const { mail } = sight;
  const filing: Filing = {
    desk,
    writes,
    size,
    readAfter: sight.readAfter,
    sight,
    decided: new Map(),
    newest: new NewestFiled(desk),
    left: [],
    failed: 0,
    overtaken: 0,
    total: mail.places.uids.length,
    over: 0,
    stopped: null,
    stale: 'nothing',
    sent: 0,
    refused: 0,
    waits: desk.hold,
  };
  await carryOut(desk, sight.survey, await planOver(sight.survey, mail));
  for (let index = 0; index < mail.windows && goesOn(filing); index += 1) {
    if (index > 0) {
      await sendMeanwhile(filing);
      filing.readAfter = writes();
    }
    filing.sight.survey.ledger.pack();
    await fileWindow(filing, await mail.window(index));
  }
  // What a failure has left half done is seen to in this pass, as far as the server lets it.
  if (filing.stale === 'all' && goesOn(filing)) await lookAgain(filing, []);
  return { ...filing, seen: new Set(mail.places.uids) };
}

function goesOn({ desk, stopped, overtaken }: Filing): boolean {
  return !desk.signal.aborted && stopped === null && overtaken <= MAX_LOOKS;
}

async function fileWindow(filing: Filing, window: readonly Pending[]): Promise<void> {
  const { desk } = filing;
  let waiting = inOrder(await setApart(filing, window));
  filing.over += window.length - waiting.length;
  const next = (): readonly Pending[] => firstBatch(desk.policy, waiting);
  for (let batch = next(); batch.length > 0 && goesOn(filing); batch = next()) {
    if (filing.stale !== 'nothing') await lookAgain(filing, waiting);
    report(filing);
    const isFresh = filing.writes() === filing.readAfter;
    const outcome = await file(desk, filing.sight, { batch, isFresh });
    for (const one of outcome.decided) tell(filing, one);
    filing.failed += outcome.failed;
    filing.stopped = outcome.stopped;
    filing.stale = outcome.stale;
    filing.overtaken += outcome.overtaken ? 1 : 0;
    const over = new Set(outcome.overtaken ? [] : batch.map(({ uid }) => uid));
    waiting = waiting.filter(({ uid }) => !over.has(uid));
    filing.over += over.size;
  }
  report(filing);
}

function report({ desk, over: done, total }: Filing): void {
  desk.progress?.({ work: 'filing', done, total });
}

/** Only where there is more to be filed: what follows in the pass asks for no places. */
async function lookAgain(filing: Filing, held: readonly Pending[]): Promise<void> {
  const { desk, size, writes } = filing;
  filing.sight = await look(desk, { size, writes, held });
  filing.stale = 'nothing';
  filing.readAfter = filing.sight.readAfter;
}

/** What is to be filed in this pass: without what could not be taken away, or not be read. */
async function setApart(filing: Filing, window: readonly Pending[]): Promise<readonly Pending[]> {
  const { desk, sight, left } = filing;
  const { survey } = sight;
  const stuck = new Set(window.filter(({ facts }) => isStuck(survey, facts)));
  for await (const effects of planStuck(desk, survey, [...stuck])) await carryOut(desk, survey, effects);
  const uids = [...stuck].map(({ uid }) => uid);
  left.push(...(uids.length === 0 ? [] : await desk.store.search(desk.folders.inbox, { uids })));
  const unread = planUnread(
    desk,
    survey,
    window.filter((one) => !stuck.has(one)),
  );
  await carryOut(desk, survey, unread.effects);
  return unread.readable;
}

/** Once something keeps mail waiting, the rest is sent at the end of the pass, and told then. */
async function sendMeanwhile(filing: Filing): Promise<void> {
  const { desk, waits, stale } = filing;
  if (waits || stale === 'all') return;
  const { survey, archive } = filing.sight;
  const { copies: outbox, voided } = await readOutbox(desk);
  await carryOut(desk, survey, { removed: voided });
  const { sent, refused, stopped } = await drain(desk, { ...survey, outbox }, archive);
  filing.sent += sent;
  filing.refused += refused;
  filing.waits = stopped !== null;
}

async function file(
  desk: WorkingDesk,
  { survey, archive }: Sight,
  { batch, isFresh }: Required<Pick<ToFile, 'batch' | 'isFresh'>>,
): Promise<FiledOneByOne & { readonly stale: Stale; readonly overtaken: boolean }> {
  try {
    const decided = await fileBatch(desk, survey, { archive, batch, isFresh });
    const changed = decided.some(({ decision }) => decision.changesState);
    const failed = decided.filter(({ gaveUp }) => gaveUp).length;
    return { decided, failed, stopped: null, stale: changed ? 'places' : 'nothing', overtaken: false };
  } catch (error) {
    if (error instanceof Overtaken) {
      desk.log.info({}, error.message);
      return { decided: [], failed: 0, stopped: null, stale: 'all', overtaken: true };
    }
    return { ...(await fileOneByOne(desk, { batch, error })), stale: 'all', overtaken: false };
  }
}

/** No more is kept of it than is asked for at the end: of a long pass they are many. */
function tell({ desk, decided, newest }: Filing, { pending, decision, letters }: Decided): void {
  reportDecision(desk, { pending, decision });
  desk.heard?.({ pending, decision, letters });
  decided.set(decision.kind, (decided.get(decision.kind) ?? 0) + 1);
  newest.note(pending.facts);
}

/** One line for each decision, with its reasons. Addresses and subjects only where they are asked for. */
function reportDecision(
  { log }: WorkingDesk,
  { decision, pending }: Pick<Decided, 'decision' | 'pending'>,
): void {
  const { uid, facts } = pending;
  const { kind, ticket, match, reasons } = decision;
  const fields = { uid, messageId: facts.messageId, kind, ticket, match, reasons };
  log.info(fields, ticket === null ? kind : `${kind}: ticket ${ticket}`);
  // To tell staff by mail would only make the next bounce.
  if (kind === 'bounce' && decision.role?.kind === 'staff')
    log.warn({ uid, ticket }, 'mail of ours to staff came back: somebody is not told of tickets');
  log.trace({ uid, from: facts.sender.shown, subject: facts.subject }, 'what was decided on');
}
