/** Links that show one ticket to its requester: what they are good for, and what is good for none. */
import { describe, expect, it } from 'vitest';
import { keyedHash, token as shortToken, signature } from '../../../../src/desk/sign/signature.js';
import {
  readTicketAddress,
  signedId,
  signedTicketAddress,
} from '../../../../src/desk/sign/ticket-address.js';
import {
  hasEnded,
  isLinkOf,
  type LinkSigner,
  linkToken,
  linkUrl,
  readLinkToken,
} from '../../../../src/desk/sign/ticket-link.js';
import { deskPolicy } from '../desk.js';

const SECRET = 'a secret of the tests, 32 characters long';
const OTHER = 'another secret of the tests, and as long';
const SIGNER: LinkSigner = { address: 'support@example.com', secrets: [SECRET] };
const JANE = 'jane@example.com';
const ENDS = 1_795_000_000;
const ASKED = { number: 42, ends: ENDS, requester: JANE };
const TOKEN = linkToken(SIGNER, ASKED);
const [NUMBER = '', END = '', WHO = '', SIGNATURE = ''] = TOKEN.split('.');

describe('a link', () => {
  it('is read back by the desk that signed it, and names its requester by a hash alone', () => {
    const link = readLinkToken(SIGNER, TOKEN);
    expect(link).toMatchObject({ number: 42, ends: ENDS });
    if (link === null) throw new Error('no link');
    expect(isLinkOf(SIGNER, link, JANE)).toBe(true);
    expect(isLinkOf(SIGNER, link, 'Jane@EXAMPLE.com')).toBe(true);
    for (const other of ['taro@example.com', 'jane@example.org', 'jane@example.co', ''])
      expect(isLinkOf(SIGNER, link, other), other).toBe(false);
    expect(TOKEN).not.toContain('jane');
    expect(SIGNATURE).toMatch(/^[0-9a-z]{32}$/);
    expect(linkToken(SIGNER, ASKED)).toBe(TOKEN);
    expect(linkUrl('https://desk.example.com', TOKEN)).toBe(`https://desk.example.com/l/${TOKEN}`);
  });

  it('ends at its second', () => {
    const link = { number: 42, ends: ENDS, who: WHO };
    expect(hasEnded(link, new Date(ENDS * 1000 - 1))).toBe(false);
    expect(hasEnded(link, new Date(ENDS * 1000))).toBe(true);
  });

  const another = (changes: Partial<typeof ASKED>) => linkToken(SIGNER, { ...ASKED, ...changes }).split('.');
  it.each([
    ['the number', ['43', END, WHO, SIGNATURE]],
    ['the end', [NUMBER, String(ENDS + 1), WHO, SIGNATURE]],
    ['the requester', [NUMBER, END, another({ requester: 'taro@example.com' })[2], SIGNATURE]],
    ['its last character', [NUMBER, END, WHO, SIGNATURE.replace(/.$/, (one) => (one === '0' ? '1' : '0'))]],
    ['its length', [NUMBER, END, WHO, SIGNATURE.slice(0, -1)]],
    ['a zero in front', [`0${NUMBER}`, END, WHO, SIGNATURE]],
    ['its case', [NUMBER, END, WHO, SIGNATURE.toUpperCase()]],
    ['a part more', [NUMBER, END, WHO, SIGNATURE, '']],
    ['a line end', [NUMBER, END, WHO, `${SIGNATURE}\n`]],
    ['the signature of another number', [NUMBER, END, WHO, another({ number: 43 })[3]]],
    ['the signature of another end', [NUMBER, END, WHO, another({ ends: ENDS + 1 })[3]]],
    ['the signature of another requester', [NUMBER, END, WHO, another({ requester: 'x@example.com' })[3]]],
  ])('that was changed in %s is none', (_, parts) => {
    expect(readLinkToken(SIGNER, parts.join('.'))).toBeNull();
  });

  it('is none at another desk, and under another secret', () => {
    expect(readLinkToken({ ...SIGNER, address: 'sales@example.com' }, TOKEN)).toBeNull();
    expect(readLinkToken({ ...SIGNER, secrets: [OTHER] }, TOKEN)).toBeNull();
  });

  it('is known as long as its secret is in the list; the first one signs', () => {
    const both: LinkSigner = { ...SIGNER, secrets: [OTHER, SECRET] };
    const link = readLinkToken(both, TOKEN);
    expect(link).not.toBeNull();
    if (link !== null) expect(isLinkOf(both, link, JANE)).toBe(true);
    const fresh = linkToken(both, ASKED);
    expect(readLinkToken({ ...SIGNER, secrets: [OTHER] }, fresh)).not.toBeNull();
    expect(readLinkToken(SIGNER, fresh)).toBeNull();
  });

  it('has no end that is no second of these times', () => {
    for (const ends of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 10 ** 12])
      expect(() => linkToken(SIGNER, { ...ASKED, ends }), String(ends)).toThrow(RangeError);
  });
});

describe('what is signed for something else', () => {
  const parts = ['support@example.com', '42', String(ENDS), WHO];
  it.each([
    ['an address', 'ticket address 1'],
    ['an origin', 'origin 1'],
    ['staged mail', 'stage 1'],
    ['a Message-ID', 'message id 1'],
    ['the requester of a link', 'ticket link requester 1'],
  ])('as %s is no link', (_, label) => {
    for (const made of [
      signature(SECRET, label, parts),
      keyedHash(SECRET, label, parts),
      shortToken(SECRET, label, parts),
    ])
      expect(
        readLinkToken(SIGNER, `${NUMBER}.${END}.${WHO}.${made.slice(0, 32).padEnd(32, '0')}`),
      ).toBeNull();
  });

  it('is no link, and a link is no address', () => {
    const policy = deskPolicy();
    const role = { kind: 'requester' } as const;
    for (const made of [
      signedTicketAddress(policy, 42, role),
      signedId(policy, { number: 42, role }, 'ticket'),
    ])
      expect(readLinkToken(policy, made)).toBeNull();
    const token = linkToken(policy, ASKED).split('.')[3] ?? '';
    for (let at = 0; at + 8 <= token.length; at += 1) {
      const named = readTicketAddress(policy, `support+42.${token.slice(at, at + 8)}@example.com`);
      expect(named?.role ?? null).toBeNull();
    }
  });
});
