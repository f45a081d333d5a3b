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
import type { Answered, Automatic, Classification } from './classification.js';
import { beforeRedirect } from './mailbox-rules.js';
import { SILENCE_RULES } from './silence-rules.js';

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
