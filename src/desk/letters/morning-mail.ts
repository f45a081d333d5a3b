/** The mails that staff get at a time of the day: how the desk stands, and who waits for an answer. */
import { localTime } from '../../hours/local-time.js';
import { cleanText } from '../../message/header/encoded-words.js';
import type { Figures, Times } from '../figures/figures.js';
import type { WaitingTicket } from '../figures/voice.js';
import type { DeskPolicy } from '../policy.js';
import type { ComposedLetter } from './compose-letter.js';
import { replyLink } from './reply-link.js';
import { senderShown } from './sender-shown.js';
import { spanShown } from './span-shown.js';
import { composeSummary } from './summary.js';

export interface MorningMail {
  readonly policy: DeskPolicy;
  readonly now: Date;
  readonly cause: string;
}

const DAY_HOURS = 24;
const MAX_LISTED = 200;
const MAX_SHOWN_CHARS = 200;

export function figuresDigest(
  mail: MorningMail,
  { figures, since }: { readonly figures: Figures; readonly since: Date },
): readonly ComposedLetter[] {
  const { policy } = mail;
  const { opened, closed, reopened, open } = figures;
  return composeSummary({
    ...mail,
    subject: { name: 'subject-figures-digest', values: { opened, closed, open } },
    text: 'figures-digest',
    variables: {
      since: clockTime(since, policy.timezone),
      opened,
      closed,
      reopened,
      firstAnswer: medianShown(policy, figures.firstAnswer),
      toClose: medianShown(policy, figures.toClose),
      open,
      ages: agesShown(policy, figures),
    },
  });
}

/** `waiting`: who waits longest first. */
export function reminder(mail: MorningMail, waiting: readonly WaitingTicket[]): readonly ComposedLetter[] {
  const { policy, now } = mail;
  const listed = waiting.slice(0, MAX_LISTED);
  const tickets = listed.map(({ ticket: { entry }, last, since }) => ({
    number: entry.number,
    subject: cleanText(entry.subject, MAX_SHOWN_CHARS) || policy.phrase('no-subject'),
    from: cleanText(senderShown(policy, last.facts), MAX_SHOWN_CHARS),
    waiting: spanShown(policy, now.getTime() - since.getTime()),
  }));
  return composeSummary({
    ...mail,
    subject: { name: 'subject-reminder', values: { count: waiting.length } },
    text: 'reminder',
    variables: { more: waiting.length - listed.length || null },
    ofMember: (member) => ({
      tickets: tickets.map((one, index) => {
        const ticket = listed[index]?.ticket;
        return { ...one, link: ticket === undefined ? '' : replyLink(policy, ticket, member) };
      }),
    }),
  });
}

/** `2026-11-23 10:05`. */
function clockTime(at: Date, timezone: string): string {
  const { date, minutes } = localTime(at, timezone);
  return `${date} ${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

function medianShown(policy: DeskPolicy, { medianMs }: Times): string | null {
  return medianMs === null ? null : spanShown(policy, medianMs);
}

function agesShown(
  policy: DeskPolicy,
  { openByAge }: Figures,
): readonly { readonly age: string; readonly tickets: number }[] {
  return openByAge.flatMap(({ underDays: to, tickets }, index) => {
    if (tickets === 0) return [];
    const from = openByAge[index - 1]?.underDays ?? null;
    if (to === null) return [{ age: policy.phrase('age-over', { from: from ?? 0 }), tickets }];
    const age =
      from === null
        ? policy.phrase('age-under', { to: to * DAY_HOURS })
        : policy.phrase('age-between', { from, to });
    return [{ age, tickets }];
  });
}
