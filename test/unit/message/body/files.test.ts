import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { filesIn } from '../../../../src/message/body/files.js';
import { readMessage } from '../../../../src/message/body/words.js';
import { corpusMail } from '../../../corpus/desk.js';

const PDF = Buffer.from('%PDF-1.7\0\xff\r\n', 'latin1');

function mixed(...parts: readonly string[]): Buffer {
  const lines = ['Content-Type: multipart/mixed; boundary=b', '', ...parts.flatMap((part) => ['--b', part])];
  return Buffer.from([...lines, '--b--', ''].join('\r\n'), 'latin1');
}

function file(name: string, content: Buffer): string {
  const base64 = content.toString('base64').replace(/.{76}/g, '$&\r\n');
  return `Content-Type: application/pdf; name="${name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64}`;
}

describe('the files of a message', () => {
  it('are byte for byte what was attached, however large', () => {
    const large = Buffer.alloc(6_000_000, 'large');
    const files = filesIn(mixed('\r\nHello', file('a.pdf', PDF), file('b.pdf', large)));
    expect(files.map(({ fileName, size }) => [fileName, size])).toEqual([
      ['a.pdf', PDF.length],
      ['b.pdf', large.length],
    ]);
    expect(files[0]?.content.equals(PDF)).toBe(true);
    expect(files[1]?.content.equals(large)).toBe(true);
  });

  it('have no line end that belongs to the boundary', () => {
    const [text] = filesIn(mixed('Content-Disposition: attachment; filename=a.txt\r\n\r\nHello'));
    expect(text?.content.toString()).toBe('Hello');
  });

  it('of an attached message are that message, named by its subject', () => {
    const inner = 'Subject: Fax 1/2\r\n\r\nHello\r\n';
    const [attached] = filesIn(mixed('\r\nSee below', `Content-Type: message/rfc822\r\n\r\n${inner}`));
    expect(attached).toMatchObject({ fileName: '2.eml', type: 'message/rfc822' });
    expect(attached?.content.toString()).toBe(inner);
  });

  it('are at most fifty, and none of a message without any', () => {
    const many = Array.from({ length: 60 }, (_, index) => file(`${index}.pdf`, PDF));
    expect(filesIn(mixed(...many))).toHaveLength(50);
    expect(filesIn(Buffer.from('Subject: x\r\n\r\nHello\r\n'))).toEqual([]);
    expect(filesIn(Buffer.alloc(0))).toEqual([]);
  });

  it.each([
    '71-file-name-folders',
    '72-winmail-dat',
    '72-zip-bomb',
    '73-smime-opaque',
    '73-multipart-signed',
    '55-hundred-attached-messages',
    '56-boundary-never-closed',
  ])('are those that are listed: %s', async (name) => {
    const raw = corpusMail(name);
    const listed = (await readMessage(raw)).attachments.map(({ type, size }) => ({ type, size }));
    expect(filesIn(raw).map(({ type, size }) => ({ type, size }))).toEqual(listed);
    const digests = filesIn(raw).map(({ content }) => createHash('sha256').update(content).digest('hex'));
    expect(digests).toHaveLength(listed.length);
  });
});
