/**
 * Sends what lies in the outbox, is not held, and was staged by this desk. A copy that belongs to its ticket then
 * moves to where that ticket is; every other one is marked `\Answered` and stays until the limits' window is over.
 *
 * A copy is marked after the server has taken the message, so a worker that dies between the two sends it again,
 * under the same Message-ID. Marks are made for a few messages at a time, which bounds how many that can be.
 */

import { Problem } from '../desk/problem.js';
import { keptInTicket, openStaged, type Stage } from '../desk/staging.js';
import { REQUESTER, type Role, signedBounceAddress, staffMemberOf } from '../desk/ticket-address.js';
import { type ArchiveView, appendHint } from './archive.js';
import type { Desk } from './desk.js';
import { tellOfRefused } from './refused.js';
import { followMerges, type OutboxCopy, type Survey, stateOf } from './survey.js';

export interface DrainOutcome {
  readonly sent: number;
  readonly refused: number;
  /** What stopped it: the server can't be reached, or takes nothing now. */
  readonly stopped: Problem | null;
}

/** So many messages at most are sent again after a crash. */
const MARKED_TOGETHER = 5;

interface Sent {
  readonly uid: number;
  readonly stage: Stage;
  readonly outcome: 'sent' | 'filed' | 'refused' | 'unsigned';
}

export async function drain(desk: Desk, survey: Survey, archive: ArchiveView): Promise<DrainOutcome> {
  const ready = survey.outbox.filter(({ held, stage }) => !held && stage !== null);
  await followTickets(desk, survey, ready);
  const outcome = { sent: 0, refused: 0, stopped: null as Problem | null };
  for (
    let from = 0;
    from < ready.length && outcome.stopped === null && !desk.signal.aborted;
    from += MARKED_TOGETHER
  ) {
    const { group, stopped } = await dispatchAll(desk, ready.slice(from, from + MARKED_TOGETHER));
    outcome.stopped = stopped;
    await putAway(desk, survey, { archive, group });
    outcome.sent += group.filter((one) => one.outcome === 'sent').length;
    const refused = group.filter((one) => one.outcome === 'refused');
    outcome.refused += group.filter((one) => one.outcome === 'refused' || one.outcome === 'unsigned').length;
    await tellOfRefused(
      desk,
      refused.map(({ stage }) => stage),
    );
  }
  return outcome;
}

/** A copy goes to where its ticket is by now, and that may have been merged into another. */
async function followTickets(desk: Desk, survey: Survey, copies: readonly OutboxCopy[]): Promise<void> {
  const numbers = copies.flatMap(({ stage }) =>
    stage !== null && stage.ticket !== null && keptInTicket(stage) ? [stage.ticket] : [],
  );
  const unsure = numbers.filter((number) => {
    const record = survey.records.get(number);
    return record === undefined || stateOf(record) === 'archived';
  });
  await followMerges(desk, survey, unsure);
}

async function dispatchAll(
  desk: Desk,
  copies: readonly OutboxCopy[],
): Promise<{ group: readonly Sent[]; stopped: Problem | null }> {
  const group: Sent[] = [];
  try {
    for (const copy of copies) {
      const done = await dispatch(desk, copy);
      if (done !== null) group.push(done);
    }
    return { group, stopped: null };
  } catch (error) {
    if (!(error instanceof Problem) || !isOfServer(error)) throw error;
    return { group, stopped: error };
  }
}

/** Problems of the mailbox are not ours to swallow. */
function isOfServer(problem: Problem): boolean {
  return problem.code.startsWith('smtp-');
}

