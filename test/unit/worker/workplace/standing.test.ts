/** The line of workers over a register of a few lines: who works, who stands by, and what becomes of one that is silent. */
import { describe, expect, it } from 'vitest';
import type { WorkerRecord } from '../../../../src/mailbox/register/entry.js';
import { type LineEntries, PlaceInLine, type Standing } from '../../../../src/worker/workplace/standing.js';

const LEASE_MS = 60_000;
const LOOK_MS = 15_000;
/** In how many milliseconds each says that it looks by itself. */
const LOOKS_MS = 75_000;

interface Stored {
  readonly record: WorkerRecord;
  flags: ReadonlySet<string>;
  modseq: number;
}

/** A register that several workers share, with one clock for all and a way for each to fall silent. */
class Register {
  readonly entries = new Map<number, Stored>();
  readonly keepsModseq: boolean;
  readonly taken: string[] = [];
  clock = 0;
  #modseq = 1;
  #uidNext = 1;

  constructor(keepsModseq: boolean) {
    this.keepsModseq = keepsModseq;
  }

  get workers(): readonly string[] {
    return [...this.entries.values()].map(({ record }) => record.worker);
  }

  worker(name: string, gone: readonly string[] = []) {
    const self = { worker: name, host: name, place: name, pid: 1, started: '1', command: 'run' };
    const place = new PlaceInLine({
      presence: { self, isGone: ({ worker }) => gone.includes(worker) },
      looksMs: LOOKS_MS,
      leaseMs: LEASE_MS,
      elapsed: () => this.clock,
      now: () => new Date(0),
    });
    const entries = this.#entriesFor(name);
    return {
      place,
      entries,
      enter: () => place.enter(entries),
      look: () => place.look(entries),
      leave: () => place.leave(entries),
    };
  }

