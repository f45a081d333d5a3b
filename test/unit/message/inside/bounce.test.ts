import { describe, expect, test } from 'vitest';
import { looksLikeBounce, withBounceBody } from '../../../../src/message/inside/bounce.js';
import type { BounceBody } from '../../../../src/message/inside/bounce-body.js';
import { factsOf } from '../parse.js';

const facts = (...lines: readonly string[]) => factsOf(`${lines.join('\r\n')}\r\n\r\n`);
const DAEMON = 'From: MAILER-DAEMON@example.com';
const told = (more: Partial<BounceBody>): BounceBody => ({
  outcome: null,
  proven: false,
  returnedIds: [],
  failedRecipients: [],
  ...more,
});

const kindOf = (lines: readonly string[], body: Partial<BounceBody>) =>
  withBounceBody(facts(...lines), told(body)).automatic?.kind ?? null;

describe('a second look is worth it', () => {
  test.each([
    ['a bounce', [DAEMON], true],
    ['a delivery notice', [DAEMON, 'Subject: Delayed Mail'], true],
    ['a null sender', ['Return-Path: <>', 'From: jane@example.com'], true],
    ['a list bounce', ['From: postmaster@example.com', 'Precedence: bulk'], true],
    ['an absence note', ['Return-Path: <>', 'From: jane@example.com', 'Auto-Submitted: auto-replied'], false],
    [
      'a read receipt',
      ['Return-Path: <>', 'Content-Type: multipart/report; report-type=disposition-notification'],
      false,
    ],
    ['a person', ['From: jane@example.com', 'Subject: Printer'], false],
  ])('%s', (_, lines, expected) => {
    expect(looksLikeBounce(facts(...lines))).toBe(expected);
  });
});

describe('what the body tells', () => {
  test('settles failed, late and arrived', () => {
    expect(kindOf([DAEMON], { outcome: 'failed' })).toBe('bounce');
    expect(kindOf([DAEMON], { outcome: 'delayed' })).toBe('delivery-notice');
    expect(kindOf([DAEMON], { outcome: 'delivered' })).toBe('delivery-notice');
    expect(kindOf([DAEMON, 'Subject: Delayed Mail'], { outcome: 'failed' })).toBe('bounce');
    expect(kindOf([DAEMON], {})).toBe('bounce');
  });

  test('makes a bounce of other mail only with proof', () => {
    const carrier = ['From: post_master@carrier.example', 'Subject: Re:Printer'];
    expect(kindOf(carrier, { outcome: 'failed' })).toBeNull();
    expect(kindOf(carrier, { outcome: 'failed', proven: true })).toBe('bounce');
    expect(kindOf(['From: jane@example.com'], { outcome: 'failed', proven: true })).toBeNull();
  });

  test('adds what came back, and puts its reason first', () => {
    const body = told({
      outcome: 'failed',
      proven: true,
      returnedIds: ['a@b'],
      failedRecipients: ['x@example.com'],
    });
    const seen = withBounceBody(facts(DAEMON), body);
    expect(seen).toMatchObject({ returnedIds: ['a@b'], failedRecipients: ['x@example.com'] });
    expect(seen.automatic?.because).toEqual([
      'Its text says that mail could not be delivered.',
      'A mail daemon sent it.',
    ]);
    const person = facts('From: jane@example.com');
    expect(withBounceBody(person, body)).toBe(person);
  });
});
