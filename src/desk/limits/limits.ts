/**
 * Limits that end every mail loop without any header's help (RFC 3834 §2, §6). What has been answered is told by the
 * mailbox itself, so a restart or another host knows it too.
 *
 * A loop lives on being answered: one message of it that is not ends it. Each of its messages comes after the answer
 * to the one before, so the narrow limits count only what had been sent to an address before it wrote again. One counts
 * what it wrote about one subject: a program that answers says the same each time, but for its numbers and tags. One
 * counts minutes: a program whose subjects change still answers at once, and a person seldom waits for an
 * acknowledgement to write about something else, and does so again. A person who sends ten mails in a row is
 * acknowledged for each. A wide limit bounds what a forged address can be sent.
 */
import { addressKey, domainOf } from '../../message/header/addresses.js';
import type { DeskPolicy, RateLimit } from '../policy.js';
import type { Earlier, EarlierLetter, Hash } from './earlier.js';
import { Tally } from './tally.js';

/** An automatic answer that was sent, or is about to be. */
export interface Answer {
  readonly purpose: 'acknowledgement' | 'error-report';
  readonly to: string;
  /** Identity of the message that it answers: what is decided a second time does not count against itself. */
  readonly cause: string;
  readonly at: Date;
  /** The subject of that message. */
  readonly subject: string;
}

/** The automatic answers of the last while, as far back as the limits reach, each noted once. */
export class SentAutomaticAnswers {
  /** Those from before the pass, where they are not noted one by one. */
  earlier: Earlier | null = null;
  readonly #tally = new Tally();

  constructor(answers: readonly Answer[] = []) {
    for (const answer of answers) this.note(answer);
  }

  note(answer: Answer): void {
    const { purpose, cause } = answer;
    if (this.#tally.has(purpose, cause) || this.earlier?.has(purpose, cause) === true) return;
    this.#tally.add(purpose, Object.values(groupsOf(answer)), answer);
  }

  /** Whether as many have been sent as the limit allows, in its window and not after `until`. */
  isFull(group: string, limit: RateLimit, wanted: { at: Date; cause: string; until?: Date }): boolean {
    const span = { after: wanted.at.getTime() - limit.withinMs, until: wanted.until?.getTime() };
    const earlier = this.earlier?.count(group, span, wanted) ?? 0;
    return earlier + this.#tally.count(group, span, wanted) >= limit.count;
  }
}

/** As it is remembered after its pass. */
export function answerToRemember(answer: Answer, hash: Hash): EarlierLetter {
  const groups = Object.values(groupsOf(answer)).map(hash);
  return { name: hash(answer.purpose), cause: hash(answer.cause), groups, at: answer.at.getTime() };
}

function groupsOf({ purpose, to, subject }: Pick<Answer, 'purpose' | 'to' | 'subject'>) {
  const sender = addressKey(to) ?? to;
  return {
    alike: `${purpose} to ${sender}`,
    topic: `${purpose} to ${sender} about ${topic(subject)}`,
    sender: `to ${sender}`,
    domain: `in ${domainOf(to)}`,
    desk: 'of the desk',
  };
}

/** Why nothing more may be sent to this address now, or null. */
export function limitReached(
  policy: DeskPolicy,
  sent: SentAutomaticAnswers,
  wanted: Answer & { readonly arrived: Date },
): string | null {
  const { limits } = policy;
  const groups = groupsOf(wanted);
  const { at, cause } = wanted;
  const acknowledges = wanted.purpose === 'acknowledgement';
  const before = acknowledges ? { at, cause, until: wanted.arrived } : { at, cause };
  const each = acknowledges ? limits.acknowledgementsPerSender : limits.errorReportsPerSender;
  if (sent.isFull(groups.alike, each, before))
    return `the limit of ${plural(wanted.purpose)} to this sender is reached`;
  if (sent.isFull(groups.topic, limits.acknowledgementsPerTopic, before))
    return 'the limit of answers to this sender about one subject is reached';
  if (acknowledges && sent.isFull(groups.alike, limits.acknowledgementsPerExchange, before))
    return 'the limit of acknowledgements to this sender in quick exchange is reached';
  if (sent.isFull(groups.sender, limits.answersPerSender, { at, cause }))
    return 'the limit of answers to this sender is reached';
  if (sent.isFull(groups.domain, limits.answersPerDomain, { at, cause }))
    return "the limit of answers to the sender's domain is reached";
  if (sent.isFull(groups.desk, limits.answersPerDesk, { at, cause }))
    return 'the limit of answers from this desk is reached';
  return null;
}

/** How far back anything has to be remembered, in milliseconds. */
export function longestWindowMs(policy: DeskPolicy): number {
  return Math.max(...Object.values(policy.limits).map(({ withinMs }: RateLimit) => withinMs));
}

function plural(purpose: Answer['purpose']): string {
  return purpose === 'acknowledgement' ? 'acknowledgements' : 'error reports';
}

/** A subject without what counts up, and without what answers and trackers put in front of it. */
function topic(subject: string): string {
  return subject
    .toLowerCase()
    .replace(/\[[^\]]*\]/g, ' ')
    .replace(/\p{Nd}+/gu, '')
    .replace(/^(?:\s|[a-z]{1,5}:)+/, '')
    .replace(/\s+/g, ' ')
    .trim();
}
