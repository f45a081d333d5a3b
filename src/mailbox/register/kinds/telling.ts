import { type Happening, nameOf, type Said } from '../../../desk/alerts/happening.js';
import { eventField, readEvents, readSaid } from './alert.js';
import { ascii, type Kind, readNumber } from './kind.js';

/**
 * One message of an alert: which events it holds, and how far it has come. `\Flagged` and `\Draft`: it is being sent. `\Flagged`:
 * it was not taken, and is tried again. Neither: it is over, and counts for the limit. Done: it counts no more.
 */
export interface TellingRecord {
  readonly kind: 'telling';
  /** By which its receiver knows it again. */
  readonly id: string;
  readonly alert: string;
  /** From 1 on. */
  readonly attempt: number;
  /** When the first attempt began, and this one. */
  readonly since: Date;
  readonly at: Date;
  readonly events: readonly Happening[];
}

export const UNDER_WAY = '\\Flagged';
export const BEING_SENT = '\\Draft';

/** Of more events nothing is told that people wrote. */
const MAX_SAID = 20;

export const telling: Kind<TellingRecord> = {
  fields: (record) => {
    const said = record.events.slice(0, MAX_SAID).map((event) => event.said);
    const isSaid = said.some((one) => Object.keys(one).length > 0);
    return [
      ['Telling', `${record.id} ${record.attempt}`],
      ['Alert', ascii(record.alert)],
      ['Since', record.since.toISOString()],
      ['At', record.at.toISOString()],
      ...record.events.map(eventField),
      ...(isSaid ? [['Said', ascii(JSON.stringify(said))] as const] : []),
    ];
  },
  read(fields) {
    const [id, attempt] = fields.words('Telling');
    if (!id) return null;
    const said = readList(fields.text('Said'));
    return {
      kind: 'telling',
      id,
      alert: fields.text('Alert'),
      attempt: readNumber(attempt) ?? 1,
      since: fields.date('Since'),
      at: fields.date('At'),
      events: readEvents(fields).map((event, index) => ({ ...event, said: said[index] ?? {} })),
    };
  },
  claims: ({ alert, events }) => events.map((event) => `${alert} ${nameOf(event)}`),
  subject: ({ alert, events }) => `told by ${alert.replaceAll(/[^\x20-\x7e]/g, '?')}: ${events.length}`,
};

function readList(json: string): readonly Said[] {
  try {
    const parsed: unknown = JSON.parse(json);
    return Array.isArray(parsed) ? parsed.map((one) => readSaid(JSON.stringify(one))) : [];
  } catch {
    return [];
  }
}
