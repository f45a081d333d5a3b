import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { figuresOf, type Span } from '../../../../src/desk/figures/figures.js';
import type { Closing, TicketLife, Word } from '../../../../src/desk/figures/life.js';
import { hourIn, startOfDay } from '../../../../src/desk/figures/zone.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const utc = hourIn('UTC');

const at = (ms: number): Date => new Date(ms);

/** A life that can be: each step comes after the one before, or at the same moment. */
const LIFE: fc.Arbitrary<TicketLife> = fc
  .record({
    number: fc.integer({ min: 1, max: 1000 }),
    opened: fc.nat(60 * DAY_MS),
    steps: fc.array(fc.nat(5 * DAY_MS), { maxLength: 6 }),
    words: fc.array(fc.record({ afterMs: fc.nat(20 * DAY_MS), desk: fc.boolean(), answers: fc.boolean() }), {
      maxLength: 6,
    }),
  })
  .map(({ number, opened, steps, words }) => {
    const times = steps.reduce<number[]>((all, step) => [...all, (all.at(-1) ?? opened) + step], []);
    const closings: Closing[] = [];
    for (let index = 0; index < times.length; index += 2) {
      const reopened = times[index + 1];
      closings.push({
        at: at(times[index] ?? 0),
        isDated: true,
        reopened: reopened === undefined ? null : at(reopened),
      });
    }
    const said = words.map(
      ({ afterMs, desk, answers }): Word => ({
        at: at(opened + afterMs),
        voice: desk ? 'desk' : 'customer',
        answers: desk && answers,
      }),
    );
    said.sort((a, b) => a.at.getTime() - b.at.getTime());
    return { number, opened: at(opened), closings, words: said };
  });

const SPAN: fc.Arbitrary<Span> = fc
  .tuple(fc.nat(100 * DAY_MS), fc.integer({ min: 1, max: 60 * DAY_MS }))
  .map(([from, length]) => ({ from: at(from), to: at(from + length) }));

/** What was known of a life at that moment. */
function asOf(life: TicketLife, moment: Date): TicketLife {
  const closings = life.closings
    .filter((closing) => closing.at < moment)
    .map((closing) => ({
      ...closing,
      reopened: closing.reopened !== null && closing.reopened < moment ? closing.reopened : null,
    }));
  return { ...life, closings, words: life.words.filter((word) => word.at < moment) };
}

