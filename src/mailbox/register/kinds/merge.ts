import { type Kind, searchableNumber } from './kind.js';

/** `from` is a pointer to `into`; live until the messages lie together. */
export interface MergeRecord {
  readonly kind: 'merge';
  readonly from: number;
  readonly into: number;
  readonly joinPeople: boolean;
}

export const merge: Kind<MergeRecord> = {
  fields: ({ from, into, joinPeople }) => [
    ['Ticket', searchableNumber(from)],
    ['Into', searchableNumber(into)],
    ['Join-People', joinPeople ? 'yes' : 'no'],
  ],
  read(fields) {
    const [from, into] = [fields.number('Ticket'), fields.number('Into')];
    if (from === null || into === null) return null;
    return { kind: 'merge', from, into, joinPeople: fields.one('Join-People') === 'yes' };
  },
  subject: ({ from, into }) => `ticket ${from} is merged into ticket ${into}`,
};
