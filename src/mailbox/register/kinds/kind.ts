/** What is to be known of a kind of entry, and how values stand in its fields. */
import { fieldValues, type HeaderBlock } from '../../../message/header/header-block.js';

/** One kind of entry; `R` is its record. */
export interface Kind<R> {
  /** The lowest one that every reader understands rightly; 1 where it is not said. */
  readonly version?: number;
  /** What a program needs, in the order in which it is written. */
  fields(record: R): Fields;
  /** null where a field is missing or damaged that the kind cannot do without. */
  read(fields: FieldReader): R | null;
  /** What only one entry of the kind can have: of two that claim the same, the later one is void. */
  claims?(record: R): readonly string[];
  /** For people. */
  subject(record: R): string;
  /** For people, too; `KEEP` where it is not said. */
  text?(record: R): string;
}

/** Names are without `X-Imapdesk-`, when fields are written and when they are read. */
export type Fields = readonly (readonly [name: string, value: string])[];

export const FIELD_PREFIX = 'X-Imapdesk-';

export const KEEP = 'This is a note of the support desk to itself. Please leave it where it is.\n';

/** Short enough that a piece fits into a line even if each of its characters has to be escaped. */
const MAX_PIECE_CHARACTERS = 100;

/** JSON strings in ASCII, so that no server has a reason to rewrite them; long text in pieces, for no line is endless. */
export function ascii(value: string): string {
  const pieces = value.match(new RegExp(`[^]{1,${MAX_PIECE_CHARACTERS}}`, 'g')) ?? [''];
  const json = pieces.map((piece) => JSON.stringify(piece)).join(' ');
  return json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The form in which numbers stand in fields, so that a substring search for 4 does not find 42. */
export function searchableNumber(number: number): string {
  return `<${number}>`;
}

export function idField(id: string | null): Fields {
  return id === null ? [] : [['Message-Id', `<${id}>`]];
}

/** Reads one entry's fields. Tolerant of what a server may do to white space; strict about what it means. */
export class FieldReader {
  readonly #block: HeaderBlock;

  constructor(block: HeaderBlock) {
    this.#block = block;
  }

  all(name: string): readonly string[] {
    return fieldValues(this.#block, `${FIELD_PREFIX}${name}`.toLowerCase()).map((value) => value.trim());
  }

  one(name: string): string | null {
    return this.all(name)[0] ?? null;
  }

  /** At least one, which is '' where there is no such field. */
  words(name: string): readonly string[] {
    return (this.one(name) ?? '').split(/\s+/);
  }

  number(name: string): number | null {
    return readNumber(this.one(name));
  }

  id(name: string): string | null {
    return this.one(name)?.replace(/^<|>$/g, '') ?? null;
  }

  date(name: string): Date {
    return new Date(this.one(name) ?? 0);
  }

  /** What `ascii` wrote; '' for what is none. */
  text(name: string): string {
    const pieces = this.one(name)?.match(/"(?:[^"\\]|\\.)*"/g) ?? [];
    return pieces.map(parsePiece).join('');
  }

  /** How far a folder had come: its UIDVALIDITY and UIDNEXT, whatever follows. */
  place(name: string): { uidValidity: string; uidNext: number } | null {
    const [uidValidity, uidNext] = this.words(name);
    if (uidValidity === undefined || uidNext === undefined || !/^[0-9]+$/.test(uidNext)) return null;
    return { uidValidity, uidNext: Number(uidNext) };
  }
}

export function readNumber(value: string | null | undefined): number | null {
  const digits = value?.replace(/^<|>$/g, '') ?? '';
  return /^[0-9]{1,10}$/.test(digits) ? Number(digits) : null;
}

function parsePiece(piece: string): string {
  try {
    const parsed: unknown = JSON.parse(piece);
    return typeof parsed === 'string' ? parsed : '';
  } catch {
    return '';
  }
}