describe('figures of a span', () => {
  it('account for every ticket that is open at its end', () => {
    fc.assert(
      fc.property(fc.array(LIFE, { maxLength: 20 }), SPAN, (lives, span) => {
        const { opened, closed, reopened, open, openByAge } = figuresOf(lives, span, utc);
        const before = figuresOf(lives, { from: at(0), to: span.from }, utc).open;
        expect(open).toBe(before + opened + reopened - closed);
        expect(openByAge.reduce((sum, { tickets }) => sum + tickets, 0)).toBe(open);
      }),
    );
  });

  it('are what they were, whatever happens later', () => {
    fc.assert(
      fc.property(fc.array(LIFE, { maxLength: 20 }), SPAN, (lives, span) => {
        const then = lives.map((life) => asOf(life, span.to));
        expect(figuresOf(then, span, utc)).toEqual(figuresOf(lives, span, utc));
      }),
    );
  });

  it('add up over spans that follow each other', () => {
    fc.assert(
      fc.property(
        fc.array(LIFE, { maxLength: 20 }),
        SPAN,
        fc.integer({ min: 1, max: DAY_MS }),
        (lives, span, part) => {
          const middle = at(Math.min(span.to.getTime(), span.from.getTime() + part));
          const all = figuresOf(lives, span, utc);
          const parts = [
            { from: span.from, to: middle },
            { from: middle, to: span.to },
          ].map((one) => figuresOf(lives, one, utc));
          for (const name of ['opened', 'closed', 'reopened'] as const)
            expect(parts.reduce((sum, one) => sum + one[name], 0)).toBe(all[name]);
          expect(all.hours).toEqual(
            all.hours.map((_, hour) => parts.reduce((sum, one) => sum + (one.hours[hour] ?? 0), 0)),
          );
        },
      ),
    );
  });

  it('have medians that half do not exceed, and that one of them took', () => {
    fc.assert(
      fc.property(fc.array(LIFE, { maxLength: 20 }), SPAN, (lives, span) => {
        const { firstAnswer, toClose } = figuresOf(lives, span, utc);
        const alone = lives.map((life) => figuresOf([life], span, utc));
        for (const name of ['firstAnswer', 'toClose'] as const) {
          const { count, medianMs, ninetiethMs, byTime } = name === 'toClose' ? toClose : firstAnswer;
          const each = alone.flatMap((one) => one[name].medianMs ?? []);
          expect(count).toBe(each.length);
          let soFar = 0;
          for (const { underMs, tickets } of byTime) {
            soFar += tickets;
            expect(soFar).toBe(each.filter((one) => one < (underMs ?? Number.POSITIVE_INFINITY)).length);
          }
          if (medianMs === null || ninetiethMs === null) {
            expect(count).toBe(0);
            continue;
          }
          expect(each).toContain(medianMs);
          expect(each.filter((one) => one <= medianMs).length * 2).toBeGreaterThanOrEqual(count);
          expect(each.filter((one) => one < medianMs).length * 2).toBeLessThan(count);
          expect(each.filter((one) => one <= ninetiethMs).length * 10).toBeGreaterThanOrEqual(count * 9);
          expect(each.filter((one) => one < ninetiethMs).length * 10).toBeLessThan(count * 9);
        }
      }),
    );
  });

  it('say of a day what happened on it', () => {
    const word = (hour: number, voice: Word['voice'], answers = false): Word => ({
      at: at(hour * HOUR_MS),
      voice,
      answers,
    });
    const life = (hour: number, words: readonly Word[], closings: readonly Closing[] = []): TicketLife => ({
      number: hour,
      opened: at(hour * HOUR_MS),
      words: [word(hour, 'customer'), ...words],
      closings,
    });
    const lives = [
      // Answered twice, the second time to the requester.
      life(1, [word(2, 'desk'), word(5, 'desk', true)]),
      // Closed, reopened, and closed again.
      life(
        2,
        [word(3, 'desk', true)],
        [
          { at: at(4 * HOUR_MS), isDated: true, reopened: at(6 * HOUR_MS) },
          { at: at(9 * HOUR_MS), isDated: true, reopened: null },
        ],
      ),
      // Nothing tells when it was closed.
      life(3, [], [{ at: at(3 * HOUR_MS), isDated: false, reopened: null }]),
      // The desk wrote first.
      { number: 4, opened: at(4 * HOUR_MS), words: [word(4, 'desk', true)], closings: [] },
      // Before and after.
      life(-30 * 24, [word(10, 'customer')]),
      life(25, []),
    ];
    const hours = Array.from({ length: 24 }, () => 0);
    for (const hour of [1, 2, 3, 10]) hours[hour] = 1;
    expect(figuresOf(lives, { from: at(0), to: at(DAY_MS) }, utc)).toEqual({
      opened: 4,
      closed: 3,
      reopened: 1,
      open: 3,
      openByAge: [
        { underDays: 1, tickets: 2 },
        { underDays: 3, tickets: 0 },
        { underDays: 7, tickets: 0 },
        { underDays: 30, tickets: 0 },
        { underDays: null, tickets: 1 },
      ],
      firstAnswer: {
        count: 2,
        medianMs: HOUR_MS,
        ninetiethMs: 4 * HOUR_MS,
        byTime: [
          { underMs: HOUR_MS / 4, tickets: 0 },
          { underMs: HOUR_MS, tickets: 0 },
          // What took just as long as a limit is in the next group.
          { underMs: 4 * HOUR_MS, tickets: 1 },
          { underMs: DAY_MS, tickets: 1 },
          { underMs: 3 * DAY_MS, tickets: 0 },
          { underMs: null, tickets: 0 },
        ],
      },
      toClose: {
        count: 1,
        medianMs: 7 * HOUR_MS,
        ninetiethMs: 7 * HOUR_MS,
        byTime: [
          { underMs: 4 * HOUR_MS, tickets: 0 },
          { underMs: DAY_MS, tickets: 1 },
          { underMs: 3 * DAY_MS, tickets: 0 },
          { underMs: 7 * DAY_MS, tickets: 0 },
          { underMs: 30 * DAY_MS, tickets: 0 },
          { underMs: null, tickets: 0 },
        ],
      },
      hours,
    });
  });
});

describe('a time zone', () => {
  it.each([
    ['Europe/London', 2026, 3, 29, '2026-03-29T00:00:00.000Z'],
    ['Europe/London', 2026, 3, 30, '2026-03-29T23:00:00.000Z'],
    ['Europe/London', 2026, 10, 26, '2026-10-26T00:00:00.000Z'],
    ['Asia/Kathmandu', 2026, 1, 1, '2025-12-31T18:15:00.000Z'],
    // Its clocks go forward at midnight: the day begins at one.
    ['Africa/Cairo', 2026, 4, 24, '2026-04-23T22:00:00.000Z'],
    ['Pacific/Kiritimati', 2026, 1, 1, '2025-12-31T10:00:00.000Z'],
  ])('in %s, %i-%i-%i begins at %4$s', (timezone, year, month, day, begins) => {
    expect(startOfDay({ year, month, day }, timezone)?.toISOString()).toBe(begins);
  });

  it('has no days that are none', () => {
    expect(startOfDay({ year: 2026, month: 2, day: 30 }, 'UTC')).toBeNull();
    // The island went over the date line.
    expect(startOfDay({ year: 2011, month: 12, day: 30 }, 'Pacific/Apia')).toBeNull();
  });

  it('has an hour for every moment, also where clocks change', () => {
    const london = hourIn('Europe/London');
    const hours = Array.from({ length: 5 }, (_, index) => london(at(Date.UTC(2026, 9, 24, 23 + index))));
    expect(hours).toEqual([0, 1, 1, 2, 3]);
  });
});
