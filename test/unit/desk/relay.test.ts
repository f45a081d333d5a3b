import { expect, it } from 'vitest';
import { relayed } from '../../../src/desk/relay.js';
import { STEVE } from './desk.js';

const frame = {
  from: { name: 'Steve', address: 'support@example.com' },
  to: { name: '', address: 'jane@example.com' },
  subject: 'Re: Printer on fire',
  messageId: 'relay@example.com',
  inReplyTo: null,
  references: [],
  date: new Date(0),
  fields: [],
};
const body = '--b\r\n\r\nP\u00fcll the plug.\r\n--b--\r\n';
const reply = [
  'Received: from office.internal',
  'From: steve@example.org',
  'X-Content-Type: kept',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed;',
  '\tboundary=b',
  'Content-Language: en',
  'Content-Disposition: inline',
  'Content-Transfer-Encoding: 8bit',
  'Content-Description: internal',
  'X-Office: secret',
  '',
  body,
].join('\r\n');

it('a relay has our header, and of the reply only what describes the body', () => {
  const text = relayed(frame, { source: Buffer.from(reply), member: STEVE }).toString();
  const [header = ''] = text.split('\r\n\r\n');
  expect(text.slice(header.length + 4)).toBe(body);
  const names = header
    .split(/\r\n(?![ \t])/)
    .map((field) => field.slice(0, field.indexOf(':')).toLowerCase());
  expect(names.toSorted()).toEqual([
    'content-disposition',
    'content-language',
    'content-transfer-encoding',
    'content-type',
    'date',
    'from',
    'message-id',
    'mime-version',
    'subject',
    'to',
  ]);
  expect(header).toContain('Content-Type: multipart/mixed;\r\n\tboundary=b');
  expect(header).toContain('Content-Transfer-Encoding: 8bit');
  expect(header).toContain('From: Steve <support@example.com>');
});

it('without the reply’s bytes there is nothing to relay', () => {
  expect(() => relayed(frame, { source: null, member: STEVE })).toThrow('with its bytes');
});
