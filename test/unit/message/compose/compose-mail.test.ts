import fc from 'fast-check';
import { simpleParser } from 'mailparser';
import { expect, test } from 'vitest';
import { readParts } from '../../../../src/message/body/read-structure.js';
import { composeMail } from '../../../../src/message/compose/compose-mail.js';

const FRAME = {
  from: { name: 'Steve', address: 'steve@example.org' },
  to: { name: '', address: 'support@example.com' },
  subject: 'Printer on fire',
  messageId: '1@example.com',
  references: [],
  date: new Date(0),
};
const options = { skipHtmlToText: true, skipTextToHtml: true, skipTextLinks: true };

test('text and files come back as they were', async () => {
  const file = fc.record({
    name: fc.stringMatching(/^[a-zü山 ]{1,120}\.bin$/).filter((name) => name.trim() === name),
    content: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  });
  const lines = fc.array(
    fc.string({
      unit: fc.constantFrom('a', 'ß', '山', '.', ' ', '=', '-', '\u200d', '\t', '#'),
      maxLength: 100,
    }),
    {
      maxLength: 5,
    },
  );
  await fc.assert(
    fc.asyncProperty(lines, fc.array(file, { maxLength: 3 }), async (text, files) => {
      const raw = composeMail({ ...FRAME, text: [...text, 'end'].join('\n') }, files);
      const read = await simpleParser(raw, options);
      expect(read.text?.trimEnd()).toBe([...text, 'end'].join('\n'));
      expect(read.attachments.map(({ content }) => content)).toEqual(files.map(({ content }) => content));
      expect(raw.toString('latin1')).not.toMatch(/[^\r]\n|[^\x01-\x7f]|[^\r\n]{999}/);
    }),
  );
});

test('the structure has the text first, and names of any script', () => {
  const files = [
    { name: '/etc/Prüfung.pdf', content: Buffer.from('a') },
    { name: 'mail.eml', content: Buffer.from('b') },
    { name: '', content: Buffer.alloc(0) },
  ];
  const { type, children } = readParts(composeMail({ ...FRAME, text: 'Hello' }, files)).structure;
  expect(type).toBe('multipart/mixed');
  expect(children.map((part) => [part.type, part.disposition])).toEqual([
    ['text/plain', null],
    ['application/pdf', 'attachment'],
    ['application/octet-stream', 'attachment'],
    ['application/octet-stream', 'attachment'],
  ]);
});

test('without files it is one part of text', () => {
  const raw = composeMail({ ...FRAME, text: 'Hello\u0007 there\r\n\r\n' }, []).toString();
  expect(raw).toContain('Content-Type: text/plain; charset=utf-8\r\n');
  expect(raw.split('\r\n\r\n')[1]).toBe('Hello there\r\n');
});
