/** Desks of one process on one account, at a server that takes fewer connections than there are desks. */
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import type { Account } from '../../../../src/config/account.js';
import { Problem } from '../../../../src/problem/problem.js';
import { DeskConnection } from '../../../../src/worker/run/desk-connection.js';
import { DeskTurn } from '../../../../src/worker/run/desk-turn.js';
import { HostConnections } from '../../../../src/worker/run/host-connections.js';
import { Pace } from '../../../../src/worker/run/host-pace.js';
import { acquireLock } from '../../../../src/worker/run/lock.js';
import { runLoop } from '../../../../src/worker/run/loop.js';
import type { DeskServers } from '../../../../src/worker/run/servers.js';
import { aborted, waitMs } from '../../../../src/worker/run/timers.js';
import { Traffic } from '../../../../src/worker/run/traffic.js';
import { inTurn } from '../../../../src/worker/run/turn.js';
import { StandsBy } from '../../../../src/worker/workplace/standing.js';

const log = pino({ enabled: false });
const never = new AbortController().signal;
setMaxListeners(0, never);
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

const eventually = async (holds: () => boolean): Promise<void> =>
  await expect.poll(holds, { timeout: 20_000, interval: 5 }).toBe(true);

const accountOf = (): Account => ({ host: 'mail.example', port: 993, user: randomUUID() });
const hostOf = (most: number) =>
  new HostConnections({ most, pace: new Pace({ perSecond: 10_000, atOnce: 1000 }) });

/** Servers that sign in at once. */
function servers(): DeskServers {
  const connect = async () => ({
    commands: new Map(),
    onLost: () => (): void => undefined,
    close: () => waitMs(1, never),
    waitForMail: async (_: string, signal: AbortSignal) =>
      await new Promise<void>((fulfil) => {
        if (signal.aborted) fulfil();
        signal.addEventListener('abort', () => fulfil(), { once: true });
      }),
  });
  return { connect, keepFresh: async () => undefined } as unknown as DeskServers;
}

/** A desk as a session has it: its turn, its connection, and the lock for each pass. */
class Desk {
  readonly turn: DeskTurn;
  readonly connection: DeskConnection;
  readonly #account: Account;
  readonly traffic = new Traffic();
  passes = 0;
  looks = 0;
  /** What its look at the line finds. */
  stands: StandsBy | null = null;

  constructor(account: Account, host: HostConnections, desk: string) {
    this.#account = account;
    this.turn = new DeskTurn({ host, desk });
    this.connection = new DeskConnection({ servers: servers(), turn: this.turn, traffic: this.traffic });
  }

