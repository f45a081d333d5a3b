/**
 * What the desk does by itself at times of the day (`digest`, `remind`, `closeStale`). A day whose time has come is done once, however late:
 * of several that were missed only the last one. What was done stands in the register. Where nothing stands there yet, the
 * routine has just been turned on, and begins with the next of its times.
 *
 * Its letters come before the entry, held: where a worker dies before that, they are dropped and written again
 * (`send/settle.ts`); where it dies after it, they are released.
 */
import { figuresOf } from '../../desk/figures/figures.js';
import type { WaitingTicket } from '../../desk/figures/voice.js';
import { hourIn } from '../../desk/figures/zone.js';
import type { ComposedLetter } from '../../desk/letters/compose-letter.js';
import { figuresDigest, type MorningMail, reminder } from '../../desk/letters/morning-mail.js';
import type { DeskPolicy } from '../../desk/policy.js';
import { hasLasted } from '../../hours/office-time.js';
import { lastDay, nextMoment, type TimesOfDay } from '../../hours/time-of-day.js';
import type { Registered, RoutineName, RoutineRecord, Warned } from '../../mailbox/register/entry.js';
import { doneWith, type Effects, type NewEntry } from '../effects/effects.js';
import { routineCause } from '../sight/causes.js';
import { ticketLives } from '../sight/lives.js';
import type { Survey } from '../sight/survey.js';
import { waitingTickets } from '../sight/waiting.js';
import type { Desk } from '../workplace/desk.js';
import { planStale } from './stale-tickets.js';

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
  readonly work: (run: Run & { readonly last: Known }) => Promise<Work>;
}

interface Work {
  readonly letters: readonly ComposedLetter[];
  readonly entries?: readonly NewEntry[];
  readonly warned?: readonly Warned[];
}

const NO_WORK: Work = { letters: [] };

const ROUTINES: Readonly<Record<RoutineName, Routine>> = {
  digest: { times: ({ digest }) => digest, work: writeDigest },
  remind: { times: ({ remind }) => remind?.at ?? null, work: writeReminder },
  stale: { times: ({ closeStale }) => closeStale?.at ?? null, work: endStale },
};
const NAMES: readonly RoutineName[] = ['digest', 'remind', 'stale'];

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
  const {
    letters: composed,
    entries = [],
    warned = [],
  } = last === null ? NO_WORK : await ROUTINES[name].work({ desk, survey, last, record });
  desk.log.info(
    { routine: name, day, letters: composed.length, closed: entries.length },
    last === null ? `${name}: begins with the next time` : `${name}: done for ${day}`,
  );
  return {
    letters: { composed, release: 'done' },
    lettersFirst: true,
    // Last: a close that is asked for once more finds its ticket closed.
    entries: [...entries, { record: { ...record, warned } }],
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

async function writeDigest({ desk, survey, last, record }: Run & { readonly last: Known }): Promise<Work> {
  const span = { from: last.at, to: record.at };
  const lives = await ticketLives(desk, survey, span.from);
  const figures = figuresOf(lives, span, hourIn(desk.policy.timezone));
  return { letters: figuresDigest(mailOf(desk, record), { figures, since: span.from }) };
}

async function writeReminder({ desk, survey, record }: Run): Promise<Work> {
  const { remind, timezone } = desk.policy;
  if (remind === null) return NO_WORK;
  const { afterMs, hours: week } = remind;
  const isDue = ({ here }: WaitingTicket): boolean =>
    here !== null && hasLasted(afterMs, { from: here.receivedAt, to: record.at }, { week, timezone });
  const waiting = (await waitingTickets(desk, survey)).filter(isDue);
  return waiting.length === 0 ? NO_WORK : { letters: reminder(mailOf(desk, record), waiting) };
}

async function endStale({ desk, survey, last, record }: Run): Promise<Work> {
  const { warnings, closes, warned } = await planStale(desk, survey, {
    cause: routineCause(record),
    at: record.at,
    before: last?.warned ?? [],
  });
  return { letters: warnings, entries: closes, warned };
}

function mailOf({ policy }: Desk, record: RoutineRecord): MorningMail {
  return { policy, now: record.at, cause: routineCause(record) };
}
