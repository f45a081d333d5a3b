/** A wrong SMTP password never locks the account, and the right one heals the desk without a restart. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Courier } from '../../src/delivery/courier.js';
import type { SmtpOptions } from '../../src/delivery/smtp.js';
import { Problem } from '../../src/problem/problem.js';
import { SmtpSignIn } from '../../src/worker/run/smtp-sign-in.js';
import { letter } from '../model/sample-mail.js';
import { type CountingServer, serveCounting } from './counting-server.js';

const MINUTE = 60_000;
const ENVELOPE = { from: 'support@example.com', to: 'jane@example.com' };
const RAW = letter({
  from: ENVELOPE.from,
  to: ENVELOPE.to,
  subject: 'Hello',
  messageId: 'hello@example.com',
});

async function problemOf(sending: Promise<unknown>): Promise<Problem> {
  const error: unknown = await sending.then(
    () => new Error('it was taken'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof Problem) return error;
  throw error instanceof Error ? error : new TypeError('something else was thrown');
}

describe('a refused sign-in', () => {
  let server: CountingServer;
  let courier: Courier;
  let password: () => string;
  let at = 0;
  let signIn: SmtpSignIn;

  beforeAll(async () => {
    server = await serveCounting('right');
  });
  afterAll(() => server.close());

  async function open(source: () => string): Promise<void> {
    password = source;
    server.tried.length = 0;
    at = Date.parse('2026-11-02T09:00:00Z');
    const read = (): Promise<SmtpOptions> =>
      Promise.resolve({
        host: '127.0.0.1',
        port: server.port,
        security: 'none',
        user: 'desk',
        password: password(),
        name: 'desk.example.com',
      });
    signIn = new SmtpSignIn({ read, now: () => new Date(at), connections: 4 });
    courier = signIn.open();
    await Promise.resolve();
  }
  afterEach(() => courier.close());

  it('is tried 29 times in a day of passes, each over one connection', async () => {
    await open(() => 'wrong');
    const before = server.connections();
    for (let minutes = 0; minutes < 1440; minutes += 1) {
      expect(await problemOf(courier.send(ENVELOPE, RAW))).toMatchObject({
        code: 'smtp-sign-in-refused',
        scope: 'account',
        exitCode: 77,
      });
      at += MINUTE;
    }
    expect(server.tried).toHaveLength(29);
    expect(server.connections() - before).toBe(29);
  });

  it('is one sign-in, however many letters wait', async () => {
    await open(() => 'wrong');
    const problems = await Promise.all(
      Array.from({ length: 20 }, () => problemOf(courier.send(ENVELOPE, RAW))),
    );
    expect(server.tried).toHaveLength(1);
    expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(['smtp-sign-in-refused']));
    const next = await problemOf(courier.send(ENVELOPE, RAW));
    expect(next.message).toContain('The next try is at 2026-11-02T09:01:00.000Z');
    expect(server.tried).toHaveLength(1);
  });

  it('of a further line keeps nothing from the first, and is no more tried than any', async () => {
    await open(() => 'right');
    const before = server.taken.length;
    await courier.send(ENVELOPE, RAW);
    server.password = 'another';
    try {
      await Promise.all(Array.from({ length: 8 }, () => courier.send(ENVELOPE, RAW)));
      expect(server.taken.length - before).toBe(9);
      expect(server.tried).toEqual(['right', 'right']);
      expect(courier.connections).toBe(1);
      await courier.close();
      courier = signIn.open();
      const next = await problemOf(courier.send(ENVELOPE, RAW));
      expect(next.message).toContain('The next try is at 2026-11-02T09:01:00.000Z');
      expect(server.tried).toHaveLength(2);
    } finally {
      server.password = 'right';
    }
  });

  it('is over as soon as the password is another one', async () => {
    await open(() => 'wrong');
    await problemOf(courier.send(ENVELOPE, RAW));
    password = () => 'right';
    await courier.send(ENVELOPE, RAW);
    expect(server.tried).toEqual(['wrong', 'right']);
  });

  it('is tried at once where somebody asks for it', async () => {
    await open(() => 'wrong');
    await problemOf(courier.send(ENVELOPE, RAW));
    signIn.forget();
    await problemOf(courier.send(ENVELOPE, RAW));
    await problemOf(courier.send(ENVELOPE, RAW));
    expect(server.tried).toHaveLength(2);
  });

  it('waits, too, where each password is another one', async () => {
    let count = 0;
    await open(() => `wrong ${count++}`);
    for (let minutes = 0; minutes < 1440; minutes += 1) {
      await problemOf(courier.send(ENVELOPE, RAW));
      at += MINUTE;
    }
    expect(server.tried.length).toBeLessThan(40);
  });

  it('says nothing of a password that is right by now, over a connection of its own', async () => {
    await open(() => 'right');
    await courier.send(ENVELOPE, RAW);
    await courier.close();
    password = () => 'wrong';
    courier = signIn.open();
    await problemOf(courier.send(ENVELOPE, RAW));
    expect(server.tried).toEqual(['right', 'wrong']);
  });
});
