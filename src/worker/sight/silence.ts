/**
 * What was filed with a ticket and told to nobody: absence notes, receipts, closes of what is closed. Each is noted in the
 * register until a summary has counted it, so that silence is never complete.
 */

import { rowOf, type Stage } from '../../desk/letters/staging.js';
import { answersOwnStaff } from '../../desk/ticket/marks.js';
import type { Decided } from '../plan/decide-batch.js';
import type { Desk } from '../workplace/desk.js';
import { appendAttempt } from './attempts.js';
import type { Survey } from './survey.js';

const PREFIX = 'silent:';
/** Of mail that answers the desk's letters to staff: it is counted, and makes no summary, which might be answered as well. */
const OF_STAFF_PREFIX = `${PREFIX}staff:`;
const WHY = 'it was filed without a notice';

/** Noted before anything is moved: a pass that dies decides again, and notes it under the same name. */
export async function noteSilence(desk: Desk, survey: Survey, decided: readonly Decided[]): Promise<void> {
  const known = new Set(survey.attempts.map(({ identity }) => identity));
  const told = new Set(survey.outbox.flatMap(({ stage }) => (isToStaff(stage) ? stage.cause : [])));
  for (const { pending } of decided.filter(isSilent)) {
    const { identity, messageId } = pending.facts;
    // A worker that died had begun its notices: of a close it looks by now as if the ticket had been closed before.
    if (told.has(identity)) continue;
    const prefix = answersOwnStaff(desk.policy, pending.facts) ? OF_STAFF_PREFIX : PREFIX;
    const name = `${prefix}${identity}`;
    if (!known.has(name)) await appendAttempt(desk, survey, { identity: name, messageId, why: WHY });
  }
}

function isToStaff(stage: Stage | null): stage is Stage {
  return stage !== null && rowOf(stage).toStaff === true;
}

/** The desk's own mail and the same mail again were told before; of mail that is older than the desk another summary tells. */
function isSilent({ pending, decision }: Decided): boolean {
  const { kind, destination, notifyStaff, notRelayedTo, staff } = decision;
  if (pending.quiet || pending.facts.fromAccount === true) return false;
  if (destination === 'review' || notifyStaff || notRelayedTo !== null || staff !== null) return false;
  return kind === 'automatic' || kind === 'bounce' || kind === 'close';
}

/** What no summary has counted yet. */
export interface Silence {
  readonly count: number;
  /** When the first of those that call for a summary was filed; null where none does. */
  readonly since: Date | null;
  /** The register's UIDs. */
  readonly uids: readonly number[];
}

export function silenceSoFar(survey: Survey): Silence {
  const live = survey.attempts.filter(
    ({ identity, flags }) => identity.startsWith(PREFIX) && !flags.has('\\Answered'),
  );
  const calling = live.filter(({ identity }) => !identity.startsWith(OF_STAFF_PREFIX));
  const first = calling.reduce((least, { at }) => Math.min(least, at.getTime()), Number.POSITIVE_INFINITY);
  return {
    count: new Set(live.map(({ identity }) => identity)).size,
    since: Number.isFinite(first) ? new Date(first) : null,
    uids: live.map(({ uid }) => uid),
  };
}

/** They are counted. */
export async function breakSilence({ store, folders }: Desk, { uids }: Silence): Promise<void> {
  if (uids.length > 0) await store.setFlags(folders.register, uids, { add: ['\\Answered'] });
}
