/**
 * What the desk does by itself at times of the day (`digest`, `remind`). A day whose time has come is done once, however late:
 * of several that were missed only the last one. What was done stands in the register. Where nothing stands there yet, the
 * routine has just been turned on, and begins with the next of its times.
 *
 * Its letters come before the entry, held: where a worker dies before that, they are dropped and written again
 * (`send/settle.ts`); where it dies after it, they are released.
 */
import { figuresOf } from '../../desk/figures/figures.js';
import { hourIn } from '../../desk/figures/zone.js';
import type { ComposedLetter } from '../../desk/letters/compose-letter.js';
import { figuresDigest, type MorningMail, reminder } from '../../desk/letters/morning-mail.js';
import type { DeskPolicy } from '../../desk/policy.js';
import { hasLasted } from '../../hours/office-time.js';
import { lastDay, nextMoment, type TimesOfDay } from '../../hours/time-of-day.js';
import type { Registered, RoutineName, RoutineRecord } from '../../mailbox/register/entry.js';
import { doneWith, type Effects } from '../effects/effects.js';
import { routineCause } from '../sight/causes.js';
import { ticketLives } from '../sight/lives.js';
import type { Survey } from '../sight/survey.js';
import { waitingTickets } from '../sight/waiting.js';
import type { Desk } from '../workplace/desk.js';

type Known = Registered<RoutineRecord>;

interface Run {
  readonly desk: Desk;
  readonly survey: Survey;
  /** null where the routine has just been turned on. */
  readonly last: Known | null;
  readonly record: RoutineRecord;
}

interface Routine {
  readonly times: (policy: DeskPolicy) => TimesOfDay | null;
  readonly letters: (run: Run & { readonly last: Known }) => Promise<readonly ComposedLetter[]>;
}

const ROUTINES: Readonly<Record<RoutineName, Routine>> = {
  digest: { times: ({ digest }) => digest, letters: writeDigest },
  remind: { times: ({ remind }) => remind?.at ?? null, letters: writeReminder },
};
const NAMES: readonly RoutineName[] = ['digest', 'remind'];

/** Those for which something is to be done or noted; tells the cache when the next time comes. */
export function dueRoutines(desk: Desk, { routines }: Pick<Survey, 'routines'>): readonly RoutineName[] {
  return NAMES.filter((name) => {
    const times = ROUTINES[name].times(desk.policy);
    const last = newest(routines, name);
    if (times === null) return last !== null;
    const { timezone } = desk.policy;
    const next = nextMoment(times, desk.now(), timezone);
    if (next !== null) desk.cache.waitFor(next.getTime());
    const day = lastDay(times, desk.now(), timezone);
    return last === null || (day !== null && day > last.day);
  });
}

/** Against a survey that was taken since it was seen to be due: another worker may have been quicker. */
export async function planRoutine(desk: Desk, survey: Survey, name: RoutineName): Promise<Effects> {
  const { routines } = survey;
  if (!dueRoutines(desk, survey).includes(name)) return {};
  const over = doneWith(routines.filter(({ routine }) => routine === name));
  const times = ROUTINES[name].times(desk.policy);
  if (times === null) return { done: over };
  const at = desk.now();
  const last = newest(routines, name);
  const day = lastDay(times, at, desk.policy.timezone) ?? BEFORE_ALL;
  const record: RoutineRecord = { kind: 'routine', routine: name, day, at };
  const composed = last === null ? [] : await ROUTINES[name].letters({ desk, survey, last, record });
  desk.log.info({ routine: name, day, letters: composed.length }, last === null ? 'begins' : 'done');
  return {
    letters: { composed, release: 'done' },
    lettersFirst: true,
    entries: [{ record }],
    done: over,
  };
}

/** No time has come in the last week: any that comes is the first. */
const BEFORE_ALL = '1970-01-01';

function newest(routines: Survey['routines'], name: RoutineName): Known | null {
  return routines
    .filter(({ routine }) => routine === name)
    .reduce<Known | null>((best, one) => (best === null || one.day > best.day ? one : best), null);
}

async function writeDigest({ desk, survey, last, record }: Run & { readonly last: Known }) {
  const span = { from: last.at, to: record.at };
  const lives = await ticketLives(desk, survey, span.from);
  const figures = figuresOf(lives, span, hourIn(desk.policy.timezone));
  return figuresDigest(mailOf(desk, record), { figures, since: span.from });
}

async function writeReminder({ desk, survey, record }: Run) {
  const { remind, timezone } = desk.policy;
  if (remind === null) return [];
  const { afterMs, hours: week } = remind;
  const waiting = (await waitingTickets(desk, survey)).filter(({ since }) =>
    hasLasted(afterMs, { from: since, to: record.at }, { week, timezone }),
  );
  return waiting.length === 0 ? [] : reminder(mailOf(desk, record), waiting);
}

function mailOf({ policy }: Desk, record: RoutineRecord): MorningMail {
  return { policy, now: record.at, cause: routineCause(record) };
}
