import * as fc from 'fast-check';
import { parseAddressHeader, simpleParser } from 'mailparser';
import { describe, expect, test } from 'vitest';
import {
  canonicalAddress,
  MAX_DOMAIN_BYTES,
  MAX_LOCAL_PART_BYTES,
  readMailboxes,
  sameAddress,
} from '../../../../src/message/header/addresses.js';
import { MAX_FROM_CHARACTERS, strictFrom } from '../../../../src/message/header/from-field.js';
import { parseHeaderBlock, splitMessage } from '../../../../src/message/header/header-block.js';
import {
  MAX_ADDRESS_LIST_CHARACTERS,
  MAX_LIST_ENTRIES,
  splitMailboxes,
} from '../../../../src/message/header/mailbox-list.js';
import { blockOf } from '../parse.js';

describe('strictFrom takes', () => {
  test.each([
    ['jane@example.com', 'jane@example.com'],
    ['<jane@example.com>', 'jane@example.com'],
    ['Jane Doe <jane@example.com>', 'jane@example.com'],
    ['Jane<jane@example.com>', 'jane@example.com'],
    ['"Doe, Jane" <jane@example.com>', 'jane@example.com'],
    ['"boss@corp.example" <jane@example.com>', 'jane@example.com'],
    ['jane@example.com <jane@example.com>', 'jane@example.com'],
    ['Jane Doe (Sales) <jane@example.com>', 'jane@example.com'],
    ['jane@example.com (Jane Doe)', 'jane@example.com'],
    ['=?utf-8?Q?J=C3=A4ne?= <jane@example.com>', 'jane@example.com'],
    ['Jäne <jane@example.com>', 'jane@example.com'],
    ['Jane.Doe+x@EXAMPLE.com', 'Jane.Doe+x@example.com'],
    ['jane@example.com.', 'jane@example.com'],
    ['jane@bücher.example', 'jane@xn--bcher-kva.example'],
    ['jane@XN--BCHER-KVA.example', 'jane@xn--bcher-kva.example'],
    ['jäne@example.com', 'jäne@example.com'],
    ['root@localhost', 'root@localhost'],
    ['a@x.y', 'a@x.y'],
    ['jane@example.x1', 'jane@example.x1'],
    ['jane@example.1x', 'jane@example.1x'],
    ['jane@0xa.example', 'jane@0xa.example'],
    ['jane@example.com  (Jane)', 'jane@example.com'],
    ['jane@example.com \t(Jane)', 'jane@example.com'],
    ['jane@example.com (a (b))', 'jane@example.com'],
    ['Jane Roe (Acme, Inc.) <jane@example.com>', 'jane@example.com'],
    ['Jane (Acme: Sales; 2nd floor) <jane@example.com>', 'jane@example.com'],
    ['Jane Roe <jane@example.com> (Acme, Inc.)', 'jane@example.com'],
    ['(Acme, Inc.) Jane Roe <jane@example.com>', 'jane@example.com'],
    ['(Acme, Inc.) jane@example.com', 'jane@example.com'],
    ['jane@example.com (Roe, Jane: Acme; Berlin)', 'jane@example.com'],
    ['jane@example.com(Acme, Inc.)', 'jane@example.com'],
    ['(a)(b) jane@example.com (c) (d)', 'jane@example.com'],
    ['Jane < jane@example.com >', 'jane@example.com'],
    ['Jane <\tjane@example.com (Acme, Inc.)>', 'jane@example.com'],
    ['Jane <(Acme, Inc.) jane@example.com>', 'jane@example.com'],
    ['Jane <jane@example.com (Acme (UK))>', 'jane@example.com'],
    ['Jane (the "boss") <jane@example.com>', 'jane@example.com'],
    ['Jane (:-\\)) <jane@example.com>', 'jane@example.com'],
    ['Jane (a -> b) <jane@example.com>', 'jane@example.com'],
    ['Jane (Acme (UK), Ltd.) <jane@example.com>', 'jane@example.com'],
    ['jane@example.com (Roe, Jane (Acme, Inc.))', 'jane@example.com'],
    ['"Roe \\"JR\\" Jane" (Acme, Inc.) <jane@example.com>', 'jane@example.com'],
    ['Jane (=?utf-8?Q?Roe,_J=C3=A4ne?=) <jane@example.com>', 'jane@example.com'],
    ['Jane (jane@example.com) <jane@example.com>', 'jane@example.com'],
    ['"jane@example.com" (Acme, Inc.) <jane@example.com>', 'jane@example.com'],
    [`Jane ${'('.repeat(10)}${')'.repeat(10)} <jane@example.com>`, 'jane@example.com'],
    // The example of RFC 5322, appendix A.5.
    ['Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>', 'pete@silly.test'],
  ])('%s', (value, address) => {
    expect(strictFrom(blockOf(`From: ${value}`))).toBe(address);
  });

  test('a folded field', () => {
    expect(strictFrom(blockOf('From: "Jane', ' Doe"', ' <jane@example.com>'))).toBe('jane@example.com');
  });
});

