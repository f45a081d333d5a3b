/**
 * When somebody is told, against clocks that are reckoned here by rule: Berlin and New York change theirs by known dates of
 * 2026, Tokyo never does.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AlertHours, firstMinute, isAlertTime, isQuiet } from '../../../src/hours/alert-hours.js';
import { localTime } from '../../../src/hours/local-time.js';
import { isWithin, parseWeek } from '../../../src/hours/week.js';

const HOUR_MS = 3_600_000;

/** Offsets from UTC in hours: outside of summer, in summer, and when summer begins and ends. */
const ZONES = {
  'Europe/Berlin': { winter: 1, summer: 2, from: '2026-03-29T01:00Z', to: '2026-10-25T01:00Z' },
  'America/New_York': { winter: -5, summer: -4, from: '2026-03-08T07:00Z', to: '2026-11-01T06:00Z' },
  'Asia/Tokyo': { winter: 9, summer: 9, from: '2026-03-29T01:00Z', to: '2026-10-25T01:00Z' },
} as const;
type Zone = keyof typeof ZONES;

/** A date whose UTC fields are what the wall shows. */
function wall(at: Date, zone: Zone): Date {
  const { winter, summer, from, to } = ZONES[zone];
  const isSummer = at >= new Date(from) && at < new Date(to);
  return new Date(at.getTime() + (isSummer ? summer : winter) * HOUR_MS);
}

const zones = fc.constantFrom<Zone>('Europe/Berlin', 'America/New_York', 'Asia/Tokyo');
/** Any minute of 2026, and every second one near a change of clocks. */
const moments = fc.oneof(
  fc.date({ min: new Date('2026-01-01T00:00Z'), max: new Date('2026-12-31T00:00Z'), noInvalidDate: true }),
  fc
    .tuple(fc.constantFrom(...Object.values(ZONES).flatMap(({ from, to }) => [from, to])), fc.integer())
    .map(([change, by]) => new Date(new Date(change).getTime() + (by % (6 * 60)) * 60_000)),
);

function hours(when: AlertHours['when'], changes: Partial<AlertHours> = {}): AlertHours {
  return { timezone: 'Europe/Berlin', when, holidays: new Set(), quiet: null, ...changes };
}

function week(written: string) {
  const parsed = parseWeek(written);
  if (parsed === null) throw new TypeError(written);
  return parsed;
}

