/**
 * The line that begins a message in an mbox file: `From SENDER DATE`. Whoever reads one must tell it from a line of text that
 * begins with "From ", and only the date can tell: no program agrees with another on the rest (`docs/mbox.md` has their lines).
 */

/** Longer lines are text, whatever they say. */
export const MAX_FROM_LINE_BYTES = 1_000;

export const FROM = Buffer.from('From ');

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

export interface FromLine {
  /** As written, empty where there is none. Nobody has proven it. */
  readonly sender: string;
  /** By the offset in the line, or as UTC where it has none (RFC 4155). null where no such day or time exists. */
  readonly at: Date | null;
}

/**
 * A weekday, a month, a day, a time, a year, with a zone before or behind the year: as asctime() writes it, and date(1),
 * Gmail's Takeout (`+0000 2026`), mutt and Thunderbird.
 */
const DATE =
  /(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat),? {1,2}(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}(\d{1,2}) (\d{1,2}):(\d{2})(?::(\d{2}))?(?: ([A-Z]{1,5}|[+-]\d{4}))? (\d{4})(?: ([A-Z]{1,5}|[+-]\d{4}))?$/;

/** null for a line that begins no message. `line` is without its line end. */
export function readFromLine(line: string): FromLine | null {
  if (!line.startsWith('From ') || line.length > MAX_FROM_LINE_BYTES) return null;
  // procmail and UUCP add where it came from.
  const told = line
    .slice('From '.length)
    .replace(/ remote from \S+$/, '')
    .trimEnd();
  const found = DATE.exec(told);
  if (found === null) return null;
  const [, month, day, hour, minute, second, before, year, after] = found;
  const sender = told.slice(0, found.index).trim();
  const at = momentOf({ month, day, hour, minute, second, year, zone: before ?? after });
  return { sender, at };
}

interface Written {
  readonly month: string | undefined;
  readonly day: string | undefined;
  readonly hour: string | undefined;
  readonly minute: string | undefined;
  readonly second: string | undefined;
  readonly year: string | undefined;
  readonly zone: string | undefined;
}

function momentOf({ month, day, hour, minute, second, year, zone }: Written): Date | null {
  const index = MONTHS.findIndex((name) => name === month);
  const parts = [Number(hour), Number(minute), Number(second ?? '0')] as const;
  const utc = Date.UTC(Number(year), index, Number(day), ...parts);
  const at = new Date(utc);
  // Date.UTC goes on counting: the 31st of February is in March.
  if (Number.isNaN(utc) || at.getUTCDate() !== Number(day) || at.getUTCHours() !== Number(hour)) return null;
  const [, sign, hours, minutes] = /^([+-])(\d{2})(\d{2})$/.exec(zone ?? '') ?? [];
  if (sign === undefined) return at;
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return new Date(utc + (sign === '+' ? -offsetMs : offsetMs));
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** With its LF. What is no plain address is left out: the name that everybody uses for "nobody" stands in its place. */
export function fromLine(sender: string | null, at: Date): string {
  const plain = sender !== null && /^[!-~]{1,254}$/.test(sender) ? sender : 'MAILER-DAEMON';
  const day = String(at.getUTCDate()).padStart(2, ' ');
  const time = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(':');
  const year = String(at.getUTCFullYear()).padStart(4, '0');
  return `From ${plain} ${DAYS[at.getUTCDay()]} ${MONTHS[at.getUTCMonth()]} ${day} ${time} ${year}\n`;
}