const fromOfLength = (length: number) =>
  strictFrom(blockOf(`From: ${'x'.repeat(length - '<a@example.com>'.length)}<a@example.com>`));

describe('strictFrom refuses', () => {
  test.each([
    ['nothing', ''],
    ['the null address', '<>'],
    ['several', 'a@example.com, b@example.com'],
    ['several, parted by a semicolon', 'a@example.com; b@example.com'],
    ['a group', 'undisclosed:;'],
    ['a group with a member', 'Staff: a@example.com;'],
    ['no domain', 'jane'],
    ['no local part', '@example.com'],
    ['two at signs', 'a@b@example.com'],
    ['a quoted local part', '"a@b"@example.com'],
    ['a route', '<@x.example:jane@example.com>'],
    ['an address literal', 'jane@[192.0.2.1]'],
    ['an address as domain', 'jane@192.0.2.1'],
    ['a number as domain', 'jane@0x7f'],
    ['a comment inside', 'jane(x)@example.com'],
    ['a comment with an address', 'jane@example.com (boss@corp.example)'],
    ['a comment beside the at sign without brackets', 'jane@(x)example.com'],
    ['a comment with a dot behind the at sign', 'Jane <jane@(evil.example)example.com>'],
    ['white space before the at sign without brackets', 'jane @example.com'],
    ['white space behind the at sign', '<jane@ example.com>'],
    ['a comment with a bracket', 'Jane (<root>) <jane@example.com>'],
    ['a comment with an address beside one in brackets', 'Jane (boss@corp.example) <jane@example.com>'],
    ['a comment that is open', 'Jane (Acme <jane@example.com>'],
    ['a comment that was closed', 'Jane Acme) <jane@example.com>'],
    ['a comment in the local part', 'ja(x)ne@example.com'],
    ['a comment in the domain', 'jane@example(x).com'],
    ['a comment that a simpler program ends within the domain', 'jane@example.com ((a) .evil.example)'],
    ['the same with a backslash', 'jane@example.com (\\) .evil.example \\()'],
    ['the same glued to the address', 'jane@example.com((a))'],
    ['the same in front', '((a) boss.) jane@example.com'],
    ['a comment that goes on behind one in it', 'jane@example.com (a (b) c)'],
    ['the same in front of brackets that it opens', 'Jane <(a (b), c) jane@example.com>'],
    ['the same in brackets', 'Jane <jane@example.com ((a).evil.example)>'],
    ['a comment behind a last dot', 'jane@example.com. (evil.example)'],
    ['a bracket in a comment in brackets', 'Jane <jane@example.com (>)>'],
    ['a backslash in a comment in brackets', 'Jane <jane@example.com (\\) x)>'],
    ['a quoted address beside a comment with a quote', 'a (") "boss@corp.example" (") <jane@example.com>'],
    ['a quoted address beside a comment with a comma', '"boss@corp.example" (Acme, Inc.) <jane@example.com>'],
    ['a comma outside comments', 'Roe, Jane <jane@example.com>'],
    ['a colon outside comments', 'Acme: Sales <jane@example.com>'],
    ['a semicolon behind', 'Jane <jane@example.com>;'],
    ['an encoded word with a comma', '=?utf-8?Q?Roe,_Jane?= <jane@example.com>'],
    ['comments in comments beyond their depth', `Jane ${'('.repeat(11)}${')'.repeat(11)} <jane@example.com>`],
    ['a comment alone', '(jane@example.com)'],
    ['a comment that hides a bracket', 'a (<b@corp.example>) <jane@example.com>'],
    ['two brackets', '<a@example.com> <b@example.com>'],
    ['words behind', '<jane@example.com> and more'],
    ['an open quote', '"Jane <jane@example.com>'],
    ['an unquoted address as name', 'boss@corp.example <jane@example.com>'],
    ['an encoded word in the local part', '=?utf-8?Q?boss?=@example.com'],
    ['an encoded word as address', '=?utf-8?Q?boss=40corp.example?='],
    ['an encoded word in brackets', '<=?utf-8?Q?boss=40corp.example?=@example.com>'],
    ['white space inside', '<jane @example.com>'],
    ['dots in a row', 'jane..doe@example.com'],
    ['a dot in front', '.jane@example.com'],
    ['a hyphen in front of a label', 'jane@-example.com'],
    ['full-width letters in the domain', 'jane@ｅxample.com'],
    ['the kelvin sign in the domain', 'jane@\u212aelvin.example'],
    ['the kelvin sign in the local part', '\u212aelvin@example.com'],
    ['an ideographic full stop', 'jane@corp。example'],
    ['a zero-width space', 'ja\u200bne@example.com'],
    ['a zero-width space in a domain beyond ASCII', 'jane@b\u200b\u00fccher.example'],
    ['a full stop that is none in a domain beyond ASCII', 'jane@b\u00fc\u3002corp.example'],
    ['an A-label that is none', 'jane@xn--a.example'],
    ['a large number as domain', 'jane@192'],
    ['a control in a quoted name', '"Ja\u0001ne" <jane@example.com>'],
    ['two quoted names in a row', '"Jane""Doe" <jane@example.com>'],
    ['a direction override', 'ja\u202ene@example.com'],
    ['a percent escape', 'jane@example%2ecom'],
    ['a control', 'jane\x01@example.com'],
    ['a bare CR', 'jane@example.com\r'],
    ['a NUL', 'jane@example.com\0'],
  ])('%s', (_, value) => {
    expect(strictFrom(blockOf(`From: ${value}`))).toBeNull();
  });

  test('two fields, none, and one that another program may see', () => {
    expect(strictFrom(blockOf('From: a@example.com', 'FROM: b@example.com'))).toBeNull();
    expect(strictFrom(blockOf('From: a@example.com', 'From : a@example.com'))).toBeNull();
    expect(strictFrom(blockOf('Sender: a@example.com'))).toBeNull();
    expect(strictFrom(blockOf(' From: a@example.com', 'From: b@example.com'))).toBeNull();
  });

  test('a field beyond its length', () => {
    expect(fromOfLength(MAX_FROM_CHARACTERS)).toBe('a@example.com');
    expect(fromOfLength(MAX_FROM_CHARACTERS + 1)).toBeNull();
  });

  test('a local part in bytes that are no UTF-8', () => {
    expect(strictFrom(parseHeaderBlock(Buffer.from('From: j\xe4ne@example.com\n', 'latin1')))).toBeNull();
    const name = parseHeaderBlock(Buffer.from('From: J\xe4ne <jane@example.com>\n', 'latin1'));
    expect(strictFrom(name)).toBe('jane@example.com');
  });
});

