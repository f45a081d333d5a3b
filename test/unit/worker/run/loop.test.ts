import { setImmediate as tick } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConfigProblem } from '../../../../src/config/problem.js';
import { Problem } from '../../../../src/problem/problem.js';
import { type LoopLog, type LoopOptions, type LoopTimers, runLoop } from '../../../../src/worker/run/loop.js';
import { Wakeup } from '../../../../src/worker/run/wakeup.js';

/** Something that a test ends when it likes. */
class Step {
  readonly promise: Promise<void>;
  done: () => void = () => undefined;
  fail: (error: unknown) => void = () => undefined;

  constructor() {
    this.promise = new Promise<void>((fulfil, reject) => {
      this.done = fulfil;
      this.fail = reject;
    });
  }
}

/** A desk whose passes, connection, clock and log are in the test's hands. */
class Bench {
  readonly stop = new AbortController();
  readonly wakeup = new Wakeup();
  readonly passes: { readonly step: Step; readonly signal: AbortSignal }[] = [];
  readonly idles: { readonly step: Step; readonly signal: AbortSignal }[] = [];
  readonly waits: { readonly ms: number; readonly step: Step }[] = [];
  readonly logged: string[] = [];
  due: (() => void) | null = null;
  running = 0;
  nowMs = 0;
  overlapped = false;
  readonly finished: Promise<void>;

  constructor(changes: Partial<LoopOptions> = {}) {
    this.finished = runLoop({
      pass: (signal) => this.#pass(signal),
      waitForMail: (signal) => this.#idle(signal),
      schedule: { expression: '* * * * *', timezone: 'UTC' },
      signal: this.stop.signal,
      log: this.log,
      wakeup: this.wakeup,
      timers: this.timers,
      ...changes,
    });
  }

  readonly log: LoopLog = logInto(this.logged);

  readonly timers: LoopTimers = {
    random: () => 0,
    wait: (ms, signal) => {
      const step = new Step();
      this.waits.push({ ms, step });
      signal.addEventListener('abort', () => step.fail(signal.reason));
      return step.promise;
    },
    clock: () => this.nowMs,
    poll: (_, due) => {
      this.due = due;
      return () => {
        this.due = null;
      };
    },
  };

  async #pass(signal: AbortSignal): Promise<void> {
    const step = new Step();
    this.passes.push({ step, signal });
    this.overlapped ||= this.running > 0;
    this.running += 1;
    try {
      await step.promise;
    } finally {
      this.running -= 1;
    }
  }

  async #idle(signal: AbortSignal): Promise<void> {
    const step = new Step();
    this.idles.push({ step, signal });
    this.overlapped ||= this.running > 0;
    this.running += 1;
    signal.addEventListener('abort', step.done);
    try {
      await step.promise;
    } finally {
      this.running -= 1;
    }
  }

  async passed(): Promise<void> {
    this.passes.at(-1)?.step.done();
    await tick();
  }

  async failed(error: unknown): Promise<void> {
    this.passes.at(-1)?.step.fail(error);
    await tick();
  }

  async slept(): Promise<void> {
    this.waits.at(-1)?.step.done();
    await tick();
  }

  async end(): Promise<void> {
    this.stop.abort();
    this.passes.at(-1)?.step.done();
    await this.finished;
    expect(this.overlapped).toBe(false);
    expect(this.due).toBeNull();
  }
}

