import type { Kind } from './kind.js';

/** Letters that the mail server has taken, where their copies in the outbox could not be marked so. */
export interface TakenRecord {
  readonly kind: 'taken';
  readonly messageIds: readonly string[];
}

export const taken: Kind<TakenRecord> = {
  fields: ({ messageIds }) => messageIds.map((id) => ['Taken', `<${id}>`] as const),
  read: (fields) => ({
    kind: 'taken',
    messageIds: fields.all('Taken').map((id) => id.replace(/^<|>$/g, '')),
  }),
  subject: () => 'mail that the mail server has taken',
};
