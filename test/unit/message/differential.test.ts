/**
 * Two parsers that many programs use, and ours. Where those two do not read the same one address in From, nobody knows
 * whom a mail client will show, and the strict reading grants nothing.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { TextDecoder as NodeTextDecoder, TextEncoder as NodeTextEncoder } from 'node:util';
import * as fc from 'fast-check';
import { simpleParser } from 'mailparser';
import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import { canonicalAddress } from '../../../src/message/header/addresses.js';
import { withoutComments } from '../../../src/message/header/comments.js';
import { splitMessage } from '../../../src/message/header/header-block.js';
import { factsOf } from './parse.js';

/** Types of the web that those of postal-mime name; the types of Node 20 have them as values alone. */
declare global {
  interface TextDecoder extends NodeTextDecoder {}
  interface TextEncoder extends NodeTextEncoder {}
}

const CORPUS = new URL('../../corpus/', import.meta.url);
const NAMES = readdirSync(CORPUS).filter((name) => name.endsWith('.eml'));

type Addresses = readonly (string | null)[];

interface Readings {
  readonly strict: string | null;
  readonly mailparser: Addresses;
  readonly postalMime: Addresses;
}

async function readingsOf(raw: Buffer): Promise<Readings> {
  const [parsed, other] = await Promise.all([simpleParser(raw), PostalMime.parse(raw)]);
  const listed = parsed.from?.value.flatMap((entry) => entry.group ?? [entry]) ?? [];
  const mailboxes = other.from === undefined ? [] : (other.from.group ?? [other.from]);
  return {
    strict: factsOf(raw).sender.address,
    mailparser: listed.map(({ address }) => plain(address)),
    postalMime: mailboxes.map(({ address }) => plain(address)),
  };
}

/**
 * postal-mime (4.0.0) leaves comments in brackets in the address, and ends a comment at its first bracket. What it hands out is
 * the same address, if it is that without comments and without a bracket that is left over: neither can be part of one.
 */
function plain(address: string | undefined): string | null {
  const bare = withoutComments(address ?? '').replace(/ *@ */g, '@');
  return canonicalAddress(bare.trim().replace(/(?: *\))+$/, ''));
}

/** What is granted, both read so; in particular nothing is where they differ. */
function expectAgreement({ strict, mailparser, postalMime }: Readings, where = ''): void {
  if (strict === null) return;
  expect({ where, mailparser, postalMime }).toEqual({ where, mailparser: [strict], postalMime: [strict] });
}

function differ({ mailparser, postalMime }: Readings): boolean {
  return mailparser.join() !== postalMime.join();
}

describe('mailparser, postal-mime and the strict reading', () => {
  test('read one From in each message of the corpus, or nothing is granted', async () => {
    let granted = 0;
    for (const name of NAMES) {
      const { header } = splitMessage(readFileSync(new URL(name, CORPUS)));
      const readings = await readingsOf(header);
      expectAgreement(readings, name);
      if (readings.strict !== null) granted += 1;
    }
    expect(granted).toBeGreaterThan(100);
  });

  test.each([
    ['a quoted name with an address', 'From: "boss@corp.example" <jane@example.com>', 'jane@example.com'],
    [
      'an encoded name with an address',
      'From: =?utf-8?Q?boss=40corp.example?= <jane@example.com>',
      'jane@example.com',
    ],
    ['an encoded address', 'From: =?utf-8?Q?=3Cboss=40corp.example=3E?=', null],
    ['two addresses', 'From: jane@example.com, boss@corp.example', null],
    ['two angles', 'From: <boss@corp.example> <jane@example.com>', null],
    ['two fields', 'From: jane@example.com\r\nFrom: boss@corp.example', null],
    ['a quoted local part', 'From: "boss@corp.example"@example.com', null],
    ['a comment within', 'From: jane(<boss@corp.example>)@example.com', null],
    ['a route', 'From: <@corp.example:jane@example.com>', null],
    ['a group', 'From: Staff: boss@corp.example;', null],
    ['a comment with a comma', 'From: Jane (Acme, Inc.) <jane@example.com>', 'jane@example.com'],
    ['a comment with a colon', 'From: jane@example.com (Acme: Sales; Berlin)', 'jane@example.com'],
    ['comments on all sides', 'From: (a) Jane (b, c) <jane@example.com> (d: e)', 'jane@example.com'],
    ['comments in brackets', 'From: Jane <(a, b) jane@example.com (c: d)>', 'jane@example.com'],
    ['comments in comments', 'From: Jane (a (b, (c))) <jane@example.com>', 'jane@example.com'],
    ['the same without brackets', 'From: jane@example.com (a (b, (c)))', 'jane@example.com'],
    ['a comment beside the at sign', 'From: Jane <jane(x)@example.com>', 'jane@example.com'],
    ['a quotation mark in a comment', 'From: Jane (a " b) <jane@example.com>', 'jane@example.com'],
    ['a comment that would lengthen the domain', 'From: jane@example.com ((a) .corp.example)', null],
  ])('%s', async (_, header, address) => {
    const readings = await readingsOf(Buffer.from(`${header}\r\nSubject: x\r\n\r\nText\r\n`));
    expect(readings.strict).toBe(address);
    expectAgreement(readings);
  });
});

