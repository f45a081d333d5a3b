/** What the log tells of the requester of a new ticket, and whether that one may be acknowledged. */
import { describe, expect, it } from 'vitest';
import { openerOf, whoseMatter } from '../../../../src/desk/decide/on-behalf.js';
import type { Facts } from '../../../../src/message/facts/facts.js';
import { ANN, deskPolicy, message, ticket, type Written } from '../desk.js';

const policy = deskPolicy({ authservId: 'mx.example.com' });
const OF_STAFF = 'not answered: it comes from proven staff';
const NOBODY_ELSE = 'it names nobody else, so the staff member is the requester';

function ofStaff(about: Written = {}, author: string | null = null): Facts {
  const facts = message({
    from: 'Steve <steve@example.org>',
    fields: ['Authentication-Results: mx.example.com; dmarc=pass header.from=example.org'],
    authservId: 'mx.example.com',
    ...about,
  });
  return author === null
    ? facts
    : { ...facts, forwarded: { from: { name: 'Kim', address: author }, messageId: null } };
}

const subject = '[for kim@other.example] Fire';

describe('of proven staff’s mail', () => {
  it.each<[string, Facts, string | null, readonly string[]]>([
    ['with nobody else', ofStaff(), OF_STAFF, [NOBODY_ELSE]],
    [
      'with an attached mail',
      ofStaff({}, 'kim@other.example'),
      OF_STAFF,
      ['the requester is kim@other.example, the sender of the mail that is attached'],
    ],
    [
      'with somebody in To',
      ofStaff({ to: 'Lee <lee@other.example>' }),
      OF_STAFF,
      ['the requester is lee@other.example, the one outsider whom To and Cc name'],
    ],
    [
      'with a mark',
      ofStaff({ subject }),
      null,
      ['the requester is kim@other.example, whom [for …] in the subject names'],
    ],
    [
      'with a mark that nobody can be written to by',
      ofStaff({ subject: '[for jäne@other.example] Fire' }),
      'not answered: not every server can carry mail to such an address',
      ['the requester is jäne@other.example, whom [for …] in the subject names'],
    ],
    [
      'with a mark for the author of the attached mail',
      ofStaff({ subject }, 'Kim@other.example'),
      null,
      ['the requester is Kim@other.example, the sender of the mail that is attached'],
    ],
    [
      'with a mark for somebody else than that author',
      ofStaff({ subject }, 'lee@other.example'),
      OF_STAFF,
      [
        '[for …] in its subject names somebody else, who is told nothing',
        'the requester is lee@other.example, the sender of the mail that is attached',
      ],
    ],
    [
      'with a mark for staff',
      ofStaff({ subject: '[for ann@example.org] Fire' }),
      OF_STAFF,
      ['[for …] in its subject names no requester, but the desk or its staff', NOBODY_ELSE],
    ],
    [
      'with a mark without an address',
      ofStaff({ subject: '[for Kim] Fire', to: 'lee@other.example' }),
      OF_STAFF,
      [
        '[for …] in its subject does not hold one plain address',
        'the requester is lee@other.example, the one outsider whom To and Cc name',
      ],
    ],
  ])('%s', (_, facts, silent, reasons) => {
    expect(whoseMatter(policy, facts, true)).toMatchObject({ silent, reasons });
  });

  it('whom the subject names has no name', () => {
    expect(whoseMatter(policy, ofStaff({ subject }), true).requester).toEqual({
      name: '',
      address: 'kim@other.example',
      from: 'subject',
    });
  });
});

describe('of anybody’s mail', () => {
  it('there is nothing to tell', () => {
    expect(whoseMatter(policy, message(), false)).toEqual({ requester: null, silent: null, reasons: [] });
  });

  it('a mark counts for nothing', () => {
    expect(whoseMatter(policy, message({ subject }), false)).toEqual({
      requester: null,
      silent: null,
      reasons: ['[for …] in its subject counts for nothing: it is not proven to come from staff'],
    });
  });

  it('what staff redirected is not answered', () => {
    expect(whoseMatter(policy, message({ fields: ['Resent-From: ann@example.org'] }), false)).toEqual({
      requester: { address: 'jane@example.com', name: 'Jane Doe', from: 'redirected' },
      silent: 'not answered: a staff address has redirected it',
      reasons: ['the requester is jane@example.com, the sender of the mail that was redirected'],
    });
  });

  it.each(['a@example.com, b@example.com', 'steve@example.org', 'support@example.com'])(
    'what staff redirected from %s has no author outside',
    (from) => {
      const facts = message({ from, fields: ['Resent-From: ann@example.org'] });
      expect(whoseMatter(policy, facts, false).requester).toBeNull();
    },
  );
});

it('who opened a ticket is looked up in the message that did, whatever came before it', () => {
  const root = message({ fields: ['Resent-From: ann@example.org'] });
  const made = ticket(1, root);
  const about = ticket(1, message({ from: 'steve@example.org' }), 'open', [root]);
  const entry = { ...made.entry, requesterFrom: 'redirected' as const };
  expect(openerOf(policy, { ...about, entry })).toBe(ANN);
});
