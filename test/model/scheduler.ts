/**
 * Runs several actors (workers, people) one port call at a time, in an order that is data, so that fast-check can
 * search orders and shrink them.
 *
 * - Every port call parks at its gate. When every living actor is parked or done, exactly one parked call goes on.
 * - The order is a list of switches: stay with one actor for so many steps, then go to another. Most races need one or
 *   two switches, and a list shrinks towards fewer of them; without any, actors run one after the other.
 * - A fault strikes one numbered call of one actor after so many atomic parts of it: 0 is before any effect, more than
 *   the call has is after the whole effect and before the answer.
 * - A killed actor's calls never settle: no `catch` and no `finally` of it runs again, as after SIGKILL. To reject
 *   instead would let the dead go on working. A `late` kill leaves the command with the server, which carries it out
 *   at some later moment. A cut connection and a failure reject with a temporary Problem, and the actor lives on.
 */
import { setImmediate as immediate } from 'node:timers/promises';
import { Problem } from '../../src/problem/problem.js';

interface Switch {
  readonly steps: number;
  /** Which of the calls that may go on by then, counted round. */
  readonly to: number;
}

export interface Fault {
  readonly kind: 'kill' | 'late' | 'cut' | 'fail';
  readonly actor: string;
  /** The how-manieth call of that actor, from 0. */
  readonly call: number;
  readonly parts: number;
}

export interface Plan {
  readonly switches: readonly Switch[];
  readonly faults: readonly Fault[];
}

export const CALM: Plan = { switches: [], faults: [] };

/** One port call under way. */
export interface Passage {
  /** Between two atomic parts of the call: others may act here, and the call may end here for good. */
  between(): Promise<void>;
  /** Inside one part: others may act, but the server finishes the part even if the caller dies. */
  race(): Promise<void>;
  /** The whole call has had its effect; what follows is the answer. */
  end(): Promise<void>;
}

export interface Gate {
  readonly actor: string;
  begin(what: string): Promise<Passage>;
}

export interface GateOptions {
  /** After a cut the next call makes a new connection of its own. */
  readonly reconnects?: boolean;
  /** What a lost connection is told as. */
  readonly lost?: () => Problem;
}

export interface Outcome {
  /** What each actor's body threw, by name. */
  readonly errors: ReadonlyMap<string, unknown>;
  readonly dead: readonly string[];
  /** Actors that wait for something that never came. */
  readonly stuck: readonly string[];
  /** For each call that each actor made, how many parts it had: the range for faults. */
  readonly calls: ReadonlyMap<string, readonly number[]>;
  /** What each of those calls was. */
  readonly commands: ReadonlyMap<string, readonly string[]>;
  readonly trace: readonly string[];
}

/**
 * Makes one port call through the gate. An answer and a refusal alike reach the caller only if it still lives.
 */
export async function through<T>(
  gate: Gate,
  what: string,
  work: (passage: Passage) => T | Promise<T>,
): Promise<T> {
  const passage = await gate.begin(what);
  try {
    return await work(passage);
  } finally {
    await passage.end();
  }
}

interface Parked {
  readonly what: string;
  readonly ready: () => boolean;
  /** The server finishes this even if the caller dies. */
  readonly whole: boolean;
  readonly resume: () => void;
}

interface Actor {
  readonly name: string;
  state: 'running' | 'done' | 'dead' | 'server';
  parked: Parked[];
  readonly calls: number[];
  readonly commands: string[];
}

const MAX_STEPS = 50_000;
const WATCHDOG_MS = 5_000;
const always = (): boolean => true;
// A promise that nothing settles: the executor keeps no reference, so whoever awaits it is collected.
const never = (): Promise<never> => new Promise(() => {});

