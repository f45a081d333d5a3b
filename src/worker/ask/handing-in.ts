/**
 * Hands in what staff wrote on the command line: one message, appended to the inbox like any mail of theirs. It is
 * pending from then on, whatever becomes of the program that appended it.
 */
import {
  addressFor,
  lastIncoming,
  type ReplyKind,
  type Writing,
  writeNew,
  writeReply,
} from '../../desk/letters/staff-mail.js';
import { readStaging, rowOf, type Staging } from '../../desk/letters/staging.js';
import type { DeskPolicy, StaffMember } from '../../desk/policy.js';
import { staffMemberOf } from '../../desk/sign/ticket-address.js';
import { partOf } from '../../desk/ticket/merged.js';
import { isInside, participants } from '../../desk/ticket/participants.js';
import type { Ticket } from '../../desk/ticket/ticket.js';
import type { Facts } from '../../message/facts/facts.js';
import { canonicalAddress, sameAddress } from '../../message/header/addresses.js';
import { parseHeaderBlock, splitMessage } from '../../message/header/header-block.js';
import { ownMessageId } from '../../message/header/message-ids.js';
import { readTags } from '../../message/header/subject.js';
import { EXIT, Problem } from '../../problem/problem.js';
import { carryOut } from '../carry-out/carry-out.js';
import { hasBegun } from '../sight/beginning.js';
import { nothingSeen } from '../sight/survey.js';
import type { Desk, WorkingDesk } from '../workplace/desk.js';
import { readTicket } from './reading.js';
import { viewDesk, viewTicket } from './tickets.js';

/** What somebody has written. */
export type Words = Pick<Writing, 'text' | 'files'>;

export interface ReplyWanted {
  readonly number: number;
  readonly kind: ReplyKind;
  /** One of a staff member's addresses; null for the desk's first staff member. */
  readonly as: string | null;
}

/** A ticket as somebody sees it who is about to answer. */
export interface Answerable {
  readonly ticket: Ticket;
  /** Who will get the reply. */
  readonly audience: readonly string[];
  /** The last message that came in. */
  readonly last: { readonly from: string; readonly text: string } | null;
}

/** null if there is no such ticket; throws where such a reply cannot be. */
export async function lookAtTicket(
  desk: Desk,
  wanted: ReplyWanted,
  withText: boolean,
): Promise<Answerable | null> {
  const ticket = await findMeant(desk, wanted);
  if (ticket === null) return null;
  addressOf(desk.policy, ticket, wanted);
  const last = withText ? lastIncoming(desk.policy, ticket) : null;
  const [read] = last === null ? [] : await readTicket(desk, { ...ticket, messages: [last] });
  return {
    ticket,
    audience: wanted.kind === 'note' ? [] : participants(desk.policy, ticket),
    last: read === undefined ? null : { from: read.facts.sender.shown, text: read.text },
  };
}

/** Of a number that was merged its own part: a reply to that number goes to the people who know it. */
async function findMeant(desk: Desk, { number }: ReplyWanted): Promise<Ticket | null> {
  const ticket = (await viewTicket(desk, number))?.ticket ?? null;
  return ticket === null ? null : (partOf(ticket, number) ?? ticket);
}

/** Returns the Message-ID by which the reply can be told among decisions; null if the ticket is gone. */
export async function handInReply(
  desk: WorkingDesk,
  wanted: ReplyWanted,
  words: Words,
): Promise<string | null> {
  const { policy } = desk;
  const ticket = await findMeant(desk, wanted);
  if (ticket === null) return null;
  const { kind } = wanted;
  const to = addressOf(policy, ticket, wanted);
  return handIn(desk, writeReply(policy, ticket, { kind, to, writing: writingOf(desk, wanted.as, words) }));
}

/** Answers the Message-ID. */
async function handIn(desk: WorkingDesk, raw: Buffer): Promise<string> {
  await carryOut(desk, nothingSeen(desk), { handedIn: [raw] });
  return ownMessageId(parseHeaderBlock(splitMessage(raw).header)) ?? '';
}

