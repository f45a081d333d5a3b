import { describe, expect, it } from 'vitest';
import {
  describeRoute,
  feedingRoute,
  feedingRouteCost,
  feedingRouteWarning,
  routeOf,
} from '../../../../src/desk/feeding/feeding-route.js';
import { signOrigin } from '../../../../src/desk/sign/origin.js';
import type { Facts } from '../../../../src/message/facts/facts.js';
import { factsOfWhole } from '../../message/facts/facts-of-whole.js';
import { deskPolicy, message } from '../desk.js';

const policy = deskPolicy();
const GMAIL = 'Return-Path: <old+caf_=support=example.com@gmail.com>';

function mail(count: number, ...fields: readonly string[]): Facts[] {
  return Array.from({ length: count }, () => message({ fields }));
}

describe('a forwarder that feeds the mailbox', () => {
  it('is the way by which more than half of the newest mail came', () => {
    const found = feedingRoute(policy, [...mail(4, GMAIL), ...mail(3)]);
    expect(found).toEqual({ by: 'gmail', from: 'old@gmail.com', bearing: 4, of: 7, nullSenders: 0 });
    expect(feedingRoute(policy, [...mail(4, GMAIL), ...mail(4)])).toBeNull();
  });

  it('is told of three messages, and of no fewer', () => {
    expect(feedingRoute(policy, mail(3, GMAIL))).not.toBeNull();
    expect(feedingRoute(policy, mail(2, GMAIL))).toBeNull();
    expect(feedingRoute(policy, [])).toBeNull();
  });

  it('is one mailbox: what many people have forwarded to the desk on their own is none', () => {
    const many = ['a', 'b', 'c', 'd'].map(
      (name) => `Return-Path: <${name}+caf_=support=example.com@gmail.com>`,
    );
    expect(
      feedingRoute(
        policy,
        many.flatMap((field) => mail(1, field)),
      ),
    ).toBeNull();
  });

  it('is not seen in the desk’s own copies', () => {
    const raw = signOrigin(policy, Buffer.from('From: support@example.com\r\n\r\n'));
    const own = factsOfWhole(Buffer.concat([Buffer.from(`${GMAIL}\r\n`), raw]), { receivedAt: new Date() });
    expect(feedingRoute(policy, [own, own, own, own])).toBeNull();
  });
});

describe('the way of a message', () => {
  const of = (...addresses: readonly string[]) =>
    routeOf(policy, message({ fields: addresses.map((address) => `Delivered-To: ${address}`) }));

  it('goes by another server if it was delivered at another domain before', () => {
    expect(of('desk@mail.host.example', 'support@former.example')).toEqual({
      by: 'elsewhere',
      from: 'support@former.example',
    });
    expect(of('desk@mail.host.example', 'support@example.com')).toEqual({
      by: 'elsewhere',
      from: 'desk@mail.host.example',
    });
  });

  it.each([
    [[]],
    [['support@example.com']],
    [['web12p4@server.host.example']],
    [['support@example.com', 'support@example.com']],
    [['support@example.com', 'info@example.com']],
    [['support@mail.example.com', 'support@example.com']],
    [['support@example.com', 'support@mail.example.com']],
  ])('is direct with %j', (addresses) => {
    expect(of(...addresses)).toBeNull();
  });

  it('is by whoever says so first', () => {
    const fields = ['X-Sieve-Redirected-From: old@example.org', 'Delivered-To: old@example.org'];
    expect(routeOf(policy, message({ fields }))).toEqual({ by: 'sieve', from: 'old@example.org' });
  });
});

describe('what is said of it', () => {
  const found = { by: 'gmail', from: 'old@gmail.com', bearing: 12, of: 15, nullSenders: 0 } as const;

  it('names it, what it costs, and what to set', () => {
    expect(describeRoute(found)).toBe(
      '12 of the newest 15 messages come by a forwarder: Gmail forwards it, through old@gmail.com',
    );
    expect(feedingRouteCost(policy, found)).toMatch(/set "forwarded": true.*by number or tag alone$/);
    expect(feedingRouteCost(deskPolicy({ forwarded: true }), found)).toMatch(/^"forwarded" is set: /);
  });

  it('says so where it takes every answer away', () => {
    const silent = { ...found, nullSenders: 7 };
    expect(feedingRouteCost(policy, silent)).toMatch(/null sender.*nobody is acknowledged$/);
    expect(feedingRouteCost(policy, { ...found, nullSenders: 6 })).not.toContain('null sender');
    const nulls = mail(3, 'Return-Path: <>', 'X-Sieve-Redirected-From: old@example.org');
    expect(feedingRoute(policy, nulls)?.nullSenders).toBe(3);
  });

  it('names no address in the log', () => {
    expect(feedingRouteWarning(policy, found)).toContain('Gmail forwards it;');
    expect(feedingRouteWarning(policy, found)).not.toContain('old@gmail.com');
  });
});
