import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baseSubject, readTags, replySubject } from '../../../../src/message/header/subject.js';
import { readTrackerMarks, withTrackerMarks } from '../../../../src/message/header/tracker-marks.js';

const textsOf = (subject: string, tag = 'issue') => readTrackerMarks(subject, tag).map(({ text }) => text);
const formOf = (subject: string) => readTrackerMarks(subject, 'issue')[0]?.form;

describe('marks of trackers', () => {
  it.each([
    ['Salesforce', '[ ref:_00D20Abcd._50020Xyz12:ref ]'],
    ['Salesforce, newer', '[ ref:!00D20000000abcd.!500Nz00000xyzAA:ref ]'],
    ['Salesforce without brackets', 'ref:_00D20Abcd._50020Xyz12:ref'],
    ['Salesforce, Lightning threading', '[ thread::oN3-9wVeFymBK8JyoBSbRw:: ]'],
    ['Salesforce, Lightning threading without brackets', 'thread::oN3-9wVeFymBK8JyoBSbRw::'],
    ['OTRS, Znuny', '[Ticket#2026010510000012]'],
    ['Zammad', '[Ticket#10042]'],
    ['RT', '[rt.example.org #123]'],
    ['RT with a short name', '[RT #123]'],
    ['osTicket, Freshdesk', '[#502097]'],
    ['Kayako', '[#ABC-123-45678]'],
    ['GLPI', '[GLPI #0000123]'],
    ['Redmine', '[Intranet - Bug #42]'],
    ['Jira', '[JIRA] (ABC-1)'],
    ['Jira, the key alone', '(ABC-1)'],
    ['Jira Service Management', '[SD-123]'],
    ['a bridge to GitHub', '[GH-12]'],
    ['a key behind a number sign', '[#ABC-123]'],
    ['WHMCS', '[Ticket ID: 123456]'],
    ['ManageEngine', '##RE-1234##'],
    ['ManageEngine, older', '[Request ID :##1234##]'],
    ['Zoho Desk', '[## 1234 ##]'],
    ['ServiceNow', '[INC0012345]'],
    ['Autotask', '[T20260105.0001]'],
    ['Mantis', '[Web shop 0001234]'],
    ['Zendesk', '[PX7K2R-4QLM]'],
    ['OTRS with a divider', '[Ticket#: 2026010510000012]'],
    ['Dynamics 365', 'CRM:0001042'],
    ['a case of Dynamics 365', 'CAS-01042-X1Y2Z3'],
    ['Microsoft support', 'TrackingID#2601050030000012'],
    ['ServiceNow, its watermark', 'Ref:MSG0012345_aBcDeFgHiJ'],
    ['LiveAgent', '[UCN-XVDLW-531]'],
    ['HESK', '[#7QY-NXV-6A5B]'],
    ['HappyFox', '[#HD00001234]'],
    ['ERPNext', '(#ISS-2026-00042)'],
    ['HelpSpot', '{12345}'],
    ['a German number', '[Ticketnummer: 123]'],
    ['another German number', '[Vorgangs-Nr. 123]'],
    ['a number in parentheses', '(#12345)'],
    ['a reference in braces', '{ref:a1B2c3}'],
    ['German words', '[Vorgang 123]'],
    ['Russian words', '[Заявка #123]'],
    ['a Japanese tracker', '【チケット 123】'],
    ['wide brackets', '［SD-123］'],
  ])('of %s', (_, mark) => {
    expect(textsOf(`Re: Printer ${mark} on fire`)).toEqual([mark]);
    expect(textsOf(mark)).toEqual([mark]);
  });

  it.each([
    'Printer on fire',
    '[URGENT] Printer',
    '[EXTERNAL] Printer',
    '[list] Printer (again)',
    '[1] [12345] (12) {x}',
    '[v2] [PATCH 2/3] [2026-01-05]',
    '[Part 2] of the manual',
    '[for jane@example.org] Printer',
    '[https://evil.example/#123]',
    '[see www.evil.example/x#1 now]',
    '[pay to jane@evil.example #1]',
    'Case #123',
    '(Ticket 123) (issue #12) {12} (#new)',
    'CRM:12 CRM: 00012345 xCRM:0001042 CAS-1-X TrackingID#12 Ref:MSG12',
    '[ABC-DEFGH-IJK] [#ABC-DEF-GHIJ]',
    'Ticket 123',
    '[#]',
    '[Ticket#]',
    '[ ref::ref ]',
    '[SD-]',
    '[sd-123]',
    '[Ticket#123',
    '##1234#',
    '(ABC-1',
    `[${'a'.repeat(60)}#1]`,
    `[#${'1'.repeat(21)}]`,
  ])('are none in %j', (subject) => {
    expect(textsOf(subject)).toEqual([]);
  });

  it("are none of the desk's own form", () => {
    expect(textsOf('[issue12] [issue#12] [ issue 12 ] [issue12-done] [SD-1]')).toEqual(['[SD-1]']);
    expect(textsOf('[Ticket#12] [Ticket#2026010510000012]', 'ticket')).toEqual(['[Ticket#2026010510000012]']);
  });

  it('have a form of their tracker', () => {
    expect(formOf('[SD-1]')).toBe(formOf('[SD-22]'));
    expect(formOf('[SD-1]')).not.toBe(formOf('[HR-1]'));
    expect(formOf('[Ticket#1]')).toBe(formOf('[ticket# 22]'));
    expect(formOf('[ ref:_00D20Abcd._50020Xyz12:ref ]')).toBe(formOf('ref:_00D20Other._50020Zyx:ref'));
    expect(formOf('[PX7K2R-4QLM]')).toBe(formOf('[ZZ9K2R-4QAA]'));
    expect(formOf('CRM:0001042')).toBe(formOf('CRM:0001043'));
    expect(formOf('Ref:MSG0012345_aBcDeFgHiJ')).toBe(formOf('Ref:MSG0012399_zYxWvUtSrQ'));
    expect(formOf('[UCN-XVDLW-531]')).toBe(formOf('[ABC-QWERT-532]'));
    expect(formOf('[rt.example.org #1]')).not.toBe(formOf('[rt.example.net #1]'));
  });

  it('are read in bounded number and time', () => {
    expect(textsOf('[#1] '.repeat(100))).toHaveLength(10);
    for (const piece of [
      '[',
      '(',
      '##',
      'ref:',
      'crm:1',
      'ref:msg1',
      '[ ref:',
      'thread::',
      '[JIRA] (',
      '[a',
      '[#1 ',
      '{ref:',
      '# ',
    ])
      expect(textsOf(piece.repeat(100_000)).length, piece).toBeLessThanOrEqual(10);
  });
});

