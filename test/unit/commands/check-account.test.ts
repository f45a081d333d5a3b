/** Room, sizes, folders and clocks, in words. */
import { describe, expect, it } from 'vitest';
import {
  abilityFindings,
  aheadOf,
  clockFinding,
  quotaFindings,
  specialFinding,
} from '../../../src/commands/check-account.js';

const MIB_IN_KIB = 1024;

describe('quota', () => {
  const storage = (used: number, limit: number) =>
    quotaFindings([{ root: '', resource: 'STORAGE', used: used * MIB_IN_KIB, limit: limit * MIB_IN_KIB }])[0];

  it('is well with room left, little near the end, and failed when there is none', () => {
    expect(storage(500, 1000)).toMatchObject({ result: 'ok', text: '500 MiB of 1000 MiB used' });
    expect(storage(899, 1000)).toMatchObject({ result: 'ok' });
    expect(storage(900, 1000)).toMatchObject({
      result: 'note',
      text: expect.stringContaining('little is left'),
    });
    expect(storage(1, 25)).toMatchObject({ result: 'note' });
    expect(storage(1, 26)).toMatchObject({ result: 'ok' });
    expect(storage(1000, 1000)).toMatchObject({ result: 'failed', exitCode: 69 });
    expect(storage(30_000, 1_048_576)).toMatchObject({ text: '29 GiB of 1024 GiB used' });
  });

  it('counts messages too, and says where there is no limit or none is told', () => {
    expect(quotaFindings([{ root: '', resource: 'MESSAGE', used: 95, limit: 100 }])).toMatchObject([
      { result: 'note', text: expect.stringMatching(/^95 of 100 \(messages\) used/) },
    ]);
    expect(quotaFindings([])).toMatchObject([{ result: 'ok', text: 'the mailbox has no limit' }]);
    expect(quotaFindings([{ root: '', resource: 'STORAGE', used: 5, limit: 0 }])).toMatchObject([
      { result: 'ok' },
    ]);
    expect(quotaFindings(null)).toMatchObject([{ result: 'note' }]);
  });
});

describe('special folders', () => {
  it('are told with what becomes of each', () => {
    const finding = specialFinding(
      [
        { use: 'sent', folder: 'Sent', bySaying: true },
        { use: 'trash', folder: 'Bin\u001b', bySaying: false },
        { use: 'junk', folder: 'Spam', bySaying: true },
        { use: 'archive', folder: 'Old', bySaying: true },
      ],
      'Sent',
    );
    expect(finding.result).toBe('ok');
    expect(finding.text.split('\n')).toEqual([
      'Sent: "Sent", watched for what people send from the desk\'s account',
      expect.stringMatching(/^Trash: "Bin" \(by its name alone\), .*closed/),
      expect.stringMatching(/^Junk: "Spam", .*closed/),
      expect.stringMatching(/^Archive: "Old", left alone/),
    ]);
  });

  it('of sent mail may not be the one that the desk watches', () => {
    const sent = [{ use: 'sent', folder: 'Sent', bySaying: true } as const];
    expect(specialFinding(sent, null).text).toContain('not watched');
    expect(specialFinding(sent, 'Other').text).toContain('not watched');
    expect(specialFinding([], null).result).toBe('note');
  });
});

describe('what SMTP can carry', () => {
  const of = (more: object) =>
    Object.fromEntries(
      abilityFindings({ maxSize: null, eightBit: true, utf8: true, pipelining: true, ...more }).map(
        ({ check, result, text }) => [check, `${result}: ${text}`],
      ),
    );

  it('is told with its limit, and what a larger letter meets', () => {
    expect(of({})['SIZE']).toMatch(/^note: .*no limit/);
    expect(of({ maxSize: 50 * 1_048_576 })['SIZE']).toMatch(
      /^ok: .*up to 50 MiB.*about 36 MiB.*goes to review/,
    );
    expect(of({ maxSize: 10_240_000 })['SIZE']).toMatch(/^note: .*less than most hosts take/);
  });

  it('is told where something is missing', () => {
    expect(of({})).not.toHaveProperty('8BITMIME');
    expect(of({ eightBit: false })['8BITMIME']).toMatch(/^note/);
    expect(of({ utf8: false })['SMTPUTF8']).toMatch(/^note/);
    expect(of({})['SMTPUTF8']).toMatch(/^ok/);
  });
});

describe('the clocks', () => {
  const at = (seconds: number) => new Date(Date.UTC(2026, 10, 2) + seconds * 1000);
  const found = (storedAt: number, foundAt = 4.2) =>
    clockFinding(aheadOf({ sentAt: at(0.4), storedAt: at(storedAt), foundAt: at(foundAt) }));

  it('agree where the message was stored between its sending and its finding, parts of a second left out', () => {
    expect(aheadOf({ sentAt: at(0.4), storedAt: at(3), foundAt: at(4.2) })).toEqual({
      least: -1200,
      most: 3600,
    });
    expect(found(0)).toMatchObject({
      result: 'ok',
      text: expect.stringMatching(/agree, to within 5 seconds/),
    });
    expect(found(4)).toMatchObject({ result: 'ok' });
  });

  it('differ by a little without harm', () => {
    expect(found(-2)).toMatchObject({ result: 'ok', text: expect.stringContaining('behind') });
    expect(found(60)).toMatchObject({
      result: 'ok',
      text: expect.stringMatching(/56 seconds ahead/),
    });
  });

  it('differ by so much that it matters', () => {
    expect(found(65)).toMatchObject({
      result: 'note',
      text: expect.stringMatching(/61 seconds ahead/),
    });
    expect(found(-7200)).toMatchObject({
      result: 'note',
      text: expect.stringMatching(/2 hours behind/),
    });
    expect(found(86_410)).toMatchObject({ result: 'failed', exitCode: 78 });
    expect(found(-4 * 86_400)).toMatchObject({
      result: 'failed',
      text: expect.stringMatching(/4 days behind/),
    });
  });
});
