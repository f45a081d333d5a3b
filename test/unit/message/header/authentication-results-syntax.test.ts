/** Which fields of results are believed, and how their values are taken apart (RFC 8601). */
import { describe, expect, test } from 'vitest';
import { readAuthentication } from '../../../../src/message/header/authentication-results.js';
import { readResults } from '../../../../src/message/header/authentication-results-syntax.js';
import { blockOf } from '../parse.js';

const OURS = 'mx.ours.example';
const SENDER = 'jane@corp.example';
const PASS = `Authentication-Results: ${OURS}; dmarc=pass header.from=corp.example`;
const read = (lines: readonly string[], authservId = OURS) =>
  readAuthentication(blockOf(...lines, `From: ${SENDER}`), { authservId, sender: SENDER });
const stated = (result: string) => read([`Authentication-Results: ${OURS}; ${result}`]);
const resultsOf = (rest: string) =>
  readResults(`${OURS}; ${rest}`).results.map(({ method, result, properties, comment }) => [
    method,
    result,
    Object.fromEntries(properties),
    comment,
  ]);

describe('the fields at the top', () => {
  test.each([
    'Authentication-Results: other.example; none',
    'ARC-Seal: x',
    'ARC-Message-Signature: x',
    'Received-SPF: pass',
    'Return-Path: <a@b.example>',
    'Delivered-To: me@ours.example',
    'Envelope-To: me@ours.example',
    'Delivery-Date: Mon, 1 Jan 2026 00:00:00 +0000',
    'X-Spam-Score: 0',
    'Received: by mx.ours.example with lmtp id 1',
    'Received: by mx.ours.example with \t LMTPS id 1',
    'Received: from mx.ours.example ([unix socket]) by imap.ours.example (Cyrus 3.6.1) with LMTPA; Mon, 1 Jan 2026 00:00:00 +0000',
    'Received: from mx.ours.example by imap.ours.example with LMTP id a1B2 (envelope-from <a@b.example>) for <me@ours.example>',
  ])('may have %s above the results', (field) => {
    expect(read([field, PASS]).dmarc).toBe('pass');
  });

  test.each([
    'Received: by mx.ours.example with ESMTP id 1',
    'Received: by mx.ours.example withLMTP id 1',
    'Received: from with LMTP x (unknown [192.0.2.1]) by mx.ours.example (Postfix) with ESMTP id 1',
    'Received: from by with LMTP (unknown [192.0.2.1]) by mx.ours.example (Postfix) id 1',
    'Received-SPF-Not: pass',
    'DKIM-Signature: x',
    'To: me@ours.example',
    'Not-X-Spam: 0',
    'My-Return-Path: <a@b.example>',
    'Xray: 0',
  ])('end with %s', (field) => {
    expect(read([field, PASS]).dmarc).toBe('none');
  });

  test('may bear our id with spaces around it, as it is configured', () => {
    expect(read([PASS], ` ${OURS} `).dmarc).toBe('pass');
    expect(read([PASS], ' ').dmarc).toBe('none');
  });
});

describe('a result', () => {
  test.each([
    ['dmarc=pass', 'pass'],
    ['DMARC=PASS', 'pass'],
    ['dmarc=pass header.from=jane@corp.example', 'pass'],
    ['dmarc=pass header.from="corp\\.example"', 'pass'],
    ['dmarc=pass header.from=corp.example header.from=evil.example', 'pass'],
    ['dmarc=pass header.from=evil.example header.from=corp.example', 'none'],
    ['dmarc=pass header.from=evil.example', 'none'],
    ['dmarc=bestguesspass', 'none'],
    ['dmarc=none', 'none'],
    ['dmarc=fail', 'fail'],
    ['spf=pass; dmarc=fail; dmarc=pass', 'fail'],
    ['dmarc=pass; dmarc=none', 'none'],
    ['spf=pass', 'none'],
    ['', 'none'],
  ])('%s is %s', (result, dmarc) => {
    expect(stated(result).dmarc).toBe(dmarc);
  });
});

describe('the policy', () => {
  test.each([
    ['dmarc=pass (p=reject)', 'reject'],
    ['dmarc=fail (x) (P=None)', 'none'],
    ['dmarc=fail (sp=reject)', null],
    ['dmarc=fail (p=rejected)', null],
    ['dmarc=fail policy.published-domain-policy=quarantine', 'quarantine'],
    ['dmarc=fail policy.dmarc=reject', 'reject'],
    ['dmarc=fail action=none', 'none'],
    ['dmarc=fail action=quarantine', 'quarantine'],
    ['dmarc=fail action=Reject', 'reject'],
    ['dmarc=fail action=pct.reject', null],
    ['dmarc=fail (p=none) policy.dmarc=reject action=reject', 'none'],
  ])('of %s is %s', (result, policy) => {
    expect(stated(result).policy).toBe(policy);
  });
});

describe('a value', () => {
  test.each([
    ['spf=pass smtp.mailfrom=x', [['spf', 'pass', { 'smtp.mailfrom': 'x' }, '']]],
    ['spf = pass smtp.mailfrom = x', [['spf', 'pass', { 'smtp.mailfrom': 'x' }, '']]],
    ['DKIM/2=Pass Header.D="A \\"b\\""', [['dkim', 'pass', { 'header.d': 'A "b"' }, '']]],
    ['dkim / 2 (c) = pass', [['dkim', 'pass', {}, 'c']]],
    ['spf=pass (a (b) c) (d \\) e)', [['spf', 'pass', {}, 'a (b) c d \\) e']]],
    ['spf=pass (never closed', [['spf', 'pass', {}, 'never closed']]],
    ['spf=pass a=b a=c', [['spf', 'pass', { a: 'b' }, '']]],
    ['spf=pass = x =', [['spf', 'pass', {}, '']]],
    [
      'spf=pass a="b;c"; dkim=none',
      [
        ['spf', 'pass', { a: 'b;c' }, ''],
        ['dkim', 'none', {}, ''],
      ],
    ],
    ['spf', []],
    ['spf=', []],
    ['=pass', []],
    ['spf;=pass', []],
    ['spf/=pass', []],
    ['spf pass', []],
    ['none', []],
  ])('%s', (rest, results) => {
    expect(resultsOf(rest)).toEqual(results);
  });

  test.each([
    [`${OURS}; spf=pass`, OURS],
    [`${OURS} 1; spf=pass`, OURS],
    [`(c) ${OURS} (c) 12 (c); spf=pass`, OURS],
    [`"${OURS}"; spf=pass`, OURS],
    [`${OURS} x1; spf=pass`, ''],
    [`${OURS} 1x; spf=pass`, ''],
    [`${OURS} 1 2; spf=pass`, ''],
    ['; spf=pass', ''],
    ['=; spf=pass', ''],
    ['', ''],
  ])('%s has the id %j', (value, authservId) => {
    const found = readResults(value);
    expect(found.authservId).toBe(authservId);
    expect(found.results).toHaveLength(authservId === '' ? 0 : 1);
  });
});
