/** Why a new ticket is not acknowledged: as a sentence for the log, and as a phrase for staff. */
import { describe, expect, it } from 'vitest';
import { silence, whyNotAnswered } from '../../../../src/desk/decide/authority.js';
import { decide } from '../../../../src/desk/decide/decide.js';
import { deskPolicy, LIMITS, ledgerOf, message, STEVE, type Written } from '../desk.js';

const policy = deskPolicy();
const seen = (about: Written) => message({ authservId: 'mx.example.com', ...about });
const failed = (published: string) =>
  `Authentication-Results: mx.example.com; dmarc=fail (p=${published}) header.from=example.com`;

describe('mail is not answered', () => {
  it.each([
    [
      'from a program',
      { fields: ['Auto-Submitted: auto-generated'] },
      'not-answered-automatic',
      'generated mail',
    ],
    ['from a list', { fields: ['List-Id: <x.example.org>'] }, 'not-answered-list', 'list mail'],
    ['sent to many', { fields: ['Precedence: bulk'] }, 'not-answered-list', 'bulk mail'],
    [
      'that asks for no answer',
      { fields: ['X-Loop: x'] },
      'not-answered-marked',
      'It bears a mark against loops.',
    ],
    [
      'without one sender',
      { from: 'a@example.com, b@example.com' },
      'not-answered-no-sender',
      'there is no single well-formed sender',
    ],
    [
      'from an address that not every server takes',
      { from: 'j\u00e4ne@example.com' },
      'not-answered-address',
      'not every server can carry mail to such an address',
    ],
    [
      'from the desk',
      { from: 'support+7@example.com' },
      'not-answered-desk',
      'the sender is the desk itself',
    ],
    [
      'that failed authentication where the domain asks to refuse it',
      { fields: [failed('reject')] },
      'not-answered-unproven',
      'the sender failed DMARC, and its domain asks to reject such mail',
    ],
    [
      'or to set it apart',
      { fields: [failed('quarantine')] },
      'not-answered-unproven',
      'the sender failed DMARC, and its domain asks to quarantine such mail',
    ],
  ])('%s', (_, about, phrase, because) => {
    const facts = seen(about);
    expect(silence(policy, facts)).toBe(`not answered: ${because}`);
    expect(whyNotAnswered(policy, facts, true)).toEqual({ name: phrase });
    expect(decide(policy, ledgerOf(policy), facts)).toMatchObject({
      kind: 'new',
      acknowledge: false,
      why: { name: phrase },
    });
  });

  it('for no reason that it tells', () => {
    const facts = { ...seen({}), suppressAnswer: true };
    expect(silence(policy, facts)).toBe('not answered: the message asks for no automatic answer');
  });

  it('from proven staff, nor beyond a limit', () => {
    const facts = seen({});
    expect(whyNotAnswered(policy, facts, true)).toEqual({ name: 'not-answered-staff' });
    expect(whyNotAnswered(policy, facts, false)).toEqual({ name: 'not-answered-limit' });
    const none = deskPolicy({ limits: { ...LIMITS, answersPerDesk: { count: 0, withinMs: 1_000 } } });
    expect(decide(none, ledgerOf(none), facts)).toMatchObject({
      acknowledge: false,
      why: { name: 'not-answered-limit' },
    });
    const steves = seen({
      from: 'steve@example.org',
      fields: ['Authentication-Results: mx.example.com; dmarc=pass header.from=example.org'],
    });
    expect(decide(policy, ledgerOf(policy), steves)).toMatchObject({
      kind: 'new',
      acknowledge: false,
      staff: STEVE,
      why: { name: 'not-answered-staff' },
    });
  });
});

describe('mail is answered', () => {
  it.each([
    ['from a person', {}],
    ['that failed authentication where the domain asks for nothing', { fields: [failed('none')] }],
  ])('%s', (_, about) => {
    expect(silence(policy, seen(about))).toBeNull();
    expect(decide(policy, ledgerOf(policy), seen(about))).toMatchObject({ acknowledge: true, why: null });
  });
});
