/** What is kept of entries from pass to pass says what reading them anew would. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RegisterRecord } from '../../../../src/mailbox/register/entry.js';
import { formatRecord } from '../../../../src/mailbox/register/format.js';
import { arbitrate } from '../../../../src/mailbox/register/view.js';
import type { StoredMessage } from '../../../../src/mailbox/store.js';
import { splitMessage } from '../../../../src/message/header/header-block.js';

const identity = fc.constantFrom('a', 'b', 'c');
const number = fc.integer({ min: 1, max: 4 });
const record: fc.Arbitrary<RegisterRecord> = fc.oneof(
  fc.record({ number, rootIdentity: identity }).map((about) => ({
    kind: 'ticket' as const,
    ...about,
    rootMessageId: null,
    requester: null,
    requesterName: '',
    requesterFrom: 'sender' as const,
    subject: '',
    answerable: true,
    opened: new Date(0),
  })),
  fc.record({ kind: fc.constant('link' as const), ticket: number, identity, messageId: fc.constant(null) }),
  fc.record({ kind: fc.constant('absence' as const), count: number }),
);
const flags = fc.subarray(['\\Answered', '\\Flagged', '\\Seen']).map((some) => new Set(some));
const entry = fc.record({ record, flags, highest: fc.nat(9) });

type Written = typeof entry extends fc.Arbitrary<infer E> ? E : never;

function stored(index: number, { record: written, flags: set, highest }: Written): StoredMessage {
  const about = {
    deskName: 'Example',
    deskAddress: 'support@example.com',
    now: new Date(0),
    id: 'x',
    highest,
  };
  const raw = formatRecord(written, about);
  const { header } = splitMessage(raw);
  return { uid: index + 1, flags: set, size: raw.length, receivedAt: new Date(0), header, structure: null };
}

const seen = (messages: readonly StoredMessage[]) => {
  const { of, ...view } = arbitrate(messages);
  return { ...view, absences: of('absence') };
};

it('is the same whichever of them were there before, in which order, and with which flags', () => {
  const step = fc.record({
    kept: fc.infiniteStream(fc.boolean()),
    reflagged: fc.infiniteStream(fc.boolean()),
    flags,
  });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 8 }), fc.array(step, { maxLength: 4 }), (entries, steps) => {
      let messages = entries.map((one, index) => stored(index, one));
      for (const { kept, reflagged, flags: changed } of steps) {
        const anew = messages.map((one) => ({ ...one, header: Buffer.from(one.header) }));
        expect(seen(messages)).toEqual(seen(anew));
        expect(seen([...messages].reverse())).toEqual(seen(anew));
        messages = messages
          .filter(() => kept.next().value)
          .map((one) => (reflagged.next().value ? { ...one, flags: changed } : one));
      }
    }),
  );
});
