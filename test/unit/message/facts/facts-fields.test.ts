/** Which fields the facts come from, and in which order. */
import { expect, test } from 'vitest';
import { splitMessage } from '../../../../src/message/header/header-block.js';
import { MAX_SUBJECT_CHARACTERS } from '../../../../src/message/header/subject.js';
import { MAX_RECIPIENTS, readFacts } from '../../../../src/message/read-facts.js';
import { factsOf } from '../parse.js';

const factsOfLines = (...lines: readonly string[]) => factsOf(`${lines.join('\r\n')}\r\n\r\n`);

test('recipients are those of the delivery, then those whom the author named, each once', () => {
  const facts = factsOfLines(
    'Resent-Cc: h@example.com',
    'Resent-To: g@example.com',
    'Cc: f@example.com, a@example.com',
    'To: E <e@Example.com>',
    'X-Envelope-To: d@example.com',
    'Envelope-To: c@example.com',
    'X-Original-To: b@example.com',
    'Delivered-To: a@example.com',
    'Bcc: i@example.com',
  );
  expect(facts.recipients).toEqual(
    ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => `${name}@example.com`),
  );
  expect(facts.toAndCc.map(({ address }) => address)).toEqual([
    'e@example.com',
    'f@example.com',
    'a@example.com',
  ]);
});

test('half of the recipients may be the delivery’s, and the rest are the author’s', () => {
  const list = (name: string) =>
    Array.from({ length: MAX_RECIPIENTS }, (_, index) => `${name}${index}@example.com`).join(', ');
  const { recipients } = factsOfLines(`Envelope-To: ${list('d')}`, `To: ${list('t')}`);
  expect(recipients).toHaveLength(MAX_RECIPIENTS);
  expect(recipients.filter((one) => one.startsWith('d'))).toHaveLength(MAX_RECIPIENTS / 2);
});

test.each([
  ['Help <help.example.com>', ['help.example.com']],
  ['"<odd.example.com>" <Help.Example.com> ', ['help.example.com']],
  ['<help.example.com> (of us)', ['help.example.com']],
  ['<a>b<c', ['<a>b<c']],
  [`<${'x'.repeat(255)}>`, ['x'.repeat(255)]],
  [`<${'x'.repeat(256)}>`, [expect.stringMatching(/^<x{253}…$/)]],
  ['', []],
])('the List-Id %s is %j', (value, ids) => {
  expect(factsOfLines(`List-Id: ${value}`).listIds).toEqual(ids);
});

test('a list that is named twice is one', () => {
  expect(factsOfLines('List-Id: <a.example>', 'List-Id: A.example').listIds).toEqual(['a.example']);
});

test('an address of a delivery is bounded, and only its own brackets are taken off', () => {
  const { deliveredTo } = factsOfLines(`Delivered-To: ${'X'.repeat(300)}`, 'Delivered-To: a<b>c').hops;
  expect(deliveredTo).toEqual(['x'.repeat(255), 'a<b>c']);
});

test('the subject is that of the first field, decoded and bounded', () => {
  const [first, second] = ['=?utf-8?Q?Gr=C3=BC=C3=9Fe?=', 'Other'];
  expect(factsOfLines(`Subject: ${first}`, `Subject: ${second}`).subject).toBe('Grüße');
  expect(factsOfLines('X: y').subject).toBe('');
  expect(factsOfLines(`Subject: ${'x'.repeat(2_000)}`).subject).toHaveLength(MAX_SUBJECT_CHARACTERS);
});

test('a sender whom nobody can be held to is shown all the same', () => {
  expect(factsOfLines('From: =?utf-8?Q?J=C3=A4ne?= <jane@example.com>', 'From: Bob').sender).toEqual({
    address: null,
    answerTo: null,
    namesNobody: false,
    shown: 'Jäne <jane@example.com>, Bob',
    name: 'Jäne',
  });
  expect(factsOfLines('Subject: x').sender).toEqual({
    address: null,
    answerTo: null,
    namesNobody: true,
    shown: '',
    name: '',
  });
});

test('authentication is that of the sender, as the named server has judged it', () => {
  const lines = ['Authentication-Results: mx.example.net; dmarc=pass header.from=example.com', ''];
  const raw = (from: string) => `${lines.join('\r\n')}From: ${from}\r\n\r\n`;
  const dmarc = (from: string, authservId?: string) => factsOf(raw(from), authservId).authentication.dmarc;
  expect(dmarc('jane@example.com', 'mx.example.net')).toBe('pass');
  expect(dmarc('jane@example.com', 'mx.example.org')).toBe('none');
  expect(dmarc('jane@example.com')).toBe('none');
  expect(dmarc('jane@other.example', 'mx.example.net')).not.toBe('pass');
});

test('Resent-From is one address of one field, too', () => {
  expect(factsOfLines('Resent-From: Ann <ann@example.org>').resentFrom).toBe('ann@example.org');
  expect(factsOfLines('Resent-From: ann@example.org', 'Resent-From: bob@example.org').resentFrom).toBeNull();
});

test('what an origin field signs has a line for each field, and a comma between those of one name', () => {
  const facts = factsOfLines(
    'From: a@example.com',
    'From: b@example.com',
    'Subject:  Printer \t on',
    '\tfire ',
    'Cc: c@example.com',
  );
  expect(facts.originSubject).toBe('\na@example.com,b@example.com\n\n\nPrinter on fire');
  expect(facts.origin).toBeNull();
});

test('a size that cannot be true leaves an empty body', () => {
  const { header } = splitMessage(Buffer.from('Subject: x\r\n\r\nText'));
  const read = (size: number) =>
    readFacts({ header, size, receivedAt: new Date(0), structure: null }).bodySize;
  expect([read(header.length + 4), read(header.length), read(3)]).toEqual([4, 0, 0]);
});

test('spam is told by the fields that are named, else by those of SpamAssassin', () => {
  const { header } = splitMessage(Buffer.from('X-Spam-Flag: YES\r\nX-Junk: yes\r\n\r\n'));
  const read = (spamFields?: readonly string[]) =>
    readFacts({ header, size: 9, receivedAt: new Date(0), structure: null }, { spamFields }).spam;
  expect(read()).toEqual(['x-spam-flag says that it is spam.']);
  expect(read(['x-junk'])).toEqual(['x-junk says that it is spam.']);
  expect(read([])).toEqual([]);
});
