/** The link in an acknowledgement. */
import { describe, expect, it } from 'vitest';
import { requesterLink } from '../../../../src/desk/letters/requester-link.js';
import { isLinkOf, readLinkToken } from '../../../../src/desk/sign/ticket-link.js';
import { deskPolicy, message, ticket } from '../desk.js';

const BASE = 'https://desk.example.com';
const policy = deskPolicy({ linkInAcknowledgements: { base: BASE, seconds: 86_400 } });
const AT = 1_795_000_000_500;

describe('the link in an acknowledgement', () => {
  it('ends so long after the arrival of what is acknowledged, however often it is written', () => {
    const facts = message({ at: AT });
    const about = { ticket: ticket(7, facts), facts };
    const url = requesterLink(policy, about) ?? '';
    expect(requesterLink(policy, about)).toBe(url);
    expect(url.startsWith(`${BASE}/l/`)).toBe(true);
    const link = readLinkToken(policy, url.slice(`${BASE}/l/`.length));
    expect(link).toMatchObject({ number: 7, ends: 1_795_000_000 + 86_400 });
    if (link !== null) expect(isLinkOf(policy, link, 'jane@example.com')).toBe(true);
  });

  it('is not there where none is wanted, nobody outside could see it, or its end is no date', () => {
    const facts = message({ at: AT });
    const ofStaff = message({ at: AT, from: 'Ann <ann@example.org>' });
    const undated = message({ at: Number.NaN });
    expect(requesterLink(deskPolicy(), { ticket: ticket(7, facts), facts })).toBeNull();
    expect(requesterLink(policy, { ticket: null, facts })).toBeNull();
    for (const root of [ofStaff, undated, message({ at: 0 })])
      expect(requesterLink(policy, { ticket: ticket(7, root), facts: root })).toBeNull();
  });
});
