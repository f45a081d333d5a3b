/**
 * The shape of a whole message that lies at hand, as a mail server would tell it in BODYSTRUCTURE (RFC 9051 §7.5.2):
 * so that a file is judged as the same message in a mailbox is. Bounded in parts, depth and bytes; never throws.
 */
import { readContentType } from '../header/content-type.js';
import { parseHeaderBlock, splitMessage } from '../header/header-block.js';
import { isMessage, MAX_PART_DEPTH, MAX_PARTS } from './message-parts.js';
import { aboutMessage, partFields } from './part-fields.js';
import type { MessagePart } from './structure.js';

/** Parts that begin beyond are not told. */
export const MAX_STRUCTURE_BYTES = 4_194_304;
/** White space after a delimiter is looked at only so far. */
const MAX_DELIMITER_PADDING = 100;
const LF = 0x0a;

interface Budget {
  parts: number;
  readonly bodies: Map<string, Buffer>;
}

export interface WholeMessage {
  readonly structure: MessagePart;
  /** Of every part outside attached messages: its bytes as transferred, by its path; of a whole multipart by `TEXT`. */
  readonly bodies: ReadonlyMap<string, Buffer>;
}

interface Place {
  readonly path: string;
  readonly depth: number;
}

/** The tree of parts of a message with its header, and what lies in them, as far as `maxBytes`. */
export function readParts(raw: Buffer, maxBytes = MAX_STRUCTURE_BYTES): WholeMessage {
  const bodies = new Map<string, Buffer>();
  const whole = raw.subarray(0, maxBytes);
  const structure = partOf(whole, { path: '', depth: 0 }, { parts: MAX_PARTS, bodies });
  return { structure, bodies };
}

function partOf(raw: Buffer, place: Place, budget: Budget): MessagePart {
  budget.parts -= 1;
  const { header, body } = splitMessage(raw);
  const block = parseHeaderBlock(header);
  const contentType = readContentType(block);
  const { type, parameters } = contentType;
  const path = place.path === '' && !type.startsWith('multipart/') ? '1' : place.path;
  const boundary = parameters.get('boundary') ?? '';
  const bodies = place.depth >= MAX_PART_DEPTH ? [] : childrenOf(body, { type, boundary });
  // What lies in an attached message comes later, and has a number of its own but where the message is all there is.
  if (!budget.bodies.has(path || 'TEXT')) budget.bodies.set(path || 'TEXT', body);
  return {
    path,
    ...partFields(block, contentType),
    ...(isMessage(type) ? { about: aboutMessage(parseHeaderBlock(body)) } : {}),
    size: body.length,
    children: bodies
      .slice(0, Math.max(0, budget.parts))
      .flatMap((child, index) =>
        budget.parts > 0 ? [partOf(child, childPlace(path, place.depth, index + 1), budget)] : [],
      ),
  };
}

function childPlace(parent: string, depth: number, number: number): Place {
  return { path: parent === '' ? String(number) : `${parent}.${number}`, depth: depth + 1 };
}

function childrenOf(body: Buffer, of: { readonly type: string; readonly boundary: string }): Buffer[] {
  if (isMessage(of.type)) return [body];
  if (!of.type.startsWith('multipart/') || of.boundary === '') return [];
  return split(body, Buffer.from(`--${of.boundary}`, 'latin1'));
}

/** RFC 2046 §5.1.1: what lies between lines that begin with the delimiter, up to the closing one or the end. */
function split(body: Buffer, delimiter: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let start = -1;
  for (let at = body.indexOf(delimiter); at >= 0; at = body.indexOf(delimiter, at + 1)) {
    const line = delimiterLine(body, at, delimiter);
    if (line === null) continue;
    if (start >= 0) parts.push(body.subarray(start, at));
    start = line.end;
    if (line.closes || parts.length >= MAX_PARTS) return parts;
  }
  if (start >= 0 && start < body.length) parts.push(body.subarray(start));
  return parts;
}

/** null where the delimiter does not begin a line, or more than it stands there. */
function delimiterLine(body: Buffer, at: number, delimiter: Buffer): { end: number; closes: boolean } | null {
  if (at > 0 && body[at - 1] !== LF) return null;
  const lineFeed = body.indexOf(LF, at);
  const end = lineFeed < 0 ? body.length : lineFeed + 1;
  const from = at + delimiter.length;
  const rest = body.toString('latin1', from, Math.min(end, from + MAX_DELIMITER_PADDING)).trimEnd();
  return rest === '' || rest === '--' ? { end, closes: rest === '--' } : null;
}
