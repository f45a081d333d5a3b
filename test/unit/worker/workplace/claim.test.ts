/** Claims over a register of a few lines: who works, who waits, and what becomes of a claim that was left behind. */
import { describe, expect, it } from 'vitest';
import type { ClaimRecord } from '../../../../src/mailbox/register/entry.js';
import {
  ClaimedElsewhere,
  type LiveClaim,
  LookAgain,
  MailboxClaim,
  type RegisterSight,
} from '../../../../src/worker/workplace/claim.js';

const LEASE_MS = 60_000;

/** A register that several workers share, with a clock of its own. */
class Register {
  readonly entries: LiveClaim[] = [];
  uidNext = 1;
  clock = Date.parse('2026-11-02T09:00:00Z');

  /** Something else is appended: a ticket, a request. */
  grow(): void {
    this.uidNext += 1;
  }

  sight(): RegisterSight {
    return { claims: [...this.entries], uidNext: this.uidNext };
  }

  worker(name: string, options: { gone?: readonly string[]; skewMs?: number; leaseMs?: number } = {}) {
    const { gone = [], skewMs = 0, leaseMs = LEASE_MS } = options;
    const place = { host: name, place: name, pid: 1, started: '1', command: 'run' };
    const claim = new MailboxClaim({
      entries: {
        append: (record: ClaimRecord) => {
          const uid = this.uidNext++;
          this.entries.push({ ...record, uid, flags: new Set(), receivedAt: new Date(this.clock) });
          return Promise.resolve(uid);
        },
        live: () => Promise.resolve([...this.entries]),
        remove: (uids) => {
          for (const uid of uids) {
            const at = this.entries.findIndex((one) => one.uid === uid);
            if (at !== -1) this.entries.splice(at, 1);
          }
          return Promise.resolve();
        },
      },
      presence: { self: { ...place, worker: name }, isGone: ({ worker }) => gone.includes(worker) },
      leaseMs,
      elapsed: () => this.clock,
      now: () => new Date(this.clock + skewMs),
    });
    return { claim, look: () => claim.see(this.sight()) };
  }

  /** A worker that has looked, and claimed the desk. */
  async workerAtWork(name: string) {
    const worker = this.worker(name);
    worker.look();
    await worker.claim.hold();
    return worker;
  }

  get workers(): readonly string[] {
    return this.entries.map(({ worker }) => worker);
  }
}

it('is taken with one entry where nobody wrote since the look, and given back', async () => {
  const register = new Register();
  const a = await register.workerAtWork('a');
  await a.claim.hold();
  expect(register.workers).toEqual(['a']);
  await a.claim.release();
  expect(register.workers).toEqual([]);
});

it('makes the pass begin again where somebody wrote since the look', async () => {
  const register = new Register();
  const a = register.worker('a');
  a.look();
  register.grow();
  await expect(a.claim.hold()).rejects.toBeInstanceOf(LookAgain);
  await a.claim.hold();
  expect(register.workers).toEqual(['a']);
});

it('keeps another worker from beginning', async () => {
  const register = new Register();
  await register.workerAtWork('a');
  const b = register.worker('b');
  b.look();
  await expect(b.claim.hold()).rejects.toMatchObject({ by: { worker: 'a' } });
  expect(register.workers).toEqual(['a']);
});

it('goes to the lower UID where both have looked before either claimed', async () => {
  const register = new Register();
  const [a, b] = [register.worker('a'), register.worker('b')];
  a.look();
  b.look();
  await a.claim.hold();
  await expect(b.claim.hold()).rejects.toBeInstanceOf(ClaimedElsewhere);
  expect(register.workers).toEqual(['a']);
});

it('of a worker that has gone is over at once', async () => {
  const register = new Register();
  await register.workerAtWork('a');
  const b = register.worker('b', { gone: ['a'] });
  b.look();
  await b.claim.hold();
  expect(register.workers).toEqual(['b']);
});

