/**
 * Mail that nobody wrote: the corpus with bytes changed, and headers put together at random. Whatever comes in, it is
 * read and decided without an exception, twice alike, within bounds, and what the desk would send is clean.
 */
import { readdirSync } from 'node:fs';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide } from '../../src/desk/decide/decide.js';
import { composeLetter } from '../../src/desk/letters/compose-letter.js';
import { lettersFor } from '../../src/desk/letters/letters.js';
import { type Decision, explained } from '../../src/desk/ticket/decision.js';
import { asBody } from '../../src/message/compose/original.js';
import { type Facts } from '../../src/message/facts/facts.js';
import { parseHeaderBlock, splitMessage } from '../../src/message/header/header-block.js';
import { MAX_REFERENCE_IDS } from '../../src/message/header/message-ids.js';
import { MAX_SUBJECT_CHARACTERS } from '../../src/message/header/subject.js';
import { MAX_RECIPIENTS, MAX_SENDER_CHARACTERS, MAX_TO_AND_CC } from '../../src/message/read-facts.js';
import { corpusLedger, corpusMail, factsOf, POLICY } from './desk.js';

const NAMES = readdirSync(new URL('.', import.meta.url))
  .filter((name) => name.endsWith('.eml'))
  .map((name) => name.slice(0, -'.eml'.length));
const MAX_FUZZED_BYTES = 6_000;
/** The same ones each time, but with DEEP=1: then others each time, and many more. */
const BOUNDS = process.env['DEEP'] === '1' ? { numRuns: 50_000 } : { numRuns: 300, seed: 7 };
const FIELDS =
  /^(?:x-imapdesk-[a-z-]+|from|to|cc|reply-to|subject|date|message-id|in-reply-to|references|auto-submitted|x-auto-response-suppress|x-ms-reactions|mime-version|content-[a-z-]+)$/;
const WRITER = {
  policy: POLICY,
  now: new Date('2026-01-05T10:00:03Z'),
  folders: { review: 'Review', open: 'Open', archived: 'Archived' },
};

/** Everything that happens to a message between its arrival and the outbox. */
function pass(raw: Buffer): { facts: Facts; decision: Decision; sent: readonly Buffer[] } {
  const facts = factsOf(raw);
  const ledger = corpusLedger();
  const decision = decide(POLICY, ledger, facts);
  ledger.takeIn(decision, facts);
  const ticket = decision.ticket === null ? null : ledger.ticket(decision.ticket);
  const occasion = { decision, facts, ticket };
  const reading = {
    excerpt: 'Hello',
    left: null,
    cut: false,
    attachments: [],
    body: asBody(raw),
    part: null,
  };
  const sent = lettersFor(POLICY, occasion)
    .filter(({ to }) => to !== null)
    .map((letter) => composeLetter(WRITER, occasion, { letter, reading }).raw);
  return { facts, decision, sent };
}

function expectSound(raw: Buffer): void {
  const { facts, decision, sent } = pass(raw);
  const again = pass(raw);
  expect(again.facts).toEqual(facts);
  expect(explained(again.decision)).toEqual(explained(decision));
  expect(again.sent).toEqual(sent);
  expect(facts.recipients.length).toBeLessThanOrEqual(MAX_RECIPIENTS);
  expect(facts.toAndCc.length).toBeLessThanOrEqual(MAX_TO_AND_CC);
  expect(facts.references.length).toBeLessThanOrEqual(MAX_REFERENCE_IDS);
  expect(facts.subject.length).toBeLessThanOrEqual(MAX_SUBJECT_CHARACTERS);
  expect(facts.sender.shown.length).toBeLessThanOrEqual(MAX_SENDER_CHARACTERS);
  expectCautious(decision, facts);
  for (const letter of sent) expectClean(letter);
}