describe('the clock on the wall', () => {
  it('shows what the rules of the zone say', () => {
    fc.assert(
      fc.property(moments, zones, (at, zone) => {
        const shown = wall(at, zone);
        expect(localTime(at, zone)).toEqual({
          date: shown.toISOString().slice(0, 10),
          weekday: (shown.getUTCDay() + 6) % 7,
          minutes: shown.getUTCHours() * 60 + shown.getUTCMinutes(),
        });
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(['UTC', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'America/St_Johns', 'Pacific/Apia'])(
    'knows %s',
    (zone) => {
      const at = new Date('2026-07-01T12:34Z');
      const spelt = at.toLocaleString('sv-SE', { timeZone: zone });
      const { date, minutes } = localTime(at, zone);
      const time = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'));
      expect(`${date} ${time.join(':')}:00`).toBe(spelt);
    },
  );
});

describe('times of the week', () => {
  it('are read as they are written', () => {
    expect(week('Mon-Fri 10:00-17:00, Sat 10:00-12:00').map(({ weekday }) => weekday)).toEqual([
      0, 1, 2, 3, 4, 5,
    ]);
    expect(week('fri-mon').map(({ weekday }) => weekday)).toEqual([4, 5, 6, 0]);
    expect(week('22:00-06:00')[0]).toEqual({ weekday: 0, from: 1320, to: 1800 });
    expect(week('Sun')).toEqual([{ weekday: 6, from: 0, to: 1440 }]);
    expect(week('Sun 8:00-24:00')).toEqual([{ weekday: 6, from: 480, to: 1440 }]);
  });

  it.each([
    '',
    ' , ',
    'Mon-Fri 10:00',
    'Mo-Fr 10:00-17:00',
    'Mon-Fri 10-17',
    '10:00-10:00',
    '24:00-06:00',
    '10:00-24:30',
    '10:61-11:00',
    'Mon 10:00-17:00;',
    '99:00-11:00',
  ])('refuse "%s"', (written) => {
    expect(parseWeek(written)).toBeNull();
  });

  it('hold each minute that a walk over the week meets, whatever is written', () => {
    const time = fc.tuple(fc.nat(23), fc.nat(59));
    const span = fc.record({ day: fc.nat(6), days: fc.nat(6), start: time, end: time });
    const spell = ([hour, minute]: readonly [number, number]) =>
      `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
    const names = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
    fc.assert(
      fc.property(fc.array(span, { minLength: 1, maxLength: 3 }), (spans) => {
        fc.pre(spans.every(({ start, end }) => spell(start) !== spell(end)));
        const written = spans
          .map(({ day, days, start, end }) => {
            const last = names[(day + days) % 7];
            return `${names[day]}-${last} ${spell(start)}-${spell(end)}`;
          })
          .join(', ');
        const minutes = new Set<number>();
        for (const { day, days, start, end } of spans)
          for (let step = 0; step <= days; step += 1) {
            const from = (day + step) * 1440 + start[0] * 60 + start[1];
            const length = (end[0] * 60 + end[1] - (start[0] * 60 + start[1]) + 1440) % 1440;
            for (let minute = 0; minute < length; minute += 1) minutes.add((from + minute) % (7 * 1440));
          }
        const parsed = week(written);
        for (let minute = 0; minute < 7 * 1440; minute += 7)
          if (
            isWithin(parsed, { weekday: Math.floor(minute / 1440), minutes: minute % 1440 }) !==
            minutes.has(minute)
          )
            expect.fail(`${written} at minute ${minute}`);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the hours of an alert', () => {
  const office = { side: 'outside', week: week('Mon-Fri 10:00-17:00') } as const;

  it('are all but those outside of which it is told', () => {
    fc.assert(
      fc.property(moments, zones, (at, timezone) => {
        const shown = wall(at, timezone);
        const [day, hour] = [shown.getUTCDay(), shown.getUTCHours()];
        const atWork = day >= 1 && day <= 5 && hour >= 10 && hour < 17;
        expect(isAlertTime(hours(office, { timezone }), at)).toBe(!atWork);
        expect(isAlertTime(hours({ ...office, side: 'inside' }, { timezone }), at)).toBe(atWork);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    // The Sunday of the change, and the Mondays before and after it: ten o'clock is an hour earlier by UTC.
    ['2026-03-27T08:59Z', true],
    ['2026-03-27T09:00Z', false],
    ['2026-03-29T09:00Z', true],
    ['2026-03-30T07:59Z', true],
    ['2026-03-30T08:00Z', false],
    ['2026-03-30T14:59Z', false],
    ['2026-03-30T15:00Z', true],
    ['2026-10-23T08:00Z', false],
    ['2026-10-26T08:59Z', true],
    ['2026-10-26T09:00Z', false],
    ['2026-10-26T16:00Z', true],
  ])('go by the clock on the wall: %s', (at, told) => {
    expect(isAlertTime(hours(office), new Date(at))).toBe(told);
  });

  it('count an hour that comes twice twice, and one that is left out never', () => {
    const night = hours({ side: 'inside', week: week('02:00-03:00') });
    const told = (from: string, to: string): number => {
      let count = 0;
      for (let at = new Date(from).getTime(); at < new Date(to).getTime(); at += 60_000)
        count += Number(isAlertTime(night, new Date(at)));
      return count;
    };
    expect(told('2026-03-28T12:00Z', '2026-03-29T12:00Z')).toBe(0);
    expect(told('2026-10-24T12:00Z', '2026-10-25T12:00Z')).toBe(120);
    expect(told('2026-06-01T12:00Z', '2026-06-02T12:00Z')).toBe(60);
  });

  it('take a holiday from midnight to midnight for none of the named times', () => {
    const christmas = { holidays: new Set(['2026-12-25']) };
    const outside = hours(office, christmas);
    const inside = hours({ side: 'inside', week: week('22:00-06:00') }, christmas);
    expect(isAlertTime(outside, new Date('2026-12-24T11:00Z'))).toBe(false);
    expect(isAlertTime(outside, new Date('2026-12-25T11:00Z'))).toBe(true);
    expect(isAlertTime(inside, new Date('2026-12-24T22:59Z'))).toBe(true);
    expect(isAlertTime(inside, new Date('2026-12-24T23:00Z'))).toBe(false);
    expect(isAlertTime(inside, new Date('2026-12-25T22:30Z'))).toBe(false);
    expect(isAlertTime(inside, new Date('2026-12-25T23:00Z'))).toBe(true);
  });

  it('are always where none are named, and quiet only where that is said', () => {
    expect(isAlertTime(hours(null), new Date(0))).toBe(true);
    expect(isQuiet(hours(null), new Date('2026-06-01T22:30Z'))).toBe(false);
    const quiet = hours(null, { quiet: week('23:00-07:00') });
    expect(isQuiet(quiet, new Date('2026-06-01T20:59Z'))).toBe(false);
    expect(isQuiet(quiet, new Date('2026-06-01T21:00Z'))).toBe(true);
    expect(isQuiet(quiet, new Date('2026-06-02T04:59Z'))).toBe(true);
    expect(isQuiet(quiet, new Date('2026-06-02T05:00Z'))).toBe(false);
  });
});

describe('the first minute at which something holds', () => {
  it('is now, or the one at which it begins', () => {
    const quiet = hours(null, { quiet: week('23:00-07:03') });
    const over = (at: string) => firstMinute(new Date(at), (moment) => !isQuiet(quiet, moment)).toISOString();
    expect(over('2026-06-01T12:34:56Z')).toBe('2026-06-01T12:34:56.000Z');
    expect(over('2026-06-01T21:30:10Z')).toBe('2026-06-02T05:03:00.000Z');
    // The night of the change is an hour shorter, or longer.
    expect(over('2026-03-28T22:00Z')).toBe('2026-03-29T05:03:00.000Z');
    expect(over('2026-10-24T21:00Z')).toBe('2026-10-25T06:03:00.000Z');
  });

  it('is looked for within eight days', () => {
    expect(firstMinute(new Date('2026-06-01T00:00Z'), () => false)).toEqual(new Date('2026-06-09T00:00Z'));
  });
});
