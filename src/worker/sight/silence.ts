/**
 * What was filed with a ticket and told to nobody: absence notes, receipts, closes of what is closed. Each is noted in the
 * register until a summary has counted it, so that silence is never complete.
 */
import { live, type Survey } from './survey.js';

export const SILENT = 'silent:';
/** Of mail that answers the desk's letters to staff: it is counted, and makes no summary, which might be answered as well. */
export const SILENT_OF_STAFF = `${SILENT}staff:`;

/** What no summary has counted yet. */
export interface Silence {
  readonly count: number;
  /** When the first of those that call for a summary was filed; null where none does. */
  readonly since: Date | null;
  /** The register's UIDs. */
  readonly uids: readonly number[];
}

export function silenceSoFar(survey: Survey): Silence {
  const silent = live(survey.attempts).filter(({ identity }) => identity.startsWith(SILENT));
  const calling = silent.filter(({ identity }) => !identity.startsWith(SILENT_OF_STAFF));
  const first = calling.reduce((least, { at }) => Math.min(least, at.getTime()), Number.POSITIVE_INFINITY);
  return {
    count: new Set(silent.map(({ identity }) => identity)).size,
    since: Number.isFinite(first) ? new Date(first) : null,
    uids: silent.map(({ uid }) => uid),
  };
}
