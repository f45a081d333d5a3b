/** Walking a body structure in bounded work, however many parts and levels it claims. */
import type { MessagePart } from './structure.js';

export const MAX_PARTS = 1_000;
export const MAX_PART_DEPTH = 50;

/** All leaves in order, an attached message being one leaf: what it holds was written by somebody else. */
export function* bodyParts(structure: MessagePart | null): Generator<MessagePart> {
  const waiting = structure === null ? [] : [{ part: structure, depth: 0 }];
  for (let seen = 0; seen < MAX_PARTS; seen += 1) {
    const next = waiting.pop();
    if (next === undefined) return;
    const { part, depth } = next;
    if (!part.type.startsWith('multipart/')) yield part;
    else if (depth < MAX_PART_DEPTH) {
      const children = part.children.slice(0, MAX_PARTS).reverse();
      waiting.push(...children.map((child) => ({ part: child, depth: depth + 1 })));
    }
  }
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
  return [...bodyParts(structure)].find((part) => isMessage(part.type)) ?? null;
}
