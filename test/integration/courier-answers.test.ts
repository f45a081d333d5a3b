/** Every command of a conversation with every kind of answer: its meaning, and that the next message goes. */
import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Courier } from '../../src/delivery/courier.js';
import { BrokenAtLetter, MailRefusal } from '../../src/delivery/refusal.js';
import { createCourier } from '../../src/delivery/smtp.js';
import { listenAt } from '../../src/demo/listening.js';
import { Problem } from '../../src/problem/problem.js';
import { letter } from '../model/sample-mail.js';

const ENVELOPE = { from: 'support@example.com', to: 'jane@example.com' };
const RAW = letter({
  from: ENVELOPE.from,
  to: ENVELOPE.to,
  subject: 'Hello',
  messageId: 'hello@example.com',
});

type Verb = 'greeting' | 'EHLO' | 'STARTTLS' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA' | '.' | 'RSET' | 'QUIT';
/** A reply, `silence`, a `cut`, or a `cut` in the middle of a reply. */
type Answer = string;

interface Server {
  readonly port: number;
  readonly taken: number[];
  readonly connections: () => number;
  answer: { readonly to: Verb; readonly with: Answer } | null;
}

let closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closers.map((close) => close()));
  closers = [];
});

const USUAL: Readonly<Record<string, string>> = {
  greeting: '220 here',
  EHLO: '250-here\r\n250-AUTH PLAIN\r\n250 STARTTLS',
  AUTH: '235 2.7.0 Welcome',
  DATA: '354 Go on',
  QUIT: '221 Bye',
};

async function serve(pipelining: boolean): Promise<Server> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server: Server = { port: 0, taken: [], connections: () => connections, answer: null };
  const say = (socket: Socket, verb: string): void => {
    const told = server.answer?.to === verb ? server.answer.with : null;
    if (told === 'silence') return;
    if (told === 'cut') {
      socket.destroy();
      return;
    }
    if (told === 'cut in the reply') {
      socket.end('25');
      return;
    }
    if (verb === '.' && told === null) server.taken.push(connections);
    const usual = verb === 'EHLO' && pipelining ? `250-PIPELINING\r\n${USUAL['EHLO'] ?? ''}` : USUAL[verb];
    socket.write(`${told ?? usual ?? '250 2.0.0 Ok'}\r\n`);
    if (told?.startsWith('421') === true) socket.end();
  };
  const listener = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    let message = false;
    let rest = '';
    say(socket, 'greeting');
    socket.on('data', (chunk: Buffer) => {
      const lines = `${rest}${chunk.toString('latin1')}`.split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (message && line !== '.') continue;
        // Without a sender and a recipient there is nothing to take (RFC 5321 §3.3).
        const refused = server.answer?.to === 'MAIL' || server.answer?.to === 'RCPT';
        if (line === 'DATA' && refused) {
          socket.write('554 5.5.1 No valid recipients\r\n');
          continue;
        }
        message = !message && line === 'DATA' && server.answer?.to !== 'DATA';
        say(socket, line === '.' ? '.' : (line.split(' ')[0] ?? '').toUpperCase());
      }
    });
  });
  const port = await listenAt(listener);
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => listener.close(resolve));
  });
  return Object.assign(server, { port });
}

function open(port: number, security: 'none' | 'starttls'): Courier {
  const courier = createCourier({
    host: '127.0.0.1',
    port,
    security,
    user: 'desk',
    password: 'open sesame',
    name: 'desk.example.com',
    maxSilenceMs: 400,
  });
  closers.push(() => courier.close());
  return courier;
}

async function problemOf(sending: Promise<void>): Promise<Problem | null> {
  const error: unknown = await sending.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error === null || error instanceof Problem) return error;
  throw error instanceof Error ? error : new TypeError('something else was thrown');
}

const FOR_NOW = { code: 'smtp-unusable-connection', scope: 'server', temporary: true } as const;
const SIGN_IN = { code: 'smtp-sign-in-refused', scope: 'account' } as const;
const NO_ANSWER = ['silence', 'cut', 'cut in the reply'];

