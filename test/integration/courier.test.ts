/** The Courier port at a real SMTP end. */
import { createServer } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Courier } from '../../src/delivery/courier.js';
import { MailRefusal } from '../../src/delivery/refusal.js';
import { createCourier, type SmtpOptions, verifyCourier } from '../../src/delivery/smtp.js';
import { listenAt } from '../../src/demo/listening.js';
import type { MailWorld } from '../../src/demo/world.js';
import { Problem } from '../../src/problem/problem.js';
import { letter } from '../model/sample-mail.js';
import { startWorld } from './world.js';

const ENVELOPE = { from: 'support@example.com', to: 'jane@example.com' };
const RAW = letter({
  from: ENVELOPE.from,
  to: ENVELOPE.to,
  subject: 'Hello',
  messageId: 'hello@example.com',
});

let world: MailWorld;
let couriers: Courier[] = [];
let closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  world = await startWorld({ tls: true });
});

afterAll(async () => {
  await world.stop();
});

afterEach(async () => {
  world.smtpRefuse(null);
  await Promise.all(couriers.map((courier) => courier.close()));
  await Promise.all(closers.map((close) => close()));
  couriers = [];
  closers = [];
});

function endpoint(options: Partial<SmtpOptions> = {}): SmtpOptions {
  return { host: '127.0.0.1', port: world.smtp.port, security: 'none', name: 'desk.example.com', ...options };
}

function open(options: Partial<SmtpOptions> = {}): Courier {
  const courier = createCourier(endpoint(options));
  couriers.push(courier);
  return courier;
}

async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  return await promise.then(
    () => {
      throw new Error('It did not fail.');
    },
    (error: unknown) => {
      if (error instanceof Problem) return error;
      throw error;
    },
  );
}

interface Taken {
  readonly raw: Buffer;
  readonly session: Pick<SMTPServerSession, 'id' | 'envelope' | 'hostNameAppearsAs'>;
}

/** An SMTP server of one's own; what it takes comes back in order. */
async function serve(
  options: SMTPServerOptions = {},
): Promise<{ readonly port: number; readonly taken: readonly Taken[] }> {
  const taken: Taken[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    allowInsecureAuth: true,
    closeTimeout: 1,
    onData(stream, session, callback) {
      // The session begins anew after each message.
      const { id, envelope, hostNameAppearsAs } = session;
      const take = (raw: Buffer): void => {
        taken.push({ raw, session: { id, envelope: { ...envelope }, hostNameAppearsAs } });
        callback();
      };
      // A line that is closed in the middle of a message ends the stream with an error, and nothing is taken.
      buffer(stream).then(take, callback);
    },
    ...options,
  });
  const port = await listenAt(server);
  server.on('error', () => undefined);
  closers.push(() => new Promise<void>((resolve) => server.close(resolve)));
  return { port, taken };
}

/** A server that greets, and then does as `script` says to each line. */
async function scripted(script: (line: string) => string | null, greeting = '220 here\r\n'): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write(greeting);
    socket.on('data', (chunk: Buffer) => {
      for (const line of chunk.toString('latin1').split('\r\n')) {
        const reply = line === '' ? '' : script(line);
        if (reply === null) socket.destroy();
        else socket.write(reply);
      }
    });
  });
  const port = await listenAt(server);
  closers.push(async () => {
    server.close();
    await Promise.resolve();
  });
  return port;
}

/** Refuses one command, and is content with every other. */
function refusing(verb: string, reply: string): (line: string) => string {
  return (line) => {
    if (line.startsWith(verb)) return `${reply}\r\n`;
    return line.startsWith('EHLO') ? '250-here\r\n250 AUTH PLAIN\r\n' : '250 ok\r\n';
  };
}

