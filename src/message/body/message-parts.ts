/** Walking a body structure in bounded work, however many parts and levels it claims. */
import type { MessagePart } from './structure.js';

export const MAX_PARTS = 1_000;
export const MAX_PART_DEPTH = 50;

/** Where a part stands: in how many multiparts, and the type of the innermost. */
export interface Place {
  readonly depth: number;
  readonly in: string;
}

/** All leaves in order, an attached message being one leaf: what it holds was written by somebody else. */
export function* placedParts(
  structure: MessagePart | null,
): Generator<{ readonly part: MessagePart; readonly place: Place }> {
  const waiting = structure === null ? [] : [{ part: structure, place: { depth: 0, in: '' } }];
  for (let seen = 0; seen < MAX_PARTS; seen += 1) {
    const next = waiting.pop();
    if (next === undefined) return;
    const { part, place } = next;
    if (!part.type.startsWith('multipart/')) yield next;
    else if (place.depth < MAX_PART_DEPTH) {
      const inside = { depth: place.depth + 1, in: part.type };
      const children = part.children.slice(0, MAX_PARTS).reverse();
      waiting.push(...children.map((child) => ({ part: child, place: inside })));
    }
  }
}

export function bodyParts(structure: MessagePart | null): readonly MessagePart[] {
  return [...placedParts(structure)].map(({ part }) => part);
}

/** The text that people write as their message. */
export function isText(type: string): boolean {
  return type === 'text/plain' || type === 'text/html';
}

/** S/MIME that is signed, encrypted or both (RFC 8551 §3.2), and the name that it had before. */
export function isSmime(type: string): boolean {
  return type === 'application/pkcs7-mime' || type === 'application/x-pkcs7-mime';
}

/** A whole message as a part (RFC 2046 §5.2.1, RFC 6532 §3.7). */
export function isMessage(type: string): boolean {
  return type === 'message/rfc822' || type === 'message/global';
}

/** The first attached message; null where there is none. */
export function chooseMessagePart(structure: MessagePart | null): MessagePart | null {
  return bodyParts(structure).find((part) => isMessage(part.type)) ?? null;
}
