import type { TicketState } from '../../../desk/ticket/ticket.js';
import { type FieldReader, type Kind, readNumber, searchableNumber } from './kind.js';

/** A message in the archive: its UID there (null where the server did not tell), and its identity. */
export interface MovedMessage {
  readonly uid: number | null;
  readonly identity: string;
}

export interface HintRecord {
  readonly kind: 'hint';
  /** null where it only says how far the archive has been looked at. */
  readonly ticket: number | null;
  readonly uidValidity: string;
  /** When the hint was written, everything in the archive below this UID had been looked at. */
  readonly uidNext: number;
  readonly moved: readonly MovedMessage[];
  /** False if it finished another's move, and so may not know of all. */
  readonly complete: boolean;
  /** An import wrote it when it brought the messages: nobody has closed the ticket then. */
  readonly imported?: Brought | undefined;
}

/** When a ticket came from elsewhere, and what it was then: one that is open lies in the archive for a moment, too. */
interface Brought {
  readonly at: Date;
  readonly state: TicketState;
}

export const hint: Kind<HintRecord> = {
  fields: ({ ticket, uidValidity, uidNext, complete, moved, imported }) => [
    ['Ticket', ticket === null ? 'none' : searchableNumber(ticket)],
    ['Archived', `${uidValidity} ${uidNext} ${complete ? 'complete' : 'incomplete'}`],
    ...moved.map(({ uid, identity }) => ['Moved', `${uid ?? '?'} ${identity}`] as const),
    ...(imported === undefined
      ? []
      : [['Imported', `${imported.at.toISOString()} ${imported.state}`] as const]),
  ],
  read(fields) {
    const place = fields.place('Archived');
    if (place === null) return null;
    return {
      kind: 'hint',
      ticket: fields.number('Ticket'),
      ...place,
      imported: broughtIn(fields),
      complete: fields.words('Archived')[2] === 'complete',
      moved: fields.all('Moved').flatMap((line): MovedMessage[] => {
        const [uid, identity] = line.split(/\s+/);
        return identity === undefined ? [] : [{ uid: readNumber(uid), identity }];
      }),
    };
  },
  subject: ({ ticket }) => (ticket === null ? 'archive seen' : `archived mail of ticket ${ticket}`),
};

function broughtIn(fields: FieldReader): Brought | undefined {
  const [at = '', state] = fields.words('Imported');
  const ms = Date.parse(at);
  return Number.isNaN(ms) ? undefined : { at: new Date(ms), state: state === 'open' ? 'open' : 'archived' };
}
