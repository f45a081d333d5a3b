import { type FieldReader, type Fields, type Kind, readNumber, searchableNumber } from './kind.js';

/**
 * Somebody has erased mail. It names nobody: only numbers, how many messages, and when. Live until nothing of these tickets is
 * left; meanwhile no pass takes what has gone for something that people have moved.
 */
export interface ErasedRecord {
  readonly kind: 'erased';
  /** Of these nothing stays. The numbers are never given again. */
  readonly tickets: readonly number[];
  /** Of these some messages went, and the tickets go on. */
  readonly parts: readonly number[];
  /** How many messages were to go, wherever they lay. */
  readonly messages: number;
  readonly at: Date;
}

export const erased: Kind<ErasedRecord> = {
  fields: ({ tickets, parts, messages, at }) => [
    ...tickets.map((number) => ['Ticket', searchableNumber(number)] as const),
    ...parts.map((number) => ['Part', searchableNumber(number)] as const),
    ['Count', String(messages)],
    ['At', at.toISOString()],
  ],
  read: (fields) => ({
    kind: 'erased',
    tickets: numbersOf(fields, 'Ticket'),
    parts: numbersOf(fields, 'Part'),
    messages: fields.number('Count') ?? 0,
    at: fields.date('At'),
  }),
  subject: ({ tickets, messages }) =>
    tickets.length === 0
      ? `${messages} messages were erased`
      : `erased: ${tickets.slice(0, MAX_IN_SUBJECT).join(', ')}${tickets.length > MAX_IN_SUBJECT ? ' and more' : ''}`,
};

const MAX_IN_SUBJECT = 10;

function numbersOf(fields: FieldReader, name: Fields[number][0]): readonly number[] {
  return fields.all(name).flatMap((value) => readNumber(value) ?? []);
}
