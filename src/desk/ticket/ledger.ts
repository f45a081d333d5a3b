/**
 * What a pass knows of a desk's tickets, and what the decisions made so far in it will leave. Pending messages are
 * decided one after the other, each against the ledger as the ones before it leave it.
 */
import type { Facts } from '../../message/facts/facts.js';
import { SentAutomaticAnswers } from '../limits/limits.js';
import { SentNotices } from '../limits/sent-notices.js';
import type { DeskPolicy } from '../policy.js';
import { byArrival } from './arrival.js';
import { Conversations } from './conversations.js';
import { answeredAddress, type Decision, entryOf } from './decision.js';
import { Deliveries } from './deliveries.js';
import { asAccounts } from './in-its-name.js';
import { signedNumbers, signedTicket } from './marks.js';
import { withMerged } from './merged.js';
import { Merges } from './merges.js';
import { NumbersByKey } from './numbers-by-key.js';
import { Shelf } from './shelf.js';
import {
  isUnderWay,
  type MemberEntry,
  type Stored,
  type StoredTicket,
  stateOf,
  type Ticket,
  type TicketEntry,
  type TicketMessage,
  type TicketState,
} from './ticket.js';

export interface LedgerContents {
  /** The highest number ever given. */
  readonly highest: number;
  readonly tickets: readonly Ticket[];
  readonly now?: Date;
  /** Nothing is known of the mailbox: whatever a message names is taken to exist, and its sender to belong to it. */
  readonly offline?: boolean;
}

export class Ledger {
  readonly offline: boolean;
  readonly merges = new Merges();
  readonly answers = new SentAutomaticAnswers();
  readonly notices = new SentNotices();
  readonly conversations = new Conversations();
  /** When the decisions are made. */
  readonly now: Date;
  /** As the register shows them; what is decided since is in the tickets. */
  readonly records = new Map<number, StoredTicket>();
  /** All links that were seen, of any ticket, by identity. */
  readonly links = new Map<string, MemberEntry & Stored>();
  /** Messages that are proven to be written in the desk's account, of any ticket, by identity. */
  readonly fromAccount = new Map<string, MemberEntry & Stored>();
  #highest: number;
  readonly #policy: DeskPolicy;
  readonly #tickets = new Shelf((number) => this.records.get(number));
  /** Numbers of tickets that take up the matter of another one again. */
  readonly #following = new Set<number>();
  readonly #roots = new Map<string, number>();
  readonly #links = new Map<string, number>();
  readonly #ids = new NumbersByKey();
  /** What links say of Message-IDs, by the identities that they are of. */
  readonly #linkedIds = new Map<string, Map<string, number>>();
  readonly #answered = new NumbersByKey();
  readonly #deliveries: Deliveries;

  constructor(policy: DeskPolicy, contents: LedgerContents) {
    this.#policy = policy;
    this.#deliveries = new Deliveries(policy, (number) => this.#tickets.get(number)?.messages ?? []);
    this.#highest = contents.highest;
    this.offline = contents.offline ?? false;
    this.now = contents.now ?? new Date(0);
    for (const ticket of contents.tickets) this.add(ticket);
  }

  get highest(): number {
    return this.#highest;
  }

  /** Without those that were merged into others. */
  get tickets(): readonly Ticket[] {
    return this.#tickets
      .numbers()
      .flatMap((number) => (this.endOf(number) === number ? (this.ticket(number) ?? []) : []));
  }

  /** Those of them that take up the matter of another one again, or that were merged with one that does. */
  get following(): readonly Ticket[] {
    return this.#ends([...this.#following]).flatMap((number) => this.ticket(number) ?? []);
  }