/** null for what is left where it lies. */
async function dispatch(desk: Desk, copy: OutboxCopy): Promise<Sent | null> {
  const { stage } = copy;
  if (stage === null) return null;
  if (stage.to === null) return { uid: copy.uid, stage, outcome: 'filed' };
  if (desk.hold) return null;
  const source = await desk.store.fetchSource(desk.folders.outbox, copy.uid);
  if (source === null) return null;
  const opened = openStaged(desk.policy, source);
  if (opened === null) {
    desk.log.error(
      { uid: copy.uid },
      'mail in the outbox is not sent but goes to review: it was changed there, was not staged by this desk, or an older secret is missing from "secret"',
    );
    return { uid: copy.uid, stage, outcome: 'unsigned' };
  }
  try {
    await desk.courier.send({ from: envelopeFrom(desk, stage), to: stage.to }, opened.raw);
    return { uid: copy.uid, stage, outcome: 'sent' };
  } catch (error) {
    if (!(error instanceof Problem) || !(error.code === DEFERRED || REFUSED_FOR_GOOD.has(error.code)))
      throw error;
    const fields = { uid: copy.uid, ticket: stage.ticket, purpose: stage.purpose, code: error.code };
    if (error.code === DEFERRED && desk.now().getTime() - copy.stagedAt.getTime() < GIVE_UP_MS) {
      // One recipient's server that takes it later must not hold up the mail of all others.
      desk.log.info(fields, 'the mail server takes a message later; it waits in the outbox');
      return null;
    }
    desk.log.error(fields, 'the mail server refuses a message for good; it goes to review');
    return { uid: copy.uid, stage, outcome: 'refused' };
  }
}

function envelopeFrom({ policy, envelopeFrom: kind }: Desk, { ticket, to, purpose }: Stage): string {
  if (kind === 'null') return '';
  if (kind === 'desk' || ticket === null) return policy.address;
  const member = purpose === 'notice' ? staffMemberOf(policy, to) : null;
  const role: Role = member === null ? REQUESTER : { kind: 'staff', member };
  return signedBounceAddress(policy, ticket, role) ?? policy.address;
}

const DEFERRED = 'smtp-deferred';
/** As long as mail servers usually try (RFC 5321 §4.5.4.1). */
const GIVE_UP_MS = 5 * 86_400_000;
const REFUSED_FOR_GOOD = new Set(['smtp-recipient-refused', 'smtp-message-refused']);

async function putAway(
  desk: Desk,
  survey: Survey,
  done: { archive: ArchiveView; group: readonly Sent[] },
): Promise<void> {
  const { store, folders } = desk;
  const stay: number[] = [];
  const byFolder = new Map<string, Sent[]>();
  for (const one of done.group) {
    const folder = restingPlace(desk, survey, one);
    if (folder === null) stay.push(one.uid);
    else byFolder.set(folder, [...(byFolder.get(folder) ?? []), one]);
  }
  if (stay.length > 0) await store.setFlags(folders.outbox, stay, { add: ['\\Answered'] });
  for (const [folder, group] of byFolder) {
    const moved = await store.move(
      folders.outbox,
      group.map(({ uid }) => uid),
      folder,
    );
    if (folder === folders.archived) await hintMoved(desk, survey, { archive: done.archive, group, moved });
  }
}

/** null where the copy stays in the outbox. */
function restingPlace(desk: Desk, survey: Survey, { stage, outcome }: Sent): string | null {
  if (outcome === 'refused' || outcome === 'unsigned') return desk.folders.review;
  if (!keptInTicket(stage) || stage.ticket === null) return null;
  const record = survey.records.get(survey.ledger.endOf(stage.ticket));
  return record !== undefined && stateOf(record) === 'open' ? desk.folders.open : desk.folders.archived;
}

async function hintMoved(
  desk: Desk,
  survey: Survey,
  done: { archive: ArchiveView; group: readonly Sent[]; moved: ReadonlyMap<number, number | null> },
): Promise<void> {
  const { archive, group, moved } = done;
  const endOf = ({ stage }: Sent): number | null =>
    stage.ticket === null ? null : survey.ledger.endOf(stage.ticket);
  for (const ticket of new Set(group.flatMap((one) => endOf(one) ?? []))) {
    const uids = group
      .filter((one) => endOf(one) === ticket && moved.has(one.uid))
      .map(({ uid }) => moved.get(uid) ?? null);
    const known = uids.filter((uid): uid is number => uid !== null);
    const filed = await desk.cache.read(desk.store, desk.folders.archived, known);
    const messages = filed.map(({ uid, facts }) => ({ uid, identity: facts.identity }));
    const complete = messages.length === uids.length;
    await appendHint(desk, survey, { archive, ticket, moved: messages, complete });
  }
}
