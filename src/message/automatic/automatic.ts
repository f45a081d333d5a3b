/**
 * Whether a program wrote a message, and whether it may be answered. The rules are the table in
 * automatic-rules.ts; here is only how it is read: every row is tried, the first that fits says what the message
 * is, and all that fit say why. A message that no row claims is a person's.
 */

import type { MessagePart } from '../body/structure.js';
import type { HeaderBlock } from '../header/header-block.js';
import { AUTOMATIC_RULES, type AutomaticRule } from './automatic-rules.js';
import { viewMessage } from './automatic-view.js';
import { mayBeBounce } from './bounce-signs.js';
import { beforeRedirect } from './mailbox-rules.js';
import { SILENCE_RULES } from './silence-rules.js';

export type AutomaticKind =
  | 'auto-reply'
  | 'bounce'
  | 'delivery-notice'
  | 'read-receipt'
  /** A mailing list passed it on: a person may have written it. It is not answered, and that is all. */
  | 'list'
  /** Sent to many, as `list`: not answered, and that is all. */
  | 'bulk'
  | 'report'
  /** Only the body says so: a sign set to a message, in place of words (`reaction.ts`). */
  | 'reaction'
  /** A program wrote it on its own account: nobody's reply. */
  | 'generated'
  /** Only the desk can say so, from its own signed field. */
  | 'own';

export interface Automatic {
  readonly kind: AutomaticKind;
  /** One sentence for each rule that fits, the deciding one first. */
  readonly because: readonly string[];
}

/** Another view of a message that a tracker, a list or another program carried. */
export interface Answered {
  readonly automatic: Automatic | null;
  /** The signs of the program that are left out of it. */
  readonly because: readonly string[];
  /** None of them is anything but a tracker's own field. */
  readonly byTracker: boolean;
}

export interface Classification {
  readonly automatic: Automatic | null;
  /** No automatic answer, although a person may have written it. */
  readonly suppressAnswer: boolean;
  /** Why: one sentence for each rule that says so. */
  readonly suppressBecause: readonly string[];
  /** Only words of its subject say that it is automatic, and the subject of what it answers may have them as well. */
  readonly inWords: boolean;
  /** What it is if it answers a person: what programs write into people's answers too does not count. */
  readonly asAnswer: Answered | null;
  /** The header leaves open whether mail was returned; the body may tell. */
  readonly mayBeBounce: boolean;
  /** A mailbox rule sent it, and only the name of the rule's mailbox says that it passes on what somebody wrote. */
  readonly perhapsOfRule?: true;
}

/** Judges a header block, and the body structure where it is known. Same input, same answer; never throws. */
export function classifyAutomatic(block: HeaderBlock, structure: MessagePart | null): Classification {
  const before = beforeRedirect(block);
  const view = viewMessage(before, structure);
  const fitting = AUTOMATIC_RULES.filter((rule) => rule.test(view));
  const suppressBecause = SILENCE_RULES.filter((rule) => rule.test(view)).map((rule) => rule.name);
  return {
    automatic: kindBy(fitting),
    suppressAnswer: suppressBecause.length > 0,
    suppressBecause,
    inWords: fitting.length > 0 && fitting.every((rule) => rule.inWords),
    asAnswer: asAnswer(fitting),
    mayBeBounce: mayBeBounce(view),
    ...(before === block || view.has('resent-from') ? {} : { perhapsOfRule: true }),
  };
}

function kindBy(fitting: readonly AutomaticRule[]): Automatic | null {
  const [first] = fitting;
  return first === undefined ? null : { kind: first.kind, because: fitting.map((rule) => rule.name) };
}

function asAnswer(fitting: readonly AutomaticRule[]): Answered | null {
  const carried = fitting.filter((rule) => rule.carrier !== undefined);
  if (carried.length === 0) return null;
  return {
    // What words say is for the desk, which knows the matter.
    automatic: kindBy(fitting.filter((rule) => rule.carrier === undefined && rule.inWords === undefined)),
    because: carried.map((rule) => rule.name),
    byTracker: carried.every((rule) => rule.carrier === 'tracker'),
  };
}
