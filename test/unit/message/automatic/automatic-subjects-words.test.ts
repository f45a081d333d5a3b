/** Words of automatic subjects that only signs or a missing letter tell from others. */
import { expect, test } from 'vitest';
import {
  AUTO_REPLY_SUBJECT,
  BOUNCE_SUBJECT,
  MENTIONS_DELIVERY,
  NOT_FAILED_SUBJECT,
} from '../../../../src/message/automatic/automatic-subjects.js';
import { butFor } from '../parse.js';

const isIn = (pattern: { test(subject: string): boolean }) => (subject: string) => pattern.test(subject);

test('signs of an opening stand for themselves', () => {
  const own = ['[OOO] Printer', 'Absent(e) : imprimante', '[autoodpowiedź] x', 'ooo: x', '* OOO: x'];
  expect(butFor(true, own, isIn(AUTO_REPLY_SUBJECT))).toEqual([]);
  const others = ['Order of paper', 'Absente', 'ooo', '[x Out of office', '[] Out of office'];
  expect(butFor(false, others, isIn(AUTO_REPLY_SUBJECT))).toEqual([]);
});

test('an opening may have a mark of so many characters in front', () => {
  const marked = (length: number) => `[${'x'.repeat(length)}] Undelivered mail`;
  expect([1, 40, 41].map((length) => BOUNCE_SUBJECT.test(marked(length)))).toEqual([true, true, false]);
});

test('what was delivered, or may still be, is told in each of its forms', () => {
  const forms = ['x delay', 'x delayed', 'x will retry', 'x will be retried', 'x success', 'x successfully'];
  expect(butFor(true, forms, isIn(NOT_FAILED_SUBJECT))).toEqual([]);
  const others = ['x delays', 'x retry', 'unsuccessful', 'x delivered: y', 'relay'];
  expect(butFor(false, others, isIn(NOT_FAILED_SUBJECT))).toEqual([]);
});

test('words about delivery are found with and without their hyphen and article', () => {
  const forms = [
    'x nondeliverable',
    'x non-deliverable',
    'not a member',
    'not member',
    'could not deliver delivery',
    'error during delivery',
    'mail error',
  ];
  expect(butFor(true, forms, isIn(MENTIONS_DELIVERY))).toEqual([]);
  expect(butFor(false, ['delivery', 'not the member', 'a mail'], isIn(MENTIONS_DELIVERY))).toEqual([]);
});