  /** Keeps what the pass has filed in less memory: nothing tells that more of it is to come. */
  pack(): void {
    for (const [number, { facts }] of this.#tickets.pack()) this.#deliveries.pack(facts, number);
  }

  /** The ticket that a number stands for now. */
  endOf(number: number): number {
    return this.merges.endOf(number);
  }

  add(ticket: Ticket): void {
    const { number, rootIdentity, rootMessageId } = ticket.entry;
    const messages = ticket.messages.map((message) => this.#withProof(message));
    this.#tickets.put({ ...ticket, messages });
    if (ticket.entry.follows !== undefined) this.#following.add(number);
    this.#roots.set(rootIdentity, number);
    this.#highest = Math.max(this.#highest, number);
    if (rootMessageId !== null) this.#ids.note(rootMessageId, number);
    for (const { facts } of messages) this.#noteMember(facts, ticket.entry);
  }

  #addMessage(ticket: Ticket, message: TicketMessage, moved: boolean): void {
    if (moved) {
      const { folder } = message;
      const messages = [...ticket.messages, message].map((one) => ({ ...one, folder }));
      this.add({ ...ticket, state: folder, messages });
      return;
    }
    this.#tickets.addMessage(ticket.entry.number, this.#withProof(message));
    this.#noteMember(message.facts, ticket.entry);
  }

  #noteMember(facts: Facts, { number }: TicketEntry): void {
    // What lies in it may have come by the number of a ticket that was merged into it.
    const via = this.namedBy(facts) ?? number;
    this.#noteMessage(facts, this.endOf(via) === this.endOf(number) ? via : number);
    this.conversations.note(facts, number);
    if (this.#roots.has(facts.identity)) for (const id of facts.references) this.#answered.note(id, number);
  }

  /**
   * Takes in an entry as the register shows it: of two with one number the one with the lower UID. What it shows once more
   * is no news, and leaves what was decided since.
   */
  takeRecord(record: StoredTicket): void {
    const earlier = this.records.get(record.number);
    if (earlier !== undefined && (earlier.uid < record.uid || isSame(earlier, record))) return;
    this.records.set(record.number, record);
    this.place(record.number, this.own(record.number)?.messages ?? []);
  }

  /** Takes in which messages a ticket has, in order of arrival. */
  place(number: number, messages: readonly TicketMessage[]): void {
    const entry = this.records.get(number);
    if (entry === undefined) return;
    this.add({ entry, state: stateOf(entry), underWay: isUnderWay(entry), messages: byArrival(messages) });
  }

  takeLink(link: MemberEntry & Stored): void {
    this.links.set(link.identity, link);
    this.addLink(link);
  }

  takeFromAccount(entry: MemberEntry & Stored): void {
    this.fromAccount.set(entry.identity, entry);
  }

  addLink({ identity, messageId, ticket }: MemberEntry): void {
    this.#links.set(identity, ticket);
    if (messageId === null) return;
    const linked = this.#linkedIds.get(messageId) ?? new Map<string, number>();
    this.#linkedIds.set(messageId, linked.set(identity, ticket));
  }

  #withProof(message: TicketMessage): TicketMessage {
    const { facts } = message;
    if (facts.fromAccount === true || !this.fromAccount.has(facts.identity)) return message;
    return { ...message, facts: asAccounts(facts) };
  }

  /** The ticket that a number stands for, with all that was merged into it. */
  ticket(number: number): Ticket | null {
    const end = this.endOf(number);
    const ticket = this.#tickets.get(end);
    const merges = this.merges.into(end);
    return ticket === null || merges.length === 0 ? ticket : withMerged(this, ticket, merges);
  }

  /** Of the ticket that had the number; null where there is none. */
  stateNow(number: number): TicketState | null {
    return this.#tickets.stateOf(number);
  }

  /** The ticket that had the number, whatever it stands for now. */
  own(number: number): Ticket | null {
    return this.#tickets.get(number);
  }

  exists(number: number): boolean {
    return this.offline || this.#tickets.has(this.endOf(number));
  }

  /** The ticket that the register gives a message to: as its root, else by a link. */
  registeredTicket(identity: string): number | null {
    const number = this.#registered(identity);
    return number === null ? null : this.endOf(number);
  }

