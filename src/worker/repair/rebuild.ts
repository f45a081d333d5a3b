/** Which entries the register lacks, worked out from the evidence. Pure: it reads and writes nothing. */
import { provenStaff } from '../../desk/decide/authority.js';
import { findMatch } from '../../desk/decide/match.js';
import { whoseMatter } from '../../desk/decide/on-behalf.js';
import type { DeskPolicy } from '../../desk/policy.js';
import { staffMemberOf } from '../../desk/sign/ticket-address.js';
import { Ledger } from '../../desk/ticket/ledger.js';
import {
  isUnderWay,
  type Requester,
  senderOf,
  stateOf,
  type Ticket,
  type TicketState,
} from '../../desk/ticket/ticket.js';
import type { HintRecord, LinkRecord, TicketRecord } from '../../mailbox/register/entry.js';
import type { RegisterView } from '../../mailbox/register/view.js';
import type { FolderState } from '../../mailbox/store.js';
import type { Facts } from '../../message/facts/facts.js';
import { withoutForMarks } from '../../message/header/for-mark.js';
import { baseSubject } from '../../message/header/subject.js';
import type { Evidence, FirstLetter, Found } from './evidence.js';
import { type Filed, hintsFor } from './rebuild-hints.js';

export interface Basis {
  readonly register: RegisterView;
  readonly evidence: Evidence;
  /** Verified, of the tickets that the register does not know. */
  readonly openings: ReadonlyMap<number, FirstLetter>;
  /** null where the folder is missing. */
  readonly archived: FolderState | null;
  /** The adoption entry was lost, so nobody will follow what people moved before now. */
  readonly beginsAgain: boolean;
}

export interface Rebuilt {
  readonly highest: number;
  readonly tickets: readonly {
    readonly record: TicketRecord;
    readonly state: TicketState;
    readonly apart: boolean;
  }[];
  readonly links: readonly { readonly record: LinkRecord; readonly state: TicketState }[];
  readonly hints: readonly HintRecord[];
  /** Entries whose state is not where their messages lie. */
  readonly corrected: readonly {
    readonly uid: number;
    readonly number: number;
    readonly state: TicketState;
  }[];
  /** Open tickets of which messages lie in the archive, to be brought back by the next pass. */
  readonly apart: readonly number[];
  readonly unplaced: number;
}

export function rebuildTickets(policy: DeskPolicy, basis: Basis): Rebuilt {
  const { register, evidence, openings } = basis;
  const filed = evidence.found
    .filter(isFiled)
    .sort((a, b) => a.facts.receivedAt.getTime() - b.facts.receivedAt.getTime());
  const ledger = new Ledger(policy, {
    highest: 0,
    tickets: register.tickets.map((record) => bareTicket(record, stateOf(record))),
  });
  for (const link of register.links) ledger.addLink(link);
  ledger.merges.add(register.merges);
  const roots = new Map([...openings].map(([number, { stage }]) => [stage.cause, number]));
  const groups = byTicket(
    filed,
    ({ facts }) => ledger.membership(facts) ?? roots.get(facts.identity) ?? null,
  );
  // What was erased is not made anew.
  for (const { tickets: numbers } of register.of('erased'))
    for (const number of numbers) groups.delete(number);
  const taken = new Set(register.tickets.map(({ rootIdentity }) => rootIdentity));
  const tickets: Rebuilt['tickets'][number][] = [];
  for (const [number, messages] of [...groups].sort(([a], [b]) => a - b)) {
    if (ledger.ticket(number) !== null) continue;
    const record = recordFor(policy, { number, messages, opening: openings.get(number) ?? null, taken });
    if (record === null) continue;
    taken.add(record.rootIdentity);
    const state = stateFrom(messages, record.rootIdentity);
    tickets.push({ record, state, apart: messages.some(({ folder }) => folder !== state) });
    ledger.add(bareTicket(record, state));
  }
  const links = linkRest(policy, ledger, { filed, groups });
  const highest = Math.max(evidence.highest, register.highest, ledger.highest);
  const lacking = hintsFor(ledger, groups, basis);
  return {
    highest,
    tickets,
    links,
    hints: [...lacking.hints, ...highestKept(basis, { highest, written: tickets.length + links.length })],
    corrected: basis.beginsAgain ? correctionsFor(register, groups) : [],
    apart: lacking.apart,
    unplaced: filed.filter(
      ({ own, facts }) =>
        !own &&
        ledger.membership(facts) === null &&
        !links.some(({ record }) => record.identity === facts.identity),
    ).length,
  };
}

