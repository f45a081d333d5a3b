/** Times of the day, against zones whose clocks change by known rules, and against a look at every minute. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localTime } from '../../../src/hours/local-time.js';
import { lastDay, nextMoment, parseTimesOfDay } from '../../../src/hours/time-of-day.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const BERLIN = 'Europe/Berlin';

function times(written: string) {
  const parsed = parseTimesOfDay(written);
  if (parsed === null) throw new Error(`not understood: ${written}`);
  return parsed;
}

describe('a time of the day as it is written', () => {
  it.each([
    ['08:00', 7, 480],
    ['8:05', 7, 485],
    ['Mon-Fri 08:00', 5, 480],
    [' sat-mon  23:59 ', 3, 1439],
    ['Mon 08:00, Tue-Wed 9:30', 3, 480],
  ])('%s', (written, days, first) => {
    expect(times(written)).toHaveLength(days);
    expect(times(written)[0]?.minutes).toBe(first);
  });

  it.each([
    '',
    '8',
    '24:00',
    '08:60',
    'Mon-Fri',
    'Mon-Fri08:00',
    'Foo 08:00',
    '08:00-09:00',
    '08:00,',
    '0 8 * * *',
  ])('is none: %j', (written) => expect(parseTimesOfDay(written)).toBeNull());

  it('is none where a day has two', () => {
    expect(parseTimesOfDay('08:00, Mon 09:00')).toBeNull();
    expect(parseTimesOfDay('Mon-Wed 08:00, Wed-Fri 09:00')).toBeNull();
  });
});

describe('the next moment', () => {
  it.each([
    ['on a day of its own', 'Mon-Fri 08:00', '2026-06-05T07:00Z', '2026-06-08T06:00Z'],
    ['is never the present one', '08:00', '2026-06-05T06:00Z', '2026-06-06T06:00Z'],
    ['before clocks go forward', '08:00', '2026-03-28T12:00Z', '2026-03-29T06:00Z'],
    ['in the hour that is left out', '02:30', '2026-03-28T12:00Z', '2026-03-29T01:00Z'],
    ['in the hour that comes twice', '02:30', '2026-10-24T12:00Z', '2026-10-25T00:30Z'],
    ['after that hour came once', '02:30', '2026-10-25T00:30Z', '2026-10-26T01:30Z'],
    ['after clocks went back', '08:00', '2026-10-24T12:00Z', '2026-10-25T07:00Z'],
  ])('%s', (_, written, at, expected) => {
    expect(nextMoment(times(written), new Date(at), BERLIN)).toEqual(new Date(expected));
  });

  it('lies beyond a day that the calendar of a place has left out', () => {
    const at = new Date('2011-12-30T09:00Z');
    expect(nextMoment(times('Fri 08:00'), at, 'Pacific/Apia')).toEqual(new Date('2012-01-05T18:00Z'));
  });
});

const zones = fc.constantFrom(
  BERLIN,
  'America/New_York',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Asia/Tokyo',
);
const moments = fc.date({
  min: new Date('2026-01-02T00:00Z'),
  max: new Date('2026-12-20T00:00Z'),
  noInvalidDate: true,
});
const clock = fc
  .nat(1439)
  .map((minutes) => `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`);

describe('at any moment', () => {
  it('the last day is that of the newest moment that is over, and changes at the next one alone', () => {
    fc.assert(
      fc.property(zones, moments, clock, (timezone, at, written) => {
        const daily = times(written);
        const next = nextMoment(daily, at, timezone);
        const before = lastDay(daily, at, timezone);
        if (next === null || before === null) throw new Error('each day has a time');
        expect(next.getTime() - at.getTime()).toBeLessThanOrEqual(DAY_MS + 180 * MINUTE_MS);
        expect(lastDay(daily, new Date(next.getTime() - 1), timezone)).toBe(before);
        expect(lastDay(daily, next, timezone)).toBe(localTime(next, timezone).date);
        expect(lastDay(daily, next, timezone)).not.toBe(before);
      }),
    );
  });

  it('the next moment is the first at which the clock of its day shows that time, or has gone past it', () => {
    fc.assert(
      fc.property(zones, moments, clock, (timezone, at, written) => {
        const next = nextMoment(times(written), at, timezone);
        const minutes = times(written)[0]?.minutes ?? 0;
        if (next === null) throw new Error('each day has a time');
        const { date, minutes: shown } = localTime(next, timezone);
        expect(shown).toBeGreaterThanOrEqual(minutes);
        for (let back = 1; back <= 180; back += 1) {
          const local = localTime(new Date(next.getTime() - back * MINUTE_MS), timezone);
          if (local.date === date) expect(local.minutes).toBeLessThan(minutes);
        }
      }),
      { numRuns: 50 },
    );
  });
});
