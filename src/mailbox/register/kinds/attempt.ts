import { ascii, idField, type Kind } from './kind.js';

export interface AttemptRecord {
  readonly kind: 'attempt';
  readonly identity: string;
  readonly messageId: string | null;
  readonly why: string;
  /** 1970 in entries of older versions, which do not say it. */
  readonly at: Date;
}

export const attempt: Kind<AttemptRecord> = {
  fields: ({ identity, messageId, why, at }) => [
    ['Identity', identity],
    ...idField(messageId),
    ['Why', ascii(why)],
    ['At', at.toISOString()],
  ],
  read(fields) {
    const identity = fields.one('Identity');
    if (identity === null) return null;
    const messageId = fields.id('Message-Id');
    return { kind: 'attempt', identity, messageId, why: fields.text('Why'), at: fields.date('At') };
  },
  subject: () => 'a message that could not be filed',
};