function byTicket(filed: readonly Filed[], ticketOf: (one: Filed) => number | null): Map<number, Filed[]> {
  const groups = new Map<number, Filed[]>();
  for (const one of filed) {
    const number = ticketOf(one);
    if (number !== null) groups.set(number, [...(groups.get(number) ?? []), one]);
  }
  return groups;
}

function isFiled(found: Found): found is Filed {
  return found.folder === 'open' || found.folder === 'archived';
}

function bareTicket(entry: Omit<TicketRecord, 'kind'>, state: TicketState): Ticket {
  return { entry, state, underWay: false, messages: [] };
}

interface Beginning {
  readonly identity: string;
  readonly messageId: string | null;
  /** null where that message is gone, and only the desk's answer to it tells of it. */
  readonly root: Filed | null;
}

/** null where every message that could be the ticket's first one is another ticket's. */
function beginningOf(
  messages: readonly Filed[],
  opening: FirstLetter | null,
  taken: ReadonlySet<string>,
): Beginning | null {
  const free = messages.filter(({ facts }) => !taken.has(facts.identity));
  if (opening !== null && !taken.has(opening.stage.cause)) {
    const { cause, causeId } = opening.stage;
    return {
      identity: cause,
      messageId: causeId,
      root: free.find(({ facts }) => facts.identity === cause) ?? null,
    };
  }
  const oldest = free.find(({ own }) => !own) ?? free[0];
  if (oldest === undefined) return null;
  const { identity, messageId } = oldest.facts;
  return { identity, messageId, root: oldest.own ? null : oldest };
}

function recordFor(
  policy: DeskPolicy,
  about: {
    number: number;
    messages: readonly Filed[];
    opening: FirstLetter | null;
    taken: ReadonlySet<string>;
  },
): TicketRecord | null {
  const { number, messages, opening, taken } = about;
  const [oldest] = messages;
  const begins = beginningOf(messages, opening, taken);
  if (begins === null || oldest === undefined) return null;
  const { root, identity, messageId } = begins;
  const base = { kind: 'ticket', number, rootIdentity: identity, rootMessageId: messageId } as const;
  // Only an acknowledgement shows that the sender may be written to.
  const answerable = opening?.stage.purpose === 'acknowledgement';
  const written = requesterFrom(policy, messages, opening);
  if (root === null) {
    const subject = baseSubject((opening?.copy ?? oldest).facts.subject, policy.tag);
    return {
      ...base,
      requester: written,
      requesterName: '',
      requesterFrom: 'sender',
      subject,
      answerable,
      opened: oldest.facts.receivedAt,
    };
  }
  return { ...base, ...openedBy(policy, root.facts, { written, isKnown: opening !== null }), answerable };
}

/** Whose matter a ticket is, by what the opening mail says; of an attached message nothing is read here, but the desk may have written to its author. */
function openedBy(
  policy: DeskPolicy,
  facts: Facts,
  desk: { readonly written: string | null; readonly isKnown: boolean },
): Pick<TicketRecord, 'requester' | 'requesterName' | 'requesterFrom' | 'subject' | 'opened'> {
  const { receivedAt: opened } = facts;
  const { written, isKnown } = desk;
  const staff = provenStaff(policy, facts, null);
  const author: Requester | null =
    staff === null || written === null ? null : { address: written, name: '', from: 'forwarded' };
  const from = whoseMatter(policy, facts, staff !== null).requester ?? author ?? senderOf(facts);
  return {
    requester: isKnown ? from.address : written,
    requesterName: from.name,
    requesterFrom: from.from,
    subject: staff === null ? facts.subject : withoutForMarks(facts.subject),
    opened,
  };
}

