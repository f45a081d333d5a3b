import { describe, expect, it } from 'vitest';
import { asSeen } from '../../../../src/desk/decide/as-seen.js';
import { formSender, formSenderHint, formSenderWarning } from '../../../../src/desk/feeding/form-senders.js';
import type { Facts } from '../../../../src/message/facts/facts.js';
import { deskPolicy, message } from '../desk.js';

const policy = deskPolicy();
const VISITORS = ['joe@one.example', 'kim@two.example', 'lee@three.example'];

function mail(from: string, ...replies: readonly string[]): Facts[] {
  return replies.map((reply) => message({ from, fields: [`Reply-To: ${reply}`] }));
}

describe('a form that the configuration does not name', () => {
  it('is the sender whose mail names somebody else each time', () => {
    const others = [message(), message({ from: 'kim@two.example' })];
    const found = formSender(policy, [...mail('WordPress@site.example', ...VISITORS), ...others]);
    expect(found).toEqual({ address: 'WordPress@site.example', bearing: 3, of: 5 });
  });

  it('may be met by one visitor twice, and by one of its own domain', () => {
    const found = formSender(
      policy,
      mail('w@site.example', ...VISITORS, 'joe@one.example', 'boss@site.example'),
    );
    expect(found?.bearing).toBe(5);
  });

  it('may send a few words of its own as well', () => {
    const four = [...VISITORS, 'pat@four.example'];
    const own = message({ from: 'w@site.example', subject: 'An update was installed' });
    expect(formSender(policy, [...mail('w@site.example', ...four), own])?.bearing).toBe(4);
    expect(formSender(policy, [...mail('w@site.example', ...four), own, own])).toBeNull();
  });

  it.each([
    ['two visitors', 'w@site.example', VISITORS.slice(0, 2)],
    [
      'one person who is answered elsewhere',
      'joe@one.example',
      Array.from({ length: 5 }, () => 'joe@home.example'),
    ],
    ['a message that names nobody else', 'w@site.example', [...VISITORS, 'w@site.example']],
    ['a message that names two', 'w@site.example', [...VISITORS, 'a@x.example, b@x.example']],
    ['the desk’s staff', 'steve@example.org', VISITORS],
    ['answers that go to the desk', 'w@site.example', [...VISITORS, 'support@example.com']],
    [
      'a tracker with an address for each ticket',
      'notify@tracker.example',
      ['reply+a1@in.tracker.example', 'reply+b2@in.tracker.example', 'reply+c3@in.tracker.example'],
    ],
    [
      'a shop that hides its customers',
      'orders@shop.example',
      ['x7f3@reply.shop.example', 'k2q9@reply.shop.example', 'p4m1@reply.shop.example'],
    ],
    [
      'a service with one address, marked for each matter',
      'notify@tracker.example',
      ['help+a1@mail.example', 'help+b2@mail.example', 'help+c3@mail.example'],
    ],
  ])('is not %s', (_, from, replies) => {
    expect(formSender(policy, mail(from, ...replies))).toBeNull();
  });

  it('is no list, and none that is named, or is the desk itself', () => {
    const listed = VISITORS.map((reply) =>
      message({ from: 'l@lists.example', fields: [`Reply-To: ${reply}`, 'List-Id: <l.lists.example>'] }),
    );
    expect(formSender(policy, listed)).toBeNull();
    const named = deskPolicy({ replyToSenders: ['w@site.example'] });
    const of = (from: string) => mail(from, ...VISITORS).map((facts) => asSeen(named, facts));
    expect(formSender(named, of('w@site.example'))).toBeNull();
    expect(formSender(named, of('support@example.com'))).toBeNull();
    expect(formSender(named, of('other@site.example'))?.address).toBe('other@site.example');
  });

  it('is the one with most mail', () => {
    const few = mail('a@site.example', ...VISITORS);
    const more = mail('b@site.example', ...VISITORS, 'pat@four.example');
    expect(formSender(policy, [...few, ...more])?.address).toBe('b@site.example');
  });

  it('is named to people, and not in the log', () => {
    const found = { address: 'w@site.example', bearing: 3, of: 5 };
    expect(formSenderWarning(found)).toMatch(
      /^3 of the newest 5 messages come from w@site\.example .*"replyToSenders"/,
    );
    expect(formSenderHint(found)).toMatch(/from one sender .*"replyToSenders"/);
    expect(formSenderHint(found)).not.toContain('w@site.example');
  });
});