describe('a link', () => {
  it.each([
    '[Pay now at evil.example - case #1]',
    '[evil.example 0001234]',
    '[Go to evil.example #1]',
    '[www.evil.example/x #1]',
  ])('is no mark: %s', (subject) => {
    expect(readTrackerMarks(subject, 'issue')).toEqual([]);
  });

  it('may be the name of an RT', () => {
    expect(readTrackerMarks('[rt.example.org #123]', 'issue')).toHaveLength(1);
  });
});

describe('a subject', () => {
  const withMarks = (subject: string, ...from: readonly string[]) =>
    withTrackerMarks(
      subject,
      from.flatMap((text) => readTrackerMarks(text, 'issue')),
      'issue',
    );

  it.each([
    ['Printer', [], 'Printer'],
    ['Printer', ['[SD-1]'], '[SD-1] Printer'],
    ['Printer', ['[SD-1] x (#12)'], '[SD-1] (#12) Printer'],
    // It has it already.
    ['Printer [SD-1]', ['[SD-1]'], 'Printer [SD-1]'],
    // The newest takes the place of the one before it.
    ['Printer [SD-1] on fire', ['[SD-2]'], 'Printer [SD-2] on fire'],
    ['[Ticket#1] Printer', ['[Ticket#2]', '[SD-7]'], '[SD-7] [Ticket#2] Printer'],
  ])('%j with %j', (subject, marks, expected) => {
    expect(withMarks(subject, ...marks)).toBe(expected);
  });

  it('keeps one tag of ours whatever marks come to it, and stays as it is', () => {
    const piece = fc.constantFrom(
      '[',
      ']',
      'issue',
      '7',
      '#',
      ' ',
      '(ABC-1)',
      'CRM:00042',
      '[SD-1]',
      '[Ticket#2]',
      '##3##',
      '【',
      '】',
      '{ref:x}',
      'x',
      '[issue7]',
      'Re: ',
    );
    const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, text, (subject, other) => {
        const marks = readTrackerMarks(other, 'issue');
        // As letters have it: our own tags are taken out before the marks are put in.
        const write = (given: string): string =>
          replySubject(withTrackerMarks(baseSubject(given, 'issue'), marks, 'issue'), 'issue', 42);
        const written = write(subject);
        expect(readTags(written, 'issue')).toEqual([{ number: 42, done: false }]);
        expect(write(written)).toBe(written);
      }),
      { numRuns: 2_000 },
    );
  });
});
