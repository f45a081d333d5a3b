/** Turns at one server, with a clock of the test's own. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EXIT, Problem } from '../../../../src/problem/problem.js';
import { HostConnections, type Turn } from '../../../../src/worker/run/host-connections.js';
import { Pace } from '../../../../src/worker/run/host-pace.js';

const never = (): AbortSignal => new AbortController().signal;
const FULL = new Problem('imap-too-many-connections', 'too many', { temporary: true });
const DOWN = new Problem('imap-unreachable', 'down', { temporary: true, exitCode: EXIT.unavailable });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A server, and the names of those that were served, in order. */
class Bench {
  readonly served: string[] = [];
  readonly turns = new Map<string, Turn>();
  readonly all: Turn[] = [];
  readonly host: HostConnections;

  constructor(most: number, { perSecond = 1000, atOnce = 1000 } = {}) {
    this.host = new HostConnections({ most, pace: new Pace({ perSecond, atOnce }) });
  }

  async ask(
    desk: string,
    { hasWork = (): boolean => false, signal = never(), onBack = (): void => undefined } = {},
  ): Promise<void> {
    const asked = this.host.take({ desk, hasWork, signal, onBack });
    const follow = async (): Promise<void> => {
      const turn = await asked.catch(() => null);
      if (turn === null) return;
      this.served.push(desk);
      this.turns.set(desk, turn);
      this.all.push(turn);
    };
    void follow();
    await this.pass();
  }

  async pass(ms = 0): Promise<void> {
    await vi.advanceTimersByTimeAsync(ms);
  }

  /** Signs in, makes its pass, and rests; gives way when it is asked to, as a session does. */
  async rest(desk: string): Promise<void> {
    const turn = this.of(desk);
    turn.opened();
    turn.settled();
    turn.rests(() => turn.release());
    await this.pass();
  }

  of(desk: string): Turn {
    const turn = this.turns.get(desk);
    if (turn === undefined) throw new Error(`${desk} has no turn.`);
    return turn;
  }
}

