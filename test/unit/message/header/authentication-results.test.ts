import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  MAX_TOP_TRACE_FIELDS,
  readAuthentication,
} from '../../../../src/message/header/authentication-results.js';
import {
  MAX_RESULTS_CHARACTERS,
  readResults,
} from '../../../../src/message/header/authentication-results-syntax.js';
import { blockOf } from '../parse.js';

const OURS = 'mx.ours.example';
const SENDER = 'jane@corp.example';
const RECEIVED =
  'Received: from evil.example by mx.ours.example with ESMTPS id 1; Mon, 1 Jan 2026 00:00:00 +0000';
const PASS = `Authentication-Results: ${OURS}; dmarc=pass header.from=corp.example`;
const FAIL = `Authentication-Results: ${OURS}; dmarc=fail (p=reject dis=none) header.from=corp.example`;
const read = (
  lines: readonly string[],
  authservId: string | undefined = OURS,
  sender: string | null = SENDER,
) => readAuthentication(blockOf(...lines, `From: ${SENDER}`), { authservId, sender });

describe('a field counts', () => {
  test.each([
    ['at the top', [PASS, RECEIVED]],
    [
      'below what the delivery adds',
      ['Return-Path: <x@y.example>', 'Delivered-To: me@ours.example', 'X-Spam-Flag: NO', PASS, RECEIVED],
    ],
    [
      'below a local delivery',
      ['Received: from mx.ours.example by mx.ours.example with LMTP id 2', PASS, RECEIVED],
    ],
    [
      'with another case, version and comments',
      [
        `Authentication-Results: (c) MX.ours.EXAMPLE (x;y) 1 ; spf=pass; dmarc/1 (d) = PASS (p=none) header.from = "corp.example"`,
        RECEIVED,
      ],
    ],
    [
      'folded',
      [
        `Authentication-Results: ${OURS};`,
        '\tspf=pass smtp.mailfrom=x@corp.example;',
        '\tdmarc=pass header.from=CORP.example',
        RECEIVED,
      ],
    ],
    ['without naming the domain', [`Authentication-Results: ${OURS}; dmarc=pass`, RECEIVED]],
    ['beside one of somebody else', [`Authentication-Results: other.example; dmarc=fail`, PASS, RECEIVED]],
  ])('%s', (_, lines) => {
    expect(read(lines).dmarc).toBe('pass');
  });
});

describe('a field does not count', () => {
  test.each([
    ['below the first Received field', [RECEIVED, PASS]],
    ['below two Return-Path fields', ['Return-Path: <a@b.example>', 'Return-Path: <a@b.example>', PASS]],
    ["below a field of the author's", ['Subject: x', PASS, RECEIVED]],
    ['from another server', ['Authentication-Results: mx.ours.example.evil.example; dmarc=pass', RECEIVED]],
    ['with our id in a comment', [`Authentication-Results: evil.example (${OURS}); dmarc=pass`, RECEIVED]],
    ['with two ids', [`Authentication-Results: ${OURS} evil.example; dmarc=pass`, RECEIVED]],
    ['without an id', ['Authentication-Results: dmarc=pass', RECEIVED]],
    [
      'for another domain',
      [`Authentication-Results: ${OURS}; dmarc=pass header.from=evil.example`, RECEIVED],
    ],
    ['with the pass in a comment', [`Authentication-Results: ${OURS}; spf=fail (; dmarc=pass)`, RECEIVED]],
    [
      'with the pass in a quoted string',
      [`Authentication-Results: ${OURS}; spf=fail reason="x; dmarc=pass"`, RECEIVED],
    ],
    [
      'with the pass in a quoted string that never ends',
      [`Authentication-Results: ${OURS}; spf=fail reason="x; dmarc=pass`, RECEIVED],
    ],
    ['with no result', [`Authentication-Results: ${OURS}; none`, RECEIVED]],
    [
      'with another result beside the pass',
      [PASS, `Authentication-Results: ${OURS}; dmarc=temperror`, RECEIVED],
    ],
    ['in an ambiguous header', ['X-Odd: a\0b', PASS, RECEIVED]],
  ])('%s', (_, lines) => {
    expect(read(lines).dmarc).toBe('none');
  });

  test('without a configured id, or without a sender', () => {
    expect(readAuthentication(blockOf(PASS), { sender: SENDER }).dmarc).toBe('none');
    expect(read([PASS], '').dmarc).toBe('none');
    expect(read([PASS], OURS, null).dmarc).toBe('none');
  });
});

test('a failure holds whatever stands beside it', () => {
  expect(read([PASS, FAIL, RECEIVED])).toEqual({ dmarc: 'fail', policy: 'reject' });
  expect(read([FAIL, PASS, RECEIVED])).toEqual({ dmarc: 'fail', policy: 'reject' });
  expect(read([FAIL, RECEIVED], OURS, null)).toEqual({ dmarc: 'fail', policy: 'reject' });
});

test.each([
  ['dmarc=fail (p=REJECT sp=NONE dis=NONE)', 'reject'],
  ['dmarc=fail (p=quarantine)', 'quarantine'],
  ['dmarc=fail policy.published-domain-policy=none policy.applied-disposition=reject', 'none'],
  ['dmarc=fail action=oreject header.from=x', 'reject'],
  ['dmarc=fail', null],
  ['dmarc=fail (p=whatever)', null],
])('the policy of %s is %s', (result, policy) => {
  expect(read([`Authentication-Results: ${OURS}; ${result}`, RECEIVED])).toEqual({ dmarc: 'fail', policy });
});

const padded = (length: number) => `${OURS}; dmarc=pass (`.padEnd(length - 1, 'x').concat(')');
const below = (count: number) =>
  read([...Array.from({ length: count }, () => 'X-A: x'), PASS, RECEIVED]).dmarc;

test('what is too long or too far down does not count', () => {
  expect(readResults(padded(MAX_RESULTS_CHARACTERS)).results).toHaveLength(1);
  expect(readResults(padded(MAX_RESULTS_CHARACTERS + 1)).results).toEqual([]);
  expect(below(MAX_TOP_TRACE_FIELDS - 1)).toBe('pass');
  expect(below(MAX_TOP_TRACE_FIELDS)).toBe('none');
});

test('reading never throws', () => {
  const unit = fc.constantFrom('(', ')', '"', '\\', ';', '=', '/', ' ', 'a', 'dmarc', 'pass', '1', '.');
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 200 }), (value) => Array.isArray(readResults(value).results)),
  );
});
