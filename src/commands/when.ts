/** Moments as people type them: a day, a day and a time, or how long ago. */
import { parseDuration } from '../config/duration.js';
import { startOfDay } from '../desk/figures/zone.js';
import { EXIT, Problem } from '../problem/problem.js';

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
/** ISO 8601 with an offset: anything else would be read in the zone of this machine. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** `2026-11-01` is the beginning of that day in the desk's zone, `30d` so long before now. Throws a Problem for what is neither. */
export function momentOf(
  written: string,
  { option, timezone, now }: { readonly option: string; readonly timezone: string; readonly now: Date },
): Date {
  const agoMs = parseDuration(written);
  if (agoMs !== null) return new Date(now.getTime() - agoMs);
  const [, year, month, day] = DAY.exec(written) ?? [];
  const found =
    year === undefined
      ? instantOf(written)
      : startOfDay({ year: Number(year), month: Number(month), day: Number(day) }, timezone);
  if (found !== null) return found;
  throw new Problem(
    'no-such-moment',
    `${option}: expected a day such as 2026-11-01, a time such as 2026-11-01T10:00:00Z, or how long ago, such as 30d`,
    { exitCode: EXIT.usage },
  );
}

function instantOf(written: string): Date | null {
  if (!INSTANT.test(written)) return null;
  const at = new Date(written);
  return Number.isNaN(at.getTime()) ? null : at;
}
