import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localTime } from '../../../src/hours/local-time.js';
import { dayLengthMs, daysOf, hasLasted } from '../../../src/hours/office-time.js';
import { isWithin, parseWeek } from '../../../src/hours/week.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

function week(written: string) {
  return parseWeek(written) ?? [];
}

describe('a day of the office', () => {
  it.each([
    ['Mon-Fri 09:00-17:00', [0, 1, 2, 3, 4], 8],
    ['Mon-Fri', [0, 1, 2, 3, 4], 24],
    ['Mon-Thu 09:00-17:00, Fri 09:00-13:00', [0, 1, 2, 3, 4], 7.2],
    ['Mon 09:00-13:00, Mon 12:00-17:00', [0], 8],
    ['Sun 22:00-02:00', [6], 4],
  ])('%s', (written, days, hours) => {
    expect(daysOf(week(written))).toEqual(days);
    expect(dayLengthMs(week(written))).toBeCloseTo(hours * HOUR_MS, 5);
  });
});

describe('waiting in office hours', () => {
  const berlin = { week: week('Mon-Fri 09:00-17:00'), timezone: 'Europe/Berlin' };

  it.each([
    ['a whole day', '2026-06-04T07:00Z', '2026-06-04T15:00Z', 8],
    ['over a night', '2026-06-04T14:00Z', '2026-06-05T08:00Z', 2],
    ['over a weekend, in which clocks go back', '2026-10-23T14:00Z', '2026-10-26T09:00Z', 2],
    ['over a weekend alone', '2026-06-05T15:00Z', '2026-06-08T07:00Z', 0],
  ])('%s', (_, from, to, hours) => {
    const span = { from: new Date(from), to: new Date(to) };
    expect(hasLasted(hours * HOUR_MS, span, berlin)).toBe(true);
    expect(hasLasted(hours * HOUR_MS + 1, span, berlin)).toBe(false);
  });

  it('counts the hour that comes twice twice', () => {
    const nights = { week: week('Sun 01:00-04:00'), timezone: 'Europe/Berlin' };
    const day = (date: string) => ({ from: new Date(`${date}T20:00Z`), to: new Date(`${date}T23:59Z`) });
    const autumn = { ...day('2026-10-24'), to: new Date('2026-10-25T12:00Z') };
    expect(hasLasted(4 * HOUR_MS, autumn, nights)).toBe(true);
    expect(hasLasted(4 * HOUR_MS + 1, autumn, nights)).toBe(false);
    const spring = { ...day('2026-03-28'), to: new Date('2026-03-29T12:00Z') };
    expect(hasLasted(2 * HOUR_MS, spring, nights)).toBe(true);
    expect(hasLasted(2 * HOUR_MS + 1, spring, nights)).toBe(false);
  });

  it('is what a look at every minute counts', () => {
    const weeks = fc.constantFrom(
      'Mon-Fri 09:00-17:00',
      'Fri 20:00-04:00, Sat 03:00-05:00',
      'Mon-Fri',
      'Sun 00:00-24:00, Mon 08:00-12:00',
      '22:00-06:00',
    );
    const moments = fc.date({
      min: new Date('2026-01-02T00:00Z'),
      max: new Date('2026-12-20T00:00Z'),
      noInvalidDate: true,
    });
    const zones = fc.constantFrom('Europe/Berlin', 'America/New_York');
    fc.assert(
      fc.property(
        weeks,
        zones,
        moments,
        fc.integer({ min: 1, max: 4_000 }),
        (written, timezone, at, minutes) => {
          const from = new Date(Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS);
          const to = new Date(from.getTime() + minutes * MINUTE_MS);
          let counted = 0;
          for (let one = 0; one < minutes; one += 1)
            if (isWithin(week(written), localTime(new Date(from.getTime() + one * MINUTE_MS), timezone)))
              counted += MINUTE_MS;
          const office = { week: week(written), timezone };
          expect(hasLasted(counted, { from, to }, office)).toBe(true);
          expect(hasLasted(counted + 1, { from, to }, office)).toBe(false);
        },
      ),
      { numRuns: 40 },
    );
  });
});
