/** The files that a message carries, with what is in them. Nothing of them is looked into but signed S/MIME, as for its words. */
import { type Attachment, describeAttachment, MAX_LISTED_ATTACHMENTS } from './attachments.js';
import { isMessage } from './message-parts.js';
import { readParts } from './read-structure.js';
import { unwrapSmime } from './smime.js';
import type { MessagePart } from './structure.js';
import { decodeTransfer } from './transfer-encoding.js';
import { textIfUnknown } from './true-structure.js';
import { attachedParts, sealedParts } from './word-parts.js';
import { withoutLastLineEnd } from './words.js';

export interface MessageFile extends Attachment {
  readonly content: Buffer;
}

/** Signed within signed, and no more (RFC 8551 §3.7). */
const MAX_DEPTH = 3;

/** In order, at most 50. Never throws. */
export function filesIn(raw: Buffer, depth = 0): readonly MessageFile[] {
  const { structure, bodies } = readParts(raw, raw.length);
  const read = textIfUnknown(structure);
  const sealed = depth < MAX_DEPTH ? sealedParts(read) : new Set();
  const files: MessageFile[] = [];
  for (const part of attachedParts(read).slice(0, MAX_LISTED_ATTACHMENTS)) {
    const body = bodies.get(part.path);
    if (body === undefined) continue;
    const content = decodeTransfer(part.encoding, withoutLastLineEnd(body));
    const inside = sealed.has(part) ? unwrapSmime(content) : null;
    if (inside?.kind === 'signed') files.push(...filesIn(inside.content, depth + 1));
    else files.push({ ...describeAttachment(nameOf(part), part.type, content.length), content });
  }
  return files.slice(0, MAX_LISTED_ATTACHMENTS);
}

/** An attached message is named by its subject, where it is named at all. */
function nameOf({ fileName, type, about }: MessagePart): string | null {
  if (fileName !== null || !isMessage(type)) return fileName;
  return `${about?.subject || 'message'}.eml`;
}
