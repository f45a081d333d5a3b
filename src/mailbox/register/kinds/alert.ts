import { type Happening, nameOf, type Said } from '../../../desk/alerts/happening.js';
import { ascii, type FieldReader, type Fields, type Kind, readNumber, searchableNumber } from './kind.js';

/**
 * An alert of the configuration has to tell of this. Done once a telling holds it; one of a ticket that waits is marked
 * `\Flagged` then, and done when the ticket waits no more.
 */
export interface AlertRecord extends Happening {
  readonly kind: 'alert';
  /** The name of the alert. */
  readonly alert: string;
}

const EVENTS = ['new', 'update', 'reopened', 'waiting'] as const;

export const alert: Kind<AlertRecord> = {
  fields: (record) => [['Alert', ascii(record.alert)], eventField(record), ...saidField(record.said)],
  read(fields) {
    const [event] = readEvents(fields);
    if (event === undefined) return null;
    return {
      kind: 'alert',
      alert: fields.text('Alert'),
      ...event,
      said: readSaid(fields.text('Said')),
    };
  },
  claims: (record) => [`${record.alert} ${nameOf(record)}`],
  subject: ({ event, ticket }) => `to be told: ${event}, ticket ${ticket}`,
};

type Event = Omit<Happening, 'said'>;

/** One field, by whose identity entries are searched. */
export function eventField({ event, ticket, identity, at }: Event): Fields[number] {
  return ['Event', `${event} ${searchableNumber(ticket)} ${identity} ${at.toISOString()}`];
}

export function readEvents(fields: FieldReader): readonly Event[] {
  return fields.all('Event').flatMap((line) => {
    const [word, number, identity, at] = line.split(/\s+/);
    const event = EVENTS.find((known) => known === word);
    const ticket = readNumber(number);
    if (event === undefined || ticket === null || identity === undefined) return [];
    return [{ event, ticket, identity, at: new Date(at ?? 0) }];
  });
}

function saidField(said: Said): Fields {
  return Object.keys(said).length === 0 ? [] : [['Said', ascii(JSON.stringify(said))]];
}

/** Nothing where it cannot be read. */
export function readSaid(json: string): Said {
  const parsed = parsedFields(json);
  const { subject, sender, words } = parsed;
  return {
    ...(typeof subject === 'string' ? { subject } : {}),
    ...(typeof sender === 'string' ? { sender } : {}),
    ...(typeof words === 'string' ? { words } : {}),
  };
}

function parsedFields(json: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(json);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}
