/** Register records to messages. See `entry.ts` for the form, `parse.ts` for the way back. */
import { composeText } from '../../message/compose/compose.js';
import { kindOf, type RegisterRecord } from './entry.js';
import { FIELD_PREFIX, type Fields, KEEP } from './kinds/kind.js';

export interface Writing {
  readonly deskName: string;
  readonly deskAddress: string;
  readonly now: Date;
  /** Unique among all entries. */
  readonly id: string;
  /** The highest number given so far: every entry carries it, so that the newest ones tell it. */
  readonly highest: number;
}

export function formatRecord(record: RegisterRecord, writing: Writing): Buffer {
  const kind = kindOf(record);
  const fields: Fields = [
    ['Version', String(kind.version ?? 1)],
    ['Entry', record.kind],
    ['Highest', String(writing.highest)],
    ...kind.fields(record),
  ];
  const domain = writing.deskAddress.slice(writing.deskAddress.lastIndexOf('@') + 1);
  return composeText({
    from: { name: writing.deskName, address: writing.deskAddress },
    to: { name: writing.deskName, address: writing.deskAddress },
    subject: `Register: ${kind.subject(record)}`,
    messageId: `register.${writing.id}@${domain}`,
    references: [],
    date: writing.now,
    fields: fields.map(([name, value]) => [`${FIELD_PREFIX}${name}`, value]),
    text: kind.text?.(record) ?? KEEP,
  });
}
