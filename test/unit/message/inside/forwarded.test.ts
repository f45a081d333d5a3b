import { describe, expect, it, test } from 'vitest';
import { chooseMessagePart } from '../../../../src/message/body/message-parts.js';
import { readParts } from '../../../../src/message/body/read-structure.js';
import { readForMark, withoutForMarks } from '../../../../src/message/header/for-mark.js';
import { MAX_ATTACHED_HEADER_BYTES, readForwarded } from '../../../../src/message/inside/forwarded.js';

const read = (...lines: string[]) => readForwarded(Buffer.from(lines.join('\r\n')));

describe('an attached message', () => {
  it('says whose it is', () => {
    expect(read('From: Jane <jane@Example.com>', 'Message-ID: <1@example.com>', '', 'Text')).toEqual({
      from: { name: 'Jane', address: 'jane@example.com' },
      messageId: '1@example.com',
    });
  });

  it.each([
    ['two From fields', ['From: jane@example.com', 'From: kim@example.com', '']],
    ['two addresses', ['From: jane@example.com, kim@example.com', '']],
    ['no From', ['Sender: jane@example.com', '']],
    ['a From in the body alone', ['Subject: x', '', 'From: jane@example.com']],
  ])('with %s says nothing', (_, lines) => {
    expect(read(...lines)).toBeNull();
  });

  it('says nothing where its header is longer than what is read of it', () => {
    const long = (bytes: number) => {
      const start = 'From: jane@example.com\r\nX: ';
      return Buffer.from(`${start}${'x'.repeat(bytes - start.length - 4)}\r\n\r\nText`);
    };
    expect(readForwarded(long(MAX_ATTACHED_HEADER_BYTES - 1))).not.toBeNull();
    expect(readForwarded(long(MAX_ATTACHED_HEADER_BYTES))).toBeNull();
  });

  it('is the first one, however deep it lies', () => {
    const inner = ['--i', 'Content-Type: message/rfc822', '', 'Subject: first', '', '--i--'];
    const outer = [
      'Content-Type: multipart/mixed; boundary=o',
      '',
      '--o',
      'Content-Type: multipart/mixed; boundary=i',
      '',
      ...inner,
      '--o',
      'Content-Type: message/rfc822',
      '',
      'Subject: second',
      '--o--',
    ];
    const attached = (raw: string): string | undefined => {
      const { structure, bodies } = readParts(Buffer.from(raw));
      return bodies.get(chooseMessagePart(structure)?.path ?? '')?.toString();
    };
    expect(attached(outer.join('\r\n'))).toMatch(/^Subject: first/);
    expect(attached('Content-Type: message/rfc822\r\n\r\nSubject: all of it')).toBe('Subject: all of it');
    expect(attached('Subject: x\r\n\r\nText')).toBeUndefined();
  });
});

test.each([
  ['[for jane@Example.org] Fire', 'jane@example.org', 'Fire'],
  ['Fire [FOR  jane@example.org ] here', 'jane@example.org', 'Fire here'],
  ['[for a@example.org][for A@example.org]', 'a@example.org', ''],
  ['[for a@example.org] [for b@example.org]', null, ''],
  ['[for a@example.org, b@example.org] x', null, 'x'],
  ['[for Jane <jane@example.org>] x', null, 'x'],
  ['[for your eyes only] x', null, '[for your eyes only] x'],
])('%s', (subject, address, rest) => {
  expect(readForMark(subject)).toEqual({ address });
  expect(withoutForMarks(subject)).toBe(rest);
});

test.each(['for jane@example.org', '[forjane@example.org]', '[issue1] x', '[for jane@example.org'])(
  '%s has no mark',
  (subject) => {
    expect(readForMark(subject)).toBeNull();
    expect(withoutForMarks(subject)).toBe(subject);
  },
);
