/** The facts of a message that lies at hand whole, as a file does: all that a worker learns in several fetches. */

import { attachedMessage, readParts, readStructure } from './body/read-structure.js';
import { type Facts } from './facts/facts.js';
import { splitMessage } from './header/header-block.js';
import { looksLikeBounce, withBounceBody } from './inside/bounce.js';
import { readBounceBody } from './inside/bounce-body.js';
import { readForwarded } from './inside/forwarded.js';
import { asksForReaction, lookForReaction, reactionPart } from './inside/reaction.js';
import { type FactsOptions, readFacts } from './read-facts.js';

/** Same facts as of the same message in a mailbox. Never throws; of large messages only a bounded part is read. */
export function factsOfWhole(raw: Buffer, options: FactsOptions & { readonly receivedAt: Date }): Facts {
  const { header, body } = splitMessage(raw);
  const message = { header, size: raw.length, receivedAt: options.receivedAt, structure: readStructure(raw) };
  const attached = attachedMessage(raw);
  const facts = {
    ...readFacts(message, options),
    forwarded: attached === null ? null : readForwarded(attached),
  };
  return looksLikeBounce(facts) ? withBounceBody(facts, readBounceBody(body)) : facts;
}

/** The facts of that message, with what its words tell of a reaction: after the desk has seen whom it answers. */
export async function withReactionOf(raw: Buffer, facts: Facts): Promise<Facts> {
  if (!asksForReaction(facts)) return facts;
  const { structure, bodies } = readParts(raw);
  const part = reactionPart(structure);
  return part === null ? facts : lookForReaction(facts, part, bodies.get(part.path) ?? Buffer.alloc(0));
}
