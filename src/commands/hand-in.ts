/** What `reply` and `new` have in common: a pass over what was handed in, and what became of it. */
import { rowOf } from '../desk/letters/staging.js';
import { EXIT, type ExitCode } from '../problem/problem.js';
import { type Unsent, unsentOf } from '../worker/ask/handing-in.js';
import type { DeskSession } from '../worker/run/session.js';
import type { Told } from '../worker/workplace/desk.js';
import { type CommandContext, onlyDesk } from './context.js';
import { wakeForWork, wakeIfTroubled } from './wake.js';

/** `waiting` and `refused` are of those that the relays or the acknowledgement were written for. */
export interface Become extends Unsent {
  readonly decided: Told;
  /** Whom the relays or the acknowledgement were written for. */
  readonly to: readonly string[];
  /** The mail server refused other mail of this pass for good. */
  readonly othersRefused: boolean;
}

/** null if another worker is at the account, which will see to it, or has done so already. */
export async function seeThrough(
  context: CommandContext,
  session: DeskSession,
  messageId: string,
): Promise<Become | null> {
  const own: Told[] = [];
  const hear = (told: Told): void => {
    if (told.pending.facts.messageId === messageId) own.push(told);
  };
  const pass = await session.tryPass(context.signal, hear).catch((error: unknown) => {
    context.log.warn({}, 'the message lies in the inbox, and the next pass files it');
    throw error;
  });
  if ('busy' in pass) {
    await wakeForWork(context, session.config);
    return null;
  }
  await wakeIfTroubled(session.config);
  if (pass.delivery !== null)
    context.log.warn({ code: pass.delivery.code }, `mail waits in the outbox: ${pass.delivery.message}`);
  const [decided] = own;
  if (decided === undefined) return null;
  const to = decided.letters.flatMap((letter) =>
    letter.to !== null && rowOf(letter).awaited === true ? [letter.to] : [],
  );
  const unsent = await session.look((desk) => unsentOf(desk, decided.pending.facts), context.signal);
  return { decided, to, ...unsent, othersRefused: pass.refused > unsent.refused.length };
}

/** What is said of mail that was refused: nobody may believe that somebody got it who did not. */
export function refusals(
  context: CommandContext,
  become: Become,
  told: { readonly what: string; readonly ticket: number | null },
): readonly string[] {
  const { review } = onlyDesk(context).folders;
  const { refused, othersRefused } = become;
  const { what, ticket } = told;
  const named = `${what} did NOT reach ${refused.join(', ')}: the mail server refused it, and it lies in ${review}. "imapdesk retry ${ticket ?? '--all'}" sends it once more.`;
  return [
    ...(refused.length === 0 ? [] : [named]),
    ...(othersRefused ? [`The mail server refused other mail for good: it lies in ${review}.`] : []),
  ];
}

export function exitCodeOf(become: Become | null): ExitCode {
  const isRefused = become !== null && (become.othersRefused || become.refused.length > 0);
  return isRefused ? EXIT.someToReview : EXIT.done;
}
