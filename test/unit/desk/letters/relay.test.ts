import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { forReview } from '../../../../src/desk/decide/decide.js';
import { composeLetter } from '../../../../src/desk/letters/compose-letter.js';
import { relayed } from '../../../../src/desk/letters/relay.js';
import { stageMessage, verifyStaged } from '../../../../src/desk/letters/staging.js';
import { deskPolicy, message, STEVE, ticket } from '../desk.js';

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
  const parts = relayed(frame, Buffer.from(reply));
  const header = parts.header.toString().replace(/\r\n\r\n$/, '');
  expect(parts.body.toString()).toBe(body);
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
  expect(() => relayed(frame, null)).toThrow('with its bytes');
});

describe('a relay to many', () => {
  const MEGABYTE = 1_048_576;
  const policy = deskPolicy();
  const facts = message({ from: 'steve@example.org' });
  const about = ticket(1, message());
  const occasion = { decision: forReview(facts, 'x'), facts, ticket: about };
  const writer = {
    policy,
    now: new Date(0),
    folders: { review: 'Review', open: 'Open', archived: 'Archived' },
  };
  const source = Buffer.concat([Buffer.from('Content-Type: x/y\r\n\r\n'), Buffer.alloc(4 * MEGABYTE, 0xe9)]);
  const write = (to: string) =>
    composeLetter(writer, occasion, {
      letter: { purpose: 'relay', to, member: STEVE },
      reading: { excerpt: '', left: null, cut: false, attachments: [], source },
    });

  it('shares one body', () => {
    const before = process.memoryUsage().arrayBuffers;
    const letters = Array.from({ length: 20 }, (_, index) => write(`n${index}@example.com`));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(MEGABYTE);
    expect(letters.every(({ raw }) => raw.length > 4 * MEGABYTE)).toBe(true);
  });

  it('is what was signed, whatever pieces it was put together from', () => {
    const letter = write('jane@example.com');
    const opened = verifyStaged(policy, letter.raw);
    expect(opened?.stage).toEqual(letter.stage);
    expect(opened?.raw.subarray(-4 * MEGABYTE).equals(source.subarray(-4 * MEGABYTE))).toBe(true);
    const all = opened?.raw ?? Buffer.alloc(0);
    for (const at of [0, 1, 65_535, 65_536, 65_537, all.length])
      expect(
        stageMessage(policy, letter.stage, all.subarray(0, at), all.subarray(at)).equals(letter.raw),
      ).toBe(true);
    const changed = Buffer.from(letter.raw);
    changed[changed.length - 1] = 0xe8;
    expect(verifyStaged(policy, changed)).toBeNull();
  });

  it('is signed as it always was, so that what waits in an outbox is still sent', () => {
    const stage = { purpose: 'relay', ticket: 1, to: 'a@b.example', cause: 'c', causeId: null } as const;
    const raw = Buffer.from('A: b\r\n\r\nP\u00fcll\r\n', 'latin1');
    const parts = ['stage 1', 'relay', '1', 'a@b.example', 'c', '', raw.toString('latin1')];
    const hmac = createHmac('sha256', policy.secrets[0]);
    for (const part of parts) hmac.update(`${Buffer.byteLength(part)}:${part},`);
    const field = `X-Imapdesk-Stage-Signature: ${hmac.digest('hex')}\r\n`;
    expect(stageMessage(policy, stage, raw).toString('latin1')).toContain(field);
  });
});

function whole(source: Buffer): Buffer {
  const { header, body: rest } = relayed(frame, source);
  return Buffer.concat([header, rest]);
}

it('of a field that describes the body nothing goes along that is no text', () => {
  const odd = reply
    .replace('MIME-Version: 1.0', 'MIME-Version: 1.0\x7f')
    .replace('Content-Language: en', 'Content-Language: e\rn\0')
    .replace('inline', 'attachment; filename="\xfc\u202e"');
  const inUtf8 = whole(Buffer.from(odd, 'utf8')).toString();
  expect(inUtf8).toContain('MIME-Version: 1.0\r\n');
  expect(inUtf8).toContain('Content-Language: en\r\n');
  expect(inUtf8).toContain('Content-Disposition: attachment; filename="\xfc"\r\n');
  expect(inUtf8).toContain('Content-Type: multipart/mixed;\r\n\tboundary=b\r\n');
  expect(inUtf8.endsWith(body)).toBe(true);
  const inLatin1 = whole(Buffer.from(odd.replace('\u202e', ''), 'latin1'));
  expect(inLatin1.toString('latin1')).toContain('Content-Disposition: attachment; filename=""\r\n');
});