  isRoot(identity: string): boolean {
    return this.#roots.has(identity);
  }

  /** Whether this very message has been filed already: somebody put it back among what is pending. */
  isFiled(identity: string, number: number): boolean {
    const ticket = this.ticket(number);
    if (ticket === null) return false;
    if (ticket.messages.some(({ facts }) => facts.identity === identity)) return true;
    const opened = this.#roots.get(identity);
    return opened !== undefined && this.#tickets.get(opened)?.underWay === false;
  }

  /** The number whose first message this is, whatever that stands for now. */
  openedBy(identity: string): number | null {
    return this.#roots.get(identity) ?? null;
  }

  /** Where a stored message belongs (`docs/register.md#link`); null where nothing says it. */
  membership(facts: Facts): number | null {
    return (
      this.registeredTicket(facts.identity) ??
      signedTicket(this.#policy, facts, (number) => this.endOf(number))
    );
  }

  /** The number by which a stored message belongs to its ticket: its own one, or one that was merged into that. */
  namedBy(facts: Facts): number | null {
    const registered = this.#registered(facts.identity);
    if (registered !== null) return registered;
    const end = this.membership(facts);
    const numbers = signedNumbers(this.#policy, facts);
    return end === null || numbers.includes(end) ? end : (numbers[0] ?? null);
  }

  ticketsHolding(messageId: string): readonly number[] {
    return this.#ends(this.numbersHolding(messageId));
  }

  /**
   * The same by the numbers that they had. A link says nothing any more once its message has become the first one of
   * another ticket.
   */
  numbersHolding(messageId: string): readonly number[] {
    const linked = [...(this.#linkedIds.get(messageId) ?? [])].flatMap(([identity, number]) =>
      (this.#roots.get(identity) ?? number) === number ? [number] : [],
    );
    return [...new Set([...this.#ids.at(messageId), ...linked])];
  }

  /** Tickets whose opening mail answers this message: it comes late, and joins them. */
  ticketsAnswering(messageId: string): readonly number[] {
    return this.#ends(this.#answered.at(messageId));
  }

  /** A message known in some ticket that is the same mail, delivered along another way. */
  sameEvent(facts: Facts): Facts | null {
    return facts.messageId === null ? null : this.#deliveries.other(facts);
  }

  /** Takes in what a decision will leave behind. */
  takeIn(decision: Decision, facts: Facts): void {
    const to = answeredAddress(decision, facts);
    const purpose = decision.errorReport ? 'error-report' : decision.acknowledge ? 'acknowledgement' : null;
    if (purpose !== null && to !== null)
      this.answers.note({ purpose, to, cause: facts.identity, at: this.now, subject: facts.subject });
    if (decision.ticket === null || decision.destination === 'review') return;
    const folder = decision.destination;
    const message: TicketMessage = { facts, folder, uid: null };
    const known = this.#tickets.get(decision.ticket);
    if (known === null) {
      if (decision.kind !== 'new') return;
      this.add({ entry: entryOf(decision, facts), state: 'open', underWay: true, messages: [message] });
      return;
    }
    this.#addMessage(known, message, decision.kind === 'close' || decision.kind === 'reopen');
    if (decision.needsLink) this.#links.set(facts.identity, decision.via ?? decision.ticket);
  }

  #registered(identity: string): number | null {
    return this.#roots.get(identity) ?? this.#links.get(identity) ?? null;
  }

  #ends(numbers: readonly number[]): readonly number[] {
    return [...new Set(numbers.map((number) => this.endOf(number)))];
  }

  #noteMessage(facts: Facts, number: number): void {
    if (facts.messageId === null) return;
    this.#ids.note(facts.messageId, number);
    this.#deliveries.note(facts);
  }
}

/** Whatever else a mail client has marked it with. */
function isSame(one: Stored, other: Stored): boolean {
  return one.uid === other.uid && stateOf(one) === stateOf(other) && isUnderWay(one) === isUnderWay(other);
}
