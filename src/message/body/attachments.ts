/** What a message carries besides its text: names that are safe to show and to save under, types and sizes. */
import { cleanText, cutText, decodeText, MAX_DECODED_CHARACTERS } from '../header/encoded-words.js';
import type { MessagePart } from './structure.js';
import { attachedParts } from './word-parts.js';

export const MAX_LISTED_ATTACHMENTS = 50;
export const MAX_FILE_NAME_CHARACTERS = 120;
const UNNAMED_ATTACHMENT = 'unnamed';
const MAX_EXTENSION_CHARACTERS = 12;
const MAX_TYPE_CHARACTERS = 100;
/** Names that Windows opens as devices. */
const DEVICE_NAME = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;

export interface Attachment {
  readonly fileName: string;
  /** Lower-case media type. */
  readonly type: string;
  /** In bytes: as transferred from `listAttachments`, decoded from `readMessage`. */
  readonly size: number;
}

export interface ListOptions {
  /** As transferred where it is not given. */
  readonly sizeOf?: ((part: MessagePart) => number) | undefined;
  /** Parts that were opened, with what is listed in their place. */
  readonly opened?: ReadonlyMap<MessagePart, readonly Attachment[]>;
}

/** The attachments of a message by its structure, in order, at most 50. */
export function listAttachments(structure: MessagePart | null, options: ListOptions = {}): Attachment[] {
  const { sizeOf = ({ size }) => size, opened } = options;
  const listed: Attachment[] = [];
  for (const part of attachedParts(structure)) {
    if (listed.length >= MAX_LISTED_ATTACHMENTS) break;
    const inside = opened?.get(part);
    if (inside === undefined) listed.push(describeAttachment(part.fileName, part.type, sizeOf(part)));
    else listed.push(...inside);
  }
  return listed.slice(0, MAX_LISTED_ATTACHMENTS);
}

/** One attachment with everything in it made safe. */
export function describeAttachment(fileName: string | null, type: string, size: number): Attachment {
  return {
    fileName: cleanFileName(fileName ?? ''),
    type: type
      .toLowerCase()
      .replace(/[^a-z0-9_.+/-]/g, '')
      .slice(0, MAX_TYPE_CHARACTERS),
    size,
  };
}

/**
 * A name without folders, controls, direction overrides, characters that a file system or a shell takes as its own,
 * leading dots and device names; bounded with its extension kept. Never empty.
 */
export function cleanFileName(name: string): string {
  const base = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
  const safe = cleanText(decodeText(base), MAX_DECODED_CHARACTERS)
    .replace(/[/\\:*?"<>|`$]/g, '_')
    .replace(/^[. ]+/, '')
    .replace(DEVICE_NAME, '_$&');
  if (safe.length <= MAX_FILE_NAME_CHARACTERS) return safe === '' ? UNNAMED_ATTACHMENT : safe;
  const dot = safe.lastIndexOf('.');
  const extension = dot >= safe.length - MAX_EXTENSION_CHARACTERS && dot > 0 ? safe.slice(dot) : '';
  return `${cutText(safe, MAX_FILE_NAME_CHARACTERS - extension.length)}${extension}`;
}
