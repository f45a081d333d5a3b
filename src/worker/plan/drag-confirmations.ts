/**
 * Confirmations to requesters whose ticket somebody closed by moving its mail to the archive, where the desk wants
 * them (`confirm.drag`). Each waits in the outbox, held, for a minute: moving the mail back takes it back. So many
 * people at most are written to in one pass.
 *
 * Its cause is the move: the folder, its UIDVALIDITY, and the moved message's UID there.
 */
import { isOwn } from '../../desk/sign/origin.js';
import { stage } from '../effects/stage-mail.js';
import type { ArchiveView } from '../sight/archive.js';
import { lookUp, type Survey, stateOf } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import type { FiledMessage } from '../workplace/facts-cache.js';
import type { OutboxCopy } from '../workplace/outbox-copy.js';
import { confirmationLetter } from './confirmation.js';

const GRACE_MS = 60_000;
const MAX_IN_A_PASS = 5;
const CAUSE = 'moved:';

export function isDrag(cause: string): boolean {
  return cause.startsWith(CAUSE);
}

/** Before the ticket's entry says that it is closed: what a dead worker leaves is settled by the next. */
export async function stageDragConfirmation(
  desk: Desk,
  survey: Survey,
  dragged: { number: number; archive: ArchiveView; messages: readonly FiledMessage[] },
): Promise<void> {
  if (!desk.policy.confirmDrag) return;
  const moved = dragged.messages.find(({ facts }) => !isOwn(desk.policy, facts));
  const ticket = survey.ledger.ticket(dragged.number);
  if (moved === undefined || ticket === null) return;
  const cause = `${CAUSE}archived:${dragged.archive.uidValidity}:${moved.uid}`;
  await stage(desk, survey, confirmationLetter(desk, ticket, cause));
}

/** Releases those whose time has come, and drops those whose ticket is open again. */
export async function settleDrags(desk: Desk, survey: Survey): Promise<void> {
  const held = survey.outbox.filter((copy) => copy.held && isDrag(copy.stage?.cause ?? ''));
  if (held.length === 0) return;
  const { store, folders } = desk;
  const numbers = held.flatMap(({ stage: about }) => about?.ticket ?? []);
  const tickets = numbers.filter((number) => !survey.records.has(number));
  await lookUp(desk, survey, { tickets });
  const closed = held.filter((copy) => isClosed(survey, copy));
  const drop = held.filter((copy) => !closed.includes(copy)).map(({ uid }) => uid);
  if (drop.length > 0) await store.remove(folders.outbox, drop);
  const due = closed.filter(({ stagedAt }) => desk.now().getTime() - stagedAt.getTime() >= GRACE_MS);
  const release = due.slice(0, MAX_IN_A_PASS).map(({ uid }) => uid);
  if (release.length > 0) await store.setFlags(folders.outbox, release, { remove: ['\\Flagged'] });
}

function isClosed(survey: Survey, { stage: about }: OutboxCopy): boolean {
  const record = about?.ticket == null ? undefined : survey.records.get(survey.ledger.endOf(about.ticket));
  return record !== undefined && stateOf(record) === 'archived';
}
