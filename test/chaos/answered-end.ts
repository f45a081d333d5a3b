/** What trials of answers must come to: the same as an undisturbed pass, with each letter sent once. */
import type { TakenMail } from '../../src/demo/smtp-end.js';
import { field } from '../model/message-text.js';
import type { Rule } from './answering-proxy.js';
import { type Mailbox, unmarked } from './outcome.js';
import { difference, type End } from './trials.js';

export interface AnsweredTrial {
  readonly server: 'imap' | 'smtp';
  readonly rule: Rule;
  /** So many passes are disturbed, a minute and a second apart. */
  readonly passes: number;
}

const ENDS_CONNECTION: ReadonlySet<string> = new Set(['bye', 'silence', 'cut']);

export function mailing({ to, raw }: TakenMail): string {
  const named = (name: string): string => field(raw, name) ?? 'none';
  return `${named('Message-ID')} to ${to.join(', ')} "${named('Subject')}"`;
}

/** How far the folder of sent mail was looked at. Where it cannot be read, that is a warning, and nothing else waits. */
const SENT_MARK = /^Register: sent /;

/** The first difference, if there is any that exit code 0 must not hide. */
export function differs(wanted: End, reached: End): string | undefined {
  const but = (state: readonly string[]): readonly string[] => state.filter((line) => !SENT_MARK.test(line));
  return [
    ...difference('state', but(wanted.state), but(reached.state)),
    ...difference('mail', wanted.sent, reached.sent),
  ][0];
}

/** Whether the SMTP server says that it refuses mail for good. */
export function refusesForGood({ server, rule }: AnsweredTrial): boolean {
  return server === 'smtp' && rule.answer.how === 'reply' && rule.answer.reply.startsWith('5');
}

/** One letter that its recipient's server wants later is everyday, and no news for whoever reads the exit code. */
export function mayWaitInSilence({ server, rule }: AnsweredTrial): boolean {
  const { answer, key, lasting } = rule;
  return (
    server === 'smtp' &&
    !lasting &&
    ['MAIL', 'RCPT', 'DATA', 'message'].includes(key) &&
    'reply' in answer &&
    answer.reply.startsWith('4') &&
    !answer.reply.startsWith('421')
  );
}

/**
 * What may be sent once more. That is what was taken and could not be marked before the mailbox's connection died; a
 * worker that was only told no is alive, and has no such excuse, nor has one that finds at every pass that it cannot
 * mark. And it is what the SMTP server took without saying so.
 */
export function mayRepeat(
  { server, rule }: AnsweredTrial,
  middle: Mailbox,
  first: readonly TakenMail[],
): readonly string[] {
  const unheard = rule.answer.how === 'done-then-reply';
  const died = server === 'imap' && !rule.lasting && ENDS_CONNECTION.has(rule.answer.how);
  return unheard || died ? unmarked(middle, first).map(mailing) : [];
}

/** How often each was sent, in words where that is not once. */
export function wrongMail(
  wanted: readonly string[],
  { sent, repeats }: { sent: readonly string[]; repeats: readonly string[] },
): readonly string[] {
  const counts = new Map<string, number>();
  for (const mail of [...wanted, ...sent]) counts.set(mail, 0);
  for (const mail of sent) counts.set(mail, (counts.get(mail) ?? 0) + 1);
  return [...counts].flatMap(([mail, count]) => {
    if (!wanted.includes(mail)) return [`sent, and undisturbed it is not: ${mail}`];
    const often = count > 1 && repeats.includes(mail);
    return count === 1 || often ? [] : [`sent ${count} times: ${mail}`];
  });
}

/** The desk's own notes on letters that were refused, and the outbox's UIDs, which what tells of them takes up. */
const OF_REFUSALS =
  /^Register: (?:attempt none (?:letter|retry):|taken )|^Tickets\/Outbox: all that was ever there/;

/** An end without what tells staff that mail was refused, which comes apart, and without what the desk notes of it. */
export function withoutReports(
  end: End,
  wanted: End,
): { readonly end: End; readonly told: readonly string[] } {
  const told = end.sent.filter(
    (mail) => !wanted.sent.includes(mail) && mail.includes(' to steve@example.org '),
  );
  const ids = told.map((mail) => mail.split(' ')[0] ?? '');
  const state = end.state.filter((line) => !OF_REFUSALS.test(line) && !ids.some((id) => line.includes(id)));
  const usual = wanted.state.filter((line) => OF_REFUSALS.test(line));
  return {
    end: { state: [...state, ...usual].toSorted(), sent: end.sent.filter((mail) => !told.includes(mail)) },
    told,
  };
}
