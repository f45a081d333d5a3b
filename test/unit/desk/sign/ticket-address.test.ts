import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base32, sameToken, token } from '../../../../src/desk/sign/signature.js';
import {
  isDeskAddress,
  REQUESTER,
  type Role,
  readSignedId,
  readTicketAddress,
  signedDoneAddress,
  signedId,
  signedNoteAddress,
  signedTicketAddress,
  staffMemberOf,
} from '../../../../src/desk/sign/ticket-address.js';
import { ANN, deskPolicy, STEVE } from '../desk.js';

const policy = deskPolicy();
const roles: fc.Arbitrary<Role> = fc.constantFrom<Role>(
  REQUESTER,
  { kind: 'staff', member: STEVE },
  { kind: 'staff', member: ANN },
);
const numbers = fc.integer({ min: 1, max: 999_999_999 });

describe('a signed address', () => {
  it('reads back as the ticket and the role that it was made for, in any case', () => {
    fc.assert(
      fc.property(numbers, roles, fc.boolean(), (number, role, upper) => {
        const forms = [
          { address: signedTicketAddress(policy, number, role), done: false, note: false },
          { address: signedDoneAddress(policy, number, role) ?? '', done: true, note: false },
          { address: signedNoteAddress(policy, number, role) ?? '', done: false, note: true },
        ];
        for (const { address, ...form } of forms) {
          const written = upper ? address.toUpperCase() : address;
          expect(readTicketAddress(policy, written)).toEqual({ number, role, ...form });
        }
      }),
    );
  });

  it('made for one number is a plain address of any other', () => {
    fc.assert(
      fc.property(numbers, numbers, roles, (number, other, role) => {
        fc.pre(number !== other);
        const address = signedTicketAddress(policy, number, role).replace(`+${number}.`, `+${other}.`);
        expect(readTicketAddress(policy, address)).toEqual({
          number: other,
          role: null,
          done: false,
          note: false,
        });
      }),
    );
  });

  it('with any other token is a plain address', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-z]{8}$/), (given) => {
        const real = signedTicketAddress(policy, 42, REQUESTER).includes(given);
        expect(readTicketAddress(policy, `support+42.${given}@example.com`)?.role ?? null).toEqual(
          real ? REQUESTER : null,
        );
      }),
    );
  });

  it('stays valid while its secret stays in the list, and no longer', () => {
    const later = deskPolicy({ secrets: ['another secret for the tests, 32 long', ...policy.secrets] });
    const without = deskPolicy({ secrets: ['another secret for the tests, 32 long'] });
    const address = signedTicketAddress(policy, 7, REQUESTER);
    expect(readTicketAddress(later, address)?.role).toEqual(REQUESTER);
    expect(readTicketAddress(without, address)?.role).toBeNull();
    expect(signedTicketAddress(later, 7, REQUESTER)).not.toBe(address);
  });

  it('of one desk is a plain address at another with the same secret', () => {
    const other = deskPolicy({ address: 'sales@example.com' });
    expect(readTicketAddress(other, signedTicketAddress(policy, 7, REQUESTER))?.role).toBeNull();
  });
});

describe('a plain address', () => {
  it.each([
    ['support+42@example.com', { number: 42, done: false, note: false, role: null }],
    ['SUPPORT+42@example.com', { number: 42, done: false, note: false, role: null }],
    ['support+42-done@example.com', { number: 42, done: true, note: false, role: null }],
    ['support+42-note@example.com', { number: 42, done: false, note: true, role: null }],
    ['support+999999999@example.com', { number: 999_999_999, done: false, note: false, role: null }],
  ])('%s names a ticket', (address, named) => {
    expect(readTicketAddress(policy, address)).toEqual(named);
  });

  it.each([
    'support@example.com',
    'support+0@example.com',
    'support+042@example.com',
    'support+1000000000@example.com',
    'support+42x@example.com',
    'support+42@example.com.evil.example',
    'xsupport+42@example.com',
    'support+4２@example.com',
  ])('%s names none', (address) => {
    expect(readTicketAddress(policy, address)).toBeNull();
  });

  it('of a template with signs that mean something to a regular expression is read as it is written', () => {
    const odd = deskPolicy({
      addresses: { ticket: 'a.b+{id}@example.com', done: 'a.b+{id}-done@example.com' },
    });
    expect(readTicketAddress(odd, 'a.b+1@example.com')?.number).toBe(1);
    expect(readTicketAddress(odd, 'aXb+1@example.com')).toBeNull();
  });
});

describe('a signed id', () => {
  it('reads back, and proves nothing when it is changed', () => {
    fc.assert(
      fc.property(numbers, roles, fc.stringMatching(/^[a-z0-9]{1,20}$/), (number, role, rest) => {
        const id = signedId(policy, { number, role }, rest);
        expect(readSignedId(policy, id)).toEqual({ number, role });
        expect(readSignedId(policy, id.replace(`.${number}.`, `.${(number % 999_999_999) + 1}.`))).toBeNull();
      }),
    );
  });

  it('is no other id', () => {
    fc.assert(
      fc.property(fc.string(), (id) => {
        expect(readSignedId(policy, id)).toBeNull();
      }),
    );
  });
});

describe('whose an address is', () => {
  it('the desk knows its own in every form', () => {
    expect(isDeskAddress(policy, 'Support@example.com')).toBe(true);
    expect(isDeskAddress(policy, 'support+9-done@example.com')).toBe(true);
    expect(isDeskAddress(policy, 'support@example.org')).toBe(false);
  });

  it('staff are known by all their addresses, and by no display name', () => {
    expect(staffMemberOf(policy, 'ANN.B@phone.example')).toBe(ANN);
    expect(staffMemberOf(policy, 'steve@example.com')).toBeNull();
    expect(staffMemberOf(policy, null)).toBeNull();
  });
});

describe('a token', () => {
  it('depends on every part, and on where the parts end', () => {
    expect(token('s', 'l', ['ab', 'c'])).not.toBe(token('s', 'l', ['a', 'bc']));
    expect(token('s', 'l', ['a'])).not.toBe(token('s', 'm', ['a']));
    expect(token('s', 'l', ['a'])).not.toBe(token('t', 'l', ['a']));
  });

  it('is compared without case, and whole', () => {
    expect(sameToken('abc', 'ABC')).toBe(true);
    expect(sameToken('abc', 'abcd')).toBe(false);
  });

  it('has no letter that is easily misread', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 32 }), (bytes) => {
        expect(base32(bytes, 20)).toMatch(/^[0-9a-hjkmnp-tv-z]{20}$/);
      }),
    );
  });
});
