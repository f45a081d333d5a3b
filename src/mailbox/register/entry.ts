/**
 * The desk's own small entries, and how they stand in the register as messages.
 *
 * What a program needs is in `X-Imapdesk-…` fields, which the server can search; the text below them is for people.
 * `X-Imapdesk-Version` is the version of this form: a newer worker reads every older one, and refuses what is newer
 * than itself, because it can't know what it would break.
 *
 * Each kind of entry is a file in `kinds/`. The list of them is here, and nowhere else.
 */
import { absence } from './kinds/absence.js';
import { adoption } from './kinds/adoption.js';
import { alert } from './kinds/alert.js';
import { attempt } from './kinds/attempt.js';
import { claim } from './kinds/claim.js';
import { copied } from './kinds/copied.js';
import { erased } from './kinds/erased.js';
import { hint } from './kinds/hint.js';
import type { Kind } from './kinds/kind.js';
import { link } from './kinds/link.js';
import { merge } from './kinds/merge.js';
import { request } from './kinds/request.js';
import { routine } from './kinds/routine.js';
import { sent } from './kinds/sent.js';
import { taken } from './kinds/taken.js';
import { telling } from './kinds/telling.js';
import { ticket } from './kinds/ticket.js';
import { worker } from './kinds/worker.js';
import { written } from './kinds/written.js';

export type { AdoptionRecord } from './kinds/adoption.js';
export type { AlertRecord } from './kinds/alert.js';
export type { AttemptRecord } from './kinds/attempt.js';
export type { ClaimRecord } from './kinds/claim.js';
export type { CopiedRecord } from './kinds/copied.js';
export type { ErasedRecord } from './kinds/erased.js';
export type { HintRecord, MovedMessage } from './kinds/hint.js';
export { searchableNumber } from './kinds/kind.js';
export type { LinkRecord } from './kinds/link.js';
export type { MergeRecord } from './kinds/merge.js';
export type { Taken } from './kinds/pending-list.js';
export type { RequestRecord, StateCommand } from './kinds/request.js';
export type { RoutineName, RoutineRecord, Warned } from './kinds/routine.js';
export type { SentWatermarkRecord } from './kinds/sent.js';
export { BEING_SENT, type TellingRecord, UNDER_WAY } from './kinds/telling.js';
export { SPLIT_OFF, type TicketRecord } from './kinds/ticket.js';
export { SIGNS_OF_LIFE, type WorkerRecord } from './kinds/worker.js';

/** Each by the name that stands in `X-Imapdesk-Entry`. */
const KINDS = {
  absence,
  adoption,
  alert,
  attempt,
  claim,
  copied,
  erased,
  hint,
  link,
  merge,
  request,
  routine,
  sent,
  taken,
  telling,
  ticket,
  worker,
  written,
};

export type EntryName = keyof typeof KINDS;

type RecordIn<K> = K extends Kind<infer R> ? R : never;

export type RegisterRecord = RecordIn<(typeof KINDS)[EntryName]>;

export type RecordOf<N extends EntryName> = Extract<RegisterRecord, { readonly kind: N }>;

/** A record as it lies in the register. */
export type Registered<R extends RegisterRecord = RegisterRecord> = R & {
  readonly uid: number;
  readonly flags: ReadonlySet<string>;
};

export function kindOf({ kind }: RegisterRecord): Kind<RegisterRecord> {
  return KINDS[kind];
}

export const KIND_NAMED: ReadonlyMap<string, Kind<RegisterRecord>> = new Map(Object.entries(KINDS));

/** The newest version that is read. */
export const ENTRY_VERSION = Math.max(...[...KIND_NAMED.values()].map(({ version = 1 }) => version));
