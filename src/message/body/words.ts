/**
 * The one reading of a message, for notices, `show` and files: its words in order, what it carries besides, and what a
 * reader should know. `readWords` asks for the bytes that it needs and nothing more, so that it reads a mailbox in a few
 * bounded commands as it reads a message at hand. Nothing that is read here gives anybody any power, and no signature
 * is looked at.
 */
import { type Attachment, listAttachments } from './attachments.js';
import { isBanner } from './banner.js';
import { decodePart, MAX_TEXT_CHARACTERS } from './decode-part.js';
import { MAX_STRUCTURE_BYTES, readParts } from './read-structure.js';
import { unwrapSmime } from './smime.js';
import type { MessagePart } from './structure.js';
import { decodeTransfer } from './transfer-encoding.js';
import { textIfUnknown } from './true-structure.js';
import { type Note, type Piece, wordParts } from './word-parts.js';

export interface Words {
  /** Clean lines parted by LF, without empty ones around; '' if there are none. */
  readonly text: string;
  /** There is more text than was read. */
  readonly cut: boolean;
  readonly notes: readonly Note[];
  readonly attachments: readonly Attachment[];
}

/** The first `maxBytes` of one part, still transfer-encoded. */
export interface PartRequest {
  readonly path: string;
  readonly maxBytes: number;
}

export interface ReadingLimits {
  /** Bytes of one part, as transferred: more are asked for only where the first ones hold too few words. */
  readonly steps: readonly number[];
  /** Characters of text that are enough. */
  readonly enough: number;
}

type Reader<Answer> = AsyncGenerator<PartRequest, Answer, Buffer>;

interface Context extends ReadingLimits {
  /** How many messages it lies in. */
  readonly depth: number;
  /** Whose sizes are told; as transferred where it is null. */
  readonly bodies: ReadonlyMap<string, Buffer> | null;
}

interface Gathered {
  readonly texts: string[];
  cut: boolean;
  readonly notes: Note[];
  /** Texts that may still be asked for. */
  readonly budget: { texts: number };
  /** What the S/MIME parts that were opened carry. */
  readonly opened: Map<MessagePart, readonly Attachment[]>;
}

const NOTHING: Words = { text: '', cut: false, notes: [], attachments: [] };
const WHOLE: ReadingLimits = { steps: [MAX_STRUCTURE_BYTES], enough: MAX_TEXT_CHARACTERS };
/** Each costs a command or several, and nobody writes a message in more parts than this. */
export const MAX_TEXTS = 60;
/** Signed within signed, and no more (RFC 8551 §3.7). */
const MAX_DEPTH = 3;
/** Of the plain text beside HTML, a longer one is somebody's words. */
const MAX_STUB_CHARACTERS = 300;
/**
 * What programs write for those who cannot read HTML, in any language, and what gateways put before nothing; who does write
 * so in earnest has it in the HTML as well.
 */
const STUB =
  /html(?![a-z])|multi-?part message|mime[- ](?:format|capable|encoded)|(?:view|read|see|open|display)[^.]{0,60}\b(?:browser|online)\b|^(?:null|undefined|none)$/i;
/** Pictures that have no words, as clients write them: "[cid:…]", "[image: …]". */
const PICTURE = /\[(?:cid|image|inline image|bild|grafik|logo)\b[^\][]{0,300}\]/gi;
const WORD = /[\p{L}\p{N}\p{Extended_Pictographic}]/u;
const LINK = /\[[^\][\s]{1,1000}\]|<[^<>\s]{1,1000}>|https?:\/\/[^\s<>\]]+/g;
/** Less may stand in another text by chance. */
const MIN_REPEATED_LETTERS = 20;
/** Characters that show nothing, besides white space and what `cleanLines` takes out. */
const INVISIBLE = /[\s\u2800\ufffc]|&nbsp;/g;

/** Reads by a structure; answers once it has asked for all that it needs. Never throws by itself. */
export function readWords(structure: MessagePart | null, limits: ReadingLimits): Reader<Words> {
  return read(structure, { ...limits, depth: 0, bodies: null });
}

/** Reads a message at hand. Never rejects; what cannot be read is ''. */
export async function readMessage(raw: Buffer): Promise<Words> {
  try {
    return await readWhole(raw, 0);
  } catch {
    return NOTHING;
  }
}

async function readWhole(raw: Buffer, depth: number): Promise<Words> {
  const { structure, bodies } = readParts(raw);
  const reader = read(textIfUnknown(structure), { ...WHOLE, depth, bodies });
  let step = await reader.next();
  while (step.done !== true) step = await reader.next(bodies.get(step.value.path) ?? Buffer.alloc(0));
  return step.value;
}

async function* read(structure: MessagePart | null, context: Context): Reader<Words> {
  if (structure === null) return NOTHING;
  const { header } = structure;
  if (header !== undefined) {
    const open = (bytes: Buffer): Buffer => Buffer.concat([header, bytes]);
    return (yield* readInside(structure, open, context)) ?? NOTHING;
  }
  const { pieces, otherwise, notes, more } = wordParts(structure);
  const gathered: Gathered = {
    texts: [],
    cut: more,
    notes: [...notes],
    budget: { texts: MAX_TEXTS },
    opened: new Map(),
  };
  for (const piece of pieces) {
    if (lengthOf(gathered) >= context.enough) gathered.cut = true;
    else yield* readPiece(piece, gathered, context);
  }
  for (const part of otherwise) {
    if (gathered.texts.some((text) => !isBlank(text))) break;
    yield* addTexts([part], gathered, context);
  }
  const sizeOf = context.bodies === null ? undefined : decodedSize(context.bodies);
  return {
    text: gathered.texts.filter((text) => text !== '').join('\n\n'),
    cut: gathered.cut,
    notes: gathered.notes.filter(isFirstOfKind),
    attachments: listAttachments(structure, { sizeOf, opened: gathered.opened }),
  };
}

