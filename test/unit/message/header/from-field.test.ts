/** Whom an answer reaches: the one address of a From field, whatever else is wrong with it. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressKey, canonicalAddress } from '../../../../src/message/header/addresses.js';
import { withoutComments } from '../../../../src/message/header/comments.js';
import { MAX_FROM_CHARACTERS, readFrom } from '../../../../src/message/header/from-field.js';
import { parseHeaderBlock } from '../../../../src/message/header/header-block.js';
import { cpuMs } from '../cpu-time.js';
import { blockOf, factsOf } from '../parse.js';

const from = (value: string) => readFrom(blockOf(`From: ${value}`));
const JANE = 'jane@example.com';

describe('one address is whom to answer, and without power', () => {
  test.each([
    ['a name with a comma', 'Roe, Jane <jane@example.com>', 'Roe, Jane'],
    ['a company with a comma', 'Acme, Inc. <jane@example.com>', 'Acme, Inc.'],
    ['a title with a comma', 'Jane Roe, PhD <jane@example.com>', 'Jane Roe, PhD'],
    ['a name with a colon', 'Acme: Sales <jane@example.com>', 'Acme: Sales'],
    ['a name with a semicolon', 'Jane; Sales <jane@example.com>', 'Jane; Sales'],
    ['a semicolon behind', 'Jane <jane@example.com>;', 'Jane'],
    ['commas behind', 'Jane <jane@example.com>, ,', 'Jane'],
    ['words behind', 'Jane <jane@example.com> and more', 'Jane and more'],
    ['a comma and a comment', 'Roe, Jane (Acme, Inc.) <jane@example.com>', 'Roe, Jane (Acme, Inc.)'],
    ['an encoded word with a comma', '=?utf-8?Q?Roe,_J=C3=A4ne?= <jane@example.com>', 'Roe, Jäne'],
    ['a comma behind an encoded word', '=?utf-8?B?UsO2ZQ==?=, Jane <jane@example.com>', 'Röe, Jane'],
    ['raw 8-bit text with a comma', 'Röe, Jane <jane@example.com>', 'Röe, Jane'],
    ['an at sign before a name', 'Jane @ Acme, Inc. <jane@example.com>', 'Jane @ Acme, Inc.'],
    ['an at sign glued to a name', 'Jane @Acme (East) <jane@example.com>', 'Jane @Acme (East)'],
    ['an open quotation', '"Jane <jane@example.com>', 'Jane'],
    ['a quotation that was never opened', 'Jane" <jane@example.com>', 'Jane'],
    ['an open comment', 'Jane (Acme <jane@example.com>', 'Jane (Acme'],
    ['an open bracket', 'Roe, Jane <jane@example.com', 'Roe, Jane'],
    ['a bracket that was never opened', 'Jane jane@example.com>', 'Jane'],
    ['brackets in brackets', 'Jane <<jane@example.com>>', 'Jane'],
    ['empty brackets beside it', 'Jane <> jane@example.com', 'Jane'],
    ['a scheme in the brackets', 'Jane <mailto:jane@example.com>', 'Jane'],
    ['apostrophes', "'jane@example.com'", ''],
    ['itself in apostrophes', "'jane@example.com' <jane@example.com>", "'jane@example.com'"],
    ['itself as name, with a comma', 'jane@example.com, Acme <jane@example.com>', 'jane@example.com, Acme'],
    [
      'itself in a comment, with a comma',
      'Roe, Jane (jane@example.com) <jane@example.com>',
      'Roe, Jane (jane@example.com)',
    ],
    ['itself twice', 'jane@example.com, Jane <JANE@example.com>', null],
    [
      'itself as encoded name',
      '=?utf-8?Q?jane=40example.com?=, Acme <jane@example.com>',
      'jane@example.com, Acme',
    ],
    ['a group with one member', 'Staff: Jane <jane@example.com>;', 'Staff: Jane'],
    ['words without brackets', 'Jane Roe jane@example.com', 'Jane Roe'],
    ['an address in square brackets', 'Jane Roe [jane@example.com]', 'Jane Roe'],
    ['the only address in a comment', 'Jane Roe (jane@example.com)', 'Jane Roe'],
    ['brackets round the name', 'jane@example.com <Jane Roe>', ''],
    ['a quoted name without brackets', '"Roe, Jane" jane@example.com', 'Roe, Jane'],
    ['a comma without brackets', 'Roe, Jane jane@example.com', 'Roe, Jane'],
    ['a comment beside the at sign', 'jane(x)@example.com', null],
    ['comments on both sides of it', 'jane(x)@(y)example.com', null],
    ['white space beside the at sign', 'Jane <jane @ example.com>', null],
    ['comments in comments with an open end', 'jane@example.com (a (b) c)', null],
  ])('%s', (_, value, name) => {
    const read = from(value);
    expect(read).toMatchObject({ address: null, namesNobody: false });
    expect(addressKey(read.answerTo ?? '')).toBe(JANE);
    if (name !== null) expect(read.name).toBe(name);
  });
});

describe('nobody is meant, and no Reply-To counts', () => {
  test.each([
    ['two addresses', 'jane@example.com, boss@corp.example'],
    ['two addresses with names', 'Jane <jane@example.com>, Boss <boss@corp.example>'],
    ['two in a group', 'Staff: jane@example.com, boss@corp.example;'],
    ['two in brackets', '<boss@corp.example> <jane@example.com>'],
    ['an address as name', 'boss@corp.example <jane@example.com>'],
    ['an address in a name with a comma', 'boss@corp.example, Inc. <jane@example.com>'],
    ['an address in quotes with a comma', '"boss@corp.example", Inc. <jane@example.com>'],
    ['an address in a comment', 'Roe, Jane (boss@corp.example) <jane@example.com>'],
    ['an encoded address', '=?utf-8?Q?boss=40corp.example?=, Inc. <jane@example.com>'],
    ['an encoded address in base64', '=?utf-8?B?Ym9zc0Bjb3JwLmV4YW1wbGU=?=, Inc. <jane@example.com>'],
    ['an address that cannot be used', '"a b"@corp.example, Jane <jane@example.com>'],
    ['an address with white space', 'boss @ corp.example, Jane <jane@example.com>'],
    ['an address behind', 'Roe, Jane <jane@example.com> boss@corp.example'],
    ['an at sign in a name', 'Jane @ acme.example, Inc. <jane@example.com>'],
    ['an at sign and a domain with white space', 'Boss @ corp . example, Jane <jane@example.com>'],
    ['an at sign and a domain behind a comment', 'Boss @ (x) corp.example, Jane <jane@example.com>'],
    ['a name glued to a name by an at sign', 'boss@corp, Jane <jane@example.com>'],
    ['a quoted local part', '"boss@corp.example"@example.com'],
    ['a route', '<@corp.example:jane@example.com>'],
    ['an encoded word in the address', '=?utf-8?Q?boss=40corp.example?=@example.com'],
    ['an encoded word glued to it', '=?utf-8?Q?boss?=jane@example.com'],
    ['a control', 'Roe, Jane <jane@example.com>\x01'],
    ['a control in the name', 'Roe, \x02Jane <jane@example.com>'],
    ['a NUL', 'Roe, Jane\0 <jane@example.com>'],
    ['a bare CR', 'Roe, Jane\r <jane@example.com>'],
  ])('%s', (_, value) => {
    expect(from(value)).toMatchObject({ address: null, answerTo: null, namesNobody: false });
  });

  test('two fields, and one that another program may see', () => {
    const nobody = { address: null, answerTo: null, namesNobody: false };
    const two = ['From: Roe, Jane <jane@example.com>', 'From: Roe, Jane <jane@example.com>'];
    expect(readFrom(blockOf(...two))).toMatchObject(nobody);
    expect(readFrom(blockOf('From: Roe, Jane <jane@example.com>', 'Fr-om: x'))).toMatchObject(nobody);
    const marked = parseHeaderBlock(Buffer.from('\ufeffSubject: x\r\n\r\n'));
    expect(readFrom(marked)).toMatchObject(nobody);
  });

  test('a field beyond its length', () => {
    const long = (length: number) => `${'x'.repeat(length - ', <a@example.com>'.length)}, <a@example.com>`;
    expect(from(long(MAX_FROM_CHARACTERS)).answerTo).toBe('a@example.com');
    expect(from(long(MAX_FROM_CHARACTERS + 1))).toMatchObject({ answerTo: null, namesNobody: false });
  });
});

describe('nobody is named, and so a Reply-To can be', () => {
  test.each([
    ['nothing', ''],
    ['the null address', '<>'],
    ['a name', 'Jane Roe'],
    ['a name with an at sign', 'Jane @ Acme'],
    ['white space beside the at sign without brackets', 'jane @example.com'],
    ['no domain', 'Jane <jane>'],
    ['an empty group', 'undisclosed-recipients:;'],
    ['an encoded word that holds all', '=?utf-8?Q?Jane_=3Cjane=40example.com=3E?='],
    ['white space in the local part', 'Jane <jane roe@example.com>'],
    ['a comma in the local part', 'Jane <jane,roe@example.com>'],
    ['a comma glued to it', 'jane,roe@example.com'],
    ['a quoted word in front of the dot', '"Jane".roe@example.com'],
    ['a word and a dot in front', 'jane. roe@example.com'],
    ['a dot behind a comment', 'jane@example(x).com'],
    ['a domain that could go on', 'Jane jane@corp .example'],
    ['a comment in the local part', 'ja(x)ne@example.com'],
    ['a quoted local part', '"a b"@example.com'],
    ['an address literal', 'Jane <jane@[192.0.2.1]>'],
    ['an address as domain', 'Roe, Jane <jane@192.0.2.1>'],
    ['a look-alike', 'Roe, Jane <jane@ｅxample.com>'],
    ['a zero-width space', 'Roe, Jane <ja\u200bne@example.com>'],
    ['a direction override', 'Roe, Jane <ja\u202ene@example.com>'],
  ])('%s', (_, value) => {
    expect(from(value)).toMatchObject({ address: null, answerTo: null, namesNobody: true });
  });

  test('no field at all', () => {
    expect(readFrom(blockOf('Subject: x'))).toMatchObject({ answerTo: null, namesNobody: true });
  });

  test('an address in bytes that are no UTF-8', () => {
    const latin1 = (value: string) => readFrom(parseHeaderBlock(Buffer.from(`From: ${value}\n\n`, 'latin1')));
    expect(latin1('R\xf6e, Jane <j\xe4ne@example.com>').answerTo).toBeNull();
    expect(latin1('R\xf6e, Jane <jane@example.com>').answerTo).toBe(JANE);
  });
});

const pieces = fc.constantFrom(
  'jane@example.com',
  'jane@example.com',
  '<jane@example.com>',
  'boss@corp.example',
  'Roe, Jane',
  'Acme: ',
  '(Acme, Inc.)',
  '(a (b) c)',
  '"Roe, Jane"',
  '=?utf-8?Q?Roe,_Jane?=',
  '=?utf-8?B?Ym9zc0Bjb3JwLmV4YW1wbGU=?=',
  ' \u00e9 ',
  ...Array.from('<>"(),;:@\\. \t\'[]|'),
);
const values = fc.array(pieces, { maxLength: 9 }).map((parts) => parts.join(''));

describe('whatever the field holds', () => {
  test('the strict reading is never contradicted, and nobody is made up', () => {
    const seen = { strict: 0, tolerant: 0 };
    fc.assert(
      fc.property(values, (value) => {
        const { address, answerTo, namesNobody } = from(value);
        if (address !== null)
          expect({ answerTo, namesNobody }).toEqual({ answerTo: address, namesNobody: false });
        if (answerTo === null) return;
        seen[address === null ? 'tolerant' : 'strict'] += 1;
        expect(canonicalAddress(answerTo)).toBe(answerTo);
        const bare = withoutComments(value).replace(/[ \t]*@[ \t]*/g, '@');
        expect(`${value}\n${bare}`.toLowerCase()).toContain(answerTo.toLowerCase());
        expect(namesNobody).toBe(false);
      }),
      { numRuns: 20_000 },
    );
    expect(seen.strict).toBeGreaterThan(200);
    expect(seen.tolerant).toBeGreaterThan(200);
  });

  test('two addresses outside quotes are never one', () => {
    const two = fc.tuple(
      values,
      fc.constantFrom(' kim@example.net ', '<kim@example.net>', ',kim@example.net,'),
      values,
    );
    fc.assert(
      fc.property(two, ([before, kim, behind]) => {
        const value = `${before}${kim}${behind}`;
        if (!/jane@|boss@/.test(value) || /["\\]/.test(value)) return;
        expect(from(value).answerTo).toBeNull();
      }),
      { numRuns: 5_000 },
    );
  });

  test.each(['(', ')', '<', '"', ',', '@', ' ', '\\', '=?', '(a', '=?utf-8?Q?', "'", 'a@', '\t@'])(
    'the work is bounded for a field of nothing but %j',
    (piece) => {
      const value = `Roe, ${piece.repeat(MAX_FROM_CHARACTERS)}`.slice(0, MAX_FROM_CHARACTERS - 5);
      const began = cpuMs();
      from(`${value} a@b`);
      expect(cpuMs() - began).toBeLessThan(500);
    },
  );
});

test('a pass of DMARC is never that of a From which is no well-formed one, a fail is', () => {
  const verdict = (result: string) =>
    factsOf(
      `Authentication-Results: mx.example.com; dmarc=${result} header.from=example.com\r\nFrom: Roe, Jane <jane@example.com>\r\n\r\n`,
      'mx.example.com',
    ).authentication;
  expect(verdict('pass').dmarc).toBe('none');
  expect(verdict('fail (p=reject)')).toEqual({ dmarc: 'fail', policy: 'reject' });
});

test('senders whom nobody reads are known by the address that would be answered', () => {
  const kind = (value: string) => factsOf(`From: ${value}\r\nSubject: x\r\n\r\n`);
  expect(kind('"Acme, Inc. <noreply@example.com>').suppressAnswer).toBe(true);
  expect(kind('"Acme, Inc. <jane@example.com>').suppressAnswer).toBe(false);
});