const ADDRESSES = [
  'jane@example.com',
  'boss@corp.example',
  'jan\u00e9@b\u00fccher.example',
  'a@b',
  '"jane"@example.com',
  '"boss@corp.example"@example.com',
  'jane@[127.0.0.1]',
  'jane@example.com.',
  'JANE@EXAMPLE.COM',
  '=?utf-8?Q?boss=40corp.example?=',
  '=?utf-8?B?Ym9zc0Bjb3JwLmV4YW1wbGU=?=',
];
const NAME_PIECES = [
  'Jane Doe',
  '"Doe, Jane"',
  '(Sales)',
  '(Acme, Inc.)',
  '(Acme: Sales; (a "b") \\) c)',
  '((a) .corp.example)',
  'Staff:',
  '@host.example:',
  '"boss@corp.example"',
  '"<boss@corp.example>"',
  '=?utf-8?Q?Jane_=3Cboss=40corp.example=3E?=',
  '=?utf-8?Q?Jane=2C_?=',
  '=?utf-8?Q?"?=',
];
const SIGNS = [
  ...Array.from('<>"(),;:@\\. \t\'%![]|\0\v\f\u00a0\u202e\u3000\ufeff\u00e9'),
  '\r\n ',
  '\n\t',
  '=?utf-8?Q?',
  '=00',
  '?=',
];
const OTHER_FIELDS = [
  '',
  '',
  '',
  'From: boss@corp.example',
  'from : boss@corp.example',
  'From:',
  'Sender: a@b',
];

const addresses = fc.constantFrom(...ADDRESSES);
const fromValues = fc
  .array(
    fc.oneof(
      addresses,
      { arbitrary: addresses.map((address) => `<${address}>`), weight: 2 },
      fc.constantFrom(...NAME_PIECES),
      fc.constantFrom(...SIGNS),
    ),
    { minLength: 1, maxLength: 5 },
  )
  .chain((pieces) => fc.constantFrom('', ' ').map((gap) => pieces.join(gap)));

test('odd From fields: where the two differ, nothing is granted', async () => {
  const seen = { granted: 0, differences: 0 };
  const others = fc.constantFrom(...OTHER_FIELDS);
  await fc.assert(
    fc.asyncProperty(others, fromValues, others, async (before, from, after) => {
      const fields = [before, `From: ${from}`, after, 'Subject: x'].filter((field) => field !== '');
      const readings = await readingsOf(Buffer.from(`${fields.join('\r\n')}\r\n\r\nText\r\n`));
      expectAgreement(readings);
      if (readings.strict !== null) seen.granted += 1;
      if (differ(readings)) seen.differences += 1;
    }),
    { numRuns: 2_000 },
  );
  // The generator is of use only while it makes both.
  expect(seen.granted).toBeGreaterThan(20);
  expect(seen.differences).toBeGreaterThan(100);
});

const ctext = fc.constantFrom(
  'Jane',
  'Acme, Inc.',
  ': ',
  '; ',
  '.',
  '"',
  '(',
  ')',
  '\\)',
  '\\(',
  '<',
  '>',
  'boss@corp.example',
  '.corp.example',
  ' ',
);
const comments = fc
  .array(
    fc.oneof(
      fc.constantFrom('', ' '),
      fc.array(ctext, { maxLength: 4 }).map((parts) => `(${parts.join('')})`),
    ),
    { maxLength: 2 },
  )
  .map((parts) => parts.join(''));
const addrSpecs = fc.constantFrom('jane@example.com', 'jane@example.com.', 'jane(x)@example.com');
const commented = fc
  .oneof(
    fc.tuple(comments, addrSpecs, comments),
    fc.tuple(
      fc.constantFrom('', 'Jane', '"boss@corp.example"'),
      comments,
      fc.constant('<'),
      comments,
      addrSpecs,
      comments,
      fc.constant('>'),
      comments,
    ),
  )
  .map((parts) => parts.join(''));

test('comments on all sides: what is granted is read as another address by neither', async () => {
  let granted = 0;
  await fc.assert(
    fc.asyncProperty(commented, async (from) => {
      const readings = await readingsOf(Buffer.from(`From: ${from}\r\nSubject: x\r\n\r\nText\r\n`));
      const { strict, mailparser, postalMime } = readings;
      if (strict === null) return;
      granted += 1;
      const read = [...mailparser, ...postalMime].filter((address) => address !== null);
      expect(new Set([strict, ...read])).toEqual(new Set([strict]));
    }),
    { numRuns: 2_000 },
  );
  expect(granted).toBeGreaterThan(200);
});
