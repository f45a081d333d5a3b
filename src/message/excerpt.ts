/**
 * The text of a message for people to read, without controls. mailparser decodes; what it is
 * given is bounded before, and what it answers is cleaned.
 */
import { simpleParser } from 'mailparser';
import { type Attachment, describeAttachment, MAX_LISTED_ATTACHMENTS } from './attachments.js';
import { cleanLines } from './encoded-words.js';
import type { MessagePart } from './structure.js';

/** HTML beyond this is not turned into text. */
const MAX_HTML_CHARACTERS = 262_144;
/** A text is read only as far as this. */
export const MAX_TEXT_CHARACTERS = 1_048_576;
const MAX_TOKEN_CHARACTERS = 60;

const PARSER_OPTIONS = {
  skipTextToHtml: true,
  skipImageLinks: true,
  keepCidLinks: true,
  maxHtmlLengthToParse: MAX_HTML_CHARACTERS,
};

/**
 * The text of one part from its bytes as transferred, which may be cut off anywhere. HTML becomes text. Clean lines
 * parted by LF; '' if nothing can be read. Never rejects.
 */
export async function readPart(part: MessagePart, bytes: Buffer): Promise<string> {
  const type = part.type === 'text/html' ? 'text/html' : 'text/plain';
  const head = [
    `Content-Type: ${type}; charset="${charsetOf(part, bytes)}"`,
    `Content-Transfer-Encoding: ${headerToken(part.encoding, '7bit')}`,
    '\r\n',
  ];
  const { text } = await readMessage(Buffer.concat([Buffer.from(head.join('\r\n'), 'latin1'), bytes]));
  return text;
}

/** The text and the attachments of a whole message, for showing. Never rejects; what cannot be read is ''. */
export async function readMessage(raw: Buffer): Promise<{ text: string; attachments: Attachment[] }> {
  try {
    const mail = await simpleParser(raw, PARSER_OPTIONS);
    const attachments = mail.attachments
      .slice(0, MAX_LISTED_ATTACHMENTS)
      .map((found) => describeAttachment(found.filename ?? null, found.contentType, found.size));
    return { text: cleanLines((mail.text ?? '').slice(0, MAX_TEXT_CHARACTERS)).trim(), attachments };
  } catch {
    return { text: '', attachments: [] };
  }
}

/**
 * The charset that the part names, but for text that is none of it: not named and not UTF-8, or called UTF-16 without
 * one NUL. Bytes that are still encoded tell nothing.
 */
function charsetOf(part: MessagePart, bytes: Buffer): string {
  const named = headerToken(part.charset, '');
  const isOpen = !['base64', 'quoted-printable'].includes((part.encoding ?? '').toLowerCase());
  const isCredible = named !== '' && !(isOpen && /^utf-?(?:16|32)/i.test(named) && !bytes.includes(0));
  if (isCredible) return named;
  return !isOpen || isUtf8Start(bytes) ? 'utf-8' : 'windows-1252';
}

/** UTF-8 that may be cut inside its last character. */
function isUtf8Start(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** What may stand in a header as a charset or an encoding (RFC 2045 §5.1). */
function headerToken(value: string | null, fallback: string): string {
  const token = (value ?? '').replace(/[^A-Za-z0-9_.:+-]/g, '').slice(0, MAX_TOKEN_CHARACTERS);
  return token === '' ? fallback : token;
/** The first words of a message for people to read, without quotes and controls. */
import { MAX_TEXT_CHARACTERS } from './decode-part.js';
import { cleanLines, cutText } from './encoded-words.js';
import { withoutQuotes } from './quotes.js';

/**
 * The first words of a text: without the quoted mail at its end, but never without all of it, at most `maxLines`
 * lines and `maxChars` characters, several empty lines made one. Ends in `…` where it is cut.
 */
export function excerpt(text: string, maxChars: number, maxLines: number): string {
  const lines = cleanLines(text.slice(0, MAX_TEXT_CHARACTERS)).trim().split('\n');
  const own = withoutQuotes(lines).filter((line, index, all) => line !== '' || all[index - 1] !== '');
  const kept = own.slice(0, Math.max(maxLines, 0)).join('\n').trim();
  return cutText(own.length > maxLines ? `${kept}\n…` : kept, maxChars);
}
