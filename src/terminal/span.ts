/** Spans of time as people say them, in the largest unit that they fill: rounded down, so that nothing is said to be over early. */

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Days are said from two on: "36 hours" tells more than "1 day". */
const UNITS = [
  { ms: DAY_MS, from: 2 * DAY_MS, name: 'day', short: 'd' },
  { ms: HOUR_MS, from: HOUR_MS, name: 'hour', short: 'h' },
  { ms: MINUTE_MS, from: MINUTE_MS, name: 'minute', short: 'min' },
  { ms: SECOND_MS, from: 0, name: 'second', short: 's' },
] as const;

function inUnits(ms: number): { readonly count: number; readonly unit: (typeof UNITS)[number] } {
  const positive = Math.max(0, ms);
  const unit = UNITS.find(({ from }) => positive >= from) ?? UNITS[3];
  return { count: Math.floor(positive / unit.ms), unit };
}

/** `1 minute`, `36 hours`, `3 days`. */
export function spanInWords(ms: number): string {
  const { count, unit } = inUnits(ms);
  return `${count} ${unit.name}${count === 1 ? '' : 's'}`;
}

/** `1 min`, `36 h`, `3 d`, where there is little room. */
export function shortSpan(ms: number): string {
  const { count, unit } = inUnits(ms);
  return `${count} ${unit.short}`;
}
