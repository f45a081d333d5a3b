import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RegisterRecord } from '../../../../src/mailbox/register/entry.js';
import { formatRecord } from '../../../../src/mailbox/register/format.js';
import { parseRecord, parseTaken } from '../../../../src/mailbox/register/parse.js';
import { arbitrate } from '../../../../src/mailbox/register/view.js';
import type { StoredMessage } from '../../../../src/mailbox/store.js';
import { splitMessage } from '../../../../src/message/header/header-block.js';
import { EXIT, Problem } from '../../../../src/problem/problem.js';
import { SAMPLES, type Sample } from './stored-samples.js';

function write(record: RegisterRecord, highest = 7): Buffer {
  return formatRecord(record, {
    deskName: 'Example',
    deskAddress: 'support@example.com',
    now: new Date(0),
    id: 'x',
    highest,
  });
}

function stored(raw: Buffer, uid = 1, flags: string[] = []): StoredMessage {
  return {
    uid,
    flags: new Set(flags),
    size: raw.length,
    receivedAt: new Date(0),
    header: splitMessage(raw).header,
    structure: null,
  };
}

const text = fc.string({ unit: 'grapheme', maxLength: 260 });
const identity = fc.stringMatching(/^[0-9a-f]{64}$/);
const number = fc.integer({ min: 1, max: 999_999_999 });
const messageId = fc.option(fc.stringMatching(/^[a-z0-9.$+-]{1,60}@[a-z0-9.-]{1,30}$/), { nil: null });

const moment = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });

const happening = {
  event: fc.constantFrom('new' as const, 'update' as const, 'reopened' as const, 'waiting' as const),
  ticket: number,
  identity,
  at: moment,
  said: fc.record({ subject: text, sender: text, words: text }, { requiredKeys: [] }),
};

const records: fc.Arbitrary<RegisterRecord> = fc.oneof(
  fc.record({
    kind: fc.constant('ticket' as const),
    number,
    rootIdentity: identity,
    rootMessageId: messageId,
    requester: fc.option(fc.constantFrom('jane@example.com', 'jürgen@example.com'), { nil: null }),
    requesterName: text,
    requesterFrom: fc.constantFrom('sender', 'redirected', 'forwarded', 'subject', 'recipient'),
    subject: text,
    answerable: fc.boolean(),
    opened: moment,
  }),
  fc.record({ kind: fc.constant('link' as const), ticket: number, identity, messageId }),
  fc.record({
    kind: fc.constant('hint' as const),
    ticket: fc.option(number, { nil: null }),
    uidValidity: fc.integer({ min: 1, max: 2 ** 32 - 1 }).map(String),
    uidNext: fc.integer({ min: 1, max: 2 ** 31 }),
    moved: fc.array(fc.record({ uid: fc.option(number, { nil: null }), identity }), { maxLength: 200 }),
    complete: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('request' as const),
    id: fc.uuid(),
    command: fc.constantFrom('close' as const, 'reopen' as const),
    ticket: number,
  }),
  fc.record({
    kind: fc.constant('request' as const),
    id: fc.uuid(),
    command: fc.constant('split' as const),
    ticket: number,
    identity,
  }),
  fc.record({ kind: fc.constant('merge' as const), from: number, into: number, joinPeople: fc.boolean() }),
  fc.record({ kind: fc.constant('attempt' as const), identity, messageId, why: text, at: moment }),
  fc.record({
    kind: fc.constant('taken' as const),
    messageIds: fc.array(
      messageId.filter((id) => id !== null),
      { minLength: 1, maxLength: 5 },
    ),
  }),
  fc.record({
    kind: fc.constant('claim' as const),
    worker: fc.uuid(),
    host: text,
    place: identity,
    pid: number,
    started: number.map(String),
    command: text,
    since: moment,
    at: moment,
    first: fc.option(number, { nil: null }),
    leaseS: fc.option(number, { nil: null }),
  }),
  fc.record({
    kind: fc.constant('worker' as const),
    worker: fc.uuid(),
    host: text,
    place: identity,
    pid: number,
    started: number.map(String),
    command: text,
    since: moment,
    looksS: number,
  }),
  fc.record({ kind: fc.constant('alert' as const), alert: text, ...happening }),
  fc.record({
    kind: fc.constant('telling' as const),
    id: fc.stringMatching(/^[a-z0-9]{20}$/),
    alert: text,
    attempt: fc.integer({ min: 1, max: 50 }),
    since: moment,
    at: moment,
    events: fc.array(fc.record(happening), { minLength: 1, maxLength: 20 }),
  }),
);

describe('a header that is asked for again', () => {
  it('is read once, with the UID and the flags of each time', () => {
    const { header } = stored(
      write({ kind: 'hint', ticket: 1, uidValidity: '1', uidNext: 9, moved: [], complete: true }),
    );
    const [first, second] = [stored(header, 5), stored(header, 6, ['\\Answered'])].map((message) =>
      parseRecord({ ...message, header }),
    );
    expect(first).toMatchObject({ kind: 'hint', uid: 5, flags: new Set() });
    expect(second).toMatchObject({ kind: 'hint', uid: 6, flags: new Set(['\\Answered']) });
    if (first?.kind !== 'hint' || second?.kind !== 'hint') throw new Error('It is no hint.');
    expect(second.moved).toBe(first.moved);
  });
});

