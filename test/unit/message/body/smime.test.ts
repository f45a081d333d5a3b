/** S/MIME is opened by its octets alone, however they are told, cut off or wrong. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unwrapSmime } from '../../../../src/message/body/smime.js';

const MESSAGE = Buffer.from('Content-Type: text/plain\r\n\r\nHello');
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const SIGNED = oid('2a864886f70d010702');
const DATA = oid('2a864886f70d010701');

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length = body.length < 0x80 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}
const ber = (tag: number, ...parts: readonly Buffer[]) =>
  Buffer.concat([Buffer.from([tag, 0x80]), ...parts, Buffer.from([0, 0])]);

type Write = (tag: number, ...parts: readonly Buffer[]) => Buffer;
const signed = (write: Write, content: Buffer, algorithms = write(0x31)) =>
  write(
    0x30,
    SIGNED,
    write(
      0xa0,
      write(0x30, der(0x02, Buffer.from([1])), algorithms, write(0x30, DATA, write(0xa0, content))),
    ),
  );
const octets = (content: Buffer) => der(0x04, content);

describe('a signed message', () => {
  test.each<[string, Buffer]>([
    ['in DER', signed(der, octets(MESSAGE))],
    ['in BER', signed(ber, octets(MESSAGE))],
    ['in pieces', signed(ber, ber(0x24, octets(MESSAGE.subarray(0, 9)), octets(MESSAGE.subarray(9))))],
    [
      'in pieces of told length',
      signed(der, der(0x24, octets(MESSAGE.subarray(0, 9)), octets(MESSAGE.subarray(9)))),
    ],
    [
      'in pieces of pieces',
      signed(ber, ber(0x24, ber(0x24, octets(MESSAGE.subarray(0, 9))), octets(MESSAGE.subarray(9)))),
    ],
    ['with algorithms of untold length', signed(ber, octets(MESSAGE), ber(0x31, ber(0x30, DATA)))],
    ['with more behind it', Buffer.concat([signed(ber, octets(MESSAGE)), Buffer.from('xyz')])],
  ])('%s', (_, bytes) => {
    expect(unwrapSmime(bytes)).toEqual({ kind: 'signed', content: MESSAGE });
  });

  test('that is cut off is read as far as it goes', () => {
    const whole = signed(der, octets(MESSAGE));
    expect(unwrapSmime(whole.subarray(0, -3))).toEqual({ kind: 'signed', content: MESSAGE.subarray(0, -3) });
  });
});

test.each([
  ['enveloped', '2a864886f70d010703'],
  ['authenticated and enveloped', '2a864886f70d010910010117'],
])('%s data is encrypted', (_, id) => {
  expect(unwrapSmime(der(0x30, oid(id), der(0xa0, Buffer.from('x'))))).toEqual({ kind: 'encrypted' });
});

test.each<[string, Buffer]>([
  ['nothing', Buffer.alloc(0)],
  ['text', MESSAGE],
  ['other data', der(0x30, DATA, der(0xa0, octets(MESSAGE)))],
  ['a signature alone', signed(der, Buffer.alloc(0))],
  ['a signed file', signed(der, octets(Buffer.from('%PDF-1.4\nHello')))],
  ['a length that is too long', Buffer.from([0x30, 0x87, 1, 1, 1, 1, 1, 1, 1])],
  [
    'algorithms that never end',
    signed(
      ber,
      octets(MESSAGE),
      Buffer.from([0x31, 0x80, ...Array.from({ length: 100 }, () => [0x30, 0x80]).flat()]),
    ),
  ],
])('%s is nothing to open', (_, bytes) => {
  expect(unwrapSmime(bytes)).toBeNull();
});

test('never throws, and works in bounds', () => {
  const good = signed(ber, ber(0x24, octets(MESSAGE)));
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, value, length) => {
      const bad = Buffer.from(good);
      bad[at] = value;
      expect(() => unwrapSmime(bad.subarray(0, length))).not.toThrow();
    }),
  );
  const begin = performance.now();
  const deep = Buffer.alloc(4_000_000, Buffer.from([0x24, 0x80]));
  unwrapSmime(Buffer.concat([good.subarray(0, 40), deep]));
  unwrapSmime(deep);
  expect(performance.now() - begin).toBeLessThan(20_000);
});
