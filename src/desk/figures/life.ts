/** What became of a ticket, and when: opened, closed, reopened, and who said something to whom. */
import type { DeskPolicy } from '../policy.js';
import type { Ticket, TicketState } from '../ticket/ticket.js';
import { reachesRequester, type Voice, voiceOf } from './voice.js';

export interface Word {
  readonly at: Date;
  readonly voice: Voice;
  /** Of the desk's: it went to the requester. */
  readonly answers: boolean;
}

export interface Closing {
  readonly at: Date;
  /** False where nothing tells when it was. */
  readonly isDated: boolean;
  /** When it was reopened after that; null if it was not. */
  readonly reopened: Date | null;
}

export interface TicketLife {
  readonly number: number;
  readonly opened: Date;
  /** In order; all but the last one are reopened. */
  readonly closings: readonly Closing[];
  /** In order. */
  readonly words: readonly Word[];
}

/** What has gone to the archive at one time. */
export interface ArchivedAt {
  readonly at: Date;
  readonly identities: ReadonlySet<string>;
  /** What an import has put there: the state in which it brought the ticket. */
  readonly brought?: TicketState | undefined;
}

/**
 * A ticket's life, from its messages and from what has gone to the archive of it, in order.
 *
 * It was closed each time its opening message went there: what is filed with a closed ticket later goes alone. (Where somebody
 * has taken that message away, the first time that anything went counts.) It was reopened by the first word after that, for
 * nothing says when a person moved it; without a word, at the moment of the closing itself.
 *
 * What an import has put there was closed nobody knows when, and if it was brought as open, it was not closed.
 */
export function lifeOf(policy: DeskPolicy, ticket: Ticket, archived: readonly ArchivedAt[]): TicketLife {
  const { number, opened, imported } = ticket.entry;
  const words = ticket.messages.flatMap(({ facts }): Word[] => {
    const voice = voiceOf(policy, ticket, facts);
    if (voice === null) return [];
    return [{ at: facts.receivedAt, voice, answers: voice === 'desk' && reachesRequester(ticket, facts) }];
  });
  words.sort((a, b) => a.at.getTime() - b.at.getTime());
  const times = closedHere(ticket, archived);
  const isClosed = ticket.state === 'archived';
  const reopened = (at: Date, next: Date | undefined): Date | null =>
    next === undefined && isClosed ? null : reopenedAfter(at, next ?? null, words);
  const closings = times.map(
    (at, index): Closing => ({ at, isDated: true, reopened: reopened(at, times[index + 1]) }),
  );
  const cameClosed = archived.some(({ brought }) => brought === 'archived');
  if (cameClosed || (times.length === 0 && isClosed))
    closings.unshift({ at: opened, isDated: false, reopened: reopened(imported ?? opened, times[0]) });
  return { number, opened, words, closings };
}

function closedHere(
  { entry: { opened, rootIdentity } }: Ticket,
  archived: readonly ArchivedAt[],
): readonly Date[] {
  const here = archived.filter(({ brought }) => brought === undefined);
  const whole = here.filter(({ identities }) => identities.has(rootIdentity));
  const cameClosed = archived.some(({ brought }) => brought === 'archived');
  const first = cameClosed ? [] : here.slice(0, 1);
  const times = (whole.length > 0 ? whole : first).map(({ at }) => later(at, opened));
  return times.sort((a, b) => a.getTime() - b.getTime());
}

function reopenedAfter(closed: Date, before: Date | null, words: readonly Word[]): Date {
  const word = words.find(({ at }) => at > closed && (before === null || at <= before));
  return word?.at ?? closed;
}

function later(one: Date, other: Date): Date {
  return one > other ? one : other;
}
