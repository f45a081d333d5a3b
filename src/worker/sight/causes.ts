import type { RoutineRecord } from '../../mailbox/register/entry.js';

/** The names that causes of letters have where these are no messages. */
const REQUEST = 'request:';
const ROUTINE = 'routine:';
const DRAG = 'moved:';
const REFUSAL = 'refused ';
export const ADOPTION_CAUSE = 'adoption';
/** Followed by what tells one copied inbox from another. */
export const COPY_CAUSE = 'copied:';

/** A command that was asked for through the register. */
export function requestCause(id: string): string {
  return `${REQUEST}${id}`;
}

export function isRequest(cause: string): boolean {
  return cause.startsWith(REQUEST);
}

/** What the desk does by itself, on one day. */
export function routineCause({ routine, day }: Pick<RoutineRecord, 'routine' | 'day'>): string {
  return `${ROUTINE}${routine} ${day}`;
}

export function isRoutine(cause: string): boolean {
  return cause.startsWith(ROUTINE);
}

/** Somebody's move: the folder, its UIDVALIDITY, and the moved message's UID there. */
export function dragCause(uidValidity: string, uid: number): string {
  return `${DRAG}archived:${uidValidity}:${uid}`;
}

export function isDrag(cause: string): boolean {
  return cause.startsWith(DRAG);
}

/** A letter that was refused: its Message-ID, and its UID in the outbox. */
export function refusalCause({ messageId, uid }: { messageId: string | null; uid: number }): string {
  return `${REFUSAL}${messageId ?? '?'} ${uid}`;
}

export function isRefusal(cause: string): boolean {
  return cause.startsWith(REFUSAL);
}
