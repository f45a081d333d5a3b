import { setImmediate as tick } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type DeskLoop, Desks } from '../../../../src/worker/run/desks.js';

/** Notes what happens to it, and ends only when it is let go. */
class FakeDesk implements DeskLoop {
  readonly name: string;
  readonly #events: string[];
  readonly #broken: boolean;
  #finish: (() => void) | null = null;

  constructor(name: string, events: string[], broken = false) {
    this.name = name;
    this.#events = events;
    this.#broken = broken;
  }

  readonly run = (signal: AbortSignal): Promise<void> => {
    this.#events.push(`${this.name} begins`);
    if (this.#broken) return Promise.reject(new Error('a bug'));
    signal.addEventListener('abort', () => this.#events.push(`${this.name} is told to stop`));
    return new Promise((fulfil) => {
      this.#finish = () => {
        this.#events.push(`${this.name} has ended`);
        fulfil();
      };
    });
  };

  finish(): void {
    this.#finish?.();
  }
}

let stop = new AbortController();
afterEach(() => {
  stop = new AbortController();
});

function bench() {
  const events: string[] = [];
  const opened = new Map<string, FakeDesk>();
  const waits: (() => void)[] = [];
  const log = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: (_: object, message?: string) => void events.push(message ?? ''),
  };
  const desks = new Desks<FakeDesk>({
    signal: stop.signal,
    log: log as never,
    wait: () => new Promise((fulfil) => void waits.push(fulfil)),
  });
  const wanted = (id: string, version = '1', broken = false) => ({
    id,
    version,
    open: () => {
      const desk = new FakeDesk(`${id}/${version}`, events, broken);
      opened.set(desk.name, desk);
      return desk;
    },
  });
  return { events, opened, waits, desks, wanted };
}

describe('the desks of a process', () => {
  it('run side by side, and one that breaks is started again', async () => {
    const { events, waits, desks, wanted } = bench();
    desks.set([wanted('bad', '1', true), wanted('good')]);
    await tick();
    expect(events).toEqual(['bad/1 begins', 'good/1 begins', 'The desk has stopped and is started again.']);
    waits[0]?.();
    await tick();
    expect(events.slice(3)).toEqual(['bad/1 begins', 'The desk has stopped and is started again.']);
  });

  it('are left alone where nothing about them has changed', async () => {
    const { events, desks, wanted } = bench();
    desks.set([wanted('a'), wanted('b')]);
    await tick();
    const before = desks.all;
    const { changed, settled } = desks.set([wanted('b'), wanted('a')]);
    await settled;
    expect(changed).toEqual({ begun: 0, anew: 0, ended: 0, untouched: 2 });
    expect(events).toEqual(['a/1 begins', 'b/1 begins']);
    expect(new Set(desks.all)).toEqual(new Set(before));
  });

  it('end when they are not wanted any more, and nobody else waits for that', async () => {
    const { events, opened, desks, wanted } = bench();
    desks.set([wanted('a'), wanted('b')]);
    await tick();
    let isSettled = false;
    const { changed, settled } = desks.set([wanted('b'), wanted('c')]);
    void settled.finally(() => {
      isSettled = true;
    });
    await tick();
    expect(changed).toEqual({ begun: 1, anew: 0, ended: 1, untouched: 1 });
    expect(desks.all.map(({ name }) => name)).toEqual(['b/1', 'c/1']);
    expect(events.slice(2)).toEqual(['a/1 is told to stop', 'c/1 begins']);
    expect(isSettled).toBe(false);
    opened.get('a/1')?.finish();
    await settled;
  });

  it('begin anew where they have changed, when the message in hand is finished', async () => {
    const { events, opened, desks, wanted } = bench();
    desks.set([wanted('a')]);
    await tick();
    expect(desks.set([wanted('a', '2')]).changed).toEqual({ begun: 0, anew: 1, ended: 0, untouched: 0 });
    await tick();
    // And once more before the first has ended: the second never begins.
    const { settled } = desks.set([wanted('a', '3')]);
    await tick();
    expect(events).toEqual(['a/1 begins', 'a/1 is told to stop']);
    opened.get('a/1')?.finish();
    await settled;
    await tick();
    expect(events.slice(2)).toEqual(['a/1 has ended', 'a/3 begins']);
    expect(desks.all.map(({ name }) => name)).toEqual(['a/3']);
  });

  it('come back only when the one before has ended', async () => {
    const { events, desks, wanted } = bench();
    desks.set([wanted('a')]);
    await tick();
    const [before] = desks.all;
    desks.set([]);
    desks.set([wanted('a')]);
    await tick();
    expect(events).toEqual(['a/1 begins', 'a/1 is told to stop']);
    before?.finish();
    await tick();
    await tick();
    expect(events.slice(2)).toEqual(['a/1 has ended', 'a/1 begins']);
  });

  it('are gone when they have ended, for whoever asks after they were told to stop', async () => {
    const { events, opened, desks, wanted } = bench();
    desks.set([wanted('a'), wanted('b')]);
    await tick();
    desks.set([]);
    // Nobody knows of the first stop by now.
    desks.set([]);
    const gone = desks.gone('a').then(() => events.push('a is gone'));
    await desks.gone('never there');
    await tick();
    expect(events.slice(2)).toEqual(['a/1 is told to stop', 'b/1 is told to stop']);
    opened.get('a/1')?.finish();
    await gone;
    expect(events.slice(4)).toEqual(['a/1 has ended', 'a is gone']);
  });

  it('have ended when all have, those that were told to stop before among them', async () => {
    const { opened, desks, wanted } = bench();
    desks.set([wanted('a'), wanted('b')]);
    await tick();
    const [a, b] = desks.all;
    desks.set([wanted('b')]);
    let hasEnded = false;
    const ended = desks.ended().finally(() => {
      hasEnded = true;
    });
    stop.abort();
    b?.finish();
    await tick();
    expect(hasEnded).toBe(false);
    a?.finish();
    await ended;
    expect(opened.size).toBe(2);
  });
});
