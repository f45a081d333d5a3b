/**
 * One mailbox, taken apart completely (RFC 5322 §3.4 without its obsolete forms, routes, groups and quoted local
 * parts): every form of `local@domain` and of `name <local@domain>`, with comments and white space wherever the RFC
 * lets them stand. Two programs must never see two addresses in what is accepted:
 * - no comment and no unquoted word holds an at sign or the beginning of a bracket;
 * - where a quoted name holds an at sign, comments must be plain words: a program that does not know comments could
 *   begin or end the quoted string somewhere else;
 * - a comment in a comment, or with a backslash, may end earlier for simpler programs. Beside a bare address it stands
 *   apart, and nothing but brackets follows the first one that closes;
 * - beside the at sign, where RFC 5322 §3.4.1 would rather have none, stand plain words alone, and only in brackets,
 *   which say how far the address goes. White space there is refused.
 */
import { commentEnd, MAX_COMMENT_DEPTH } from './comments.js';

/** What a comment or an unquoted name may hold without any parser finding an address in it. */
const PLAIN_WORDS = /^[A-Za-z0-9 \t.'_/&+!?=*#$%^`{|}~[\]-]*$/;
const CONTROLS = /[\0-\x08\x0a-\x1f\x7f]/;
const QUOTED = /"(?:[^"\\]|\\[^\0])*"/y;
const WORDS = /[^"()<>]+/y;
/** Stands for a comment: no value with a control gets so far. */
const COMMENT = '\x01';
const ADDR_SPEC =
  /^(?<before>[ \t\x01]*)(?<local>[^\s()<>",;:[\]\\@\x01]+)\x01*@\x01*(?<domain>[^\s()<>",;:[\]\\@\x01]+)(?<behind>[ \t\x01]*)$/;

interface Piece {
  readonly kind: 'quoted' | 'comment' | 'words' | '<' | '>';
  /** Without its quotes or outer brackets. */
  readonly text: string;
}

interface Parts {
  /** In front of the brackets and behind them; nothing where there are none. */
  readonly around: readonly Piece[];
  /** What the address stands in: between the brackets, or all of it. */
  readonly core: readonly Piece[];
  readonly isBare: boolean;
}

/** The addr-spec of an address field that is exactly one mailbox, without comments and not yet canonical; else null. */
export function strictMailbox(value: string): string | null {
  if (CONTROLS.test(value)) return null;
  const pieces = readPieces(value);
  const parts = pieces === null ? null : partsOf(pieces);
  const addrSpec = parts === null ? null : addrSpecOf(parts);
  if (pieces === null || parts === null || addrSpec === null) return null;
  return isUnmistakable(parts, pieces, addrSpec) ? addrSpec : null;
}

/** null for an open quote, an open or a too deep comment, and two quoted strings without anything between them. */
function readPieces(value: string): readonly Piece[] | null {
  const pieces: Piece[] = [];
  for (let at = 0; at < value.length; ) {
    const end = pieceEnd(value, at);
    if (end === null) return null;
    const kind = kindOf(value.charAt(at));
    if (kind === 'quoted' && pieces.at(-1)?.kind === 'quoted') return null;
    const isEnclosed = kind === 'quoted' || kind === 'comment';
    pieces.push({ kind, text: isEnclosed ? value.slice(at + 1, end - 1) : value.slice(at, end) });
    at = end;
  }
  return pieces;
}

function kindOf(first: string): Piece['kind'] {
  if (first === '<' || first === '>') return first;
  if (first === '(') return 'comment';
  return first === '"' ? 'quoted' : 'words';
}

function pieceEnd(value: string, at: number): number | null {
  const first = value.charAt(at);
  if (first === '<' || first === '>') return at + 1;
  if (first === '(') {
    const end = commentEnd(value, at, MAX_COMMENT_DEPTH);
    return end === null ? null : end + 1;
  }
  const pattern = first === '"' ? QUOTED : WORDS;
  pattern.lastIndex = at;
  return pattern.test(value) ? pattern.lastIndex : null;
}

/** At most one pair of brackets, and behind it nothing but comments. */
function partsOf(pieces: readonly Piece[]): Parts | null {
  const open = pieces.findIndex(({ kind }) => kind === '<');
  if (open < 0) return { around: [], core: pieces, isBare: true };
  const close = pieces.findIndex(({ kind }) => kind === '>');
  const core = pieces.slice(open + 1, Math.max(close, 0));
  const behind = pieces.slice(close + 1);
  if (close < open || core.some(({ kind }) => kind === '<')) return null;
  const isOver = behind.every(({ kind, text }) => kind === 'comment' || /^[ \t]*$/.test(text));
  return isOver ? { around: [...pieces.slice(0, open), ...behind], core, isBare: false } : null;
}

function addrSpecOf({ core, isBare }: Parts): string | null {
  if (!core.every(({ kind }) => kind === 'words' || kind === 'comment')) return null;
  const text = core.map((piece) => (piece.kind === 'comment' ? COMMENT : piece.text)).join('');
  const { before = '', local = '', domain = '', behind = '' } = ADDR_SPEC.exec(text)?.groups ?? {};
  const comments = core.flatMap((piece) => (piece.kind === 'comment' ? [piece.text] : []));
  // A domain that ends in a dot could go on in what stands behind it.
  if (local === '' || (domain.endsWith('.') && behind.includes(COMMENT))) return null;
  return areClear(comments, { before, behind, isBare }) ? `${local}@${domain}` : null;
}

interface Place {
  readonly before: string;
  readonly behind: string;
  readonly isBare: boolean;
}

function areClear(comments: readonly string[], { before, behind, isBare }: Place): boolean {
  const first = count(before);
  const last = comments.length - count(behind);
  return comments.every((comment, index) => {
    if (index < first) return isAside(comment, isBare, /[ \t]$/.test(before));
    if (index >= last) return isAside(comment, isBare, /^[ \t]/.test(behind));
    return !isBare && isPlain(comment) && !comment.includes('.');
  });
}

function count(between: string): number {
  return between.split(COMMENT).length - 1;
}

/** Whether a comment beside the address is one for programs too that end it at the first bracket that closes. */
function isAside(comment: string, isBare: boolean, isApart: boolean): boolean {
  // Simple programs end the brackets here, and read a backslash in them in their own way.
  if (!isBare && /[>\\]/.test(comment)) return false;
  return !/[()\\]/.test(comment) || (isApart && /^[^)]*[) \t]*$/.test(comment));
}

function isUnmistakable({ around }: Parts, pieces: readonly Piece[], addrSpec: string): boolean {
  const isAddress = (text: string): boolean => text.trim().toLowerCase() === addrSpec.toLowerCase();
  const words = around.filter(({ kind, text }) => kind === 'words' && /[^ \t]/.test(text));
  const isItsOwnName = words.length === 1 && around.length === 1 && isAddress(words[0]?.text ?? '');
  if (!isItsOwnName && !words.every(({ text }) => isPlain(text))) return false;
  const comments = pieces.flatMap(({ kind, text }) => (kind === 'comment' ? [text] : []));
  const isNamed = pieces.some(
    ({ kind, text }) => kind === 'quoted' && text.includes('@') && !isAddress(text),
  );
  if (isNamed) return comments.every(isPlain);
  return comments.every((text) => !text.includes('<') && (!text.includes('@') || isAddress(text)));
}

function isPlain(words: string): boolean {
  return PLAIN_WORDS.test(words.replace(/[\u0080-\u{10ffff}]+/gu, ''));
}