describe('a register entry', () => {
  it('reads back as what was written, whatever stands in it', () => {
    fc.assert(
      fc.property(records, (record) => {
        const read = parseRecord(stored(write(record)));
        expect(read).toMatchObject({ ...record, highest: 7, uid: 1 });
      }),
      { numRuns: 300 },
    );
  });

  it('has no line that a server could refuse', () => {
    fc.assert(
      fc.property(records, (record) => {
        for (const line of write(record).toString('latin1').split('\r\n'))
          expect(line.length).toBeLessThanOrEqual(998);
      }),
    );
  });

  it('lists what an adoption took, in its text', () => {
    const taken = [
      { uid: 4, identity: 'a'.repeat(64), quiet: true },
      { uid: 9, identity: 'b'.repeat(64), quiet: false },
    ];
    const raw = write({
      kind: 'adoption',
      at: new Date(5_000),
      uidValidity: '1',
      uidNext: 10,
      archivedUidValidity: '2',
      archivedUidNext: 1,
      taken,
    });
    expect(parseRecord(stored(raw))).toMatchObject({
      at: new Date(5_000),
      uidNext: 10,
      archivedUidValidity: '2',
    });
    expect(parseTaken(raw.toString())).toEqual(taken);
  });

  it('about a copied inbox stops an older imapdesk, which would answer old mail', () => {
    const taken = [{ uid: 4, identity: 'a'.repeat(64), quiet: true }];
    const record = {
      kind: 'copied' as const,
      at: new Date(5_000),
      uidValidity: '7',
      uidNext: 10,
      choice: 'none' as const,
      cause: 'copied:x',
    };
    const raw = write({ ...record, taken });
    expect(raw.toString()).toContain('X-Imapdesk-Version: 2\r\n');
    expect(parseRecord(stored(raw))).toMatchObject({ ...record, taken: [] });
    expect(parseTaken(raw.toString())).toEqual(taken);
    const link = write({ kind: 'link', ticket: 1, identity: 'a', messageId: null });
    expect(link.toString()).toContain('X-Imapdesk-Version: 1\r\n');
  });

  it('of a newer version stops the desk', () => {
    const raw = Buffer.from(
      write({ kind: 'link', ticket: 1, identity: 'a', messageId: null })
        .toString()
        .replace('X-Imapdesk-Version: 1', 'X-Imapdesk-Version: 3'),
    );
    const read = (): unknown => parseRecord(stored(raw));
    expect(read).toThrow(Problem);
    expect(read).toThrow(expect.objectContaining({ code: 'register-too-new', exitCode: EXIT.configuration }));
  });

  it('is not seen in what somebody else put there', () => {
    expect(
      parseRecord(stored(Buffer.from('From: jane@example.com\r\nSubject: hello\r\n\r\nhello\r\n'))),
    ).toBeNull();
  });
});

describe('arbitration', () => {
  const ticket = (ticketNumber: number, root: string): RegisterRecord => ({
    kind: 'ticket',
    number: ticketNumber,
    rootIdentity: root,
    rootMessageId: null,
    requester: null,
    requesterName: '',
    requesterFrom: 'sender',
    subject: '',
    answerable: false,
    opened: new Date(0),
  });

  it('counts the lowest UID of one number or one root, and lets what is void claim nothing', () => {
    const view = arbitrate([
      stored(write(ticket(1, 'r2')), 8),
      stored(write(ticket(1, 'r1')), 5),
      stored(write(ticket(2, 'r2')), 9),
      stored(write(ticket(3, 'r1')), 10),
    ]);
    expect(view.tickets.map(({ uid }) => uid)).toEqual([5, 9]);
    expect(view.voided).toEqual([8, 10]);
  });

  it.each<Sample<RegisterRecord>>(Object.values(SAMPLES).flat())(
    'voids a second entry only of a kind that claims: $subject',
    (sample) => {
      const raw = write(sample.record);
      expect(arbitrate([stored(raw, 5), stored(raw, 6)]).voided).toEqual(sample.once === true ? [6] : []);
    },
  );

  it('lets entries of two kinds claim the same message', () => {
    const about = { ticket: 1, identity: 'r', messageId: null };
    const view = arbitrate([
      stored(write(ticket(1, 'r')), 5),
      stored(write({ kind: 'link', ...about }), 6),
      stored(write({ kind: 'written', ...about }), 7),
    ]);
    expect(view.voided).toEqual([]);
  });

  it('knows the highest number from whichever entry says it', () => {
    expect(
      arbitrate([
        stored(write({ kind: 'link', ticket: 1, identity: 'a', messageId: null }, 41), 3),
        stored(write(ticket(12, 'r')), 4),
      ]).highest,
    ).toBe(41);
  });
});