  #entriesFor(name: string): LineEntries {
    const mayChange = (uid: number, modseq: string | null): Stored | null => {
      const stored = this.entries.get(uid);
      return stored === undefined || (modseq !== null && stored.modseq > Number(modseq)) ? null : stored;
    };
    return {
      append: (record) => {
        const uid = this.#uidNext++;
        this.entries.set(uid, { record, flags: new Set(['\\Seen']), modseq: (this.#modseq += 1) });
        return Promise.resolve(uid);
      },
      read: () => {
        const standing = [...this.entries].map(
          ([uid, { record, flags }]): Standing => ({ ...record, uid, flags, sign: [...flags].join() }),
        );
        return Promise.resolve({ standing, modseq: this.keepsModseq ? String(this.#modseq) : null });
      },
      sign: (uid, flags, modseq) => {
        const stored = mayChange(uid, modseq);
        if (stored === null) return Promise.resolve(false);
        stored.flags = new Set(flags);
        stored.modseq = this.#modseq += 1;
        return Promise.resolve(true);
      },
      takeOut: (uid, modseq) => {
        if (mayChange(uid, modseq) === null) return Promise.resolve(false);
        this.taken.push(`${name} takes out ${this.entries.get(uid)?.record.worker ?? ''}`);
        this.entries.delete(uid);
        return Promise.resolve(true);
      },
      remove: (uids) => {
        for (const uid of uids) this.entries.delete(uid);
        return Promise.resolve();
      },
    };
  }

  /** So long, in looks of those who are awake. */
  async pass(ms: number, awake: readonly { look(): Promise<unknown> }[]): Promise<void> {
    for (const end = this.clock + ms; this.clock < end; ) {
      this.clock += LOOK_MS;
      for (const one of awake) await one.look();
    }
  }
}

describe.each([
  ['by conditional STORE', true],
  ['without mod-sequences', false],
] as const)('a line of workers, %s', (_, keepsModseq) => {
  it('of one costs nothing, and is left without a trace', async () => {
    const register = new Register(keepsModseq);
    const a = register.worker('a');
    expect([await a.look(), await a.enter()]).toEqual([null, null]);
    const before = [...register.entries.values()].map(({ flags }) => flags);
    await register.pass(10 * LEASE_MS, [a]);
    expect([...register.entries.values()].map(({ flags }) => flags)).toEqual(before);
    await a.leave();
    expect(register.workers).toEqual([]);
  });

  it('lets the second stand by for as long as the first lives, and names the first', async () => {
    const register = new Register(keepsModseq);
    const [a, b] = [register.worker('a'), register.worker('b')];
    await a.enter();
    expect(await b.enter()).toMatchObject({ host: 'a', pid: 1, command: 'run' });
    await register.pass(10 * LEASE_MS, [a, b]);
    expect([await a.look(), await b.look()]).toMatchObject([null, { host: 'a' }]);
    await a.leave();
    expect(await b.look()).toBeNull();
  });

  it('is in the order of entering, whoever looked first', async () => {
    const register = new Register(keepsModseq);
    const [a, b] = [register.worker('a'), register.worker('b')];
    expect([await a.look(), await b.look()]).toEqual([null, null]);
    expect(await b.enter()).toBeNull();
    expect(await a.enter()).toMatchObject({ host: 'b' });
  });

  it('gives the first time to see that somebody waits, and not more than a lease from then on', async () => {
    const register = new Register(keepsModseq);
    const [a, b] = [register.worker('a'), register.worker('b')];
    await a.enter();
    await b.enter();
    await register.pass(LOOKS_MS, [b]);
    expect(await b.look()).toMatchObject({ host: 'a' });
    await register.pass(2 * LOOK_MS, [a, b]);
    await register.pass(LEASE_MS - LOOK_MS, [b]);
    expect(await b.look()).toMatchObject({ host: 'a' });
    await register.pass(2 * LOOK_MS, [b]);
    expect([await b.look(), register.workers]).toEqual([null, ['b']]);
  });

  it('is patient with one that looks no more often than by itself, time and again, but not for ever', async () => {
    const register = new Register(keepsModseq);
    const [a, b] = [register.worker('a'), register.worker('b')];
    await a.enter();
    await b.enter();
    for (let poll = 0; poll < 20; poll += 1) {
      await register.pass(LOOKS_MS, [b]);
      await a.look();
      expect(await b.look()).toMatchObject({ host: 'a' });
    }
    await register.pass(LEASE_MS + LOOKS_MS, [b]);
    expect([await b.look(), register.workers]).toEqual([null, ['b']]);
  });

  it('goes on behind one that has died, and lets it in again at the end', async () => {
    const register = new Register(keepsModseq);
    const [a, b, c] = [register.worker('a'), register.worker('b'), register.worker('c')];
    for (const one of [a, b, c]) await one.enter();
    await register.pass(LOOKS_MS + LEASE_MS + LOOK_MS, [b, c]);
    expect(register.taken).toEqual(['b takes out a']);
    expect([await b.look(), await c.look()]).toMatchObject([null, { host: 'b' }]);
    expect(await a.look()).toMatchObject({ host: 'b' });
    expect(await a.enter()).toMatchObject({ host: 'b' });
    expect(register.workers).toEqual(['b', 'c', 'a']);
  });

  it('takes out at once who is known to have gone', async () => {
    const register = new Register(keepsModseq);
    const [a, b] = [register.worker('a'), register.worker('b', ['a'])];
    await a.enter();
    expect([await b.enter(), register.workers]).toEqual([null, ['b']]);
  });

  it('does not hold a sleep of one’s own against the others', async () => {
    const register = new Register(keepsModseq);
    const [a, b] = [register.worker('a'), register.worker('b')];
    await a.enter();
    await b.enter();
    await register.pass(2 * LOOK_MS, [a, b]);
    // So many signs that the flags are again what they were.
    for (let sign = 0; sign < 4; sign += 1) await a.look();
    register.clock += 100 * LEASE_MS;
    expect(await b.look()).toMatchObject({ host: 'a' });
  });
});

it('by conditional STORE leaves in who gave a sign at the last moment', async () => {
  const register = new Register(true);
  const [a, b] = [register.worker('a'), register.worker('b', ['a'])];
  await a.enter();
  const takeOut = b.entries.takeOut.bind(b.entries);
  b.entries.takeOut = async (uid, modseq) => {
    await a.entries.sign(uid, ['\\Seen', '\\Draft'], null);
    return takeOut(uid, modseq);
  };
  expect(await b.enter()).toMatchObject({ host: 'a' });
  expect(register.workers).toEqual(['a', 'b']);
});
