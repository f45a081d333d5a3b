/**
 * The connections that the desks of one process have to one server, at most so many at once.
 *
 * - A desk takes a *turn* before it connects, and gives it back with its connection. Who has waited longest is served
 *   first; a desk that knows of work counts as if it had waited half a minute longer, so nobody waits for ever.
 * - A connection that only waits, for mail or for the account, keeps its turn while nobody else wants it. Then those that
 *   have waited longest give way; who waits for mail looks again when its poll is due.
 * - Sign-ins are spread: a few are under way at once, and so many begin a second.
 * - A server that says "too many" gets fewer: what is open then is the new bound, which rises again bit by bit. A desk
 *   that is refused again and again is refused for a reason of its own: it lowers it once, and does not keep it down.
 * - A server that cannot be reached is tried by one desk now and then, and not by all of them. When it answers again the
 *   others are told, and follow at the same pace.
 *
 * Each server has its own: what hangs at one delays nobody at another.
 */
import { EXIT, type Problem } from '../../problem/problem.js';
import type { Pace } from './host-pace.js';
import { brokeOff, crowded, triedAfterMs } from './host-trouble.js';
import { type Asking, WaitingLine } from './waiting-order.js';

/** From so many sign-ins on, the next one waits until one of them has made its first pass, or for so long. */
const MOST_OPENING = 20;
const OPENING_MS = 10_000;
/** How long a lowered bound stands before it rises by a part of itself. */
const PROBE_MS = 60_000;
const PROBE_PART = 0.1;

/** A desk's leave to have a connection. */
export interface Turn {
  /** Signed in. */
  opened(): void;
  /** The first pass over the connection is done: it costs little from now on. */
  settled(): void;
  /** It only waits: `giveWay` is called, once, when somebody else wants it. Answers what ends that. */
  rests(giveWay: () => void): () => void;
  /** Whether somebody waits, and it should go when its work is done. */
  readonly isWanted: boolean;
  /** It could not be opened. Gives it back; answers what that means beside what is known of the server. */
  failed(problem: Problem): Problem;
  /** The connection is gone. */
  release(): void;
}

interface AsksForTurn extends Asking {
  /** Which desk asks. */
  readonly desk: string;
  /** Called once if the server could not be reached and can be again. */
  readonly onBack?: () => void;
}

export interface HostOptions {
  /** How many connections there may be at once. */
  readonly most: number;
  readonly pace: Pace;
  /** Milliseconds of a clock that is never set. */
  readonly clock?: () => number;
}

class HeldTurn implements Turn {
  readonly desk: string;
  readonly #host: HostConnections;
  isOpening = true;
  /** It was asked to give way. */
  isGoing = false;
  openedAt = 0;
  restsSince: number | null = null;
  giveWay: (() => void) | null = null;

  constructor(host: HostConnections, desk: string) {
    this.#host = host;
    this.desk = desk;
  }

  get isWanted(): boolean {
    return this.#host.isWanted;
  }

  opened(): void {
    this.#host.reached(this.desk);
  }

  settled(): void {
    if (!this.isOpening) return;
    this.isOpening = false;
    this.#host.serve();
  }

  rests(giveWay: () => void): () => void {
    this.isOpening = false;
    this.restsSince = this.#host.now();
    this.giveWay = giveWay;
    this.#host.serve();
    return () => {
      this.restsSince = null;
      this.giveWay = null;
    };
  }

  failed(problem: Problem): Problem {
    return this.#host.refused(this.desk, problem, this);
  }

  release(): void {
    this.#host.free(this);
  }
}

