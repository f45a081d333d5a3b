/**
 * One pass over a desk: see, plan what others left, plan the filing, carry out, send.
 *
 * What has come is filed in windows (`sight/pending-mail.ts`), and what each window's letters wait for is sent before the next
 * one is read: so neither memory nor the outbox grows with what is pending. A pass that is told to stop finishes the batch in
 * hand; it reads no further window and sends nothing more, and the next pass goes on where it lay down.
 */
import { NotMoved } from '../../mailbox/not-moved.js';
import { Problem } from '../../problem/problem.js';
import { carryOut } from '../carry-out/carry-out.js';
import { warnOfFeeding } from '../plan/feeding.js';
import { planSent } from '../plan/sent-folder.js';
import type { Backlog } from '../sight/backlog.js';
import { WINDOW_MESSAGES } from '../sight/pending-mail.js';
import { learnOwnWork } from '../sight/sent-memory.js';
import type { Survey } from '../sight/survey.js';
import type { WorkingDesk } from '../workplace/desk.js';
import { fileAll } from './file-all.js';
import { sendOff } from './send-off.js';
import type { Told } from './told.js';
import { watchStore } from './watched-store.js';

export interface PassOutcome {
  readonly decided: readonly Told[];
  readonly sent: number;
  readonly refused: number;
  /** Messages that went to review because they could not be filed. */
  readonly failed: number;
  /** The SMTP server can't be used; mail waits in the outbox. */
  readonly delivery: Problem | null;
  /** The mail server refuses to file anything: what is pending stays where it is, and its mail is held. */
  readonly stopped: Problem | null;
  /** The highest UID of what has come to the inbox since the pass looked, and which it therefore leaves to the next one. */
  readonly arrived?: number | null;
  /** What the pass has left behind. */
  readonly backlog?: Backlog;
  /** Another pass would find nothing to do before something in the mailbox changes, or `waitsUntil` of the cache has come. */
  readonly rests?: boolean;
}

/** Of fewer new entries and letters the next pass reads the headers as it comes by. */
const WORTH_LEARNING = 20;

/** `windowMessages` is how many messages are read and decided at a time. */
export async function runPass(given: WorkingDesk, windowMessages = WINDOW_MESSAGES): Promise<PassOutcome> {
  given.cache.waitsUntil = null;
  given.cache.sent.hears = false;
  given.cache.markedInArchive = null;
  const { store, writes } = watchStore(given.store);
  const desk: WorkingDesk = { ...given, store };
  const filed = await fileAll(desk, { windowMessages, writes });
  const { sight, decided, failed, left } = filed;
  const watched = await watchSent(desk, sight.survey);
  const { open, sent, refused, isAtRest, ...rest } = await sendOff(desk, filed, writes);
  warnOfFeeding(desk, { decided, open });
  const stuck = left.length === 0 ? null : new NotMoved('move messages from the inbox', left);
  const stopped = filed.stopped ?? stuck;
  const sums = { sent: filed.sent + sent, refused: filed.refused + refused };
  const isQuiet = decided.length + sums.sent + sums.refused === 0 && stopped === null;
  // Nobody waits any more; the first answer after a flood would.
  if (decided.length > WORTH_LEARNING) await learnOwnWork(desk);
  await desk.cache.sent.save();
  // What could not be read may be a message of theirs.
  if (!desk.cache.hasUnreadable(desk.folders.archived)) await desk.cache.whole.save();
  return { decided, failed, ...rest, ...sums, stopped, rests: watched && isQuiet && isAtRest };
}

/** A folder that cannot be read must not keep the desk from its own work: the next pass tries again. */
async function watchSent(desk: WorkingDesk, known: Survey): Promise<boolean> {
  try {
    for await (const { survey, effects } of planSent(desk, known)) {
      try {
        await carryOut(desk, survey, effects);
      } finally {
        // It may have been planned by a look of its own.
        known.written.others ||= survey.written.others;
      }
    }
    return true;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // Somebody has renamed it: a list that has changed makes the store ask anew which one it is.
    if (error.code === 'imap-folder-missing') await desk.store.folders();
    desk.log.warn({ code: error.code }, `the folder of sent mail could not be looked at: ${error.message}`);
    return false;
  }
}
