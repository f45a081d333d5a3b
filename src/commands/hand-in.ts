/** What `reply` and `new` have in common: a pass over what was handed in, and what became of it. */
import { EXIT, type ExitCode } from '../desk/problem.js';
import type { Decided } from '../worker/decide-batch.js';
import { stillWaiting } from '../worker/handing-in.js';
import type { DeskSession } from '../worker/session.js';
import type { CommandContext } from './context.js';
import { wakeForWork, wakeIfTroubled } from './wake.js';

export interface Become {
  readonly decided: Decided;
  /** Whom the relays or the acknowledgement were written for. */
  readonly to: readonly string[];
  /** Those of them who have not got theirs: it waits in the outbox. */
  readonly waiting: readonly string[];
  /** The mail server refused mail of this pass for good. */
  readonly refused: boolean;
}

/** null if another worker is at the account, which will see to it, or has done so already. */
export async function seeThrough(
  context: CommandContext,
  session: DeskSession,
  messageId: string,
): Promise<Become | null> {
  const pass = await session.tryPass(context.signal).catch((error: unknown) => {
    context.log.warn({}, 'the message lies in the inbox, and the next pass files it');
    throw error;
  });
  if ('busy' in pass) {
    await wakeForWork(session.config);
    return null;
  }
  await wakeIfTroubled(session.config);
  if (pass.delivery !== null)
    context.log.warn({ code: pass.delivery.code }, `mail waits in the outbox: ${pass.delivery.message}`);
  const decided = pass.decided.find(({ pending }) => pending.facts.messageId === messageId);
  if (decided === undefined) return null;
  const to = decided.letters.flatMap((letter) =>
    letter.purpose === 'relay' || letter.purpose === 'acknowledgement' ? [letter.to] : [],
  );
  const waiting = await session.look(
    (desk) => stillWaiting(desk, decided.pending.facts.identity),
    context.signal,
  );
  return { decided, to, waiting, refused: pass.refused > 0 };
}

export const REFUSED = 'The mail server refused some mail for good: it lies in the review folder.';

export function exitCodeOf(become: Become | null): ExitCode {
  return become?.refused === true ? EXIT.someToReview : EXIT.done;
}