function logInto(lines: string[]): LoopLog {
  const at =
    (level: string) =>
    (...args: unknown[]) =>
      void lines.push(`${level}: ${String(args.at(-1))}`);
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

describe('the loop of a desk', () => {
  it('begins with a pass, then waits for the server or the poll', async () => {
    const bench = new Bench();
    expect(bench.passes).toHaveLength(1);
    expect(bench.idles).toHaveLength(0);
    await bench.passed();
    expect(bench.idles).toHaveLength(1);
    bench.idles[0]?.step.done();
    await tick();
    expect(bench.passes).toHaveLength(2);
    await bench.passed();
    bench.due?.();
    await tick();
    expect(bench.passes).toHaveLength(3);
    expect(bench.idles[1]?.signal.aborted).toBe(true);
    await bench.end();
  });

  it('does one more pass for whatever woke it during one', async () => {
    const bench = new Bench();
    bench.due?.();
    bench.wakeup.wake();
    bench.due?.();
    expect(bench.passes).toHaveLength(1);
    await bench.passed();
    expect(bench.passes).toHaveLength(2);
    expect(bench.idles).toHaveLength(0);
    await bench.passed();
    expect(bench.passes).toHaveLength(2);
    expect(bench.idles).toHaveLength(1);
    await bench.end();
  });

  it('does not begin a pass before the wait on the connection has ended', async () => {
    const closing = new Step();
    const bench = new Bench({ waitForMail: () => closing.promise });
    await bench.passed();
    bench.due?.();
    await tick();
    expect(bench.passes).toHaveLength(1);
    closing.done();
    await tick();
    expect(bench.passes).toHaveLength(2);
    await bench.end();
  });

  it('tries again with growing pauses, which the poll does not shorten', async () => {
    const bench = new Bench();
    for (const error of [
      new Problem('server-busy', 'busy', { temporary: true }),
      new TypeError('a bug'),
      'thrown text',
    ]) {
      await bench.failed(error);
      bench.due?.();
      await tick();
      await bench.slept();
    }
    expect(bench.waits.map(({ ms }) => ms)).toEqual([500, 1000, 2000]);
    expect(bench.passes).toHaveLength(4);
    const begins = 'warn: The desk does not work, and tries again until it does.';
    expect(bench.logged).toEqual([begins, begins, begins]);
    bench.nowMs += 65_000;
    await bench.passed();
    expect(bench.logged.at(-1)).toBe('info: The desk works again, after 1 minute.');
    bench.idles[0]?.step.done();
    await tick();
    await bench.failed(new Problem('server-busy', 'busy', { temporary: true }));
    expect(bench.waits.at(-1)?.ms).toBe(500);
    await bench.end();
  });

  it('looks again within a minute at what a person has to mend, and says so once', async () => {
    const bench = new Bench();
    const missing = new Problem('folders-missing', 'missing', { exitCode: 78 });
    for (const error of [missing, missing, missing, new ConfigProblem('secret-unavailable', 'gone')]) {
      await bench.failed(error);
      await bench.slept();
    }
    expect(bench.waits.map(({ ms }) => ms)).toEqual([7500, 15_000, 30_000, 30_000]);
    expect(bench.logged).toEqual([
      'error: The desk is unhealthy, and needs a person.',
      'debug: The desk still does not work, and tries again in 15 s.',
      'debug: The desk still does not work, and tries again in 30 s.',
      'error: The desk is unhealthy, and needs a person.',
    ]);
    await bench.passed();
    expect(bench.logged.at(-1)).toBe('info: The desk works again, after 0 seconds.');
    await bench.end();
  });

  it.each([
    ['a refused sign-in', 'imap-sign-in-refused'],
    ['a sign-in that nobody has made', 'sign-in-needed'],
    ['a sign-in that was revoked', 'sign-in-expired'],
  ])('tries %s ever more seldom, whatever else fails between, until one works', async (_, code) => {
    const bench = new Bench();
    const refused = new Problem(code, 'refused', { exitCode: 77 });
    const unreachable = new Problem('imap-unreachable', 'down', { temporary: true });
    for (const error of [refused, unreachable, refused, refused, refused, refused, refused, refused]) {
      await bench.failed(error);
      bench.due?.();
      await tick();
      await bench.slept();
    }
    const minutes = bench.waits.map(({ ms }) => ms / 60_000);
    expect(minutes.map((one) => Math.round(one))).toEqual([1, 0, 2, 4, 8, 16, 30, 30]);
    expect(bench.logged.filter((line) => line.startsWith('error'))).toHaveLength(1);
    await bench.passed();
    bench.idles[0]?.step.done();
    await tick();
    await bench.failed(refused);
    expect(bench.waits.at(-1)?.ms).toBe(60_000);
    await bench.end();
  });

  it('does not let a refusal of the mail server hold up the filing', async () => {
    const bench = new Bench();
    await bench.failed(new Problem('smtp-sign-in-refused', 'refused', { exitCode: 77 }));
    expect(bench.waits.map(({ ms }) => ms)).toEqual([7500]);
    await bench.end();
  });

  it.each([
    ['a refused sign-in', new Problem('imap-sign-in-refused', 'refused', { exitCode: 77 })],
    ['a missing folder', new Problem('folders-missing', 'missing', { exitCode: 78 })],
    ['a server that is down', new Problem('imap-unreachable', 'down', { temporary: true })],
  ])('does not wait out the pause after %s once somebody has mended it', async (_, problem) => {
    const bench = new Bench();
    await bench.failed(problem);
    expect(bench.passes).toHaveLength(1);
    bench.wakeup.hurry();
    await tick();
    expect(bench.passes).toHaveLength(2);
    // Mended while the pass was failing: one more follows at once.
    bench.wakeup.hurry();
    await bench.failed(problem);
    expect(bench.passes).toHaveLength(3);
    await bench.failed(problem);
    expect(bench.passes).toHaveLength(3);
    await bench.slept();
    await bench.end();
  });

  it('tells its witness what it does', async () => {
    const seen: string[] = [];
    const witness = {
      passBegins: () => void seen.push('begins'),
      passFails: (_error: unknown, pauseMs: number) => void seen.push(`fails, ${pauseMs} ms`),
      passEnds: () => void seen.push('ends'),
    };
    const bench = new Bench({ witness });
    await bench.failed(new Problem('imap-unreachable', 'down', { temporary: true }));
    await bench.slept();
    await bench.passed();
    await bench.end();
    expect(seen).toEqual(['begins', 'fails, 500 ms', 'begins', 'ends']);
  });

  it('takes up a lost connection with growing pauses, and the poll goes on meanwhile', async () => {
    const bench = new Bench();
    const lost = new Problem('connection-lost', 'lost', { temporary: true });
    for (const ms of [500, 1000, 2000]) {
      await bench.passed();
      bench.idles.at(-1)?.step.fail(lost);
      await tick();
      expect(bench.waits.at(-1)?.ms).toBe(ms);
      await bench.slept();
    }
    expect(bench.passes).toHaveLength(4);
    await bench.passed();
    bench.idles.at(-1)?.step.fail(lost);
    await tick();
    bench.due?.();
    await tick();
    expect(bench.passes).toHaveLength(5);
    expect(bench.logged.map((line) => line.slice(0, 5))).toEqual(['debug', 'debug', 'debug', 'debug']);
    await bench.passed();
    bench.due?.();
    await tick();
    await bench.passed();
    bench.idles.at(-1)?.step.fail(lost);
    await tick();
    expect(bench.waits.at(-1)?.ms).toBe(500);
    await bench.end();
  });

  it('is told to stop while it connects, and that is no trouble', async () => {
    const bench = new Bench();
    bench.stop.abort();
    bench.passes[0]?.step.fail(new Problem('imap-stopped', 'stopped', { temporary: true }));
    await bench.finished;
    expect(bench.logged).toEqual([]);
  });

  it('tells a pass to stop, and waits for it', async () => {
    const bench = new Bench();
    bench.stop.abort();
    await tick();
    expect(bench.passes[0]?.signal.aborted).toBe(true);
    let finished = false;
    const noticed = (async () => {
      await bench.finished;
      finished = true;
    })();
    await tick();
    expect(finished).toBe(false);
    bench.passes[0]?.step.done();
    await noticed;
    expect(bench.passes).toHaveLength(1);
    expect(bench.idles).toHaveLength(0);
    expect(bench.due).toBeNull();
  });

  it('stops in a pause, while waiting for mail, and before it has begun', async () => {
    const paused = new Bench();
    await paused.failed(new Error('x'));
    await paused.end();
    expect(paused.passes).toHaveLength(1);
    const waiting = new Bench();
    await waiting.passed();
    await waiting.end();
    expect(waiting.passes).toHaveLength(1);
    const late = new Bench({ signal: AbortSignal.abort() });
    await late.finished;
    expect(late.passes).toHaveLength(0);
    expect(late.due).toBeNull();
  });

  it('takes a pass that throws the reason of the abort as one that has stopped', async () => {
    const bench = new Bench();
    bench.stop.abort();
    await bench.failed(bench.stop.signal.reason);
    await bench.finished;
    expect(bench.logged).toEqual([]);
  });
});

describe('the poll', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: new Date('2026-03-28T11:59:58Z') });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('follows the cron expression in its time zone, and leaves no timer behind', async () => {
    const stop = new AbortController();
    const times: string[] = [];
    const finished = runLoop({
      pass: () => Promise.resolve(times.push(new Date().toISOString())),
      waitForMail: (signal) =>
        new Promise((fulfil) => {
          signal.addEventListener('abort', () => fulfil());
        }),
      schedule: { expression: '0 12 * * *', timezone: 'Europe/Berlin' },
      signal: stop.signal,
      log: logInto([]),
    });
    await vi.advanceTimersByTimeAsync(2 * 86_400_000);
    stop.abort();
    await finished;
    // 12:00 in Berlin on both sides of the change to summer time on 29 March.
    expect(times.map((time) => time.slice(0, 16))).toEqual([
      '2026-03-28T11:59',
      '2026-03-29T10:00',
      '2026-03-30T10:00',
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
