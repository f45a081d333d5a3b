import { describe, expect, it } from 'vitest';
import { isOwn, signOrigin } from '../../../../src/desk/sign/origin.js';
import { splitMessage } from '../../../../src/message/header/header-block.js';
import { readFacts } from '../../../../src/message/read-facts.js';
import { deskPolicy } from '../desk.js';

const policy = deskPolicy();
const RAW = Buffer.from(
  'From: support@example.com\r\nTo: jane@example.com\r\nSubject: x\r\nMessage-ID: <a@example.com>\r\n\r\nHello\r\n',
);
const factsOf = (raw: Buffer) =>
  readFacts({ header: splitMessage(raw).header, size: raw.length, receivedAt: new Date(0), structure: null });
const isOurs = (raw: string | Buffer, desk = policy) => isOwn(desk, factsOf(Buffer.from(raw)));

describe('our own mail', () => {
  const signed = signOrigin(policy, RAW);

  it('has our field at its top, and every byte of the rest', () => {
    expect(signed.toString()).toMatch(/^X-Imapdesk-Origin: [0-9a-f]{64}\r\nFrom: /);
    expect(signed.subarray(-RAW.length)).toEqual(RAW);
  });

  // Mail that was sent years ago must still be known.
  it('has the same one in every version', () => {
    expect(signed.toString()).toContain(
      'X-Imapdesk-Origin: cb8dd26d98815c5119b45f87c30a318db7ae62bf2ea980f6e912fbd4a7be1ce1',
    );
  });

  it('is known by it, under every secret and in either case', () => {
    expect(isOurs(signed)).toBe(true);
    expect(isOurs(signed.toString().replace(/[0-9a-f]{64}/, (hex) => hex.toUpperCase()))).toBe(true);
    expect(isOurs(signed, deskPolicy({ secrets: ['a newer secret of the tests', ...policy.secrets] }))).toBe(
      true,
    );
  });

  it.each([
    ['without the field', RAW.toString()],
    ['with an empty one', `X-Imapdesk-Origin:\r\n${RAW.toString()}`],
    ['with another recipient', signed.toString().replace('jane@', 'joe@')],
    ['with another subject', signed.toString().replace('Subject: x', 'Subject: y')],
    ['with another id', signed.toString().replace('<a@', '<b@')],
  ])('is not what comes %s', (_, raw) => {
    expect(isOurs(raw)).toBe(false);
  });

  it('is not that of another desk or another secret', () => {
    expect(isOurs(signed, deskPolicy({ address: 'sales@example.com' }))).toBe(false);
    expect(isOurs(signed, deskPolicy({ secrets: ['another secret of the tests'] }))).toBe(false);
  });
});
