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
import { sameAddress } from '../message/addresses.js';
import type { DeskPolicy, RateLimit } from './policy.js';

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

/** Why nothing more may be sent to this address now, or null. */
export function limitReached(
  policy: DeskPolicy,
  answers: readonly Answer[],
  wanted: Answer & { readonly arrived: Date },
): string | null {
  const { limits } = policy;
  const others = answers.filter(({ cause }) => cause !== wanted.cause);
  const alike = others.filter(({ to, purpose }) => purpose === wanted.purpose && sameAddress(to, wanted.to));
  const each =
    wanted.purpose === 'acknowledgement' ? limits.acknowledgementsPerSender : limits.errorReportsPerSender;
  const before =
    wanted.purpose === 'acknowledgement' ? alike.filter(({ at }) => at <= wanted.arrived) : alike;
  if (isFull(before, each, wanted.at))
    return `the limit of ${plural(wanted.purpose)} to this sender is reached`;
  const sameTopic = before.filter(({ subject }) => topic(subject) === topic(wanted.subject));
  if (isFull(sameTopic, limits.acknowledgementsPerTopic, wanted.at))
    return 'the limit of answers to this sender about one subject is reached';
  if (wanted.purpose === 'acknowledgement' && isFull(before, limits.acknowledgementsPerExchange, wanted.at))
    return 'the limit of acknowledgements to this sender in quick exchange is reached';
  const sameSender = others.filter(({ to }) => sameAddress(to, wanted.to));
  if (isFull(sameSender, limits.answersPerSender, wanted.at))
    return 'the limit of answers to this sender is reached';
  const domain = domainOf(wanted.to);
  const sameDomain = others.filter(({ to }) => domainOf(to) === domain);
  if (isFull(sameDomain, limits.answersPerDomain, wanted.at))
    return "the limit of answers to the sender's domain is reached";
  if (isFull(others, limits.answersPerDesk, wanted.at))
    return 'the limit of answers from this desk is reached';
  return null;
}

/** How far back anything has to be remembered, in milliseconds. */
export function longestWindowMs(policy: DeskPolicy): number {
  return Math.max(...Object.values(policy.limits).map(({ withinMs }: RateLimit) => withinMs));
}

export function isFull(events: readonly { readonly at: Date }[], limit: RateLimit, now: Date): boolean {
  const since = now.getTime() - limit.withinMs;
  return events.filter(({ at }) => at.getTime() > since).length >= limit.count;
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

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