/** Of each command the answers, by what they mean. */
const MEANINGS: readonly {
  readonly to: Verb;
  readonly answers: readonly Answer[];
  readonly means: object;
}[] = [
  { to: 'greeting', answers: ['421 4.3.2 Closing', '450 Busy', ...NO_ANSWER], means: FOR_NOW },
  {
    to: 'greeting',
    answers: ['554 5.3.2 No', '521 No mail here'],
    means: { code: 'smtp-unusable-server', scope: 'server' },
  },
  { to: 'EHLO', answers: ['421 4.3.2 Closing', ...NO_ANSWER], means: FOR_NOW },
  {
    to: 'AUTH',
    answers: ['421 4.7.0 Too many', '454 4.7.0 Later'],
    means: { code: 'smtp-unusable-sign-in', temporary: true },
  },
  {
    to: 'AUTH',
    answers: ['535 5.7.8 No', '534 5.7.9 Too weak', '432 4.7.12 Change it', '504 5.5.4 Unknown'],
    means: SIGN_IN,
  },
  { to: 'AUTH', answers: NO_ANSWER, means: FOR_NOW },
  { to: 'MAIL', answers: ['421 4.3.2 Closing', '503 5.5.1 Not now', ...NO_ANSWER], means: FOR_NOW },
  {
    to: 'MAIL',
    answers: ['451 4.3.0 Later', '452 4.3.1 Full'],
    means: { code: 'smtp-unusable-sender', temporary: true, exitCode: 75 },
  },
  {
    to: 'MAIL',
    answers: ['550 5.7.1 No', '553 5.1.7 No', '555 5.5.4 What'],
    means: { code: 'smtp-unusable-sender', temporary: false },
  },
  { to: 'MAIL', answers: ['530 5.7.0 Sign in', '538 5.7.11 Encrypt'], means: SIGN_IN },
  {
    to: 'MAIL',
    answers: ['552 5.3.4 Too big', '552 Too big'],
    means: { code: 'smtp-too-large', scope: 'message' },
  },
  { to: 'RCPT', answers: ['421 4.3.2 Closing', ...NO_ANSWER], means: FOR_NOW },
  {
    to: 'RCPT',
    answers: ['450 4.2.0 Later', '452 4.2.2 Full'],
    means: { code: 'smtp-deferred', scope: 'message' },
  },
  {
    to: 'RCPT',
    answers: ['550 5.1.1 Nobody', '550 5.2.1 Closed', '556 5.1.10 No mail'],
    means: { code: 'smtp-recipient-refused', scope: 'message' },
  },
  {
    to: 'RCPT',
    answers: ['550 No', '550 5.7.1 No', '550 5.1.90 Limit', '552 5.2.2 Limit', '550 5.4.5 Limit'],
    means: { code: 'smtp-refused', scope: 'server' },
  },
  { to: 'DATA', answers: ['421 4.3.2 Closing', '503 5.5.1 Not now', ...NO_ANSWER], means: FOR_NOW },
  { to: 'DATA', answers: ['451 4.3.0 Later'], means: { code: 'smtp-deferred', scope: 'message' } },
  { to: 'DATA', answers: ['554 5.7.1 No', '554 No'], means: { code: 'smtp-refused', scope: 'server' } },
  { to: '.', answers: ['421 4.3.2 Closing', ...NO_ANSWER], means: FOR_NOW },
  {
    to: '.',
    answers: ['451 4.3.0 Later', '452 4.3.1 Full'],
    means: { code: 'smtp-deferred', scope: 'message' },
  },
  {
    to: '.',
    answers: ['552 5.3.4 Too big', '552 Too big', '550 5.2.3 Too big'],
    means: { code: 'smtp-too-large', scope: 'message' },
  },
  { to: '.', answers: ['550 5.6.7 Not carried'], means: { code: 'smtp-message-refused', scope: 'message' } },
  {
    to: '.',
    answers: ['554 5.7.1 Spam', '550 No', '552 5.7.0 Blocked'],
    means: { code: 'smtp-refused', scope: 'server' },
  },
];

