/** Parts that are decoded piece by piece come out as if they were decoded at once. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PartDecoder } from '../../../../src/message/body/part-decoder.js';

function decoded(encoding: string | null, pieces: readonly Buffer[]): Buffer {
  const decoder = new PartDecoder(encoding);
  return Buffer.concat([...pieces.map((piece) => decoder.push(piece)), decoder.end()]);
}

function cut(text: string, at: readonly number[]): Buffer[] {
  const places = [...new Set(at.map((one) => one % (text.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((from, index) =>
    Buffer.from(text.slice(from, places[index] ?? text.length), 'latin1'),
  );
}

const cuts = fc.array(fc.nat(), { maxLength: 12 });

describe('a part in pieces', () => {
  it('is decoded from base64, wherever it is cut and however long its lines are', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        fc.integer({ min: 1, max: 80 }),
        cuts,
        (bytes, width, at) => {
          const lines =
            Buffer.from(bytes)
              .toString('base64')
              .match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
          expect(decoded('base64', cut(lines.join('\r\n'), at))).toEqual(Buffer.from(bytes));
        },
      ),
    );
  });

  it('is decoded from quoted-printable, wherever it is cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), cuts, (bytes, at) => {
        const text = [...bytes]
          .map(
            (byte, index) =>
              `=${byte.toString(16).toUpperCase().padStart(2, '0')}${index % 7 === 0 ? '= \t\r\n' : ''}`,
          )
          .join('');
        expect(decoded('quoted-printable', cut(text, at))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('stays as it is where it is in no encoding that we know', () => {
    expect(decoded('8bit', [Buffer.from('=41'), Buffer.from([0xff])])).toEqual(
      Buffer.from([0x3d, 0x34, 0x31, 0xff]),
    );
    expect(decoded('quoted-printable', [Buffer.from('a=zz='), Buffer.from('4')]).toString()).toBe('a=zz=4');
  });

  it('goes on after padding, where several pieces were put together', () => {
    expect(decoded('base64', [Buffer.from('YQ=='), Buffer.from('\r\nYmM=\r\n')]).toString()).toBe('abc');
  });
});
