import type { RequesterFrom, TicketEntry } from '../../../desk/ticket/ticket.js';
import { ascii, idField, KEEP, type Kind, searchableNumber } from './kind.js';

export interface TicketRecord extends TicketEntry {
  readonly kind: 'ticket';
}

/**
 * The flag of a ticket entry whose first message was split off another ticket. That message may name the other one in
 * every way, so each pass reads such an entry, archived or not.
 */
export const SPLIT_OFF = '\\Draft';

/** The first is what older entries mean, which do not say it. */
const REQUESTER_FROM: readonly RequesterFrom[] = [
  'sender',
  'redirected',
  'forwarded',
  'subject',
  'recipient',
  'reply-to',
];

export const ticket: Kind<TicketRecord> = {
  fields: (record) => [
    ['Ticket', searchableNumber(record.number)],
    ['Identity', record.rootIdentity],
    ...idField(record.rootMessageId),
    ['Requester', record.requester === null ? 'none' : ascii(record.requester)],
    ['Requester-Name', ascii(record.requesterName)],
    ['Requester-From', record.requesterFrom],
    ['Subject', ascii(record.subject)],
    ['Answerable', record.answerable ? 'yes' : 'no'],
    ['Opened', record.opened.toISOString()],
    ...(record.follows === undefined ? [] : [['Follows', searchableNumber(record.follows)] as const]),
    ...(record.imported === undefined ? [] : [['Imported', record.imported.toISOString()] as const]),
  ],
  read(fields) {
    const number = fields.number('Ticket');
    const rootIdentity = fields.one('Identity');
    if (number === null || rootIdentity === null) return null;
    const requester = fields.one('Requester');
    return {
      kind: 'ticket',
      number,
      rootIdentity,
      rootMessageId: fields.id('Message-Id'),
      requester: requester === null || requester === 'none' ? null : fields.text('Requester'),
      requesterName: fields.text('Requester-Name'),
      requesterFrom: REQUESTER_FROM.find((known) => known === fields.one('Requester-From')) ?? 'sender',
      subject: fields.text('Subject'),
      answerable: fields.one('Answerable') === 'yes',
      opened: fields.date('Opened'),
      follows: fields.number('Follows') ?? undefined,
      imported: fields.one('Imported') === null ? undefined : fields.date('Imported'),
    };
  },
  claims: ({ rootIdentity, number }) => [`root ${rootIdentity}`, `number ${number}`],
  subject: ({ number }) => `ticket ${number}`,
  text: ({ number, subject, requesterName, requester }) =>
    `Ticket ${number}: ${subject}\nFrom: ${requesterName} ${requester ?? '(nobody that could be read)'}\n\n${KEEP}`,
};