/** Whom the desk wrote to about the ticket, else who wrote to it first. */
function requesterFrom(
  policy: DeskPolicy,
  messages: readonly Filed[],
  opening: FirstLetter | null,
): string | null {
  const written = opening?.stage.to ?? messages.find(({ own, stage }) => own && stage?.to != null)?.stage?.to;
  if (written != null) return written;
  const senders = messages.flatMap(({ own, facts }) =>
    own || facts.sender.answerTo === null ? [] : [facts.sender.answerTo],
  );
  return senders.find((address) => staffMemberOf(policy, address) === null) ?? null;
}

/** Where the first message lies, else the newest of people's, else the newest of all. */
function stateFrom(messages: readonly Filed[], rootIdentity: string): TicketState {
  const root = messages.find(({ facts }) => facts.identity === rootIdentity);
  const people = messages.filter(({ own }) => !own);
  return (root ?? people.at(-1) ?? messages.at(-1))?.folder ?? 'open';
}

/** Links for what no signature proves, found as it was when it arrived; each may lead to the next. */
function linkRest(
  policy: DeskPolicy,
  ledger: Ledger,
  mail: { filed: readonly Filed[]; groups: Map<number, Filed[]> },
): Rebuilt['links'] {
  const links: Rebuilt['links'][number][] = [];
  for (const [number, messages] of mail.groups) fill(ledger, number, messages);
  let rest = mail.filed.filter(({ own, facts }) => !own && ledger.membership(facts) === null);
  for (let before = rest.length + 1; rest.length < before; ) {
    before = rest.length;
    for (const one of rest) {
      const number = numberOf(policy, ledger, one);
      const ticket = number === null ? null : ledger.ticket(number);
      if (number === null || ticket === null) continue;
      const { identity, messageId } = one.facts;
      const record: LinkRecord = { kind: 'link', ticket: number, identity, messageId };
      links.push({ record, state: ticket.state });
      ledger.addLink(record);
      const messages = [...(mail.groups.get(number) ?? []), one];
      mail.groups.set(number, messages);
      fill(ledger, number, messages);
    }
    rest = rest.filter(({ facts }) => ledger.membership(facts) === null);
  }
  return links;
}

function fill(ledger: Ledger, number: number, messages: readonly Filed[]): void {
  const ticket = ledger.ticket(number);
  if (ticket === null) return;
  ledger.add({ ...ticket, messages: messages.map(({ facts, folder, uid }) => ({ facts, folder, uid })) });
}

function numberOf(policy: DeskPolicy, ledger: Ledger, { facts }: Filed): number | null {
  const twin = ledger.sameEvent(facts);
  const beside = twin === null ? null : ledger.membership(twin);
  if (beside !== null) return beside;
  const match = findMatch(policy, ledger, facts);
  return match === null || 'conflict' in match ? null : match.number;
}

/** Every entry tells the highest number; where none is written that knows it now, one is that says nothing else. */
function highestKept({ register, archived }: Basis, now: { highest: number; written: number }): HintRecord[] {
  const told = now.written > 0 || register.adoption === null || register.highest >= now.highest;
  if (told || archived === null) return [];
  return [
    { kind: 'hint', ticket: null, uidValidity: archived.uidValidity, uidNext: 1, moved: [], complete: true },
  ];
}

function correctionsFor(
  register: RegisterView,
  groups: ReadonlyMap<number, readonly Filed[]>,
): Rebuilt['corrected'] {
  return register.tickets.flatMap((record) => {
    const messages = groups.get(record.number) ?? [];
    const state = stateFrom(messages, record.rootIdentity);
    if (messages.length === 0 || isUnderWay(record) || state === stateOf(record)) return [];
    return [{ uid: record.uid, number: record.number, state }];
  });
}
