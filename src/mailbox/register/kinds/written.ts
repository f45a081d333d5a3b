import type { Kind } from './kind.js';
import { link } from './link.js';

/** A person who was signed in to the desk's account wrote this message: it was found in the folder of sent mail. */
export interface WrittenRecord {
  readonly kind: 'written';
  readonly ticket: number;
  readonly identity: string;
  readonly messageId: string | null;
}

/** It has the fields of a link. */
export const written: Kind<WrittenRecord> = {
  fields: (record) => link.fields({ ...record, kind: 'link' }),
  read(fields) {
    const record = link.read(fields);
    return record === null ? null : { ...record, kind: 'written' };
  },
  claims: ({ identity }) => [identity],
  subject: ({ ticket }) => `a message of ticket ${ticket}, written in the desk's account`,
};