describe('strictFrom grants nothing where mailparser reads something else', () => {
  const pieces = fc.constantFrom(
    'a@example.com',
    'b@corp.example',
    '<',
    '>',
    '"',
    '(',
    ')',
    ',',
    ';',
    ':',
    '@',
    '\\',
    ' ',
    '.',
    'Jane',
    '=?utf-8?Q?',
    '=40',
    '?=',
    '[',
    ']',
    '<b@corp.example>',
    '"x"',
    '\t',
    "'",
    'é',
    '\r\n ',
    '=?utf-8?B?YkBjb3JwLmV4YW1wbGU=?=',
    'group:',
  );

  test('for fields made of the pieces that parsers disagree about', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 9 }), (parts) => {
        const value = parts.join('');
        const strict = strictFrom(blockOf(`From: ${value}`));
        if (strict === null) return;
        const read = parseAddressHeader(value.replace(/\r\n/g, ''), {
          flatten: true,
          decodePunycode: false,
        }).value;
        expect(read.map(({ address }) => canonicalAddress(address ?? ''))).toEqual([strict]);
        expect(readMailboxes(value, 5).map(({ address }) => address)).toEqual([strict]);
      }),
      { numRuns: 20_000 },
    );
  });
});

describe('strictFrom grants nothing where mailparser reads another message', () => {
  const pieces = fc.constantFrom(
    'a@example.com',
    '<b@corp.example>',
    'Jane',
    '"',
    '\r\n',
    '\n',
    '\r',
    '\r\n\r\n',
    '\n \n',
    'From: ',
    'from : ',
    'Subject: x\r\n',
    ' ',
    '\t',
    'Fr\r\n om: ',
    '\0',
    '\v',
    '\f',
    '\u0085',
    '\u2028',
    '\ufeff',
    '>From ',
    ':',
    'é',
    '=?utf-8?Q?',
    '?=',
    ',',
  );

  test('for headers made of the pieces that parsers disagree about', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(pieces, { maxLength: 10 }),
        fc.constantFrom('From: ', 'From: Jane <a@example.com>\r\n', ''),
        async (parts, start) => {
          const raw = Buffer.from(`${start}${parts.join('')}\r\n\r\nbody`);
          const strict = strictFrom(parseHeaderBlock(splitMessage(raw).header));
          if (strict === null) return;
          const { from } = await simpleParser(raw);
          expect(from?.value.map(({ address }) => canonicalAddress(address ?? ''))).toEqual([strict]);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

describe('canonicalAddress', () => {
  test('keeps to the lengths of RFC 5321', () => {
    const local = 'l'.repeat(MAX_LOCAL_PART_BYTES);
    expect(canonicalAddress(`${local}@example.com`)).toBe(`${local}@example.com`);
    expect(canonicalAddress(`${local}l@example.com`)).toBeNull();
    expect(canonicalAddress(`${'é'.repeat(33)}@example.com`)).toBeNull();
    const labels = `${'d'.repeat(49)}.`.repeat(5).slice(0, -1);
    expect(canonicalAddress(`a@${labels}.${'e'.repeat(MAX_DOMAIN_BYTES - 250)}`)).not.toBeNull();
    expect(canonicalAddress(`a@${labels}.${'e'.repeat(MAX_DOMAIN_BYTES - 249)}`)).toBeNull();
    expect(canonicalAddress(`a@${'\u00fc'.padEnd(49, 'x').concat('.').repeat(5)}y`)).toBeNull();
    expect(canonicalAddress(`a@${'d'.repeat(63)}.example`)).not.toBeNull();
    expect(canonicalAddress(`a@${'d'.repeat(64)}.example`)).toBeNull();
  });

  test('is its own canonical form, and never holds what breaks an envelope', () => {
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), fc.string({ unit: 'binary' })), (address) => {
        const canonical = canonicalAddress(address);
        if (canonical === null) return;
        expect(canonical).not.toMatch(/[\s<>\0-\x1f"\\,;:()]/);
        expect(canonicalAddress(canonical)).toBe(canonical);
      }),
    );
  });
});

test.each([
  ['Jane@Example.com', 'jane@example.COM', true],
  ['jane@example.com.', 'jane@example.com', true],
  ['jane@bücher.example', 'jane@xn--bcher-kva.example', true],
  ['j\u00e4ne@example.com', 'ja\u0308ne@example.com', true],
  ['jane@example.com', 'jane+x@example.com', false],
  ['jane@example.com', 'jane@exаmple.com', false],
  ['nobody', 'nobody', false],
])('sameAddress(%s, %s) is %s', (one, other, same) => {
  expect(sameAddress(one, other)).toBe(same);
});

const beyond = (length: number) => splitMailboxes(`${'x'.repeat(length - 4)}<a@b`)[0]?.address;

describe('readMailboxes', () => {
  test.each([
    [
      'a@example.com, b@example.com',
      [
        ['', 'a@example.com'],
        ['', 'b@example.com'],
      ],
    ],
    [
      '"Doe, Jane" <a@example.com>; Bob <b@EXAMPLE.com>',
      [
        ['Doe, Jane', 'a@example.com'],
        ['Bob', 'b@example.com'],
      ],
    ],
    ['=?utf-8?Q?J=C3=A4ne=2C_Inc=2E?= <a@example.com>', [['Jäne, Inc.', 'a@example.com']]],
    [
      'Staff: a@example.com, Bob <b@example.com>;, c@example.com',
      [
        ['', 'a@example.com'],
        ['Bob', 'b@example.com'],
        ['', 'c@example.com'],
      ],
    ],
    ['a@example.com (Jane (the first) Doe)', [['Jane the first Doe', 'a@example.com']]],
    ['Jane a@example.com', [['Jane', 'a@example.com']]],
    ['boss@corp.example <a@example.com>', [['boss@corp.example', 'a@example.com']]],
    [
      '=?utf-8?Q?b=40corp=2Eexample=0D=0ABcc=3A_x?= <a@example.com>',
      [['b@corp.example Bcc: x', 'a@example.com']],
    ],
    ['"open <a@example.com>', []],
    ['undisclosed-recipients:;', []],
    ['"a b"@example.com, "a@example.com"', []],
    ['<x@example.com>\r\nRCPT TO:<y@example.com>', [['', 'x@example.com']]],
    [',,,;;', []],
  ])('%s', (value, mailboxes) => {
    const read = readMailboxes(value, 10).map(({ name, address }) => [name, address]);
    expect(read).toEqual(mailboxes);
  });

  test('stops at the number asked for, and at its own', () => {
    expect(readMailboxes('a@example.com,'.repeat(20), 7)).toHaveLength(7);
    expect(splitMailboxes('a,'.repeat(MAX_LIST_ENTRIES))).toHaveLength(MAX_LIST_ENTRIES);
    expect(splitMailboxes('a,'.repeat(MAX_LIST_ENTRIES + 1))).toHaveLength(MAX_LIST_ENTRIES);
    expect(beyond(MAX_ADDRESS_LIST_CHARACTERS)).toBe('a@b');
    expect(beyond(MAX_ADDRESS_LIST_CHARACTERS + 1)).toBe('a@');
  });

  test('never throws, and names only canonical addresses', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('<', '>', '@', '"', '(', ')', ',', ':', ';', '\\', 'a', '.', ' '),
        }),
        (value) => {
          for (const { address } of readMailboxes(value, 10)) expect(canonicalAddress(address)).toBe(address);
        },
      ),
    );
  });
});
