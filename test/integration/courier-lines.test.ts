/** How many lines a courier has to its SMTP server, and when it opens another one. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Courier } from '../../src/delivery/courier.js';
import { createCourier } from '../../src/delivery/smtp.js';
import { letter } from '../model/sample-mail.js';
import { serveCounting } from './counting-server.js';
import { type HoldingOptions, type HoldingServer, serveHolding } from './holding-server.js';

let closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closers.map((close) => close()));
  closers = [];
});

function connect(port: number, connections: number): Courier {
  const courier = createCourier(
    { host: '127.0.0.1', port, security: 'none', user: 'desk', password: 'sesame', name: 'desk.example.com' },
    { connections },
  );
  closers.unshift(() => courier.close());
  return courier;
}

async function open(
  options: HoldingOptions & { readonly connections?: number } = {},
): Promise<{ server: HoldingServer; courier: Courier }> {
  const server = await serveHolding(options);
  closers.push(() => server.close());
  return { server, courier: connect(server.port, options.connections ?? 4) };
}

function send(courier: Courier, name: string): Promise<void> {
  const envelope = { from: 'support@example.com', to: `${name}@example.org` };
  const raw = letter({ ...envelope, subject: name, messageId: `${name}@example.com` });
  return courier.send(envelope, raw);
}

async function sendMany(courier: Courier, count: number): Promise<readonly PromiseSettledResult<void>[]> {
  return Promise.allSettled(Array.from({ length: count }, (_, index) => send(courier, `n${index}`)));
}

const isTaken = { status: 'fulfilled' };

describe('a courier of four lines', () => {
  it('opens one more for each message that was taken, and never a fifth', async () => {
    const { server, courier } = await open();
    expect(courier.connections).toBe(1);
    const sent = await sendMany(courier, 30);
    expect(sent).toEqual(Array.from({ length: 30 }, () => expect.objectContaining(isTaken)));
    expect(server.taken).toHaveLength(30);
    expect(courier.connections).toBe(4);
    expect(server.opened.length).toBeLessThanOrEqual(4);
    for (const { open: lines, answered } of server.opened) expect(lines).toBeLessThanOrEqual(1 + answered);
  });

  it('hands over four messages at once', async () => {
    const { server, courier } = await open();
    for (const name of ['a', 'b', 'c']) await send(courier, name);
    server.hold();
    const sending = sendMany(courier, 9);
    await server.inHand(4);
    server.release();
    expect((await sending).every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(server.peak()).toBe(4);
  });

  it('waits for all that is in hand when it is closed, and opens no line after that', async () => {
    const { server, courier } = await open();
    for (const name of ['a', 'b', 'c']) await send(courier, name);
    server.hold();
    const sending = sendMany(courier, 4);
    await server.inHand(4);
    const closing = courier.close();
    server.release();
    const first = await Promise.race([closing.then(() => 'closed'), sending.then(() => 'sent')]);
    expect(first).toBe('sent');
    expect(await sending).toEqual(Array.from({ length: 4 }, () => expect.objectContaining(isTaken)));
    await closing;
    await expect(send(courier, 'late')).rejects.toMatchObject({ code: 'smtp-unusable-connection' });
    expect(server.taken).toHaveLength(7);
  });

  it('uses as many as are configured', async () => {
    const { server, courier } = await open({ connections: 1 });
    await sendMany(courier, 6);
    expect(courier.connections).toBe(1);
    expect(server.opened).toHaveLength(1);
    expect(server.peak()).toBe(1);
  });

  it('tries a refused sign-in once, however many messages wait for it', async () => {
    const server = await serveCounting('another');
    closers.push(() => server.close());
    const courier = connect(server.port, 4);
    const sent = await sendMany(courier, 8);
    for (const one of sent)
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'smtp-sign-in-refused' } });
    expect(server.tried).toEqual(['sesame']);
    expect(server.connections()).toBe(1);
  });
});

describe.each(['greeting', 'AUTH', 'MAIL FROM'] as const)(
  'a server that refuses a third connection at %s',
  (step) => {
    it('gets everything over two, and is asked for no third again', async () => {
      const { server, courier } = await open({ most: { connections: 2, step } });
      for (let round = 0; round < 4; round += 1) {
        const sent = await sendMany(courier, 10);
        expect(sent.map((one) => (one.status === 'rejected' ? String(one.reason) : 'taken'))).toEqual(
          Array.from({ length: 10 }, () => 'taken'),
        );
      }
      expect(server.taken).toHaveLength(40);
      expect(server.peak()).toBeLessThanOrEqual(2);
      expect(server.refusals()).toBe(1);
      expect(courier.connections).toBe(2);
    });
  },
);