describe('turns at one server', () => {
  it('are given until the bound is reached, then as others end, to who has waited longest', async () => {
    const bench = new Bench(2);
    for (const desk of ['a', 'b', 'c', 'd']) {
      await bench.ask(desk);
      await bench.pass(10);
    }
    expect(bench.served).toEqual(['a', 'b']);
    bench.of('a').release();
    await bench.pass();
    expect(bench.served).toEqual(['a', 'b', 'c']);
    bench.of('b').release();
    bench.of('c').release();
    await bench.pass();
    expect(bench.served).toEqual(['a', 'b', 'c', 'd']);
  });

  it('go to a desk that knows of work before those that only look, but not for ever', async () => {
    const bench = new Bench(1);
    await bench.ask('holder');
    await bench.ask('looks');
    await bench.pass(20_000);
    await bench.ask('works', { hasWork: () => true });
    bench.of('holder').release();
    await bench.pass();
    expect(bench.served).toEqual(['holder', 'works']);
    await bench.pass(20_000);
    await bench.ask('works too', { hasWork: () => true });
    bench.of('works').release();
    await bench.pass();
    expect(bench.served.at(-1)).toBe('looks');
  });

  it('go to a desk that hears of work while it waits as to one that knew of it', async () => {
    const bench = new Bench(1);
    await bench.ask('holder');
    await bench.ask('looks');
    let isWoken = false;
    await bench.ask('is woken', { hasWork: () => isWoken });
    await bench.pass(1000);
    isWoken = true;
    bench.of('holder').release();
    await bench.pass();
    expect(bench.served).toEqual(['holder', 'is woken']);
  });

  it('end for those that only wait for mail, the longest first, as soon as and as far as others want them', async () => {
    const bench = new Bench(3);
    for (const desk of ['a', 'b', 'c']) {
      await bench.ask(desk);
      await bench.rest(desk);
      await bench.pass(1000);
    }
    expect(bench.host.held).toBe(3);
    await bench.ask('d');
    expect(bench.served).toEqual(['a', 'b', 'c', 'd']);
    expect(bench.host.held).toBe(3);
    expect(bench.of('b').isWanted).toBe(false);
    await bench.ask('e');
    expect(bench.served.at(-1)).toBe('e');
  });

  it('do not end for those at work: they are told that somebody waits', async () => {
    const bench = new Bench(1);
    await bench.ask('a');
    expect(bench.of('a').isWanted).toBe(false);
    await bench.ask('b');
    await bench.pass(60_000);
    expect(bench.served).toEqual(['a']);
    expect(bench.of('a').isWanted).toBe(true);
  });

  it('are given up by who is told to stop while it waits', async () => {
    const bench = new Bench(1);
    const stop = new AbortController();
    await bench.ask('a');
    await bench.ask('b', { signal: stop.signal });
    await bench.ask('c');
    stop.abort();
    bench.of('a').release();
    await bench.pass();
    expect(bench.served).toEqual(['a', 'c']);
  });

  it('are spread after a start: a few at once, then so many a second', async () => {
    const bench = new Bench(1000, { atOnce: 5, perSecond: 10 });
    for (let desk = 0; desk < 100; desk += 1) {
      const asked = bench.host.take({ desk: String(desk), hasWork: () => false, signal: never() });
      const follow = async (): Promise<void> => {
        const turn = await asked;
        bench.served.push(String(desk));
        turn.opened();
        turn.settled();
      };
      void follow();
    }
    await bench.pass();
    expect(bench.served).toHaveLength(5);
    await bench.pass(2000);
    expect(bench.served.length).toBeGreaterThanOrEqual(24);
    expect(bench.served.length).toBeLessThanOrEqual(26);
    await bench.pass(10_000);
    expect(bench.served).toHaveLength(100);
  });

  it('are not given while twenty are still signing in, but one that hangs keeps the others only for a while', async () => {
    const bench = new Bench(1000);
    for (let desk = 0; desk < 50; desk += 1) await bench.ask(String(desk));
    expect(bench.served).toHaveLength(20);
    bench.of('3').settled();
    await bench.pass();
    expect(bench.served).toHaveLength(21);
    await bench.pass(10_001);
    expect(bench.served.length).toBeGreaterThanOrEqual(40);
  });
});

describe('a server that says "too many"', () => {
  /** So many desks at rest, and one more that is refused. */
  async function crowded(open: number): Promise<Bench> {
    const bench = new Bench(1000);
    for (let desk = 0; desk < open; desk += 1) {
      await bench.ask(String(desk));
      await bench.rest(String(desk));
    }
    await bench.ask('refused');
    bench.of('refused').failed(FULL);
    return bench;
  }

  it('gets no more than are open, and more again bit by bit', async () => {
    const bench = await crowded(15);
    expect(bench.host.bound).toBe(15);
    await bench.pass(61_000);
    expect(bench.host.bound).toBe(16);
    await bench.pass(600_000);
    expect(bench.host.bound).toBeGreaterThan(25);
    expect(bench.host.bound).toBeLessThan(1000);
  });

  it('never gets none at all', async () => {
    expect((await crowded(0)).host.bound).toBe(1);
  });

  it('may say so by closing new connections without a word while others are open', async () => {
    const bench = new Bench(1000);
    const silent = (): Problem =>
      new Problem('imap-unreachable', 'it broke off there', {
        temporary: true,
        exitCode: EXIT.unavailable,
        cause: Object.assign(new Error('Unexpected close'), { code: 'ClosedAfterConnectText' }),
      });
    await bench.ask('a');
    await bench.rest('a');
    await bench.ask('b');
    expect(bench.of('b').failed(silent()).code).toBe('imap-too-many-connections');
    expect(bench.host.bound).toBe(1);
    bench.of('a').release();
    await bench.ask('b');
    // Where none is open it is down.
    expect(bench.of('b').failed(silent()).code).toBe('imap-unreachable');
  });

  it('is lowered once by a desk that is refused for a reason of its own', async () => {
    const bench = await crowded(15);
    for (let again = 0; again < 10; again += 1) {
      await bench.ask('refused');
      bench.of('refused').failed(FULL);
      await bench.pass(4000);
    }
    expect(bench.host.bound).toBe(15);
  });

  it('gets more again although some desks are refused again and again for a reason of their own', async () => {
    const bench = await crowded(15);
    for (let again = 0; again < 60; again += 1) {
      for (const stubborn of ['refused', 'another', 'a third']) {
        await bench.ask(stubborn);
        if (!bench.turns.has(stubborn)) continue;
        bench.of(stubborn).failed(FULL);
        bench.turns.delete(stubborn);
      }
      await bench.pass(60_000);
    }
    expect(bench.host.bound).toBe(1000);
  });
});

