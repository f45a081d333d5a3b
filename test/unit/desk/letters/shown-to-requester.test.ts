/** What of a ticket its requester may see again. */
import { describe, expect, it } from 'vitest';
import { isLetterTo, mayBeShown } from '../../../../src/desk/letters/shown-to-requester.js';
import type { Staging } from '../../../../src/desk/letters/staging.js';
import { REQUESTER, signedTicketAddress } from '../../../../src/desk/sign/ticket-address.js';
import { requesterOutside } from '../../../../src/desk/ticket/participants.js';
import { deskPolicy, message, ticket } from '../desk.js';

const policy = deskPolicy({ authservId: 'mx.example.com' });
const signed = signedTicketAddress(policy, 1, REQUESTER);
const result = (dmarc: string) =>
  `Authentication-Results: mx.example.com; dmarc=${dmarc} header.from=example.com`;
const JANE = 'jane@example.com';

describe('what may be shown', () => {
  const root = message();
  const shows = (...more: Parameters<typeof message>): boolean => {
    const facts = message({ authservId: 'mx.example.com', ...more[0] });
    return mayBeShown(policy, ticket(1, root, 'open', [facts])).some((one) => one.facts === facts);
  };

  it('is the mail that opened the ticket', () => {
    expect(mayBeShown(policy, ticket(1, root)).map(({ facts }) => facts)).toEqual([root]);
  });

  it.each([
    ['an answer to a signed address', { to: signed }, true],
    ['mail with a DMARC pass', { fields: [result('pass')] }, true],
    ['mail that anybody could have written in their name', { subject: '[issue1] Printer' }, false],
    ['mail that fails DMARC, to a signed address as well', { to: signed, fields: [result('fail')] }, false],
    ['automatic mail', { to: signed, fields: ['Auto-Submitted: auto-replied'] }, false],
    ['mail of another person', { from: 'taro@example.com', to: signed, fields: [result('pass')] }, false],
    ['mail of staff', { from: 'steve@example.org', to: `Jane <${JANE}>, ${signed}` }, false],
    ['mail in the name of the desk', { from: 'support@example.com', to: JANE }, false],
  ])('of %s: %s', (_, written, shown) => {
    expect(shows(written)).toBe(shown);
  });

  it('is nothing of a ticket whose requester is inside, or nobody', () => {
    const ofStaff = ticket(1, message({ from: 'Ann <ann@example.org>' }));
    const ofNobody = { ...ticket(1, root), entry: { ...ticket(1, root).entry, requester: null } };
    for (const one of [ofStaff, ofNobody]) {
      expect(requesterOutside(policy, one)).toBeNull();
      expect(mayBeShown(policy, one)).toEqual([]);
    }
  });

  it('is no mail of a ticket that was merged into it and was of somebody else', () => {
    const other = message({ from: 'taro@example.com' });
    const both = ticket(1, root, 'open', [other]);
    const [first, second] = both.messages;
    const merged = [{ entry: ticket(2, other).entry, into: 1, joinPeople: true }];
    const seen = mayBeShown(policy, {
      ...both,
      merged,
      messages: [first, second].flatMap((one, at) => (one === undefined ? [] : [{ ...one, via: at + 1 }])),
    });
    expect(seen.map(({ facts }) => facts)).toEqual([root]);
  });
});

describe('a letter', () => {
  const sent: Staging = { purpose: 'relay', ticket: 1, to: JANE, cause: 'x', causeId: null };
  const root = message({ fields: ['Reply-To: jane.doe@example.net'] });
  it.each<[string, Partial<Staging>, boolean]>([
    ['an answer that was passed on', {}, true],
    ['an acknowledgement', { purpose: 'acknowledgement' }, true],
    ['where they want answers', { to: 'jane.doe@example.net' }, true],
    ['to somebody else', { to: 'taro@example.com' }, false],
    ['to nobody', { purpose: 'filing-note', to: null }, false],
    ['a notice', { purpose: 'notice' }, false],
    ['an error report', { purpose: 'error-report' }, false],
    ['of another ticket', { ticket: 2 }, false],
  ])('%s', (_, changes, shown) => {
    expect(isLetterTo(policy, ticket(1, root), { ...sent, ...changes })).toBe(shown);
  });
});
