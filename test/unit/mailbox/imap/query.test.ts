import * as fc from 'fast-check';
import type { ImapAttribute } from 'imapflow';
import { describe, expect, it } from 'vitest';
import {
  MAX_SEARCH_CHARACTERS,
  MAX_SEARCHED_VALUE_CHARACTERS,
  MAX_TERMS_PER_SEARCH,
  searchCommands,
} from '../../../../src/mailbox/imap/query.js';
import type { Query } from '../../../../src/mailbox/store.js';

/** As it would go over the wire, but for the quoting, which is imapflow's. */
function written(attributes: readonly ImapAttribute[]): string {
  const parts = attributes.map((attribute) => {
    if (Array.isArray(attribute)) return `(${written(attribute)})`;
    const value = String(attribute?.value);
    return attribute?.type === 'STRING' ? JSON.stringify(value) : value;
  });
  return parts.join(' ');
}

function commands(query: Query): string[] {
  return searchCommands(query).map(written);
}

const id = (value: string): Query => ({ header: 'Message-ID', contains: value });

describe('search criteria', () => {
  it.each<[Query, string[]]>([
    [{ and: [] }, ['UNDELETED']],
    [{ or: [] }, []],
    [{ uids: [] }, []],
    [{ uids: [3, 2, 1, 7] }, ['UNDELETED UID 1:3,7']],
    [{ uidFrom: 5 }, ['UNDELETED UID 5:4294967294']],
    [{ uidFrom: 0 }, ['UNDELETED UID 1:4294967294']],
    [{ uidFrom: 2 ** 33 }, []],
    [{ flag: '\\Answered', set: false }, ['UNDELETED UNANSWERED']],
    [{ flag: '\\flagged', set: true }, ['UNDELETED FLAGGED']],
    [{ flag: '$Junk', set: true }, ['UNDELETED KEYWORD $Junk']],
    [{ flag: 'no atom', set: true }, []],
    [{ flag: 'no atom', set: false }, ['UNDELETED']],
    [id('<a@b>'), ['UNDELETED HEADER Message-ID "<a@b>"']],
    [id(''), []],
    [{ not: { header: 'To', contains: 'x' } }, ['UNDELETED NOT HEADER To "x"']],
    [{ not: { header: 'To', contains: '' } }, ['UNDELETED']],
    [
      { or: [id('a'), { not: { header: 'To', contains: 'x' } }] },
      ['UNDELETED OR HEADER Message-ID "a" NOT HEADER To "x"'],
    ],
    [id('\u00e4'), []],
    [id('a\r\nb'), []],
    [id('\u0000'), []],
    [{ header: 'To\r\n', contains: 'x' }, []],
    [{ size: 100 }, ['UNDELETED LARGER 99 SMALLER 101']],
    [{ size: 0 }, ['UNDELETED SMALLER 1']],
    [{ size: -1 }, []],
    [{ since: new Date('2026-03-01T05:00:00Z') }, ['UNDELETED SINCE 28-Feb-2026']],
    [{ since: new Date(Number.NaN) }, ['UNDELETED']],
    [{ before: new Date('2026-03-01T05:00:00Z') }, ['UNDELETED BEFORE 1-Mar-2026']],
    [{ and: [id('a'), { or: [] }] }, []],
    [{ or: [id('a'), { and: [] }] }, ['UNDELETED']],
    [
      { or: [id('a'), id('b'), { size: 5 }] },
      ['UNDELETED OR HEADER Message-ID "a" OR HEADER Message-ID "b" (LARGER 4 SMALLER 6)'],
    ],
    [
      { and: [{ flag: '\\Seen', set: true }, { or: [id('a'), { and: [{ uids: [1] }, id('b')] }] }] },
      ['UNDELETED SEEN OR HEADER Message-ID "a" (UID 1 HEADER Message-ID "b")'],
    ],
  ])('%j', (query, expected) => {
    expect(commands(query)).toEqual(expected);
  });

  it('takes a value up to its limit, and none above', () => {
    expect(commands(id('x'.repeat(MAX_SEARCHED_VALUE_CHARACTERS)))).toHaveLength(1);
    expect(commands(id('x'.repeat(MAX_SEARCHED_VALUE_CHARACTERS + 1)))).toEqual([]);
  });

  it('cuts a long list into commands of bounded length', () => {
    const many = Array.from({ length: MAX_TERMS_PER_SEARCH * 3 + 1 }, (_, index) => id(`<${index}@x>`));
    expect(commands({ or: many })).toHaveLength(4);
    const long = Array.from({ length: 40 }, (_, index) => id(`<${'y'.repeat(800)}${index}@x>`));
    for (const command of commands({ or: long }))
      expect(command.length).toBeLessThan(MAX_SEARCH_CHARACTERS + 500);
    const split = commands({ and: [{ or: many }, { flag: '\\Seen', set: false }] });
    expect(split).toHaveLength(4);
    for (const command of split)
      expect(command).toMatch(/^UNDELETED OR .* UNSEEN$|^UNDELETED HEADER .* UNSEEN$/);
  });
});

