import { idField, type Kind, searchableNumber } from './kind.js';

/** A message belongs to a ticket. */
export interface LinkRecord {
  readonly kind: 'link';
  readonly ticket: number;
  readonly identity: string;
  readonly messageId: string | null;
}

export const link: Kind<LinkRecord> = {
  fields: ({ ticket, identity, messageId }) => [
    ['Ticket', searchableNumber(ticket)],
    ['Identity', identity],
    ...idField(messageId),
  ],
  read(fields) {
    const [ticket, identity] = [fields.number('Ticket'), fields.one('Identity')];
    if (ticket === null || identity === null) return null;
    return { kind: 'link', ticket, identity, messageId: fields.id('Message-Id') };
  },
  claims: ({ identity }) => [identity],
  subject: ({ ticket }) => `a message of ticket ${ticket}`,
};