function expectCautious(decision: Decision, facts: Facts): void {
  if (decision.acknowledge || decision.errorReport) {
    expect(facts.automatic).toBeNull();
    expect(facts.suppressAnswer).toBe(false);
    expect(facts.sender.answerTo).not.toBeNull();
  }
  const isList = facts.automatic?.kind === 'list' || facts.automatic?.kind === 'bulk';
  if (facts.automatic !== null) expect([decision.relay, decision.changesState]).toEqual([false, false]);
  // Where only words say so, a signed mark is enough for staff to be told.
  const forbidden =
    facts.inWords && decision.role !== null ? ['close', 'reopen'] : ['update', 'close', 'reopen'];
  if (facts.automatic !== null && !isList) expect(forbidden).not.toContain(decision.kind);
}

function expectClean(letter: Buffer): void {
  const { header } = splitMessage(letter);
  const block = parseHeaderBlock(header);
  for (const { name } of block.fields) expect(name).toMatch(FIELDS);
  for (const name of ['from', 'to', 'subject', 'message-id', 'date'])
    expect(block.byName.get(name)).toHaveLength(1);
  expect(block.ambiguous).toBe(false);
  for (const line of header.toString('utf8').split('\r\n')) {
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(998);
    // Not ASCII is only the local part of an address that was so written (RFC 6532).
    expect(line).not.toMatch(/[\0-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\ufffd]/);
  }
}

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 6 }).map((array) => Buffer.from(array)),
  fc
    .constantFrom(
      '\r\n',
      '\n\n',
      '\0',
      '\r',
      ':',
      '<',
      '>',
      '=?',
      '?=',
      '"',
      '(',
      ' ',
      ';',
      '\r\nFrom: a@b.c',
      '\r\nReturn-Path: <>',
      '\u202e',
    )
    .map((text) => Buffer.from(text)),
);
const mutation = fc.record({ at: fc.nat({ max: 3_000 }), take: fc.nat({ max: 40 }), put: bytes });

test('changed messages of the corpus', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...NAMES),
      fc.array(mutation, { minLength: 1, maxLength: 6 }),
      (name, mutations) => {
        let raw = corpusMail(name).subarray(0, MAX_FUZZED_BYTES);
        for (const { at, take, put } of mutations) {
          const from = raw.length === 0 ? 0 : at % raw.length;
          raw = Buffer.concat([raw.subarray(0, from), put, raw.subarray(from + take)]);
        }
        expectSound(raw);
      },
    ),
    BOUNDS,
  );
});

const address = fc.constantFrom(
  'jane@customer.example',
  'steve@example.org',
  'support@example.com',
  'support+1@example.com',
  'support+2-done@example.com',
  'support+1.aaaaaaaa@example.com',
  'MAILER-DAEMON@x.example',
  '',
  'a@b@c',
  '"a b"@x',
);
const value = fc.oneof(
  address,
  address.map((one) => `Name <${one}>`),
  fc.array(address, { maxLength: 4 }).map((all) => all.join(', ')),
  fc.constantFrom(
    '<00-plain@customer.example>',
    '[issue1] x',
    '[issue2-done]',
    '=?utf-8?Q?a=0D=0ABcc:_v=40x?=',
    'auto-replied',
    'no',
    '<>',
    'multipart/report; report-type=delivery-status; boundary=b',
    'YES',
    'mx.example.com; dmarc=pass',
  ),
  fc.string({ unit: 'binary', maxLength: 60 }),
);
const field = fc.tuple(
  fc.constantFrom(
    'From',
    'To',
    'Cc',
    'Subject',
    'Message-ID',
    'In-Reply-To',
    'References',
    'Return-Path',
    'Auto-Submitted',
    'Content-Type',
    'Delivered-To',
    'Reply-To',
    'List-Id',
    'Precedence',
    'X-Spam-Flag',
    'Authentication-Results',
    'X-Imapdesk-Origin',
    'Received',
  ),
  fc.constantFrom(': ', ':', ' : ', ':\r\n '),
  value,
);

test('headers put together at random', () => {
  fc.assert(
    fc.property(fc.array(field, { maxLength: 12 }), fc.string({ maxLength: 200 }), (fields, body) => {
      const header = fields.map(([name, colon, text]) => `${name}${colon}${text}\r\n`).join('');
      expectSound(Buffer.from(`${header}\r\n${body}`));
    }),
    BOUNDS,
  );
});