describe('the claim of a worker elsewhere that says nothing more', () => {
  it.each([0, 600_000, -600_000])(
    'stands until its lease is over by the server’s clock, whose own is %i ms off',
    async (skewMs) => {
      const register = new Register();
      const a = register.worker('a');
      a.look();
      await a.claim.hold();
      register.clock += LEASE_MS - 1000;
      const b = register.worker('b', { skewMs });
      b.look();
      await expect(b.claim.hold()).rejects.toBeInstanceOf(ClaimedElsewhere);
      expect(register.workers).toEqual(['a']);
      // A clock that is behind takes it for younger than it is.
      register.clock += Math.max(2000, 2000 - skewMs + LEASE_MS);
      b.look();
      await expect(b.claim.hold()).rejects.toBeInstanceOf(LookAgain);
      await b.claim.hold();
      expect(register.workers).toEqual(['b']);
    },
  );

  it('stands for as long as it says itself, whatever the lease of who sees it', async () => {
    const register = new Register();
    const [short, long] = [register.worker('short', { leaseMs: 30_000 }), register.worker('long')];
    short.look();
    await short.claim.hold();
    register.clock += 31_000;
    long.look();
    await expect(long.claim.hold()).rejects.toBeInstanceOf(LookAgain);
    await long.claim.hold();
    expect(register.workers).toEqual(['long']);
    register.clock += 31_000;
    await expect(short.claim.hold()).rejects.toBeInstanceOf(LookAgain);
    short.look();
    await expect(short.claim.hold()).rejects.toBeInstanceOf(ClaimedElsewhere);
    expect(register.workers).toEqual(['long']);
  });

  it('does not stand for longer than three minutes, whatever it says', async () => {
    const register = new Register();
    const long = register.worker('long', { leaseMs: 3_600_000 });
    long.look();
    await long.claim.hold();
    register.clock += 181_000;
    const other = register.worker('other');
    other.look();
    await expect(other.claim.hold()).rejects.toBeInstanceOf(LookAgain);
    expect(register.workers).toEqual(['other']);
  });

  it('is lost to it when it wakes up, and it does not go on', async () => {
    const register = new Register();
    const [a, b] = [await register.workerAtWork('a'), register.worker('b')];
    register.clock += 2 * LEASE_MS;
    b.look();
    await expect(b.claim.hold()).rejects.toBeInstanceOf(LookAgain);
    await expect(a.claim.hold()).rejects.toBeInstanceOf(LookAgain);
    a.look();
    await expect(a.claim.hold()).rejects.toMatchObject({ by: { worker: 'b' } });
    expect(register.workers).toEqual(['b']);
  });
});

it('that bears a date far ahead is over', async () => {
  const register = new Register();
  await register.workerAtWork('a');
  register.clock -= 2 * 3_600_000;
  const b = register.worker('b');
  b.look();
  await expect(b.claim.hold()).rejects.toBeInstanceOf(LookAgain);
  expect(register.workers).toEqual(['b']);
});

it('whose dates nobody can read is over', async () => {
  const register = new Register();
  await register.workerAtWork('a');
  const [entry] = register.entries;
  if (entry === undefined) throw new Error('There is no claim.');
  const never = new Date(Number.NaN);
  register.entries[0] = { ...entry, since: never, at: never, receivedAt: never };
  const b = register.worker('b');
  b.look();
  await expect(b.claim.hold()).rejects.toBeInstanceOf(LookAgain);
  expect(register.workers).toEqual(['b']);
});

it('is not renewed too late, though nobody has taken it away yet', async () => {
  const register = new Register();
  const a = await register.workerAtWork('a');
  register.clock += LEASE_MS + 1000;
  await expect(a.claim.hold()).rejects.toBeInstanceOf(LookAgain);
  expect(register.workers).toEqual([]);
});

it('is renewed while a pass goes on, and stays the earlier one', async () => {
  const register = new Register();
  const [a, b] = [await register.workerAtWork('a'), register.worker('b')];
  for (let third = 0; third < 9; third += 1) {
    register.clock += LEASE_MS / 2;
    await a.claim.hold();
    expect(register.workers).toEqual(['a']);
  }
  b.look();
  await expect(b.claim.hold()).rejects.toBeInstanceOf(ClaimedElsewhere);
});

it('is taken once, and renewed once, for several changes that ask for it at the same time', async () => {
  const register = new Register();
  const a = register.worker('a');
  a.look();
  await Promise.all([a.claim.hold(), a.claim.hold(), a.claim.hold()]);
  expect(register.uidNext).toBe(2);
  register.clock += LEASE_MS / 2;
  await Promise.all([a.claim.hold(), a.claim.hold(), a.claim.hold()]);
  expect(register.uidNext).toBe(3);
  expect(register.workers).toEqual(['a']);
});

it('that is lost is lost for all who ask for it at the same time', async () => {
  const register = new Register();
  const a = await register.workerAtWork('a');
  register.clock += LEASE_MS + 1000;
  const asked = await Promise.allSettled([a.claim.hold(), a.claim.hold(), a.claim.hold()]);
  for (const one of asked)
    expect(one).toMatchObject({ status: 'rejected', reason: expect.any(LookAgain) as unknown });
  expect(register.workers).toEqual([]);
});

it('is given back only once it is known whether it was taken', async () => {
  const register = new Register();
  const a = register.worker('a');
  a.look();
  const held = a.claim.hold();
  await a.claim.release();
  await held;
  expect(register.workers).toEqual([]);
});

it('of the dead is taken away even by a pass that has nothing to do', async () => {
  const register = new Register();
  await register.workerAtWork('a');
  const b = register.worker('b', { gone: ['a'] });
  b.look();
  await b.claim.release();
  expect(register.workers).toEqual([]);
});

it('that an earlier pass of the same worker left behind is no obstacle', async () => {
  const register = new Register();
  await register.workerAtWork('a');
  const again = register.worker('a');
  again.look();
  await again.claim.hold();
  expect(register.workers).toEqual(['a']);
});
