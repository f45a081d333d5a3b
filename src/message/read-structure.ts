/**
 * The shape of a whole message that lies at hand, as a mail server would tell it in BODYSTRUCTURE (RFC 9051 §7.5.2):
 * so that a file is judged as the same message in a mailbox is. Bounded in parts, depth and bytes; never throws.
 */
import { readContentType } from './content-type.js';
import { fieldValues, type HeaderBlock, parseHeaderBlock, splitMessage } from './header-block.js';
import { MAX_PART_DEPTH, MAX_PARTS } from './message-parts.js';
import type { MessagePart } from './structure.js';

/** Parts that begin beyond are not told. */
export const MAX_STRUCTURE_BYTES = 4_194_304;
const LF = 0x0a;

interface Budget {
  parts: number;
}

interface Place {
  readonly path: string;
  readonly depth: number;
}

/** The tree of parts of a message with its header. */
export function readStructure(raw: Buffer): MessagePart {
  return partOf(raw.subarray(0, MAX_STRUCTURE_BYTES), { path: '', depth: 0 }, { parts: MAX_PARTS });
}

function partOf(raw: Buffer, place: Place, budget: Budget): MessagePart {
  budget.parts -= 1;
  const { header, body } = splitMessage(raw);
  const block = parseHeaderBlock(header);
  const { type, parameters } = readContentType(block);
  const disposition = fieldValues(block, 'content-disposition')[0]?.split(';', 1)[0]?.trim().toLowerCase() ?? null;
  const isMultipart = type.startsWith('multipart/');
  const path = place.path === '' && !isMultipart ? '1' : place.path;
  const children = place.depth >= MAX_PART_DEPTH ? [] : childrenOf(body, { type, boundary: parameters.get('boundary') ?? '' });
  return {
    path,
    type,
    charset: parameters.get('charset') ?? null,
    encoding: fieldValues(block, 'content-transfer-encoding')[0]?.toLowerCase() ?? null,
    size: body.length,
    disposition: disposition === null || disposition === 'inline' ? disposition : 'attachment',
    fileName: fileNameOf(block) ?? parameters.get('name') ?? null,
    children: children
      .slice(0, Math.max(0, budget.parts))
      .map((child, index) => partOf(child, childPlace({ path, type }, place.depth, index + 1), budget)),
  };
}

function childPlace(parent: { path: string; type: string }, depth: number, number: number): Place {
  const path = parent.path === '' ? String(number) : `${parent.path}.${number}`;
  return { path, depth: depth + 1 };
}

function fileNameOf(block: HeaderBlock): string | null {
  const value = fieldValues(block, 'content-disposition')[0] ?? '';
  return /filename="([^"]*)"/i.exec(value)?.[1] ?? /filename=([^\s;"]+)/i.exec(value)?.[1] ?? null;
}

function childrenOf(body: Buffer, of: { readonly type: string; readonly boundary: string }): Buffer[] {
  if (of.type === 'message/rfc822' || of.type === 'message/global') return [body];
  if (!of.type.startsWith('multipart/') || of.boundary === '') return [];
  return split(body, Buffer.from(`--${of.boundary}`, 'latin1'));
}

/** RFC 2046 §5.1.1: what lies between lines that begin with the delimiter, up to the closing one or the end. */
function split(body: Buffer, delimiter: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let start = -1;
  for (let at = body.indexOf(delimiter); at >= 0 && parts.length < MAX_PARTS; at = body.indexOf(delimiter, at + 1)) {
    if (at > 0 && body[at - 1] !== LF) continue;
    const lineEnd = body.indexOf(LF, at);
    const rest = body.toString('latin1', at + delimiter.length, lineEnd < 0 ? body.length : lineEnd).trimEnd();
    if (rest !== '' && rest !== '--') continue;
    if (start >= 0) parts.push(body.subarray(start, at));
    start = lineEnd < 0 ? body.length : lineEnd + 1;
    if (rest === '--') return parts;
  }
  if (start >= 0 && start < body.length) parts.push(body.subarray(start));
  return parts;
}
