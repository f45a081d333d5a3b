/**
 * A person's message, with attachments if there are any (RFC 2046 §5.1.3, RFC 2183, file names in RFC 2231): the text
 * as it was written, then every file byte for byte in base64.
 */
import { createHash } from 'node:crypto';
import libmime from 'libmime';
import { cleanFileName } from '../body/attachments.js';
import { base64Lines } from '../body/base64.js';
import { encodeQuotedPrintable } from '../body/quoted-printable.js';
import { foldField } from '../header/header-encoding.js';
import { type Composition, composeHeader } from './compose.js';

export interface AttachedFile {
  readonly name: string;
  readonly content: Buffer;
  /** What it is said to be; by its name if left out, or if that is no type. */
  readonly type?: string | undefined;
}

const TYPE = /^[a-z0-9][\w.+-]{0,62}\/[a-z0-9][\w.+-]{0,62}$/i;
/** But for the tab. */
const CONTROLS = /[\0-\x08\x0b-\x1f\x7f]/g;

export function composeMail(message: Composition, files: readonly AttachedFile[]): Buffer {
  const header = Buffer.from(`${composeHeader(message)}${foldField('MIME-Version', '1.0')}`);
  return Buffer.concat([header, textWithFiles(message.text, files)]);
}

/** What stands behind `MIME-Version`: the fields that describe the body, the empty line, and the body. */
export function textWithFiles(words: string, files: readonly AttachedFile[]): Buffer {
  const text = textPart(words);
  if (files.length === 0) return text;
  const parts = [text, ...files.map(filePart)];
  const boundary = boundaryFor(parts);
  const type = libmime.buildHeaderValue({ value: 'multipart/mixed', params: { boundary } });
  return Buffer.concat([
    Buffer.from(`${foldField('Content-Type', type)}\r\n`),
    ...parts.flatMap((part) => [Buffer.from(`--${boundary}\r\n`), part, Buffer.from('\r\n')]),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
}

/** What somebody has written goes as it is, joiners and marks of direction included: many scripts need them. */
function textPart(text: string): Buffer {
  const lines = text.split(/\r\n?|\n/).map((line) => line.replace(CONTROLS, ''));
  while (lines.at(-1)?.trim() === '') lines.pop();
  const fields = [
    foldField('Content-Type', 'text/plain; charset=utf-8'),
    foldField('Content-Transfer-Encoding', 'quoted-printable'),
  ];
  return Buffer.from(
    `${fields.join('')}\r\n${lines.map((line) => `${encodeQuotedPrintable(line)}\r\n`).join('')}`,
  );
}

/** Nothing in the parts can hold what is made of all their bytes. */
function boundaryFor(parts: readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return `part-${hash.digest('hex').slice(0, 32)}`;
}

function filePart({ name, content, type }: AttachedFile): Buffer {
  const filename = cleanFileName(name);
  const disposition = libmime.buildHeaderValue({ value: 'attachment', params: { filename } });
  const fields = [
    foldField('Content-Type', typeOf(filename, type)),
    foldField('Content-Disposition', disposition),
    foldField('Content-Transfer-Encoding', 'base64'),
  ];
  return Buffer.from(`${fields.join('')}\r\n${base64Lines(content)}`);
}

/** Saved mail is a file like any other: as a message or multipart it could not be in base64 (RFC 2046 §5). */
function typeOf(fileName: string, told = ''): string {
  const type = TYPE.test(told) ? told.toLowerCase() : libmime.detectMimeType(fileName);
  return /^(?:message|multipart)\//.test(type) ? 'application/octet-stream' : type;
}
