/**
 * How a worker on one desk is: gathered from its loop and its passes, told to whoever asks. Counts are of this process,
 * from its beginning.
 */
import { hostname } from 'node:os';
import { Problem } from '../../problem/problem.js';
import type { PassOutcome } from '../pass/pass.js';
import type { Backlog } from '../sight/backlog.js';
import { needsPerson } from './failures.js';
import type { LoopWitness } from './loop.js';
import { longestSilenceMs, nextPoll, type PollSchedule } from './poll.js';
import type { Traffic } from './traffic.js';
import type { Condition, Health, WorkerState } from './worker-state.js';

/**
 * A pass without an IMAP command for so long hangs. Commands of ours are given up after two minutes of silence, and one
 * letter may take a mail server ten (RFC 5321 §4.5.3.2.6). A loop hangs in which the next pass is overdue by as much: the
 * end of IDLE is given up after two minutes as well, and a desk that broke is started again after five.
 */
const HANGS_AFTER_MS = 15 * 60_000;
const MAX_MESSAGE_CHARS = 500;
/** It is asked for every few seconds, of every desk. */
const HOST = hostname();

export interface VitalsOptions {
  readonly desk: string;
  readonly schedule: PollSchedule;
  readonly traffic: Traffic;
  /** Outgoing mail is held back by the configuration: that it waits is no trouble. */
  readonly hold: boolean;
  readonly now?: () => Date;
  /** Milliseconds of a clock that is never set. */
  readonly clock?: () => number;
}

interface Counts {
  readonly decisions: Map<string, number>;
  /** Passes that failed, by the code of the problem. */
  readonly failures: Map<string, number>;
  passes: number;
  sent: number;
  /** Letters that the mail server refused for good. */
  refused: number;
  readonly signInsRefused: { imap: number; smtp: number };
}

export class Vitals implements LoopWitness {
  readonly desk: string;
  readonly hold: boolean;
  readonly traffic: Traffic;
  readonly counts: Counts = {
    decisions: new Map(),
    failures: new Map(),
    passes: 0,
    sent: 0,
    refused: 0,
    signInsRefused: { imap: 0, smtp: 0 },
  };
  readonly since: Date;
  readonly #schedule: PollSchedule;
  readonly #now: () => Date;
  #doing: 'starting' | 'pass' | 'waiting' | 'pausing' = 'starting';
  #passBegan: Date;
  /** The pass under way has done its work; what follows it may still say that it failed. */
  #passDone = false;
  #lastGoodPass: Date | null = null;
  #passMs: number | null = null;
  #pauseEnds: Date | null = null;
  #nextPoll: Date | null = null;
  #trouble: Condition | null = null;
  #failedElsewhere: Date | null = null;
  #delivery: Condition | null = null;
  #refusal: unknown = null;
  #backlog: WorkerState['backlog'] = null;
  readonly #clock: () => number;
  #life: { readonly total: number; readonly atMs: number };
  /** When the next pass is due at the latest, by the clock that is never set; null while one is under way. */
  #nextPassMs: number | null = null;
  #longestSilenceMs: number | null = null;

  constructor({ desk, schedule, traffic, hold, ...clocks }: VitalsOptions) {
    this.desk = desk;
    this.hold = hold;
    this.traffic = traffic;
    this.#schedule = schedule;
    this.#now = clocks.now ?? ((): Date => new Date());
    this.#clock = clocks.clock ?? ((): number => performance.now());
    this.since = this.#now();
    this.#passBegan = this.since;
    this.#life = { total: traffic.total, atMs: this.#clock() };
  }

  passBegins(): void {
    this.#passBegan = this.#now();
    this.#doing = 'pass';
    this.#passDone = false;
    this.#pauseEnds = null;
    this.#nextPassMs = null;
    this.#life = { total: this.traffic.total, atMs: this.#clock() };
  }

  /** What a pass has done. */
  passed({ decided, sent, refused, delivery, backlog }: PassOutcome): void {
    this.#passDone = true;
    this.counts.sent += sent;
    this.counts.refused += refused;
    for (const [kind, count] of decided) add(this.counts.decisions, kind, count);
    this.#delivery = delivery === null ? null : conditionOf(delivery, this.#delivery, this.#now());
    // A problem that is only remembered from an earlier pass is no further refusal.
    const refusal = delivery?.cause instanceof Problem ? delivery.cause : delivery;
    if (delivery?.code === 'smtp-sign-in-refused' && refusal !== this.#refusal)
      this.counts.signInsRefused.smtp += 1;
    this.#refusal = refusal;
    if (backlog !== undefined) this.#backlog = this.#told(backlog);
  }

  #told({ pending, outbox }: Backlog): WorkerState['backlog'] {
    return {
      pending,
      outbox: outbox.length,
      held: outbox.held,
      oldestLetter: outbox.oldest?.toISOString() ?? null,
      deferred: this.#delivery === null && !this.hold ? outbox.length - outbox.held : 0,
    };
  }

