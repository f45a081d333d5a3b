/**
 * How programs keep a line of text that begins with "From " from being taken for the next message. They do not agree, and no
 * file says how it was written:
 *
 * | dialect | writer | reader |
 * |---|---|---|
 * | `rd` | one `>` before each line that is `From `, with any number of `>` before it | takes one away: nothing is lost |
 * | `o` | one `>` before `From ` alone | takes it away from `>From ` alone: a text that had `>From ` loses it |
 * | `cl` | as `o`, and counts the bytes in Content-Length | as `o`, and goes by the count |
 * | `cl2` | counts, and quotes nothing | goes by the count, and takes nothing away |
 * | `none` | quotes nothing, and hopes | takes nothing away |
 */
export const DIALECTS = ['rd', 'o', 'cl', 'cl2', 'none'] as const;
export type Dialect = (typeof DIALECTS)[number];

/** At the beginning of a line, which LF alone ends: JavaScript's `^` would take CR for an end as well. */
const QUOTABLE = /(?<=^|\n)(?=>*From )/g;
const QUOTED = /(?<=^|\n)>(?=>*From )/g;
const QUOTED_ONCE = /(?<=^|\n)>(?=From )/g;

/** As `rd`. Any bytes come back from `unquoted` as they were. */
export function quoted(raw: Buffer): Buffer {
  return replaced(raw, QUOTABLE, '>');
}

export function unquoted(raw: Buffer, dialect: Dialect): Buffer {
  if (dialect === 'rd') return replaced(raw, QUOTED, '');
  if (dialect === 'o' || dialect === 'cl') return replaced(raw, QUOTED_ONCE, '');
  return raw;
}

function replaced(raw: Buffer, pattern: RegExp, by: string): Buffer {
  if (!raw.includes('From ')) return raw;
  return Buffer.from(raw.toString('latin1').replace(pattern, by), 'latin1');
}

/** What was met in a file, by which its dialect is guessed. */
export interface Evidence {
  readonly messages: number;
  /** Messages that end where their Content-Length says. */
  readonly counted: number;
  /** Lines "From " in texts: whoever wrote the file did not quote them. */
  readonly bare: number;
}

/**
 * Takes quoting away only where nothing speaks against it. `>>From ` is taken for what `rd` makes of `>From `: a writer of `o`
 * has it only where a text was spoilt before.
 */
export function guessDialect({ counted, bare }: Evidence): Dialect {
  if (counted > 0) return 'cl2';
  return bare > 0 ? 'none' : 'rd';
}
