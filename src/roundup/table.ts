/**
 * A table of an export: lines of fields, parted by colons, quoted where they must be (RFC 4180 with a colon). A first line names the
 * fields, and each field of the others is a value as Python writes it. Such a value has no line end, so a line is a row.
 */
import { EXIT, Problem } from '../problem/problem.js';
import { type Literal, NoLiteral, readLiteral } from './literal.js';

const FIELD = /(?:"([^"]*(?:""[^"]*)*)"|([^":]*))(:|$)/y;
const LF = 10;
/** A list of ids may be long: this is a hundred thousand of them. The patterns of values fit what is as long. */
const MAX_LINE_BYTES = 1_000_000;
const ROWS_AT_ONCE = 2_000;
const RETIRED = 'is retired';

export interface Row {
  /** File and line, for what goes wrong. */
  readonly where: string;
  /** Digits without a sign. */
  readonly id: number;
  readonly isRetired: boolean;
  /** null for None, and where there is no such column. */
  text(column: string): string | null;
  moment(column: string): Date | null;
  link(column: string): number | null;
  links(column: string): readonly number[];
}

export interface Table {
  readonly columns: ReadonlySet<string>;
  readonly rows: ReadonlyMap<number, Row>;
}

/** Is waited for again and again in long work, and throws where that must stop. */
export type Pace = () => Promise<void>;

interface Reading {
  /** Columns that must be there. */
  readonly needed: readonly string[];
  /** Columns that rows have; the others are forgotten. */
  readonly kept: readonly string[];
  readonly pace: Pace;
}

/** `path` is for what goes wrong. Throws a Problem that names the line. */
export async function readTable(
  path: string,
  bytes: Buffer,
  { needed, kept, pace }: Reading,
): Promise<Table> {
  const rows = new Map<number, Row>();
  let columns: readonly string[] | null = null;
  let places = new Map<string, number>();
  let picked: readonly number[] = [];
  for (const { line, number } of linesOf(path, bytes)) {
    if (number % ROWS_AT_ONCE === 0) await pace();
    const where = `${path}, line ${number}`;
    const fields = fieldsOf(line);
    if (fields === null) throw damaged(where, 'this is no line of fields with colons between them');
    if (columns === null) {
      columns = fields;
      const names = ['id', RETIRED, ...kept].filter((name) => fields.includes(name));
      places = new Map(names.map((name, index) => [name, index]));
      picked = names.map((name) => fields.indexOf(name));
      const missing = ['id', RETIRED, ...needed].filter((name) => !fields.includes(name));
      if (missing.length > 0)
        throw damaged(where, `there is no column ${missing.map((name) => `"${name}"`).join(', ')}`);
      continue;
    }
    if (fields.length !== columns.length)
      throw damaged(where, `there are ${fields.length} fields, and the first line names ${columns.length}`);
    const values = picked.map((index) => detached(fields[index] ?? ''));
    const row = new FieldsRow({ path, number, places }, values);
    if (rows.has(row.id)) throw damaged(where, `id ${row.id} is there twice`);
    rows.set(row.id, row);
  }
  if (columns === null) throw damaged(path, 'it is empty');
  return { columns: new Set(columns), rows };
}

function* linesOf(
  path: string,
  bytes: Buffer,
): Generator<{ readonly line: string; readonly number: number }> {
  let from = 0;
  for (let number = 1; from < bytes.length; number += 1) {
    const found = bytes.indexOf(LF, from);
    const end = found === -1 ? bytes.length : found;
    if (end - from > MAX_LINE_BYTES)
      throw damaged(`${path}, line ${number}`, `it is longer than ${MAX_LINE_BYTES} bytes`);
    const line = bytes.toString('utf8', from, end).replace(/\r$/, '');
    if (line !== '') yield { line, number };
    from = end + 1;
  }
}

/** null where the quotes are not in order. */
function fieldsOf(line: string): readonly string[] | null {
  const fields: string[] = [];
  for (let at = 0; ; ) {
    FIELD.lastIndex = at;
    const found = FIELD.exec(line);
    if (found === null) return null;
    const [, quoted, plain = '', end] = found;
    fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === '') return fields;
    at = FIELD.lastIndex;
  }
}

/** A part of a string holds on to the whole of it: here to its line. */
function detached(field: string): string {
  return Buffer.from(field).toString();
}

interface Whence {
  readonly path: string;
  readonly number: number;
  /** Which of its values is that of a column. */
  readonly places: ReadonlyMap<string, number>;
}

class FieldsRow implements Row {
  readonly id: number;
  readonly isRetired: boolean;
  readonly #whence: Whence;
  readonly #values: readonly string[];

  constructor(whence: Whence, values: readonly string[]) {
    this.#whence = whence;
    this.#values = values;
    this.id = this.link('id') ?? this.#refuse('id', 'no number');
    this.isRetired = Boolean(this.#value(RETIRED));
  }

  get where(): string {
    return `${this.#whence.path}, line ${this.#whence.number}`;
  }

  text(column: string): string | null {
    const value = this.#value(column);
    if (value === null || typeof value === 'string') return value;
    return this.#refuse(column, 'no text');
  }

  moment(column: string): Date | null {
    const value = this.#value(column);
    if (value === null) return null;
    return momentOf(value) ?? this.#refuse(column, 'no date');
  }

  link(column: string): number | null {
    const value = this.#value(column);
    return value === null ? null : this.#id(column, value);
  }

  links(column: string): readonly number[] {
    const value = this.#value(column) ?? [];
    if (!Array.isArray(value)) return this.#refuse(column, 'no list of ids');
    return value.map((one) => this.#id(column, one));
  }

  #id(column: string, value: Literal): number {
    const digits = typeof value === 'number' ? String(value) : value;
    const isId = typeof digits === 'string' && /^[1-9]\d{0,8}$/.test(digits);
    return isId ? Number(digits) : this.#refuse(column, 'no id');
  }

  #value(column: string): Literal {
    const field = this.#values[this.#whence.places.get(column) ?? -1];
    if (field === undefined) return null;
    try {
      return readLiteral(field);
    } catch (error) {
      if (!(error instanceof NoLiteral)) throw error;
      return this.#refuse(column, `not readable: ${error.message}`);
    }
  }

  #refuse(column: string, what: string): never {
    throw damaged(this.where, `"${column}" is ${what}`);
  }
}

/** `(2008, 11, 2, 9, 0, 0.0, 0, 0, 0)`, in UTC; null for what is no date. */
function momentOf(value: Literal): Date | null {
  if (!Array.isArray(value) || value.length !== 9) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = value.map(Number);
  const millisecond = Math.floor((second % 1) * 1000);
  const moment = new Date(Date.UTC(year, month - 1, day, hour, minute, Math.floor(second), millisecond));
  return year >= 1000 && year <= 9999 && moment.getUTCMonth() === month - 1 ? moment : null;
}

export function damaged(where: string, why: string): Problem {
  return new Problem('import-unreadable', `${where}: ${why}`, {
    exitCode: EXIT.usage,
  });
}
