import { isAscii } from 'node:buffer';
import * as fc from 'fast-check';
import { simpleParser } from 'mailparser';
import { describe, expect, it } from 'vitest';
import { NotConvertible, sevenBit, sevenBitHeader } from '../../../../src/message/compose/seven-bit.js';

function message(...lines: readonly string[]): Buffer {
  return Buffer.from(lines.join('\r\n'), 'latin1');
}

function utf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

const HEADER = ['From: a@example.org', 'To: b@example.org', 'Subject: x', 'MIME-Version: 1.0'];

function obstacleOf(raw: Buffer): string {
  try {
    sevenBit(raw);
  } catch (error) {
    if (error instanceof NotConvertible) return error.obstacle;
    throw error;
  }
  return 'none';
}

describe('a message in 7 bits', () => {
  it('leaves ASCII as it is, byte for byte', () => {
    const raw = message(...HEADER, '', 'Long line', '-- ', 'x\ty ');
    expect(sevenBit(raw)).toBe(raw);
  });

  it('writes text in quoted-printable, in the charset it has', async () => {
    const raw = message(
      ...HEADER,
      'Content-Type: text/plain; charset=iso-8859-1',
      'Content-Transfer-Encoding: 8bit',
      '',
      'Gr\xfc\xdfe = x',
      '.',
    );
    const written = sevenBit(raw);
    expect(written.toString('latin1')).toContain('Content-Transfer-Encoding: quoted-printable\r\n');
    expect(written.toString('latin1')).toContain('Gr=FC=DFe =3D x\r\n=2E');
    expect((await simpleParser(written)).text).toBe('Grüße = x\n.');
  });

  it('says what a message without MIME fields is written in', async () => {
    const written = sevenBit(message('From: a@example.org', '', utf8('Grüße')));
    expect((await simpleParser(written)).text?.trim()).toBe('Grüße');
    expect(written.toString('latin1')).toContain('MIME-Version: 1.0\r\n');
    const unknown = sevenBit(message('From: a@example.org', '', 'Gr\xfc\xdfe'));
    expect(unknown.toString('latin1')).toContain('charset=unknown-8bit');
  });

  it('writes what is no text in base64, and each part by itself', async () => {
    const written = sevenBit(
      message(
        ...HEADER,
        'Content-Type: multipart/mixed; boundary=b',
        'Content-Transfer-Encoding: 8bit',
        '',
        'pr\xe4amble',
        '--b',
        'Content-Type: text/plain',
        '',
        'as it is',
        '--b',
        'Content-Type: application/octet-stream; name="Gr\xc3\xbc\xc3\x9fe.bin"',
        'Content-Transfer-Encoding: binary',
        '',
        '\x00\xff\r\n\x80',
        '--b--',
        '',
      ),
    );
    expect(isAscii(written)).toBe(true);
    const { text, attachments } = await simpleParser(written);
    expect(text).toContain('as it is');
    expect(attachments[0]?.content).toEqual(Buffer.from([0x00, 0xff, 0x0d, 0x0a, 0x80]));
    expect(attachments[0]?.filename).toBe('Grüße.bin');
    expect(written.toString('latin1')).toContain('Content-Transfer-Encoding: 7bit\r\n');
  });

  it('leaves delimiters as they are where one follows another directly', () => {
    const type = ['Content-Type: multipart/mixed; boundary=b', ''];
    const before = ['--b', '--b', '', 'as it is', '--b'];
    const after = ['--b', '--b--', '--b--', ''];
    const written = sevenBit(
      message(...HEADER, ...type, ...before, 'Content-Type: text/plain', '', '\xe4', ...after),
    );
    const part = ['Content-Type: text/plain', 'Content-Transfer-Encoding: quoted-printable', '', '=E4'];
    expect(written).toEqual(message(...HEADER, ...type, ...before, ...part, ...after));
  });

  it('goes into attached messages, which may have no encoding of their own', async () => {
    const inner = [...HEADER, 'Content-Type: text/plain; charset=utf-8', '', utf8('Grüße')];
    const written = sevenBit(message(...HEADER, 'Content-Type: message/rfc822', '', ...inner));
    expect(written.toString('latin1')).toContain('quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe');
    expect(isAscii(written)).toBe(true);
  });

  it.each([
    ['signed', ['Content-Type: multipart/signed; boundary=b', '', '--b', '', '\xe4', '--b--']],
    ['signed', ['Content-Type: multipart/encrypted; boundary=b', '', '--b', '', '\xe4', '--b--']],
    ['parts', ['Content-Type: multipart/mixed; boundary=b', '', '\xe4']],
    ['parts', ['Content-Transfer-Encoding: base64', '', '\xe4']],
    ['parts', ['Content-Type: message/partial', '', '\xe4']],
    ['header', ['Cc: j\xfcrgen@example.org', '', 'x']],
    ['none', ['Content-Type: multipart/signed; boundary=b', '', '--b', '', 'a', '--b--']],
  ])('has an obstacle: %s', (obstacle, lines) => {
    expect(obstacleOf(message(...HEADER, ...lines))).toBe(obstacle);
  });

  it('finds a signed part anywhere', () => {
    const signed = ['Content-Type: multipart/signed; boundary=c', '', '--c', '', '\xe4', '--c--'];
    const raw = message(
      ...HEADER,
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      ...signed,
      '--b--',
    );
    expect(obstacleOf(raw)).toBe('signed');
  });

  it('is ASCII, and reads as the same text and the same bytes', async () => {
    const content = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
    await fc.assert(
      fc.asyncProperty(content, content, async (text, file) => {
        const raw = Buffer.concat([
          message(
            ...HEADER,
            'Content-Type: multipart/mixed; boundary=unlikely-in-bytes',
            '',
            '--unlikely-in-bytes',
          ),
          message(
            '',
            'Content-Type: text/plain; charset=iso-8859-1',
            'Content-Disposition: attachment',
            '',
            '',
          ),
          text,
          message('', '--unlikely-in-bytes', 'Content-Type: application/x-any', '', ''),
          file,
          message('', '--unlikely-in-bytes--', ''),
        ]);
        const written = sevenBit(raw);
        expect(isAscii(written)).toBe(true);
        const [before, after] = [await simpleParser(raw), await simpleParser(written)];
        expect(after.attachments.map(({ content: bytes }) => bytes)).toEqual(
          before.attachments.map(({ content: bytes }) => bytes),
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('a header in 7 bits', () => {
  it('encodes words and parameters, and leaves the body', async () => {
    const body = utf8('Grüße');
    const raw = message(
      'From: a@example.org',
      `Subject: ${utf8('Grüße')}`,
      'MIME-Version: 1.0',
      `Content-Type: text/plain; charset=utf-8; name="${utf8('ä')}.txt"`,
      '',
      body,
    );
    const written = sevenBitHeader(raw);
    const parsed = await simpleParser(written);
    expect(parsed.subject).toBe('Grüße');
    expect(parsed.text?.trim()).toBe('Grüße');
    expect(written.toString('latin1').endsWith(`\r\n\r\n${body}`)).toBe(true);
    expect(isAscii(written.subarray(0, written.indexOf('\r\n\r\n')))).toBe(true);
  });

  it('has no form for an address that is not ASCII', () => {
    expect(() => sevenBitHeader(message('To: j\xfcrgen@example.org', '', 'x'))).toThrow(NotConvertible);
  });
});
