import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  baseSubject,
  MAX_SUBJECT_CHARACTERS,
  MAX_SUBJECT_TAGS,
  readTags,
  replySubject,
  withTag,
} from '../../../../src/message/header/subject.js';

const many = (count: number): string =>
  Array.from({ length: count }, (_, index) => `[issue${index + 1}]`).join('');

describe('readTags', () => {
  test.each([
    ['[issue42] x', [[42, false]]],
    ['Re: [ISSUE42-done] x', [[42, true]]],
    [
      '[issue1] [issue2-Done]',
      [
        [1, false],
        [2, true],
      ],
    ],
    ['[issue1] [Issue1]', [[1, false]]],
    ['[[issue7]]', [[7, false]]],
    ['[issue999999999]', [[999_999_999, false]]],
    ['[issue1000000000]', []],
    ['[issue007]', []],
    ['[issue0]', []],
    ['[issue42', []],
    ['[issue42 ]', [[42, false]]],
    ['[issue-42]', []],
    ['[issue４２]', []],
    ['[Ticket#118192] [#502097] [T-7] [myissue3]', []],
    ['issue42', []],
  ])('of %j', (subject, tags) => {
    expect(readTags(subject, 'issue').map(({ number, done }) => [number, done])).toEqual(tags);
  });

  test.each([
    ['[issue 1]', [[1, false]]],
    ['[ issue1 ]', [[1, false]]],
    ['[issue#1]', [[1, false]]],
    ['Re: [Issue # 1] x', [[1, false]]],
    ['[ ISSUE   1   ] x', [[1, false]]],
    ['【issue1】', [[1, false]]],
    ['［issue1］', [[1, false]]],
    ['〔issue 1〕', [[1, false]]],
    ['[\u00a0issue\u00a01\u00a0]', [[1, false]]],
    ['【\u3000issue\u30001\u3000】', [[1, false]]],
    ['[\u202fissue1]', [[1, false]]],
    ['[issue 999999999]', [[999_999_999, false]]],
    ['[ issue1-done ]', [[1, true]]],
    ['【issue1-done】', [[1, true]]],
    // What asks to close is written as the desk writes it.
    ['[issue 1-done]', [[1, false]]],
    ['[issue#1-done]', [[1, false]]],
    ['[issue1 -done]', []],
    ['[issue1 done]', []],
    ['[issue1- done]', []],
    ['[issue 1] [issue1] [ issue1 ]', [[1, false]]],
  ])('of %j as people type them', (subject, tags) => {
    expect(readTags(subject, 'issue').map(({ number, done }) => [number, done])).toEqual(tags);
  });

  test.each([
    ['issue1 is mine'],
    ['issue 1'],
    ['#1'],
    ['issue#1'],
    ['(issue1)'],
    ['{issue1}'],
    ['「issue1」'],
    ['[issue]'],
    ['[1]'],
    ['[issue 01]'],
    ['[issue#0]'],
    ['[issue 1000000000]'],
    ['[issue １]'],
    ['［ｉｓｓｕｅ１］'],
    ['[issue1］'],
    ['【issue1]'],
    ['[issue: 1]'],
    ['[issue##1]'],
    ['[issue 1 and 2]'],
    ['[the issue 1]'],
    ['[issues 1]'],
    ['[issue no. 1]'],
    ['[      issue1]'],
    ['[issue      1]'],
    ['[issue\u200b 1'],
  ])('finds none in %j', (subject) => {
    expect(readTags(subject, 'issue')).toEqual([]);
  });

  test.each([
    ['[issue42: closed] Printer'],
    ['Re: [issue42: wieder offen] Printer'],
    ['AW: [ISSUE42: fermé] Printer'],
    ['［issue42: 已关闭］ Printer'],
    ['[issue42: -done] Printer'],
    [`[issue42: ${'x'.repeat(40)}] Printer`],
  ])('knows the tag of a notice that tells a state, and no close in it: %j', (subject) => {
    expect(readTags(subject, 'issue')).toEqual([{ number: 42, done: false }]);
    expect(baseSubject(subject, 'issue')).toBe('Printer');
  });

  test.each([
    ['[issue42:closed]'],
    ['[issue42: ]'],
    ['[issue42 : closed]'],
    ['[issue42 closed]'],
    ['[issue42-done: closed]'],
    ['[issue 42: closed]'],
    ['[issue#42: closed]'],
    [`[issue42: ${'x'.repeat(41)}]`],
    ['[issue42: a [list] of things]'],
  ])('takes nothing for it that notices do not write: %j', (subject) => {
    expect(readTags(subject, 'issue')).toEqual([]);
  });

  test('says of a number sign that other trackers write it, too', () => {
    expect(readTags('[issue#1] [ issue 2 ]', 'issue')).toEqual([
      { number: 1, done: false, hash: true },
      { number: 2, done: false },
    ]);
  });

  test('takes a hundred thousand beginnings of a tag in its stride', () => {
    for (const piece of [
      '[issue',
      '[   issue   ',
      '[issue#   ',
      '[issue1: ',
      'issue1',
      '[issue1-done',
      '【issue9］',
    ])
      expect(readTags(piece.repeat(100_000), 'issue')).toEqual([]);
    expect(readTags(`[issue${'1'.repeat(100_000)}]`, 'issue')).toEqual([]);
  });

  test('takes any tag word as it is, and folds ASCII only', () => {
    expect(readTags('[T.*4]', 'T.*')).toEqual([{ number: 4, done: false }]);
    expect(readTags('[\u212a4]', 'k')).toEqual([]);
  });

  test('stops at its limit', () => {
    expect(readTags(many(MAX_SUBJECT_TAGS), 'issue')).toHaveLength(MAX_SUBJECT_TAGS);
    expect(readTags(many(MAX_SUBJECT_TAGS + 1), 'issue')).toHaveLength(MAX_SUBJECT_TAGS);
  });
});