interface Mail {
  readonly uid: number;
  readonly seen: boolean;
  readonly deleted: boolean;
  readonly subject: string;
  readonly size: number;
}

function matches(mail: Mail, query: Query): boolean {
  if ('uids' in query) return query.uids.includes(mail.uid);
  if ('uidFrom' in query) return mail.uid >= query.uidFrom;
  if ('flag' in query) return mail.seen === query.set;
  if ('header' in query) return query.contains !== '' && mail.subject.includes(query.contains);
  if ('size' in query) return mail.size === query.size;
  if ('or' in query) return query.or.some((each) => matches(mail, each));
  return 'and' in query && query.and.every((each) => matches(mail, each));
}

/** A server's reading of criteria: each key takes its arguments from the front of what is left. */
function serverMatches(mail: Mail, attributes: readonly ImapAttribute[]): boolean {
  const rest = [...attributes];
  let all = true;
  while (rest.length > 0) all = serverKey(mail, rest) && all;
  return all;
}

type Key = (mail: Mail, argument: () => string, rest: ImapAttribute[]) => boolean;

const KEYS: Readonly<Record<string, Key>> = {
  UNDELETED: (mail) => !mail.deleted,
  SEEN: (mail) => mail.seen,
  UNSEEN: (mail) => !mail.seen,
  LARGER: (mail, argument) => mail.size > Number(argument()),
  SMALLER: (mail, argument) => mail.size < Number(argument()),
  HEADER: (mail, argument) => argument() === 'Subject' && mail.subject.includes(argument()),
  UID: (mail, argument) =>
    argument()
      .split(',')
      .map((part) => part.split(':').map(Number))
      .some(([first = 0, last = first]) => mail.uid >= first && mail.uid <= last),
  OR: (mail, _argument, rest) => {
    const [left, right] = [serverKey(mail, rest), serverKey(mail, rest)];
    return left || right;
  },
};

function serverKey(mail: Mail, rest: ImapAttribute[]): boolean {
  const next = rest.shift();
  if (Array.isArray(next)) return serverMatches(mail, next);
  const key = KEYS[String(next?.value)];
  if (key === undefined) throw new Error(`No such key: ${String(next?.value)}`);
  return key(mail, () => String(rest.shift()?.value), rest);
}

const leaf: fc.Arbitrary<Query> = fc.oneof(
  fc.record({ uids: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 5 }) }),
  fc.record({ uidFrom: fc.integer({ min: 0, max: 13 }) }),
  fc.record({ flag: fc.constant('\\Seen'), set: fc.boolean() }),
  fc.record({
    header: fc.constant('Subject'),
    contains: fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 2 }),
  }),
  fc.record({ size: fc.integer({ min: 0, max: 4 }) }),
);

const { query: anyQuery } = fc.letrec<{ query: Query }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.record({ or: fc.array(tie('query'), { maxLength: 4 }) }),
    fc.record({ and: fc.array(tie('query'), { maxLength: 3 }) }),
  ),
}));

const anyMail: fc.Arbitrary<Mail> = fc.record({
  uid: fc.integer({ min: 1, max: 12 }),
  seen: fc.boolean(),
  deleted: fc.boolean(),
  subject: fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 3 }),
  size: fc.integer({ min: 0, max: 4 }),
});

describe('the union of all commands', () => {
  it('matches what the query matches, and nothing else', () => {
    fc.assert(
      fc.property(anyQuery, fc.array(anyMail, { minLength: 1, maxLength: 8 }), (query, mails) => {
        const sent = searchCommands(query);
        for (const mail of mails) {
          const found = sent.some((attributes) => serverMatches(mail, attributes));
          expect(found).toBe(!mail.deleted && matches(mail, query));
        }
      }),
      { numRuns: 1000 },
    );
  });
});
