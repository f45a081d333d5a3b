/** Spans of time that a sleep cannot hide. */

export interface MemberClock {
  /** Milliseconds of a clock that is never set, and may stand still while the machine sleeps. */
  elapsed(): number;
  /** Milliseconds of the time of the day, which may be set. */
  now(): number;
}

export interface Moment {
  readonly elapsed: number;
  readonly now: number;
}

export function momentOf(clock: MemberClock): Moment {
  return { elapsed: clock.elapsed(), now: clock.now() };
}

/** By the clock that shows more. */
export function msSince(moment: Moment, clock: MemberClock): number {
  return Math.max(clock.elapsed() - moment.elapsed, clock.now() - moment.now);
}