describe('a server that cannot be reached', () => {
  it('is tried by one desk now and then; when it answers the others are told', async () => {
    const bench = new Bench(1000);
    const back: string[] = [];
    await bench.ask('a');
    bench.of('a').failed(DOWN);
    let tries = 0;
    for (let second = 0; second < 300; second += 1) {
      for (const desk of ['b', 'c', 'd', 'e']) {
        await bench.ask(desk, { onBack: () => void back.push(desk) });
        if (!bench.turns.has(desk)) continue;
        tries += 1;
        bench.of(desk).failed(DOWN);
        bench.turns.delete(desk);
      }
      await bench.pass(1000);
    }
    // The one that tried last may try when it likes; the others once in half a minute at the most often.
    expect(tries).toBeGreaterThan(8);
    expect(bench.served.filter((desk) => desk === 'a')).toHaveLength(1);
    await bench.pass(31_000);
    await bench.ask('b');
    expect(back).toEqual([]);
    bench.of('b').opened();
    expect(back.toSorted()).toEqual(['c', 'd', 'e']);
    await bench.ask('e');
    expect(bench.served.at(-1)).toBe('e');
  });

  it('is told at once to a desk that asks meanwhile, with what the other one met', async () => {
    const bench = new Bench(1000);
    await bench.ask('a');
    bench.of('a').failed(DOWN);
    await expect(bench.host.take({ desk: 'b', hasWork: () => false, signal: never() })).rejects.toBe(DOWN);
  });

  it('is not taken for one because of what it says of one account', async () => {
    const bench = new Bench(1000);
    await bench.ask('a');
    bench.of('a').failed(new Problem('imap-unreachable', 'no sign-in just now', { temporary: true }));
    await bench.ask('b');
    expect(bench.served).toEqual(['a', 'b']);
  });
});

describe('whatever desks and servers do', () => {
  const STEP = fc.oneof(
    fc.record({ what: fc.constant('ask' as const), desk: fc.nat(9), hasWork: fc.boolean() }),
    fc.record({
      what: fc.constantFrom('rest', 'release', 'full' as const),
      desk: fc.nat(9),
      hasWork: fc.boolean(),
    }),
  );

  it('there are never more connections than the bound, and everybody is served in the end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(STEP, { maxLength: 40 }),
        async (most, steps) => {
          const bench = new Bench(most);
          const asked: string[] = [];
          for (const { what, desk, hasWork } of steps) {
            const name = `${desk}`;
            if (what === 'ask') {
              await bench.ask(name, { hasWork: () => hasWork });
              asked.push(name);
            } else if (bench.turns.has(name)) {
              if (what === 'rest') await bench.rest(name);
              else if (what === 'full') bench.of(name).failed(FULL);
              else bench.of(name).release();
            }
            expect(bench.host.held).toBeLessThanOrEqual(most);
            await bench.pass(100);
          }
          // From now on each that is served ends its work.
          for (let round = 0; round <= asked.length && bench.served.length < asked.length; round += 1) {
            for (const turn of bench.all) turn.release();
            await bench.pass(1000);
          }
          expect(bench.served.toSorted()).toEqual(asked.toSorted());
        },
      ),
    );
  });
});