export class Scheduler {
  readonly #plan: Plan;
  readonly #actors: Actor[] = [];
  readonly #errors = new Map<string, unknown>();
  readonly #trace: string[] = [];
  #current: Actor | null = null;
  #nextSwitch = 0;
  #stepsLeft: number;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#stepsLeft = plan.switches[0]?.steps ?? Number.POSITIVE_INFINITY;
  }

  /** Adds an actor. Its start is a step like any other, so the order decides when it begins. */
  spawn(name: string, body: () => Promise<unknown>): void {
    const actor = this.#add(name, 'running');
    const live = async (): Promise<void> => {
      await this.#park(actor, { what: 'start' });
      await body();
    };
    live().then(
      () => this.#finish(actor),
      (error: unknown) => {
        this.#errors.set(name, error);
        this.#finish(actor);
      },
    );
  }

  isDead(name: string): boolean {
    return this.#find(name).state === 'dead';
  }

  /** Holds the actor until the condition is true and the order comes to it. No fault strikes here. */
  async until(name: string, what: string, ready: () => boolean): Promise<void> {
    const actor = this.#find(name);
    if (actor.state === 'dead') return never();
    return this.#park(actor, { what, ready });
  }

  /** The gate of one connection. After a cut it refuses every call; a connection that opens anew takes a new gate. */
  gate(name: string, options: GateOptions = {}): Gate {
    const connectionLost = options.lost ?? imapConnectionLost;
    let lost = false;
    return {
      actor: name,
      begin: async (what) => {
        const actor = this.#find(name);
        if (actor.state === 'dead') return never();
        if (lost) throw connectionLost();
        const call = actor.calls.push(0) - 1;
        actor.commands.push(what);
        const fault = this.#plan.faults.find((each) => each.actor === name && each.call === call) ?? null;
        await this.#park(actor, { what });
        if (lost) throw connectionLost();
        return this.#pass({ actor, call, what, fault }, (kind) => {
          lost = kind === 'cut' && options.reconnects !== true;
          return connectionLost();
        });
      },
    };
  }

  /** Runs until every actor is done, dead or stuck. */
  async run(): Promise<Outcome> {
    for (let step = 0; ; step++) {
      if (step > MAX_STEPS)
        throw new Error(`no end after ${MAX_STEPS} steps:\n${this.#trace.slice(-40).join('\n')}`);
      await this.#settle();
      const choices = this.#actors.flatMap((actor) =>
        actor.parked.filter((each) => each.ready()).map((parked) => ({ actor, parked })),
      );
      if (choices.length === 0) break;
      this.#release(this.#choose(choices));
    }
    return {
      errors: this.#errors,
      dead: this.#actors.filter((each) => each.state === 'dead').map((each) => each.name),
      stuck: this.#actors.filter((each) => each.state === 'running').map((each) => each.name),
      calls: new Map(this.#actors.map((each) => [each.name, each.calls])),
      commands: new Map(this.#actors.map((each) => [each.name, each.commands])),
      trace: this.#trace,
    };
  }

  async #pass(
    under: { actor: Actor; call: number; what: string; fault: Fault | null },
    fail: (kind: Fault['kind']) => Problem,
  ): Promise<Passage> {
    const { actor, call, what, fault } = under;
    let holder = actor;
    let parts = 0;
    let struck = false;
    const strike = async (): Promise<void> => {
      if (fault === null || struck || holder !== actor) return undefined;
      struck = true;
      this.#trace.push(`${actor.name}: ${fault.kind} in ${what}, after ${parts} parts`);
      if (fault.kind === 'kill' || fault.kind === 'late') {
        this.#kill(actor);
        return never();
      }
      throw fail(fault.kind);
    };
    if (fault?.kind === 'late') {
      this.#trace.push(`${actor.name}: dies, leaving the server ${what}`);
      this.#kill(actor);
      holder = this.#add(`${actor.name} (late)`, 'server');
      await this.#park(holder, { what });
    } else if (fault?.parts === 0) await strike();
    const alive = (): boolean => holder.state !== 'dead';
    return {
      between: async () => {
        if (!alive()) return never();
        parts++;
        if (fault?.parts === parts) await strike();
        return this.#park(holder, { what: `${what} …` });
      },
      race: () => this.#park(holder, { what: `${what} :`, whole: true }),
      end: async () => {
        if (!alive()) return never();
        parts++;
        actor.calls[call] = parts;
        await strike();
        return holder === actor ? undefined : never();
      },
    };
  }

  #add(name: string, state: Actor['state']): Actor {
    const actor: Actor = { name, state, parked: [], calls: [], commands: [] };
    this.#actors.push(actor);
    return actor;
  }

  #find(name: string): Actor {
    const actor = this.#actors.find((each) => each.name === name);
    if (actor === undefined) throw new Error(`no actor named ${name}`);
    return actor;
  }

  #finish(actor: Actor): void {
    if (actor.state === 'running') actor.state = 'done';
  }

  /** What the server is in the middle of goes on without its caller; whatever has not reached it is gone. */
  #kill(actor: Actor): void {
    const whole = actor.parked.filter((each) => each.whole);
    actor.state = 'dead';
    actor.parked = [];
    if (whole.length > 0) this.#add(`${actor.name} (server)`, 'server').parked.push(...whole);
  }

  #park(actor: Actor, wait: { what: string; ready?: () => boolean; whole?: boolean }): Promise<void> {
    return new Promise((resume) => {
      actor.parked.push({ ready: always, whole: false, ...wait, resume });
    });
  }

  /** Waits until every living actor is parked or done; composing mail may take several turns of the event loop. */
  async #settle(): Promise<void> {
    const deadline = Date.now() + WATCHDOG_MS;
    do {
      await immediate();
      if (Date.now() > deadline)
        throw new Error(`${this.#busy()?.name} waits for something outside the model`);
    } while (this.#busy() !== undefined);
  }

  #busy(): Actor | undefined {
    return this.#actors.find((each) => each.state === 'running' && each.parked.length === 0);
  }

  #choose<T extends { actor: Actor }>(choices: readonly T[]): T {
    const next = this.#plan.switches[this.#nextSwitch];
    const stay = choices.find((each) => each.actor === this.#current) ?? choices[0];
    if (stay === undefined) throw new Error('nothing to choose from');
    if (next === undefined || this.#stepsLeft-- > 0) return stay;
    this.#nextSwitch++;
    this.#stepsLeft = this.#plan.switches[this.#nextSwitch]?.steps ?? Number.POSITIVE_INFINITY;
    return choices[next.to % choices.length] ?? stay;
  }

  #release(choice: { actor: Actor; parked: Parked }): void {
    const { actor, parked } = choice;
    this.#current = actor;
    this.#trace.push(`${actor.name}: ${parked.what}`);
    actor.parked = actor.parked.filter((each) => each !== parked);
    parked.resume();
  }
}

function imapConnectionLost(): Problem {
  return new Problem('imap-connection-lost', 'The connection to the server was lost.', { temporary: true });
}
