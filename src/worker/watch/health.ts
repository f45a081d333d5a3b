/**
 * Whether a desk is well, for whoever watches it. A desk is unwell when its last good pass, or the oldest letter in its
 * outbox, is older than set, and while a pass or the loop hangs. What is told holds codes and numbers, no text of a mail or a server.
 */
import { hangOf, type WorkerState } from '../run/worker-state.js';

export interface HealthLimits {
  readonly maxPassAgeMs: number;
  /** null where outgoing mail is held back by the configuration. */
  readonly maxLetterAgeMs: number | null;
}

/** Of a fleet: how this host of it is. */
export interface FleetHealth {
  /** Desks that it has a lease of, and desks that it works on without one. */
  readonly held: number;
  readonly loose: number;
  /** Hosts that it has heard of, itself included; 0 where it has not reached the fleet yet, and so works on nothing. */
  readonly hosts: number;
  /** Desks that any host may take, and none has, as Redis had it last. */
  readonly waiting: number;
  /** For how long Redis has not answered; null while it does. */
  readonly awaySeconds: number | null;
}

/** A desk of the configuration that cannot be worked, because what is written of it is wrong. */
export interface LeftOutDesk {
  /** Its name, or that of its file where it cannot be read. */
  readonly desk: string;
  readonly file: string;
  /** What is wrong: a code. */
  readonly code: string;
}

export interface DeskHealth
  extends Pick<WorkerState, 'desk' | 'standsBehind' | 'lastGoodPass' | 'nextTry' | 'backlog'> {
  readonly doing: WorkerState['doing'] | 'left-out';
  readonly healthy: boolean;
  /** What makes it unwell, for people. */
  readonly reasons: readonly string[];
  /** Codes of why passes fail, and why mail cannot leave. */
  readonly trouble: string | null;
  readonly delivery: string | null;
}

export function healthOfLeftOut({ desk, file, code }: LeftOutDesk): DeskHealth {
  return {
    desk,
    healthy: false,
    reasons: [`${file} is left out of the configuration`],
    doing: 'left-out',
    standsBehind: null,
    lastGoodPass: null,
    nextTry: null,
    trouble: code,
    delivery: null,
    backlog: null,
  };
}

export function judgeHealth(state: WorkerState, limits: HealthLimits, now: Date): DeskHealth {
  const hang = hangOf(state);
  // Of what an earlier pass has left nobody knows any more once another worker has had the desk.
  const backlog = state.stoodByUntil === null ? state.backlog : null;
  const reasons = [
    ...passReasons(state, limits, now),
    ...letterReasons(backlog, limits, now),
    ...(hang === null ? [] : [`${hang.message} since ${hang.since}`]),
  ];
  return {
    desk: state.desk,
    healthy: reasons.length === 0,
    reasons,
    doing: state.doing,
    standsBehind: state.standsBehind,
    lastGoodPass: state.lastGoodPass,
    nextTry: state.nextTry,
    trouble: state.trouble?.code ?? null,
    delivery: state.delivery?.code ?? null,
    backlog,
  };
}

/**
 * A worker that has only begun is given as long as one between two passes; and so is one that stands by, from its last look
 * at the line on, and one that has taken over: until then another one did what was to be done.
 */
function passReasons(
  { lastGoodPass, since, stoodByUntil }: WorkerState,
  { maxPassAgeMs }: HealthLimits,
  now: Date,
): string[] {
  const ageMs = ageOf(stoodByUntil ?? lastGoodPass ?? since, now);
  if (ageMs <= maxPassAgeMs) return [];
  const what = whatWasLast(lastGoodPass, stoodByUntil);
  return [`${what} ${inSeconds(ageMs)} ago, more than ${inSeconds(maxPassAgeMs)}`];
}

function whatWasLast(lastGoodPass: string | null, stoodByUntil: string | null): string {
  if (stoodByUntil !== null) return 'another worker was last seen to have the desk';
  return lastGoodPass === null ? 'no pass has gone well since it began' : 'the last good pass was';
}

function letterReasons(
  backlog: WorkerState['backlog'],
  { maxLetterAgeMs }: HealthLimits,
  now: Date,
): string[] {
  if (maxLetterAgeMs === null || backlog === null || backlog.oldestLetter === null) return [];
  const ageMs = ageOf(backlog.oldestLetter, now);
  if (ageMs <= maxLetterAgeMs) return [];
  const waited = `a letter has waited in the outbox for ${inSeconds(ageMs)}`;
  return [`${waited}, more than ${inSeconds(maxLetterAgeMs)}`];
}

function ageOf(time: string, now: Date): number {
  return Math.max(now.getTime() - new Date(time).getTime(), 0);
}

function inSeconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
