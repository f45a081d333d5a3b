/**
 * When a message came, as it says itself: for messages whose arrival date a server has lost, because somebody copied them
 * without it.
 */
import { fieldValues, type HeaderBlock } from './header-block.js';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** RFC 5322 §3.3 and §4.3, without the day of the week; comments are not read. */
const DATE_TIME =
  /(?<!\d)(\d{1,2})[ \t]+([a-z]{3})[a-z]*[ \t]+(\d{2,4})[ \t]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[ \t]*([+-])(\d{2})(\d{2})(?!\d)|[ \t]+([a-z]{1,4})\b)?/gi;

/** What is longer holds no date that a program has written. */
const MAX_VALUE_CHARACTERS = 2_000;
const MINUTE_MS = 60_000;

/** RFC 5322 §4.3, in hours; all other names count as UTC, as it says there. */
const ZONES: Readonly<Record<string, number>> = {
  edt: -4,
  est: -5,
  cdt: -5,
  cst: -6,
  mdt: -6,
  mst: -7,
  pdt: -7,
  pst: -8,
};

/**
 * The date of the topmost Received field, which the host wrote that delivered the message; senders may write what they
 * like into those below it and into Date, so Date counts only where no host has said it. null if neither can be read.
 */
export function ownDate(block: HeaderBlock): Date | null {
  const [delivered] = fieldValues(block, 'received');
  const [written] = fieldValues(block, 'date');
  return readDate(delivered ?? '') ?? readDate(written ?? '');
}

/** The last date in a value: in Received it stands at the end (RFC 5321 §4.4). */
function readDate(value: string): Date | null {
  const text = value.slice(-MAX_VALUE_CHARACTERS);
  const match = [...text.matchAll(DATE_TIME)].at(-1);
  if (match === undefined) return null;
  const [, day, month, year, hour, minute, second = '0'] = match;
  const at = MONTHS.indexOf((month ?? '').toLowerCase());
  if (at < 0) return null;
  const time = Date.UTC(fullYear(year ?? ''), at, Number(day), Number(hour), Number(minute), Number(second));
  return new Date(time - zoneMinutes(match) * MINUTE_MS);
}

/** RFC 5322 §4.3: two digits mean 1950 to 2049, three are counted from 1900. */
function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length === 4) return year;
  return digits.length === 2 && year < 50 ? 2000 + year : 1900 + year;
}

function zoneMinutes(match: RegExpExecArray): number {
  const [sign, hours, minutes, name] = match.slice(7);
  if (sign === undefined) return (ZONES[(name ?? '').toLowerCase()] ?? 0) * 60;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