export class HostConnections {
  #options: HostOptions;
  readonly #held = new Set<HeldTurn>();
  readonly #waiting = new WaitingLine<AsksForTurn, Turn>();
  /** Desks that were refused for too many connections since they last had one. */
  readonly #crowdedOut = new Set<string>();
  readonly #tellWhenBack = new Map<string, () => void>();
  /** What the bound was lowered to, and when: it rises from there. */
  #lowered = { to: Number.POSITIVE_INFINITY, at: 0 };
  #timer: NodeJS.Timeout | null = null;
  /** Why it cannot be reached, as the last one has found. */
  #down: {
    readonly problem: Problem;
    readonly by: string;
    readonly at: number;
    readonly tries: number;
  } | null = null;

  constructor(options: HostOptions) {
    this.#options = options;
  }

  now(): number {
    return this.#options.clock?.() ?? performance.now();
  }

  /** How many connections there may be just now. */
  get bound(): number {
    const { most } = this.#options;
    const spans = Math.floor((this.now() - this.#lowered.at) / PROBE_MS);
    let bound = Math.min(this.#lowered.to, most);
    for (let span = 0; span < spans && bound < most; span += 1)
      bound = Math.min(bound + Math.max(1, Math.floor(bound * PROBE_PART)), most);
    return bound;
  }

  /** The configuration has changed. */
  allow(most: number): void {
    this.#options = { ...this.#options, most };
    this.serve();
  }

  get held(): number {
    return this.#held.size;
  }

  /** Whether a desk waits that the bound alone keeps waiting. */
  get isWanted(): boolean {
    return this.#waiting.size > 0 && this.#held.size >= this.bound;
  }

  /**
   * Resolves when it is this desk's turn. Rejects with the signal's reason, and, where the server is known not to be
   * reached, with the problem that another desk has met just now.
   */
  take(asking: AsksForTurn): Promise<Turn> {
    const { desk, signal } = asking;
    if (signal.aborted) return Promise.reject(signal.reason);
    const down = this.#down;
    if (down !== null && down.by !== desk && this.now() < down.at + triedAfterMs(down.tries)) {
      this.#remember(asking);
      return Promise.reject(down.problem);
    }
    // Until it is known what this one meets, the others wait for it.
    if (down !== null) this.#down = { ...down, by: desk, at: this.now() };
    this.#remember(asking);
    const served = this.#waiting.wait(asking, this.now());
    this.serve();
    return served;
  }

  #remember({ desk, onBack }: AsksForTurn): void {
    if (onBack !== undefined && this.#down !== null) this.#tellWhenBack.set(desk, onBack);
  }

  /** Serves all whose turn it is, and asks others to give way where that is not enough. */
  serve(): void {
    while (this.#waiting.size > 0 && this.#held.size < this.bound) {
      const waitMs = this.#waitMs();
      if (waitMs > 0) return this.#later(waitMs);
      const next = this.#waiting.next();
      if (next === null) return;
      const turn = new HeldTurn(this, next.asking.desk);
      turn.openedAt = this.now();
      this.#held.add(turn);
      next.serve(turn);
    }
    if (this.#waiting.size > 0) {
      this.#askToGiveWay();
      if (this.bound < this.#options.most) this.#later(PROBE_MS);
    }
  }

  /** How long the next sign-in has to wait. */
  #waitMs(): number {
    const opening = [...this.#held].filter(({ isOpening }) => isOpening);
    const oldest = opening.at(-MOST_OPENING);
    const roomInMs = oldest === undefined ? 0 : oldest.openedAt + OPENING_MS - this.now();
    return roomInMs > 0 ? roomInMs : this.#options.pace.take();
  }

  #askToGiveWay(): void {
    const going = [...this.#held].filter(({ isGoing }) => isGoing);
    const resting = [...this.#held]
      .filter(({ giveWay }) => giveWay !== null)
      .sort((a, b) => (a.restsSince ?? 0) - (b.restsSince ?? 0));
    const missing = this.#waiting.size - going.length - Math.max(this.bound - this.#held.size, 0);
    for (const turn of resting.slice(0, Math.max(missing, 0))) {
      const { giveWay } = turn;
      turn.giveWay = null;
      turn.isGoing = true;
      giveWay?.();
    }
  }

  #later(ms: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.serve();
    }, Math.ceil(ms)).unref();
  }

  /** The server has signed the desk in. */
  reached(desk: string): void {
    this.#crowdedOut.delete(desk);
    const wasDown = this.#down !== null;
    this.#down = null;
    if (!wasDown) return;
    const others = [...this.#tellWhenBack].filter(([name]) => name !== desk);
    this.#tellWhenBack.clear();
    for (const [, back] of others) back();
  }

  /** A desk could not be signed in. */
  refused(desk: string, met: Problem, turn: HeldTurn): Problem {
    this.#held.delete(turn);
    const open = [...this.#held].filter(({ isOpening }) => !isOpening).length;
    const problem = open > 0 && brokeOff(met) ? crowded(met, open) : met;
    if (problem.code === 'imap-too-many-connections') this.#lower(desk);
    // What a server says at a sign-in is about that account.
    else if (problem.code === 'imap-unreachable' && problem.exitCode === EXIT.unavailable) {
      const tries = (this.#down?.tries ?? 0) + 1;
      this.#down = { problem, by: desk, at: this.now(), tries };
    }
    this.serve();
    return problem;
  }

  #lower(desk: string): void {
    // A desk that is refused again and again is refused for a reason of its own, and keeps no bound from rising.
    if (this.#crowdedOut.has(desk)) return;
    this.#lowered = { to: Math.max(1, Math.min(this.bound, this.#held.size)), at: this.now() };
    this.#crowdedOut.add(desk);
  }

  free(turn: HeldTurn): void {
    if (this.#held.delete(turn)) this.serve();
  }
}
