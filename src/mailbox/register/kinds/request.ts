import { type Kind, searchableNumber } from './kind.js';

export type StateCommand = 'close' | 'reopen';

export type RequestRecord = {
  readonly kind: 'request';
  readonly id: string;
  readonly ticket: number;
} & (
  | { readonly command: StateCommand }
  /** The message of that identity becomes a ticket of its own. */
  | { readonly command: 'split'; readonly identity: string }
);

export const request: Kind<RequestRecord> = {
  fields: (record) => [
    ['Ticket', searchableNumber(record.ticket)],
    ['Request', `${record.id} ${record.command}`],
    ...(record.command === 'split' ? [['Identity', record.identity] as const] : []),
  ],
  read(fields) {
    const [ticket, identity] = [fields.number('Ticket'), fields.one('Identity')];
    const [id = '', command] = fields.words('Request');
    if (ticket === null) return null;
    if (command === 'close' || command === 'reopen') return { kind: 'request', id, ticket, command };
    return command === 'split' && identity !== null
      ? { kind: 'request', id, ticket, command, identity }
      : null;
  },
  subject: ({ command, ticket }) => `${command} ticket ${ticket}`,
};
