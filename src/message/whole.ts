/** A message that lies at hand whole, as a file does: what a mail server would tell of it, a part at a time. Never throws. */

import { readParts } from './body/read-structure.js';
import type { MessagePart } from './body/structure.js';
import { splitMessage } from './header/header-block.js';
import type { FactsInput } from './read-facts.js';

export interface WholeMail extends FactsInput {
  readonly structure: MessagePart;
  /** What lies in a part, as transferred; `TEXT` is all below the header block, as in IMAP. */
  readonly parts: ReadonlyMap<string, Buffer>;
}

/** Of large messages only a bounded part is read. */
export function readWhole(raw: Buffer, receivedAt: Date): WholeMail {
  const { header, body } = splitMessage(raw);
  const { structure, bodies } = readParts(raw);
  return { header, size: raw.length, receivedAt, structure, parts: new Map([...bodies, ['TEXT', body]]) };
}