async function* readPiece(piece: Piece, gathered: Gathered, context: Context): Reader<void> {
  const [first] = piece.parts;
  if (piece.sealed) {
    if (first !== undefined) yield* readSealed(first, gathered, context);
    return;
  }
  const plain: Gathered = { ...gathered, texts: [], cut: false };
  yield* addTexts(piece.parts, plain, context);
  const rich: Gathered = { ...gathered, texts: [], cut: false };
  if (piece.instead.length > 0 && isStub(plain.texts.join('\n')))
    yield* addTexts(piece.instead, rich, context);
  const better = rich.texts.some((text) => !isBlank(text)) ? rich : plain;
  if (isRepeated(better.texts, gathered.texts)) return;
  gathered.texts.push(...better.texts);
  gathered.cut ||= better.cut;
}

async function* addTexts(parts: readonly MessagePart[], to: Gathered, context: Context): Reader<void> {
  for (const part of parts) {
    const wanted = context.enough - lengthOf(to);
    if (wanted <= 0 || to.budget.texts <= 0) {
      to.cut = true;
      return;
    }
    to.budget.texts -= 1;
    const decoded = yield* inSteps(part, { ...context, enough: wanted }, (bytes) => decodePart(part, bytes));
    to.texts.push(decoded?.text ?? '');
    to.cut ||= decoded?.cut === true;
    if (decoded?.encrypted === true) to.notes.push({ kind: 'encrypted' });
  }
}

/**
 * Asks for more of a part until what `make` makes of it has words enough; null where it makes nothing of it. A multipart
 * in which nobody finds a part is read as the text that it holds.
 */
async function* inSteps<T extends { readonly text: string; readonly cut: boolean }>(
  part: MessagePart,
  { steps, enough }: ReadingLimits,
  make: (bytes: Buffer) => Promise<T | null>,
): Reader<T | null> {
  const path = part.type.startsWith('multipart/') ? 'TEXT' : part.path;
  let made: T | null = null;
  for (const maxBytes of steps) {
    const bytes = yield { path, maxBytes };
    const more = bytes.length >= maxBytes && part.size > maxBytes;
    const next = await make(bytes.subarray(0, maxBytes));
    if (next === null) return null;
    made = { ...next, cut: next.cut || more };
    if (!more || made.text.length >= enough) break;
  }
  return made;
}

async function* readSealed(part: MessagePart, gathered: Gathered, context: Context): Reader<void> {
  let encrypted = false;
  const open = (bytes: Buffer): Buffer | null => {
    const inside = unwrapSmime(decodeTransfer(part.encoding, bytes));
    encrypted = inside?.kind === 'encrypted';
    return inside?.kind === 'signed' ? inside.content : null;
  };
  const words = yield* readInside(part, open, { ...context, enough: context.enough - lengthOf(gathered) });
  if (encrypted) gathered.notes.push({ kind: 'encrypted' });
  if (words === null) return;
  gathered.texts.push(words.text);
  gathered.cut ||= words.cut;
  gathered.notes.push(...words.notes);
  gathered.opened.set(part, words.attachments);
}

/** A message that one part, or a body whose parts nobody has told, becomes by `open`; null where it becomes none. */
async function* readInside(
  part: MessagePart,
  open: (bytes: Buffer) => Buffer | null,
  context: Context,
): Reader<Words | null> {
  if (context.depth >= MAX_DEPTH) return null;
  return yield* inSteps(part, context, async (bytes) => {
    const message = open(bytes);
    return message === null ? null : readWhole(message, context.depth + 1);
  });
}

function lengthOf({ texts }: Gathered): number {
  return texts.reduce((sum, text) => sum + text.length, 0);
}

function isBlank(text: string): boolean {
  return text.replace(INVISIBLE, '') === '';
}

function isStub(text: string): boolean {
  if (text.length > MAX_STUB_CHARACTERS) return isBlank(text);
  return STUB.test(text) || isBanner(text) || !WORD.test(text.replace(PICTURE, '').replaceAll('&nbsp;', ''));
}

/** Some programs put the same words as text and as HTML one behind the other, and call them no alternatives. */
function isRepeated(texts: readonly string[], before: readonly string[]): boolean {
  const words = letters(texts);
  const known = letters(before);
  return words !== '' && (words === known || (words.length >= MIN_REPEATED_LETTERS && known.includes(words)));
}

/** Without links, which stand in one of them alone. */
function letters(texts: readonly string[]): string {
  return texts
    .join(' ')
    .replace(LINK, '')
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

function isFirstOfKind(note: Note, index: number, all: readonly Note[]): boolean {
  return note.kind !== 'encrypted' || all.findIndex(({ kind }) => kind === 'encrypted') === index;
}

function decodedSize(bodies: ReadonlyMap<string, Buffer>): (part: MessagePart) => number {
  return ({ path, encoding }) => {
    const body = bodies.get(path) ?? Buffer.alloc(0);
    return decodeTransfer(encoding, withoutLastLineEnd(body)).length;
  };
}

/** Of a part: the line end before a delimiter belongs to it (RFC 2046 §5.1.1). */
export function withoutLastLineEnd(body: Buffer): Buffer {
  const text = body.toString('latin1', Math.max(0, body.length - 2));
  const ends = text.endsWith('\r\n') ? 2 : text.endsWith('\n') ? 1 : 0;
  return body.subarray(0, body.length - ends);
}
