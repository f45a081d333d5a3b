/** How events become messages: alone where all of them may, else as one; never more than the limit, and never one twice. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Happening } from '../../../../src/desk/alerts/happening.js';
import { MAX_EVENTS_IN_A_TELLING, planTellings } from '../../../../src/desk/alerts/plan-tellings.js';
import type { AlertHours } from '../../../../src/hours/alert-hours.js';
import { parseWeek } from '../../../../src/hours/week.js';

const MINUTE_MS = 60_000;
const NOW = new Date('2026-06-01T12:00:00Z');
const ALWAYS: AlertHours = { timezone: 'UTC', when: null, holidays: new Set(), quiet: null };

function happened(number: number, minutesAgo = 0): Happening {
  const at = new Date(NOW.getTime() - minutesAgo * MINUTE_MS);
  return { event: 'new', ticket: number, identity: `message ${number}`, at, said: {} };
}

const ago = (minutes: number): Date => new Date(NOW.getTime() - minutes * MINUTE_MS);

const plan = (
  untold: readonly Happening[],
  {
    told = [],
    count = 6,
    hours = ALWAYS,
  }: { told?: readonly Date[]; count?: number; hours?: AlertHours } = {},
) => {
  const { messages, again } = planTellings(
    { hours, atMost: { count, withinMs: 60 * MINUTE_MS } },
    { untold, toldAt: told, now: NOW },
  );
  return { messages: messages.map((events) => events.map(({ ticket }) => ticket)), again };
};

describe('what is told', () => {
  it('is nothing where nothing waits', () => {
    expect(plan([])).toEqual({ messages: [], again: null });
  });

  it('is each event alone while there is room', () => {
    expect(plan([happened(1), happened(2)])).toEqual({ messages: [[1], [2]], again: null });
  });

  it('is one message of all that was held back', () => {
    expect(plan([happened(1, 20), happened(2)])).toEqual({ messages: [[1, 2]], again: null });
  });

  it('is one message of more than there is room for', () => {
    const fresh = [1, 2, 3].map((number) => happened(number));
    expect(plan(fresh, { told: [ago(10)], count: 3 })).toEqual({ messages: [[1, 2, 3]], again: null });
  });

  it('waits for room, as long as the limit says', () => {
    expect(plan([happened(1)], { told: [ago(50), ago(20)], count: 2 })).toEqual({
      messages: [],
      again: new Date(NOW.getTime() + 10 * MINUTE_MS),
    });
    // One more than the limit, since that was larger before: two have to go.
    expect(plan([happened(1)], { told: [ago(50), ago(40), ago(20)], count: 2 }).again).toEqual(
      new Date(NOW.getTime() + 20 * MINUTE_MS),
    );
    expect(plan([happened(1)], { told: [ago(60), ago(20)], count: 2 }).messages).toEqual([[1]]);
  });

  it('waits for the end of quiet hours', () => {
    const hours = { ...ALWAYS, quiet: parseWeek('11:00-13:30') };
    expect(plan([happened(1)], { hours })).toEqual({ messages: [], again: new Date('2026-06-01T13:30:00Z') });
  });

  it('is never more than the limit, holds each event at most once, and leaves none for ever', () => {
    const found = fc.uniqueArray(
      fc.record({ number: fc.integer({ min: 1, max: 2000 }), minutesAgo: fc.nat(500) }),
      {
        selector: ({ number }) => number,
        maxLength: 600,
      },
    );
    fc.assert(
      fc.property(found, fc.array(fc.nat(90)), fc.integer({ min: 1, max: 8 }), (some, told, count) => {
        const untold = some.map(({ number, minutesAgo }) => happened(number, minutesAgo));
        const { messages, again } = plan(untold, { told: told.map(ago), count });
        const counted = told.filter((minutes) => minutes < 60).length;
        expect(messages.length).toBeLessThanOrEqual(Math.max(count - counted, 0));
        const all = messages.flat();
        expect(new Set(all).size).toBe(all.length);
        for (const events of messages) expect(events.length).toBeLessThanOrEqual(MAX_EVENTS_IN_A_TELLING);
        if (all.length < untold.length) {
          expect(again?.getTime()).toBeGreaterThan(NOW.getTime());
          expect(again?.getTime()).toBeLessThanOrEqual(NOW.getTime() + 60 * MINUTE_MS);
        }
      }),
    );
  });
});