describe('sending', () => {
  it.each([
    ['dots', Buffer.from('Subject: x\r\n\r\n.\r\n..\r\n...dot\r\n.\r\nQUIT\r\n')],
    [
      '8-bit bytes',
      Buffer.concat([
        Buffer.from('Subject: x\r\n\r\n'),
        Buffer.from([0xe4, 0xff, 0x00, 0x80]),
        Buffer.from('\r\n'),
      ]),
    ],
    ['long lines', Buffer.from(`Subject: x\r\n\r\n${'y'.repeat(5000)}\r\n`)],
    ['ten megabytes', Buffer.from(`Subject: x\r\n\r\n${`${'z'.repeat(76)}\r\n`.repeat(135_000)}`)],
    ['no body', Buffer.from('Subject: x\r\n\r\n')],
  ])('hands over every byte of a message with %s', async (_name, raw) => {
    const { port, taken } = await serve();
    await open({ port }).send(ENVELOPE, raw);
    expect(taken[0]?.raw.equals(raw)).toBe(true);
  });

  it('uses the envelope it is given, and the null sender', async () => {
    const { port, taken } = await serve();
    const courier = open({ port });
    await courier.send({ from: '', to: "Jane.O'Neil+x@EXAMPLE.com" }, RAW);
    await courier.send(ENVELOPE, Buffer.from('Subject: x\r\nTo: somebody.else@example.net\r\n\r\nä\r\n'));
    expect(taken[0]?.session.envelope.mailFrom).toMatchObject({ address: '' });
    expect(taken[0]?.session.envelope.rcptTo.map(({ address }) => address)).toEqual([
      "Jane.O'Neil+x@example.com",
    ]);
    expect(taken[1]?.session.envelope.mailFrom).toMatchObject({
      address: ENVELOPE.from,
      args: { BODY: '8BITMIME' },
    });
    expect(taken[1]?.session.envelope.rcptTo.map(({ address }) => address)).toEqual([ENVELOPE.to]);
    expect(taken[0]?.session.hostNameAppearsAs).toBe('desk.example.com');
  });

  it('uses one connection for much mail', async () => {
    const { port, taken } = await serve();
    const courier = open({ port });
    await Promise.all(Array.from({ length: 300 }, () => courier.send(ENVELOPE, RAW)));
    expect(taken).toHaveLength(300);
    expect(new Set(taken.map(({ session }) => session.id)).size).toBe(1);
  });

  it('takes no address that would not be one', async () => {
    const courier = open();
    for (const to of [
      '',
      'a b@x.example',
      'a@x.example>\r\nRCPT TO:<b@x.example',
      'no-domain',
      'a@b@c',
      '<a@x.example>',
    ]) {
      expect((await problemOf(courier.send({ from: '', to }, RAW))).code).toBe('smtp-recipient-refused');
    }
  });

  it('signs in, over TLS if told so', async () => {
    const { user, password } = world.accounts.support;
    const { certificate, smtp } = world;
    if (certificate === null || smtp.tlsPort === null) throw new Error('This world has no TLS.');
    const ways: readonly Partial<SmtpOptions>[] = [
      { security: 'none' },
      { security: 'starttls', host: 'localhost', ca: certificate },
      { security: 'tls', port: smtp.tlsPort, host: 'localhost', ca: certificate },
    ];
    for (const way of ways) {
      const before = world.sent.length;
      await open({ user, password, ...way }).send(ENVELOPE, RAW);
      await verifyCourier(endpoint({ user, password, ...way }));
      expect(world.sent).toHaveLength(before + 1);
    }
  });

  it('finishes what it has begun before it closes, and sends nothing after', async () => {
    const { port, taken } = await serve();
    const courier = open({ port });
    const sending = courier.send(ENVELOPE, RAW);
    await new Promise((resolve) => setTimeout(resolve, 120));
    await courier.close();
    await sending;
    expect(taken).toHaveLength(1);
    expect(await problemOf(courier.send(ENVELOPE, RAW))).toMatchObject({ temporary: true });
  });
});