  passFails(error: unknown, pauseMs: number): void {
    const now = this.#now();
    this.#doing = 'pausing';
    this.#pauseEnds = new Date(now.getTime() + pauseMs);
    this.#nextPassMs = this.#clock() + pauseMs;
    this.#trouble = conditionOf(error, this.#trouble, this.#failedElsewhere ?? now);
    add(this.counts.failures, this.#trouble.code);
    if (this.#trouble.code === 'imap-sign-in-refused') this.counts.signInsRefused.imap += 1;
  }

  passEnds(): void {
    this.#doing = 'waiting';
    this.#trouble = null;
    this.#longestSilenceMs ??= longestSilenceMs(this.#schedule.expression);
    this.#nextPassMs = this.#clock() + this.#longestSilenceMs;
    // One that was told to stop may have done nothing.
    if (!this.#passDone) return;
    const now = this.#now();
    this.#lastGoodPass = now;
    this.#failedElsewhere = null;
    this.traffic.stoodByUntil = null;
    const began = Math.max(this.#passBegan.getTime(), this.traffic.lockSince?.getTime() ?? 0);
    this.#passMs = Math.max(now.getTime() - began, 0);
    this.counts.passes += 1;
  }

  /** Before its first pass here: its passes have failed on other hosts since then. */
  failedElsewhere(since: Date): void {
    this.#failedElsewhere = since;
    this.traffic.stoodByUntil = since;
  }

  /** Since when every pass has failed, other hosts included; null where the last one did not. */
  get failsSince(): Date | null {
    return this.#trouble === null ? this.#failedElsewhere : new Date(this.#trouble.since);
  }

  get trouble(): Condition | null {
    return this.#trouble;
  }

  /**
   * Since when a pass has shown no sign of life, or the next one is overdue; null where that is not for too long. To be
   * asked now and then.
   */
  hangsSince(): Date | null {
    const nowMs = this.#clock();
    const hangsMs = nowMs - (this.#nextPassMs ?? this.#aliveAt(nowMs));
    return hangsMs >= HANGS_AFTER_MS ? new Date(this.#now().getTime() - hangsMs) : null;
  }

  #aliveAt(nowMs: number): number {
    const { total, waiting, isWaitingForTurn } = this.traffic;
    if (this.#doing !== 'pass' || waiting !== null || isWaitingForTurn || total !== this.#life.total)
      this.#life = { total, atMs: nowMs };
    return this.#life.atMs;
  }

  /** Asked for every few seconds, of every desk. */
  health(): Health {
    return {
      doing: this.#doingNow(),
      trouble: this.#trouble,
      delivery: this.#delivery,
      hangsSince: this.hangsSince()?.toISOString() ?? null,
    };
  }

  /** Whether it has had a good pass. */
  get hasPassed(): boolean {
    return this.#lastGoodPass !== null;
  }

  state(): WorkerState {
    return {
      ...this.health(),
      desk: this.desk,
      pid: process.pid,
      host: HOST,
      since: this.since.toISOString(),
      standsBehind: this.traffic.standsBehind,
      stoodByUntil: this.traffic.stoodByUntil?.toISOString() ?? null,
      lastGoodPass: this.#lastGoodPass?.toISOString() ?? null,
      passSeconds: this.#passMs === null ? null : this.#passMs / 1000,
      nextTry: this.#nextTry(),
      signInsRefused: { ...this.counts.signInsRefused },
      backlog: this.#backlog,
    };
  }

  #doingNow(): WorkerState['doing'] {
    if (this.#doing !== 'pass') return this.#doing;
    if (this.traffic.isWaitingForTurn) return 'waiting-for-turn';
    if (this.traffic.standsBehind !== null) return 'standing-by';
    return this.traffic.waiting === null ? 'pass' : 'waiting-for-lock';
  }

  #nextTry(): string | null {
    if (this.#doing === 'pass') return null;
    // It is asked for every few seconds, and takes a search.
    if (this.#nextPoll === null || this.#nextPoll <= this.#now()) this.#nextPoll = nextPoll(this.#schedule);
    return (this.#pauseEnds ?? this.#nextPoll)?.toISOString() ?? null;
  }
}

function add(counts: Map<string, number>, key: string, count = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

/** `before` is what was wrong already: it is one trouble, whatever has become of its reason. */
function conditionOf(error: unknown, before: Condition | null, now: Date): Condition {
  const since = before?.since ?? now.toISOString();
  if (error instanceof Error && 'code' in error && 'temporary' in error) {
    const message = error.message.split('\n', 1)[0] ?? '';
    const code = String(error.code);
    return { code, message: message.slice(0, MAX_MESSAGE_CHARS), since, needsPerson: needsPerson(error) };
  }
  // What was not foreseen may hold anything.
  const name = error instanceof Error ? error.name : typeof error;
  return {
    code: 'internal',
    message: `an error inside imapdesk (${name}): the log says more`,
    since,
    needsPerson: false,
  };
}