describe('subjects that the desk writes', () => {
  test.each([
    ['Printer on fire', 'Printer on fire'],
    ['Re: Printer on fire', 'Printer on fire'],
    ['RE: AW: Antw: Re[2]: Re: Printer', 'Printer'],
    ['Re: [issue42] Re: Printer', 'Printer'],
    ['Re[12]: Re(12): RE12: Printer', 'Printer'],
    ['Re(x): Printer', 'Re(x): Printer'],
    ['[issue42-done] Printer [issue7]', 'Printer'],
    // Without the inner one it is a tag as people type it.
    ['[[issue7]issue9]', '(no subject)'],
    ['[ issue 7 ] Printer 【issue#8】 on ［issue9-done］ fire', 'Printer on fire'],
    ['[issue[issue[issue 1]2]3]', '(no subject)'],
    ['[issue-7] Printer', '[issue-7] Printer'],
    ['Fwd: Printer', 'Fwd: Printer'],
    ['Re: Fwd: Re: Printer', 'Fwd: Re: Printer'],
    ['回复：打印机', '打印机'],
    ['Reading: a book', 'Reading: a book'],
    ['[list] Printer', '[list] Printer'],
    ['', '(no subject)'],
    ['Re:', '(no subject)'],
    ['Re: [issue42]', '(no subject)'],
    ['Hi\r\nBcc: v@example.com', 'Hi Bcc: v@example.com'],
  ])('of %j keep %j', (subject, base) => {
    expect(baseSubject(subject, 'issue')).toBe(base);
    expect(withTag(subject, 'issue', { number: 42 })).toBe(`[issue42] ${base}`);
    expect(replySubject(subject, 'issue', 42)).toBe(`Re: [issue42] ${base}`);
  });

  test.each([
    ['closed', '[issue42: closed] Printer'],
    ['wieder offen', '[issue42: wieder offen] Printer'],
    [' [done]\r\n', '[issue42: done] Printer'],
    ['】［', '[issue42] Printer'],
    ['', '[issue42] Printer'],
    [null, '[issue42] Printer'],
  ])('say in the tag what has become of the ticket: %j', (state, subject) => {
    expect(withTag('Re: [issue42: reopened] Printer', 'issue', { number: 42, state })).toBe(subject);
  });

  test('tell a state so that it is read again, whatever its words', () => {
    const words = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.constantFrom('-done', 'issue7]', ' x '),
    );
    fc.assert(
      fc.property(words, (state) => {
        const subject = withTag('Printer', 'issue', { number: 42, state });
        expect(readTags(`Re: ${subject}`, 'issue')).toEqual([{ number: 42, done: false }]);
        expect(baseSubject(`Re: ${subject}`, 'issue')).toBe('Printer');
      }),
    );
  });

  test('keep a long subject whole', () => {
    const subject = `Printer ${'on fire '.repeat(20)}today`;
    expect(baseSubject(`Re: ${subject}`, 'issue')).toBe(subject);
  });

  test('take a hundred thousand reply marks in their stride', () => {
    expect(replySubject('Re: '.repeat(100_000), 'issue', 1).length).toBeLessThanOrEqual(
      MAX_SUBJECT_CHARACTERS,
    );
  });

  test('are bounded, hold one tag and one mark, and stay as they are when answered again', () => {
    const piece = fc.constantFrom(
      'Re: ',
      'AW:',
      '[issue7]',
      '[issue8-done]',
      'x',
      ' ',
      '[',
      'issue9]',
      '\r\n',
      '\u3000',
      'issue',
      '#',
      '9',
      '】',
      '【issue7】',
      '[ issue 7 ]',
      '😀',
      'Re[3]: ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 120 }), (pieces) => {
        const subject = replySubject(pieces.join(''), 'issue', 42);
        expect(subject.length).toBeLessThanOrEqual(MAX_SUBJECT_CHARACTERS);
        expect(readTags(subject, 'issue')).toEqual([{ number: 42, done: false }]);
        expect(replySubject(subject, 'issue', 42)).toBe(subject);
      }),
      { numRuns: 2_000 },
    );
  });
});
