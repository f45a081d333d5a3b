/**
 * Confirmations to requesters whose ticket somebody closed by moving its mail to the archive, where the desk wants
 * them (`confirm.drag`). Each waits in the outbox, held, for a minute: moving the mail back takes it back. So many
 * people at most are written to in one pass.
 */
import { stateOf } from '../../desk/ticket/ticket.js';
import type { Effects } from '../effects/effects.js';
import { isDrag } from '../sight/causes.js';
import { lookUp, type Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import type { OutboxCopy } from '../workplace/outbox-copy.js';

const GRACE_MS = 60_000;
const MAX_IN_A_PASS = 5;

/** Releases those whose time has come, and drops those whose ticket is open again. */
export async function planDrags(desk: Desk, survey: Survey): Promise<Effects> {
  const held = survey.outbox.filter((copy) => copy.held && isDrag(copy.stage?.cause ?? ''));
  if (held.length === 0) return {};
  const numbers = held.flatMap(({ stage }) => stage?.ticket ?? []);
  await lookUp(desk, survey, { tickets: numbers.filter((number) => !survey.ledger.records.has(number)) });
  const closed = held.filter((copy) => isClosed(survey, copy));
  const dropped = held.filter((copy) => !closed.includes(copy)).map(({ uid }) => uid);
  const due = closed.filter(({ stagedAt }) => desk.now().getTime() - stagedAt.getTime() >= GRACE_MS);
  return {
    removed: [{ folder: desk.folders.outbox, uids: dropped }],
    released: due.slice(0, MAX_IN_A_PASS).map(({ uid }) => uid),
  };
}

function isClosed({ ledger }: Survey, { stage }: OutboxCopy): boolean {
  const record = stage?.ticket == null ? undefined : ledger.records.get(ledger.endOf(stage.ticket));
  return record !== undefined && stateOf(record) === 'archived';
}