describe.each([false, true])('an answer (pipelining: %s)', (pipelining) => {
  it.each(MEANINGS.flatMap(({ to, answers, means }) => answers.map((answer) => ({ to, answer, means }))))(
    'to $to: $answer',
    async ({ to, answer, means }) => {
      const server = await serve(pipelining);
      const courier = open(server.port, 'none');
      server.answer = { to, with: answer };
      const problem = await problemOf(courier.send(ENVELOPE, RAW));
      expect(problem).toMatchObject(means);
      expect(problem?.message).not.toContain('open sesame');
      const ofMail =
        !(problem?.code ?? '').startsWith('smtp-unusable') && problem?.code !== 'smtp-sign-in-refused';
      expect(problem instanceof MailRefusal).toBe(ofMail);
      expect(server.taken).toEqual([]);
      server.answer = null;
      await courier.send(ENVELOPE, RAW);
      expect(server.taken).toHaveLength(1);
    },
  );

  it.each(['500 5.5.1 What', '421 4.3.2 Closing', ...NO_ANSWER])(
    'to RSET: %s costs no message',
    async (answer) => {
      const server = await serve(pipelining);
      const courier = open(server.port, 'none');
      server.answer = { to: 'RCPT', with: '550 5.1.1 Nobody' };
      expect(await problemOf(courier.send(ENVELOPE, RAW))).toMatchObject({ code: 'smtp-recipient-refused' });
      server.answer = { to: 'RSET', with: answer };
      await courier.send(ENVELOPE, RAW);
      expect(server.taken).toHaveLength(1);
    },
  );

  it.each(['500 5.5.1 What', ...NO_ANSWER])('to QUIT: %s keeps nobody', async (answer) => {
    const server = await serve(pipelining);
    const courier = open(server.port, 'none');
    await courier.send(ENVELOPE, RAW);
    server.answer = { to: 'QUIT', with: answer };
    await courier.close();
    expect(server.taken).toHaveLength(1);
  });

  it('goes over one connection, message after message', async () => {
    const server = await serve(pipelining);
    const courier = open(server.port, 'none');
    for (let count = 0; count < 5; count += 1) await courier.send(ENVELOPE, RAW);
    expect(server.taken).toEqual([1, 1, 1, 1, 1]);
  });
});

describe('a line that breaks', () => {
  it.each([
    ...[...NO_ANSWER, '421 4.3.2 Closing', '503 5.5.1 Not now'].flatMap((answer) => [
      { to: 'greeting' as const, answer, at: false },
      { to: 'MAIL' as const, answer, at: NO_ANSWER.includes(answer) },
      { to: 'RCPT' as const, answer, at: true },
      { to: 'DATA' as const, answer, at: true },
      { to: '.' as const, answer, at: true },
    ]),
    { to: 'MAIL' as const, answer: '452 4.3.1 Full', at: true },
    { to: 'AUTH' as const, answer: '421 4.7.0 Too many', at: false },
    { to: 'AUTH' as const, answer: 'cut', at: false },
  ])('by $answer to $to has a letter in hand: $at', async ({ to, answer, at }) => {
    const server = await serve(false);
    server.answer = { to, with: answer };
    const problem = await problemOf(open(server.port, 'none').send(ENVELOPE, RAW));
    expect(problem).not.toBe(null);
    expect(problem instanceof BrokenAtLetter).toBe(at);
  });
});

describe('STARTTLS', () => {
  it.each([
    ['454 4.7.0 Not now', { code: 'smtp-unusable-tls', temporary: true }],
    ['500 5.5.1 What', { code: 'smtp-unusable-tls', temporary: false }],
    ['421 4.3.2 Closing', { code: 'smtp-unusable-connection', temporary: true }],
    ['cut', { temporary: true }],
    ['silence', { code: 'smtp-unusable-connection', temporary: true }],
  ])('answered with %s: no password is sent', async (answer, means) => {
    const server = await serve(false);
    server.answer = { to: 'STARTTLS', with: answer };
    expect(await problemOf(open(server.port, 'starttls').send(ENVELOPE, RAW))).toMatchObject(means);
    expect(server.taken).toEqual([]);
  });
});