export interface NewWanted {
  readonly requester: string;
  readonly subject: string;
  readonly as: string | null;
  /** The requester is written to. */
  readonly acknowledge: boolean;
}

/** Throws where no ticket can be opened so. */
export async function checkNew(desk: Desk, { requester, subject, as }: NewWanted): Promise<void> {
  const { policy } = desk;
  const address = canonicalAddress(requester);
  if (address === null) throw refused('for', `--for: "${requester}" is no plain address`);
  if (isInside(policy, address)) throw refused('for', `--for: ${address} is the desk's own or its staff's`);
  if (readTags(subject, policy.tag).length > 0)
    throw refused('subject', '--subject: it names a ticket; "imapdesk reply" answers one');
  authorOf(policy, as);
  if (!(await hasBegun(desk)))
    throw new Problem('not-begun', `${policy.name} has not begun yet: "imapdesk once" begins it`, {
      exitCode: EXIT.configuration,
    });
}

export async function handInNew(desk: WorkingDesk, wanted: NewWanted, words: Words): Promise<string> {
  const { requester, subject, acknowledge, as } = wanted;
  const writing = writingOf(desk, as, words);
  const address = canonicalAddress(requester) ?? requester;
  return handIn(desk, writeNew(desk.policy, { requester: address, subject, acknowledge, writing }));
}

export interface Unsent {
  /** Whose mail waits in the outbox. */
  readonly waiting: readonly string[];
  /** Whose mail the mail server has refused for good: it lies in Review. */
  readonly refused: readonly string[];
}

/** Whom mail that a message caused has not reached. */
export async function unsentOf(
  desk: Desk,
  { identity, messageId }: Pick<Facts, 'identity' | 'messageId'>,
): Promise<Unsent> {
  const { store, folders } = desk;
  const survey = await viewDesk(desk);
  const waiting = survey?.outbox.map(({ stage }) => stage) ?? [];
  const uids =
    messageId === null
      ? []
      : await store.search(folders.review, { header: 'X-Imapdesk-Stage-Cause-Id', contains: messageId });
  const inReview = (await store.fetch(folders.review, uids)).map(({ header }) =>
    readStaging(parseHeaderBlock(header)),
  );
  return { waiting: outsideOf(waiting, identity), refused: outsideOf(inReview, identity) };
}

function outsideOf(stages: readonly (Staging | null)[], cause: string): readonly string[] {
  return stages.flatMap((stage) =>
    stage?.to != null && stage.cause === cause && rowOf(stage).awaited === true ? [stage.to] : [],
  );
}

function addressOf(policy: DeskPolicy, ticket: Ticket, { kind, number, as }: ReplyWanted): string {
  const { member } = authorOf(policy, as);
  if (kind === 'close' && ticket.state === 'archived')
    throw refused('close', `ticket ${number} is closed already; a reply without --close reopens it`);
  // Of a ticket that was merged, the one that it stands for is answered.
  const role = { kind: 'staff' as const, member };
  const address = addressFor(policy, { kind, number: ticket.entry.number, role });
  if (address === null)
    throw refused(
      'note',
      '--note: this desk has no ticket addresses, and so none for notes ("addresses": false)',
    );
  return address;
}

function authorOf(policy: DeskPolicy, as: string | null): { member: StaffMember; as: string } {
  const [first] = policy.staff;
  const member = as === null ? (first ?? null) : staffMemberOf(policy, as);
  const address = member?.addresses.find((own) => as === null || sameAddress(own, as));
  if (member === null || address === undefined)
    throw refused(
      'as',
      as === null ? `${policy.name} has no staff` : `--as: ${as} is no staff address of ${policy.name}`,
    );
  return { member, as: address };
}

function writingOf(desk: WorkingDesk, as: string | null, words: Words): Writing {
  return { ...authorOf(desk.policy, as), ...words, at: desk.now(), id: desk.newId() };
}

function refused(what: string, message: string): Problem {
  return new Problem(`refused-${what}`, message, { exitCode: EXIT.usage });
}
