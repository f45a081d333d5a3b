/** What an alert says, in the desk's language. Without leave it holds nothing that people wrote: see `Said`. */
import type { DeskPolicy, Phrase } from '../policy.js';
import { keyedHash } from '../sign/signature.js';
import { type DeskEvent, type Happening, nameOf, type Said, type TicketEvent } from './happening.js';

/** One event as it is told. */
interface ToldEvent {
  readonly event: TicketEvent | DeskEvent | 'test';
  /** null for what is about the desk. */
  readonly ticket: number | null;
  readonly at: Date;
  readonly said: Said;
  /** What is wrong with the desk, by its code. */
  readonly code?: string;
}

export interface AlertMessage {
  /** The same for the same events of the same alert, however often it is sent. */
  readonly id: string;
  /** The alert's name. */
  readonly alert: string;
  readonly desk: string;
  readonly events: readonly ToldEvent[];
  /** Desk, event and number, and no more. */
  readonly headline: string;
  /** Of one event what people wrote, piece by piece; of several one line for each, and at last how many more there are. */
  readonly details: readonly string[];
}

/** Of more events only the number is told. */
const MAX_LINES = 20;

type Writer = Pick<DeskPolicy, 'name' | 'phrase'>;

/** The id of a message, by which its receiver knows it again: nobody else can guess it. */
export function messageIdOf(
  { secrets }: Pick<DeskPolicy, 'secrets'>,
  alert: string,
  events: readonly Pick<Happening, 'event' | 'identity'>[],
): string {
  return keyedHash(secrets[0], 'alert 1', [alert, ...events.map(nameOf)]);
}

export function alertMessage(
  { name, phrase }: Writer,
  about: Pick<AlertMessage, 'id' | 'alert' | 'events'>,
): AlertMessage {
  const { events } = about;
  const tell = ({ name: which, values }: Phrase): string => `${name}: ${phrase(which, values)}`;
  const [only, ...others] = events;
  if (only !== undefined && others.length === 0)
    return { ...about, desk: name, headline: tell(phraseOf(only)), details: saidIn(only.said) };
  const lines = events.slice(0, MAX_LINES).map((one) => {
    const { name: which, values } = phraseOf(one);
    const said = saidIn(one.said).join(', ');
    return said === '' ? phrase(which, values) : `${phrase(which, values)}: ${said}`;
  });
  const more = events.length - lines.length;
  return {
    ...about,
    desk: name,
    headline: tell({ name: 'alert-several', values: { count: events.length } }),
    details: more === 0 ? lines : [...lines, phrase('alert-more', { count: more })],
  };
}

/** Whether anything that people wrote is in it: what repeats it would repeat that. */
export function holdsWordsOfPeople({ events }: Pick<AlertMessage, 'events'>): boolean {
  return events.some(({ said }) => saidIn(said).length > 0);
}

/** All of it as one line, for an SMS. */
export function oneLine({ headline, events, details }: AlertMessage): string {
  return details.length === 0 ? headline : `${headline}: ${details.join(events.length === 1 ? ', ' : '; ')}`;
}

/** All of it as lines, for a mail or a chat. */
export function severalLines({ headline, details }: AlertMessage): string {
  return [headline, ...details].join('\n');
}

function phraseOf({ event, ticket, code }: ToldEvent): Phrase {
  const number = ticket ?? 0;
  switch (event) {
    case 'new':
      return { name: 'alert-new', values: { number } };
    case 'update':
      return { name: 'alert-update', values: { number } };
    case 'reopened':
      return { name: 'alert-reopened', values: { number } };
    case 'waiting':
      return { name: 'alert-waiting', values: { number } };
    case 'unhealthy':
      return { name: 'alert-unhealthy', values: { code: code ?? '' } };
    case 'recovered':
      return { name: 'alert-recovered' };
    default:
      return { name: 'alert-test' };
  }
}

function saidIn({ subject, sender, words }: Said): readonly string[] {
  return [subject, sender, words].flatMap((piece) => (piece === undefined || piece === '' ? [] : [piece]));
}
