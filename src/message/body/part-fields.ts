/** What the header block of one part, or of a message, says of its body. Never throws. */
import { mailboxesOf } from '../header/addresses.js';
import { type ContentType, parseField, readContentType } from '../header/content-type.js';
import { cleanText, decodeText } from '../header/encoded-words.js';
import { fieldValues, type HeaderBlock } from '../header/header-block.js';
import { MAX_SUBJECT_CHARACTERS } from '../header/subject.js';
import { isSmime } from './message-parts.js';
import type { AboutMessage, MessagePart } from './structure.js';

const MAX_FROM_CHARACTERS = 200;
const MAX_SMIME_TYPE_CHARACTERS = 60;
const MAX_CONTENT_ID_CHARACTERS = 300;

type Parameters = (name: string) => string | undefined;

/** All of a part but its place, its size and what lies in it. */
export function partFields(
  block: HeaderBlock,
  { type, parameters }: ContentType = readContentType(block),
): Omit<MessagePart, 'path' | 'size' | 'children'> {
  const parameter: Parameters = (name) => parameters.get(name);
  return {
    type,
    charset: parameter('charset') ?? null,
    encoding: fieldValues(block, 'content-transfer-encoding')[0]?.toLowerCase() ?? null,
    disposition: dispositionOf(block),
    fileName: fileNameOf(block) ?? parameter('name') ?? null,
    ...typeFields(type, parameter),
    ...contentIdField(fieldValues(block, 'content-id')[0]),
  };
}

/** An id by which HTML names a picture beside it. */
export function contentIdField(value: string | undefined): Pick<MessagePart, 'contentId'> {
  const id = (value ?? '').trim().replace(/^<(.*)>$/s, '$1');
  return id === '' || id.length > MAX_CONTENT_ID_CHARACTERS ? {} : { contentId: id };
}

/** What the parameters of a Content-Type say, where they say it. */
export function typeFields(type: string, parameter: Parameters): Pick<MessagePart, 'flowed' | 'smimeType'> {
  const smimeType = parameter('smime-type')?.toLowerCase().slice(0, MAX_SMIME_TYPE_CHARACTERS);
  if (isSmime(type)) return smimeType === undefined ? {} : { smimeType };
  const isFlowed = type === 'text/plain' && parameter('format')?.toLowerCase() === 'flowed';
  return isFlowed ? { flowed: parameter('delsp')?.toLowerCase() === 'yes' ? 'delsp' : 'yes' } : {};
}

/** What an attached message says of itself, for showing. */
export function aboutMessage(block: HeaderBlock): AboutMessage {
  const [from] = mailboxesOf(block, ['from'], 1);
  return shownAbout(fieldValues(block, 'subject')[0] ?? '', from ?? null);
}

export function shownAbout(
  subject: string,
  from: { readonly name: string; readonly address: string } | null,
): AboutMessage {
  const who = from === null ? '' : from.name === '' ? from.address : `${from.name} <${from.address}>`;
  return {
    subject: cleanText(decodeText(subject), MAX_SUBJECT_CHARACTERS),
    from: cleanText(decodeText(who), MAX_FROM_CHARACTERS),
  };
}

/** RFC 2183 §2.8: what is not known is an attachment. */
function dispositionOf(block: HeaderBlock): MessagePart['disposition'] {
  const [value] = fieldValues(block, 'content-disposition');
  if (value === undefined) return null;
  return /^\s*inline\b/i.test(value) ? 'inline' : 'attachment';
}

function fileNameOf(block: HeaderBlock): string | null {
  const value = fieldValues(block, 'content-disposition')[0] ?? '';
  return (
    parseField(value).params['filename'] ??
    /filename="([^"]*)"/i.exec(value)?.[1] ??
    /filename=([^\s;"]+)/i.exec(value)?.[1] ??
    null
  );
}