describe('what a failure means', () => {
  it.each([
    ['recipient', '550 5.1.1 No such user', { code: 'smtp-recipient-refused', temporary: false }],
    ['recipient', '451 4.7.1 Greylisted', { code: 'smtp-deferred', temporary: true }],
    ['recipient', '530 5.7.0 Authentication required', { code: 'smtp-sign-in-refused', exitCode: 77 }],
    ['data', '554 5.7.1 Spam', { code: 'smtp-refused', temporary: false, scope: 'server' }],
    ['data', '552 5.3.4 Too big', { code: 'smtp-too-large', temporary: false }],
    ['data', '550 5.6.7 Not so', { code: 'smtp-message-refused', temporary: false }],
    ['data', '452 4.3.1 Full', { code: 'smtp-deferred', temporary: true }],
    ['data', '421 4.3.0 Going down', { code: 'smtp-unusable-connection', temporary: true }],
  ] as const)('at the %s: %s', async (stage, reply, expected) => {
    world.smtpRefuse((attempt) => (attempt.stage === stage && attempt.to[0] === ENVELOPE.to ? reply : null));
    const courier = open();
    const problem = await problemOf(courier.send(ENVELOPE, RAW));
    expect(problem).toMatchObject(expected);
    expect(problem.message).toContain(reply.slice(10));
    // The same connection, or another, takes the next one.
    await courier.send({ ...ENVELOPE, to: 'steve@example.org' }, RAW);
  });

  it('tells trouble with the server from trouble with one mail', async () => {
    const signIn = { user: 'support', password: 'open sesame' };
    const cases = [
      [await scripted(refusing('MAIL', '553 5.7.1 Not your address')), {}, 'smtp-unusable-sender', false],
      [await scripted(refusing('MAIL', '451 4.7.1 Later')), {}, 'smtp-unusable-sender', true],
      [
        await scripted(refusing('AUTH', '535 5.7.8 Wrong: open sesame')),
        signIn,
        'smtp-sign-in-refused',
        false,
      ],
      [await scripted(refusing('AUTH', '454 4.7.0 Later')), signIn, 'smtp-unusable-sign-in', true],
      [await scripted(() => '250 ok\r\n', '554 No mail from you\r\n'), {}, 'smtp-unusable-server', false],
      [await scripted(() => null), {}, 'smtp-unusable-connection', true],
      [1, {}, 'smtp-unusable-connection', true],
    ] as const;
    for (const [port, options, code, temporary] of cases) {
      const problem = await problemOf(open({ port, ...options }).send(ENVELOPE, RAW));
      expect(problem).toMatchObject({ code, temporary });
      expect(problem.message).not.toContain('open sesame');
      expect(problem).not.toBeInstanceOf(MailRefusal);
    }
  });

  it('accepts no certificate that it does not know, and no missing STARTTLS', async () => {
    const port = world.smtp.tlsPort ?? 0;
    const tls = await problemOf(verifyCourier(endpoint({ port, security: 'tls', host: 'localhost' })));
    expect(tls).toMatchObject({ code: 'smtp-unusable-certificate', temporary: false, exitCode: 69 });
    const starttls = await problemOf(open({ security: 'starttls', host: 'localhost' }).send(ENVELOPE, RAW));
    expect(starttls).toMatchObject({ code: 'smtp-unusable-certificate' });
    const none = await problemOf(
      open({ port: (await serve()).port, security: 'starttls' }).send(ENVELOPE, RAW),
    );
    expect(none).toMatchObject({ code: 'smtp-unusable-tls', temporary: false });
    const wrong = await problemOf(open({ security: 'tls' }).send(ENVELOPE, RAW));
    expect(wrong).toMatchObject({ code: 'smtp-unusable-tls', temporary: false });
  });

  it('comes back when the server does', async () => {
    const courier = open();
    await courier.send(ENVELOPE, RAW);
    await world.smtpPause();
    expect(await problemOf(courier.send(ENVELOPE, RAW))).toMatchObject({ temporary: true });
    await world.smtpResume();
    await courier.send(ENVELOPE, RAW);
  });
});
