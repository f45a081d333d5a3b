/**
 * Makes tickets of messages that lie in the archive. Each is an archived ticket first, whole: entry, links, hints. One that is to be
 * open is then reopened by the steps of any reopening. So whenever an import dies, what it has left is something that a desk
 * knows: messages of no ticket in the archive, or an archived ticket; or a reopening that the next pass finishes.
 */
import { Ledger } from '../desk/ticket/ledger.js';
import { stateOf, type TicketEntry } from '../desk/ticket/ticket.js';
import { type HintRecord, SPLIT_OFF } from '../mailbox/register/entry.js';
import type { ListedEntry } from '../mbox/list.js';
import { EXIT, Problem } from '../problem/problem.js';
import { carryOut } from '../worker/carry-out/carry-out.js';
import { type Effects, MAX_MOVED_IN_A_HINT, type Move, type NewEntry } from '../worker/effects/effects.js';
import { lookUp, nothingSeen, type Survey } from '../worker/sight/survey.js';
import { chunksOf } from '../worker/workplace/batches.js';
import type { WorkingDesk } from '../worker/workplace/desk.js';
import type { Known } from './known.js';
import type { Outlined } from './outline.js';
import type { PlannedTicket } from './planned-ticket.js';

/** A message of a ticket, as the server keeps it. */
export interface StoredMessage {
  readonly message: Outlined;
  readonly identity: string;
}

export interface ReadyTicket {
  readonly planned: PlannedTicket;
  readonly messages: readonly StoredMessage[];
  /** From its first message; null where none of them is there, and only a list tells of it. */
  readonly entry: TicketEntry;
}

export interface Marks {
  readonly highest: number;
  /** Up to where passes have looked at the archive; hints must not say more. */
  readonly place: Pick<HintRecord, 'uidValidity' | 'uidNext'>;
}

export async function enterTickets(
  desk: WorkingDesk,
  known: Known,
  { tickets, marks }: { readonly tickets: readonly ReadyTicket[]; readonly marks: Marks },
): Promise<void> {
  const entries = tickets.flatMap((ticket) => entriesFor(known, ticket, marks));
  const ledger = new Ledger(desk.policy, { highest: marks.highest, tickets: [] });
  await carryOut(desk, { ...nothingSeen(desk), ledger }, { entries });
  const survey = nothingSeen(desk);
  await lookUp(desk, survey, { tickets: tickets.map(({ entry }) => entry.number) });
  for (const { entry } of tickets) checkEntry(survey, entry);
  const opening = tickets.filter((ticket) => isToOpen(survey, ticket));
  if (opening.length > 0) await carryOut(desk, survey, reopening(desk, known, opening));
}

function entriesFor(known: Known, { planned, messages, entry }: ReadyTicket, marks: Marks): NewEntry[] {
  const { number, rootIdentity } = entry;
  const flags = ['\\Answered'];
  const splitOff = planned.listed?.splitOff === true ? [SPLIT_OFF] : [];
  const links = messages.filter(
    ({ identity }) =>
      identity !== rootIdentity && !known.links.has(identity) && !known.openedBy.has(identity),
  );
  const moved = messages.flatMap(({ identity }) => {
    const place = known.places.get(identity);
    return place?.folder === 'archived' ? [{ uid: place.uid, identity }] : [];
  });
  const imported = entry.imported === undefined ? undefined : { at: entry.imported, state: planned.state };
  const hints = planned.isThere && links.length === 0 ? [] : chunksOf(moved, MAX_MOVED_IN_A_HINT);
  return [
    ...(planned.isThere
      ? []
      : [{ record: { kind: 'ticket', ...entry }, flags: [...flags, ...splitOff] } as const]),
    ...mergedEntries(known, planned, entry),
    ...links.map(
      ({ identity, message: { messageId } }): NewEntry => ({
        record: { kind: 'link', ticket: number, identity, messageId },
        flags,
      }),
    ),
    ...hints.map(
      (some): NewEntry => ({
        record: { kind: 'hint', ticket: number, ...marks.place, moved: some, complete: true, imported },
      }),
    ),
  ];
}

/** What was merged into it where it comes from: an entry of its own, and the pointer. */
function mergedEntries(
  known: Known,
  { listed, was, number }: PlannedTicket,
  { imported }: TicketEntry,
): NewEntry[] {
  if (was !== number) return [];
  const flags = ['\\Answered'];
  return (listed?.merged ?? []).flatMap((one): NewEntry[] => {
    const { ticket: from, into, joinPeople } = one;
    const entry: NewEntry = { record: { kind: 'ticket', ...listedEntry(one), imported }, flags };
    const merge: NewEntry = { record: { kind: 'merge', from, into, joinPeople }, flags };
    if (known.erased.has(from)) return [];
    return [...(known.roots.has(from) ? [] : [entry]), ...(known.merges.endOf(from) === from ? [merge] : [])];
  });
}

export function listedEntry(listed: ListedEntry): TicketEntry {
  return {
    number: listed.ticket,
    rootIdentity: listed.root,
    rootMessageId: listed.rootId,
    requester: listed.requester,
    requesterName: listed.requesterName,
    requesterFrom: listed.requesterFrom,
    subject: listed.subject,
    answerable: listed.answerable,
    opened: new Date(listed.opened),
    ...(listed.follows === undefined ? {} : { follows: listed.follows }),
  };
}

/** Another worker that heeds no claim may have given the number. */
function checkEntry(survey: Survey, { number, rootIdentity }: TicketEntry): void {
  if (survey.ledger.records.get(number)?.rootIdentity === rootIdentity) return;
  throw new Problem(
    'import-overtaken',
    `number ${number} was given to another ticket meanwhile: look whether another worker is at this desk, and import again with --renumber`,
    { exitCode: EXIT.tryLater, scope: 'folder' },
  );
}

/** Not one that was open already, and that somebody has closed since. */
function isToOpen(survey: Survey, { planned, entry }: ReadyTicket): boolean {
  const record = survey.ledger.records.get(entry.number);
  if (planned.state !== 'open' || record === undefined || stateOf(record) === 'open') return false;
  const hints = survey.hinted.get(entry.number) ?? [];
  const places = hints.flatMap(({ moved }) =>
    moved.flatMap(({ uid, identity }) => (identity === entry.rootIdentity ? [uid] : [])),
  );
  return new Set(places).size <= 1;
}

function reopening({ folders }: WorkingDesk, known: Known, tickets: readonly ReadyTicket[]): Effects {
  return {
    states: tickets.map(({ entry: { number } }) => ({ number, to: 'open' })),
    moves: tickets.map(
      ({ entry, messages }): Move => ({
        from: folders.archived,
        to: folders.open,
        whole: true,
        messages: messages.flatMap(({ identity }) => {
          const place = known.places.get(identity);
          return place?.folder === 'archived' ? [{ uid: place.uid, identity, ticket: entry.number }] : [];
        }),
      }),
    ),
  };
}
