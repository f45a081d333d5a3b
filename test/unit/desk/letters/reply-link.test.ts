import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replyLink } from '../../../../src/desk/letters/reply-link.js';
import { readTicketAddress } from '../../../../src/desk/sign/ticket-address.js';
import { ANN, deskPolicy, message, STEVE, ticket } from '../desk.js';

/** What a mail program makes of it: RFC 6068 §2, percent-encoded octets of UTF-8. */
function opened(link: string): { readonly to: string; readonly subject: string } {
  const [, to = '', subject = ''] = /^mailto:([^?&#\s]+)\?subject=([^?&#\s]*)$/.exec(link) ?? [];
  return { to: decodeURIComponent(to), subject: decodeURIComponent(subject) };
}

describe('a link that opens a reply', () => {
  const policy = deskPolicy();

  it('goes to the ticket’s address, signed for that member', () => {
    const link = replyLink(policy, ticket(42, message({ subject: 'Printer & co?' })), STEVE);
    expect(link).toMatch(/^mailto:support%2B42\.[0-9a-z]+@example\.com\?subject=Re/);
    const { to, subject } = opened(link);
    expect(readTicketAddress(policy, to)).toEqual({
      number: 42,
      done: false,
      note: false,
      role: { kind: 'staff', member: STEVE },
    });
    expect(subject).toBe('Re: [issue42] Printer & co?');
    expect(replyLink(policy, ticket(42, message()), ANN)).not.toBe(
      replyLink(policy, ticket(42, message()), STEVE),
    );
  });

  it('goes to the desk where the host has no such addresses: the subject names the ticket', () => {
    const plain = deskPolicy({ addresses: null });
    expect(opened(replyLink(plain, ticket(7, message({ subject: '' })), STEVE))).toEqual({
      to: 'support@example.com',
      subject: 'Re: [issue7] (no subject)',
    });
  });

  it('is one word of ASCII, whatever stands in the subject', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => {
        const root = message();
        const about = ticket(1, root);
        const entry = { ...about.entry, subject: `Über\r\nBcc: ${text}` };
        const link = replyLink(policy, { ...about, entry }, STEVE);
        expect(link).toMatch(/^[\u0021-\u007e]+$/);
        expect(opened(link).subject).toMatch(/^Re: \[issue1\] Über Bcc:/);
        expect(opened(link).subject).not.toMatch(/[\r\n]/);
      }),
    );
  });
});