  async pass(signal: AbortSignal, ms = 1): Promise<void> {
    const about = { account: this.#account, command: 'run', log, traffic: this.traffic, signal, lookMs: 10 };
    const hangUp = (): Promise<void> => this.connection.close();
    await inTurn({ ...about, server: this.connection, hangUp }, async (lock) => {
      try {
        await this.connection.open(signal);
        this.looks += 1;
        if (this.stands !== null) throw this.stands;
        await waitMs(ms, never);
        this.turn.settled();
        this.passes += 1;
      } finally {
        await lock.release();
      }
    });
  }

  run(signal: AbortSignal, pollMs: number): Promise<void> {
    return runLoop({
      pass: (passSignal) => this.pass(passSignal),
      waitForMail: (waitSignal) => this.connection.waitForMail('INBOX', waitSignal),
      schedule: { expression: '* * * * *', timezone: 'UTC' },
      signal,
      log,
      timers: {
        wait: waitMs,
        random: Math.random,
        poll: (_, due) => {
          const timer = setInterval(due, pollMs);
          return () => clearInterval(timer);
        },
      },
    });
  }
}

function start({ most, desks: count }: { readonly most: number; readonly desks: number }) {
  const account = accountOf();
  const host = hostOf(most);
  const desks = Array.from({ length: count }, (_, n) => new Desk(account, host, `desk ${n}`));
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const running = Promise.all(desks.map((desk) => desk.run(stop.signal, 10)));
  stops.push(async () => {
    stop.abort();
    await running;
    await Promise.all(desks.map((desk) => desk.connection.close()));
  });
  return { account, host, desks };
}

describe('desks that share an account and have fewer connections than they are', () => {
  it.each([
    [1, 2],
    [2, 5],
    [3, 5],
    [4, 5],
  ])('are all worked at the same pace: %i connections, %i desks', async (most, count) => {
    const worlds = Array.from({ length: 10 }, () => start({ most, desks: count }));
    for (const { desks, host } of worlds) {
      await eventually(() => desks.every(({ passes }) => passes >= 15));
      const passes = desks.map((desk) => desk.passes);
      expect(Math.max(...passes) - Math.min(...passes)).toBeLessThanOrEqual(5);
      expect(host.held).toBeLessThanOrEqual(most);
    }
  });

  it('go on when other programs have the account now and then', async () => {
    const worlds = [1, 2, 3, 4].map((most) => start({ most, desks: 5 }));
    for (let round = 0; round < 5; round += 1) {
      for (const { account, desks } of worlds) {
        const lock = await acquireLock(account, { command: 'once' });
        if (!lock.held) continue;
        await waitMs(20, never);
        await lock.release();
        const before = desks.map(({ passes }) => passes);
        await eventually(() => desks.every(({ passes }, n) => passes > (before[n] ?? 0)));
      }
    }
  });
});

describe('a desk that waits for the account', () => {
  it('lets another one have its connection meanwhile, and comes back', async () => {
    const [account, host] = [accountOf(), hostOf(1)];
    const [one, other] = [new Desk(account, host, 'one'), new Desk(accountOf(), host, 'other')];
    await one.pass(never);
    const lock = await acquireLock(account, { command: 'once' });
    if (!lock.held) throw new Error('The account is not free.');
    const pass = one.pass(never);
    await other.pass(never);
    await other.connection.close();
    await lock.release();
    await pass;
    expect([one.passes, other.passes]).toEqual([2, 1]);
    // Nothing was lost.
    expect(one.traffic.reconnects).toBe(0);
    await one.connection.close();
    expect(host.held).toBe(0);
  });

  it('lets another one have its connection while it stands by, and looks again', async () => {
    const host = hostOf(1);
    const [one, other] = [new Desk(accountOf(), host, 'one'), new Desk(accountOf(), host, 'other')];
    const by = { worker: 'x', host: 'mail-a', place: 'x', pid: 1, started: '1', command: 'run' };
    one.stands = new StandsBy({ ...by, since: new Date(0) });
    const stop = new AbortController();
    const pass = one.pass(stop.signal).catch((error: unknown) => error);
    await eventually(() => one.looks > 0);
    await other.pass(never);
    await other.connection.close();
    const before = one.looks;
    await eventually(() => one.looks > before);
    stop.abort();
    expect(await pass).toBe(stop.signal.reason);
    await one.connection.close();
    expect(host.held).toBe(0);
  });

  it('keeps no turn when it fails', async () => {
    const host = hostOf(1);
    const desk = new Desk(accountOf(), host, 'one');
    const failure = new Problem('internal', 'no more files');
    const take = desk.connection.takeTurn.bind(desk.connection);
    desk.connection.takeTurn = async (signal) => {
      await take(signal);
      throw failure;
    };
    await expect(desk.pass(never)).rejects.toBe(failure);
    expect(host.held).toBe(0);
  });

  it('does not forget what the server announced as the connection was wanted by another', async () => {
    const host = hostOf(1);
    const [one, other] = ['one', 'other'].map((desk) => new DeskTurn({ host, desk }));
    await one?.take(never);
    one?.settled();
    // It has been told of mail, and before it has left IDLE, the other one asks.
    const listen = async (signal: AbortSignal): Promise<boolean> => {
      void other?.take(never);
      await aborted(signal);
      return true;
    };
    const hangUp = (): Promise<void> => Promise.resolve(one?.release());
    await one?.rest(new AbortController().signal, listen, hangUp);
    expect([one?.hasWork, one?.isHeld]).toEqual([true, false]);
    await eventually(() => other?.isHeld === true);
  });

  it('gives way to what is told to stop', async () => {
    const [account, host] = [accountOf(), hostOf(2)];
    const [one, other] = [new Desk(account, host, 'one'), new Desk(account, host, 'other')];
    const stop = new AbortController();
    const pass = one.pass(never, 50);
    const waiting = other.pass(stop.signal);
    stop.abort();
    await expect(waiting).rejects.toBe(stop.signal.reason);
    await pass;
    await other.pass(never);
    expect([one.passes, other.passes]).toEqual([1, 1]);
    for (const desk of [one, other]) await desk.connection.close();
  });
});
