import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textLines } from '../../../../src/message/body/text-lines.js';
import { splitMessage } from '../../../../src/message/header/header-block.js';

const linesOf = (raw: Buffer): readonly (string | null)[] => textLines(raw).map(({ text }) => text);

function message(fields: string, body: string | Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${fields}\r\n\r\n`), Buffer.from(body)]);
}

/** What lies in the places of the lines, one behind the other. */
function bytesIn(raw: Buffer): Buffer {
  const { body } = splitMessage(raw);
  return Buffer.concat(textLines(raw).map(({ from, to }) => body.subarray(from, to)));
}

describe('the lines of a text', () => {
  it('are its lines as they are read, and lie without gaps', () => {
    const soft = 'Gr=C3=BC=\r\n=C3=9Fe=20\r\n\r\nEnde= \r\n.=\r\n';
    const encoded = message('Content-Transfer-Encoding: quoted-printable', soft);
    expect(linesOf(encoded)).toEqual(['Grüße ', '', 'Ende.']);
    expect(bytesIn(encoded).toString()).toBe(soft);
    expect(linesOf(message('A: b', 'a=\r\nb\nc'))).toEqual(['a=', 'b', 'c']);
  });

  it.each([
    'us-ascii',
    'UTF-8',
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15].map((number) => `ISO-8859-${number}`),
  ])('are read in %s', (charset) => {
    expect(linesOf(message(`Content-Type: text/plain; charset=${charset}`, 'a\r\nb'))).toEqual(['a', 'b']);
  });

  it('are nothing where their bytes are none of their charset', () => {
    expect(linesOf(message('A: b', Buffer.from('gr\xfc\r\nok\r\n', 'latin1')))).toEqual([null, 'ok']);
    for (const charset of ['iso-8859-12', 'iso-8859-16', 'windows-1259', 'utf-7', 'x-unknown', ''])
      expect(linesOf(message(`Content-Type: text/plain; charset="${charset}"`, 'a'))).toEqual([]);
  });

  it('are those of a letter, and not of a file of that size', () => {
    expect(textLines(message('A: b', 'x'.repeat(262_144)))).toHaveLength(1);
    expect(textLines(message('A: b', 'x'.repeat(262_145)))).toEqual([]);
  });

  it('are no lines where a signature comes late', () => {
    const part = (type: string, body: string): string => `--b\r\nContent-Type: ${type}\r\n\r\n${body}\r\n`;
    const mixed = (last: string): Buffer =>
      message(
        'Content-Type: multipart/mixed; boundary=b',
        `${part('text/plain', 'a')}${part('image/png', 'x'.repeat(5_000_000))}${part(last, 'x')}--b--`,
      );
    expect(linesOf(mixed('image/png'))).toEqual(['a']);
    expect(linesOf(mixed('application/pgp-signature'))).toEqual([]);
  });

  it('lie without gaps in whatever comes', () => {
    const encodings = fc.constantFrom('7bit', 'quoted-printable');
    const piece = fc.constantFrom('=', '\r\n', '\n', '\r', ' ', 'a', '=3D', 'ü');
    fc.assert(
      fc.property(encodings, fc.array(piece, { maxLength: 40 }), (encoding, pieces) => {
        const raw = message(`Content-Transfer-Encoding: ${encoding}`, pieces.join(''));
        expect(bytesIn(raw).toString()).toBe(pieces.join(''));
      }),
    );
  });
});
