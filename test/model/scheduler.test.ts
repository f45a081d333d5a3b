import { describe, expect, it } from 'vitest';
import { HostLock } from './host-lock.js';
import { PostOffice } from './memory-courier.js';
import { type Fault, type Plan, Scheduler, through } from './scheduler.js';

const CALM: Plan = { switches: [], faults: [] };

function struck(fault: Omit<Fault, 'actor'>): Plan {
  return { switches: [], faults: [{ actor: 'a', ...fault }] };
}

/** Two actors of three calls each, who note what had its effect. */
async function notes(plan: Plan): Promise<readonly string[]> {
  const scheduler = new Scheduler(plan);
  const effects: string[] = [];
  for (const name of ['a', 'b']) {
    const gate = scheduler.gate(name);
    scheduler.spawn(name, async () => {
      try {
        for (const call of [0, 1, 2])
          await through(gate, `call ${call}`, () => effects.push(`${name}${call}`));
        effects.push(`${name} ends`);
      } catch (error) {
        effects.push(`${name} fails: ${error instanceof Error ? error.message : ''}`);
        await through(gate, 'again', () => effects.push(`${name} again`)).catch(() =>
          effects.push(`${name} refused`),
        );
      } finally {
        effects.push(`${name} finally`);
      }
    });
  }
  await scheduler.run();
  return effects;
}

const B = ['b0', 'b1', 'b2', 'b ends', 'b finally'];

describe('Scheduler', () => {
  it('runs one after the other without switches', async () => {
    expect(await notes(CALM)).toEqual(['a0', 'a1', 'a2', 'a ends', 'a finally', ...B]);
  });

  it('switches where the plan says', async () => {
    const early = {
      switches: [
        { steps: 2, to: 1 },
        { steps: 2, to: 0 },
      ],
      faults: [],
    };
    expect((await notes(early)).slice(0, 4)).toEqual(['a0', 'b0', 'b1', 'a1']);
  });

  it('lets any of the calls that one actor has under way go on, where the plan says', async () => {
    const ended = async (to: number): Promise<readonly string[]> => {
      const scheduler = new Scheduler({ switches: [{ steps: 1, to }], faults: [] });
      const order: string[] = [];
      const gate = scheduler.gate('a');
      scheduler.spawn('a', () =>
        Promise.all(['x', 'y', 'z'].map((name) => through(gate, name, () => order.push(name)))),
      );
      await scheduler.run();
      return order;
    };
    expect(await ended(0)).toEqual(['x', 'y', 'z']);
    expect(await ended(1)).toEqual(['y', 'x', 'z']);
    expect(await ended(2)).toEqual(['z', 'x', 'y']);
  });

  it('kills before the effect or after it, and no finally runs', async () => {
    expect(await notes(struck({ kind: 'kill', call: 1, parts: 0 }))).toEqual(['a0', ...B]);
    expect(await notes(struck({ kind: 'kill', call: 1, parts: 1 }))).toEqual(['a0', 'a1', ...B]);
  });

  it('lets the server carry out the last command of the dead later', async () => {
    const plan = { ...struck({ kind: 'late', call: 1, parts: 0 }), switches: [{ steps: 3, to: 0 }] };
    expect((await notes(plan)).toSorted()).toEqual(['a0', 'a1', ...B].toSorted());
    expect(await notes(plan)).not.toContain('a ends');
  });

  it('refuses every later call after a cut, but not after a failure', async () => {
    const lost = 'a fails: The connection to the server was lost.';
    const cut = await notes(struck({ kind: 'cut', call: 1, parts: 1 }));
    expect(cut.slice(0, 5)).toEqual(['a0', 'a1', lost, 'a refused', 'a finally']);
    const failed = await notes(struck({ kind: 'fail', call: 1, parts: 0 }));
    expect(failed.slice(0, 4)).toEqual(['a0', lost, 'a again', 'a finally']);
  });

  it('tells errors, deaths, calls and who is stuck', async () => {
    const scheduler = new Scheduler({
      switches: [],
      faults: [{ kind: 'kill', actor: 'dies', call: 0, parts: 0 }],
    });
    scheduler.spawn('throws', () => Promise.reject(new Error('oh')));
    scheduler.spawn('dies', () => through(scheduler.gate('dies'), 'x', () => undefined));
    scheduler.spawn('waits', () => scheduler.until('waits', 'for ever', () => false));
    const outcome = await scheduler.run();
    expect([...outcome.errors.keys()]).toEqual(['throws']);
    expect(outcome.dead).toEqual(['dies']);
    expect(outcome.stuck).toEqual(['waits']);
    expect(outcome.calls.get('dies')).toEqual([0]);
  });
});

describe('HostLock', () => {
  it('is held by one, and set free by release and by death', async () => {
    const scheduler = new Scheduler({
      switches: [
        { steps: 2, to: 1 },
        { steps: 1, to: 2 },
      ],
      faults: [{ kind: 'kill', actor: 'a', call: 0, parts: 1 }],
    });
    const lock = new HostLock(scheduler);
    const order: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      const gate = scheduler.gate(name);
      scheduler.spawn(name, async () => {
        await lock.acquire(name);
        expect(lock.tryAcquire('c')).toBe(false);
        await through(gate, 'work', () => order.push(name));
        lock.release(name);
      });
    }
    const outcome = await scheduler.run();
    expect(outcome.stuck).toEqual([]);
    expect(outcome.errors.size).toBe(0);
    expect(order.toSorted()).toEqual(['a', 'b', 'c']);
  });
});

describe('PostOffice', () => {
  const raw = Buffer.from('Message-ID: <m@x>\r\nSubject: s\r\n\r\n');

  async function send(plan: Plan, post: PostOffice): Promise<unknown[]> {
    const scheduler = new Scheduler(plan);
    const courier = post.connect(scheduler.gate('a', { reconnects: true }));
    const results: unknown[] = [];
    scheduler.spawn('a', async () => {
      for (const to of ['x@y', 'z@y', 'w@y']) {
        const sent = courier.send({ from: '', to }, raw);
        results.push(
          await sent.then(
            () => 'sent',
            (error: { temporary: boolean }) => error.temporary,
          ),
        );
      }
    });
    await scheduler.run();
    return results;
  }

  it('accepts, fails for a while, and refuses for good', async () => {
    const post = new PostOffice({ outages: [{ from: 0, attempts: 1 }], refuses: (to) => to === 'z@y' });
    expect(await send(CALM, post)).toEqual([true, false, 'sent']);
    expect(post.sent.map((mail) => mail.envelope.to)).toEqual(['w@y']);
  });

  it('may have accepted what a lost connection never confirmed, and takes the next', async () => {
    const post = new PostOffice();
    expect(await send(struck({ kind: 'cut', call: 0, parts: 1 }), post)).toEqual([true, 'sent', 'sent']);
    expect(post.sent).toHaveLength(3);
    const before = new PostOffice();
    expect(await send(struck({ kind: 'cut', call: 0, parts: 0 }), before)).toEqual([true, 'sent', 'sent']);
    expect(before.sent).toHaveLength(2);
  });
});
