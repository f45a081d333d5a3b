/** Where composed mail changes its form, and what of odd strings is left. */
import { describe, expect, test } from 'vitest';
import { MAX_BODY_LINE_BYTES } from '../../../../src/message/body/quoted-printable.js';
import {
  type Composition,
  composeText,
  MAX_COMPOSED_REFERENCES,
} from '../../../../src/message/compose/compose.js';
import { MAX_NAME_CHARACTERS } from '../../../../src/message/header/addresses.js';
import { fieldValues, parseHeaderBlock, splitMessage } from '../../../../src/message/header/header-block.js';
import { MAX_MESSAGE_ID_CHARACTERS } from '../../../../src/message/header/message-ids.js';
import { MAX_SUBJECT_CHARACTERS } from '../../../../src/message/header/subject.js';
import { factsOf } from '../parse.js';

const FRAME: Composition = {
  from: { name: '', address: 'support@example.com' },
  to: { name: '', address: 'jane@example.org' },
  subject: 'x',
  messageId: '',
  references: [],
  date: new Date(0),
  text: 'Hello',
};

function composed(changes: Partial<Composition>) {
  const raw = composeText({ ...FRAME, ...changes });
  const { header } = splitMessage(raw);
  const block = parseHeaderBlock(header);
  return {
    names: block.fields.map(({ name }) => name),
    value: (name: string) => fieldValues(block, name)[0] ?? null,
    body: raw.subarray(header.length).toString(),
  };
}

const ALWAYS = ['from', 'to', 'subject', 'date', 'mime-version', 'content-type', 'content-transfer-encoding'];

describe('the body', () => {
  const form = (text: string) => {
    const { value } = composed({ text });
    return [/charset=(\S+)/.exec(value('content-type') ?? '')?.[1], value('content-transfer-encoding')].join(
      ' ',
    );
  };

  test.each([
    ['', 'us-ascii 7bit'],
    ['a\tb ~', 'us-ascii 7bit'],
    [' From here', 'us-ascii 7bit'],
    ['Fromage', 'us-ascii 7bit'],
    ['a.', 'us-ascii 7bit'],
    ['x'.repeat(MAX_BODY_LINE_BYTES), 'us-ascii 7bit'],
    ['x'.repeat(MAX_BODY_LINE_BYTES + 1), 'us-ascii quoted-printable'],
    ['a\nFrom here', 'us-ascii quoted-printable'],
    ['.', 'us-ascii quoted-printable'],
    ['a\né', 'utf-8 quoted-printable'],
  ])('of %.20s is %s', (text, expected) => {
    expect(form(text)).toBe(expected);
  });

  test('ends with its last line that is not empty', () => {
    expect(composed({ text: '\na\n\nb\n\n\n' }).body).toBe('\r\na\r\n\r\nb\r\n');
    expect(composed({ text: '\n\n' }).body).toBe('');
  });
});

describe('ids', () => {
  const ids = ['message-id', 'in-reply-to', 'references'];

  test.each([[{}], [{ inReplyTo: null }], [{ messageId: ' <>', inReplyTo: 'é', references: ['', '\r\n'] }]])(
    'that say nothing leave no field: %j',
    (changes) => {
      expect(composed(changes).names).toEqual(ALWAYS);
    },
  );

  test('lose what may not stand in them', () => {
    const { names, value } = composed({
      messageId: ' <a b@é.x>\r\nBcc: v@x',
      inReplyTo: '<c@x>',
      references: ['d@x', '<d@x>', 'e@x', ' d@x'],
    });
    expect(names).toEqual(['from', 'to', 'subject', 'date', ...ids, ...ALWAYS.slice(4)]);
    expect(ids.map(value)).toEqual(['<ab@.xBcc:v@x>', '<c@x>', '<d@x> <e@x>']);
  });

  test('stay whole up to the longest, and are left out beyond that', () => {
    const fits = 'x'.repeat(MAX_MESSAGE_ID_CHARACTERS);
    const { value } = composed({ messageId: fits, inReplyTo: fits, references: ['a@x', fits] });
    expect(ids.map(value)).toEqual([`<${fits}>`, `<${fits}>`, `<a@x> <${fits}>`]);
    expect(composed({ messageId: `${fits}x` }).names).toEqual(ALWAYS);
  });

  test('are counted once they are cleaned, and only once each', () => {
    const references = Array.from({ length: MAX_COMPOSED_REFERENCES }, (_, index) => `${index}@x`);
    const expected = references.map((id) => `<${id}>`).join(' ');
    expect(composed({ references: ['', ...references, '0@x'] }).value('references')).toBe(expected);
  });
});

describe('further fields', () => {
  test.each([
    ['', 'x', null],
    [' :é\r\n', 'x', null],
    ['X-A:b', 'x', 'X-Ab'],
    ['X A', 'x', 'XA'],
  ])('named %j', (name, value, written) => {
    const { names } = composed({ fields: [[name, value]] });
    const more = written === null ? [] : [written.toLowerCase()];
    expect(names).toEqual([...ALWAYS.slice(0, 4), ...more, ...ALWAYS.slice(4)]);
  });

  test.each([
    [' a\r\n\0\tb ', 'a b'],
    ['a\u007fb', 'a b'],
    ['a  b', 'a  b'],
    ['Größe des Papiers', '=?UTF-8?B?R3LDtsOfZQ==?= des Papiers'],
  ])('of %j', (value, written) => {
    expect(composed({ fields: [['X-A', value]] }).value('x-a')).toBe(written);
  });
});

test('names and subjects are bounded', () => {
  const long = 'x'.repeat(2_000);
  const raw = composeText({ ...FRAME, to: { name: long, address: 'jane@example.org' }, subject: long });
  const facts = factsOf(raw);
  expect(facts.subject).toHaveLength(MAX_SUBJECT_CHARACTERS);
  expect(facts.toAndCc[0]?.name).toHaveLength(MAX_NAME_CHARACTERS);
});

test('the last moment that can be written is that of the year 9999', () => {
  const { value } = composed({ date: new Date(Date.UTC(10_000, 0) - 1) });
  expect(value('date')).toBe('Fri, 31 Dec 9999 23:59:59 +0000');
  expect(composed({ date: new Date(Date.UTC(10_000, 0)) }).value('date')).toMatch(/ 1970 /);
});
