/** The contract of the Courier port, at a real SMTP server. */
import { connect, createServer, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { afterEach } from 'vitest';
import type { Courier } from '../../src/delivery/courier.js';
import { createCourier } from '../../src/delivery/smtp.js';
import { listenAt } from '../../src/demo/listening.js';
import { behindContract } from '../model/behind-contract.js';
import { type Bench, courierContract } from '../model/courier-contract.js';
import type { Answer } from '../model/memory-courier.js';
import { serveScript } from './scripted-smtp.js';

let closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closers.map((close) => close()));
  closers = [];
});

function replied(reply: string): Error {
  return Object.assign(new Error(reply.slice(4)), { responseCode: Number(reply.slice(0, 3)) });
}

type Rule = ((to: string) => Answer | null) | null;

const VERBS = [
  ['AUTH', 'AUTH'],
  ['MAIL', 'MAIL FROM'],
  ['RCPT', 'RCPT TO'],
  ['DATA', 'DATA'],
] as const;

/**
 * Stands before the server for what it cannot do by itself: cut the line at a step, and refuse DATA. Commands do not come
 * together, since the server announces no PIPELINING.
 */
async function startWire(port: number, rule: () => Rule): Promise<number> {
  const sockets = new Set<Socket>();
  const wire = createServer((client) => {
    const server = connect(port, '127.0.0.1');
    let to = '';
    let inText = false;
    /** The message has gone to the server, and its answer is not passed on. */
    let unheard = false;
    const cut = (): void => {
      client.destroy();
      server.destroy();
    };
    const told = (step: Answer['step']): Answer | null => {
      const answer = rule()?.(to) ?? null;
      return answer?.step === step ? answer : null;
    };
    for (const socket of [client, server]) sockets.add(socket.on('error', cut).on('close', cut));
    if (told('greeting')?.reply === null) cut();
    server.on('data', (bytes) => {
      if (unheard) cut();
      else client.write(bytes);
    });
    client.on('data', (bytes) => {
      const line = bytes.toString('latin1');
      const step = inText ? 'text' : VERBS.find(([verb]) => line.startsWith(verb))?.[1];
      if (step === 'RCPT TO') to = /<(.*)>/.exec(line)?.[1] ?? '';
      const ends = inText && line.endsWith('\r\n.\r\n');
      const answer = step === undefined ? null : (told(step) ?? (ends ? told('message') : null));
      if (answer?.reply === null && answer.taken !== true) cut();
      else if (step === 'DATA' && answer !== null) client.write(`${answer.reply ?? ''}\r\n`);
      else {
        inText = step === 'DATA' || (inText && !ends);
        unheard = answer?.reply === null;
        server.write(bytes);
      }
    });
  });
  const own = await listenAt(wire);
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => wire.close(resolve));
  });
  return own;
}

function open(port: number): Courier {
  return createCourier(
    {
      host: '127.0.0.1',
      port,
      security: 'none',
      user: 'desk',
      password: 'open sesame',
      name: 'desk.example.com',
    },
    { connections: 4 },
  );
}

async function serve(): Promise<Bench> {
  const taken: string[] = [];
  let rule: Rule = null;
  /** The refusal of a step; where no recipient is named yet, the rule speaks of everybody. */
  const at = (step: Answer['step'], to = ''): Error | null => {
    const answer = rule?.(to) ?? null;
    return answer?.step === step && answer.reply !== null ? replied(answer.reply) : null;
  };
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    hidePIPELINING: true,
    disableReverseLookup: true,
    allowInsecureAuth: true,
    closeTimeout: 1,
    onConnect: (_session, callback) => callback(at('greeting')),
    onAuth(_auth, _session, callback) {
      const refused = at('AUTH');
      if (refused === null) callback(null, { user: 'desk' });
      else callback(refused);
    },
    onMailFrom: (_address, _session, callback) => callback(at('MAIL FROM')),
    onRcptTo: ({ address }, _session, callback) => callback(at('RCPT TO', address)),
    onData(stream, session, callback) {
      const to = session.envelope.rcptTo[0]?.address ?? '';
      const take = (): void => {
        const refused = at('message', to);
        if (refused === null || rule?.(to)?.taken === true) taken.push(to);
        callback(refused);
      };
      // A line that is cut in the middle of a message ends the stream with an error, and nothing is taken.
      buffer(stream).then(take, callback);
    },
  });
  const port = await startWire(await listenAt(server), () => rule);
  server.on('error', () => undefined);
  const courier = open(port);
  closers.push(async () => {
    await courier.close();
    await new Promise<void>((resolve) => server.close(resolve));
  });
  return {
    courier,
    answer: (next) => {
      rule = next;
    },
    taken: () => taken,
  };
}

async function serveAhead(answers: 'apart' | 'together'): Promise<Bench> {
  const server = await serveScript({ pipelining: true, answers });
  const courier = open(server.port);
  closers.push(async () => {
    await courier.close();
    await server.close();
  });
  return {
    courier,
    answer: (rule) => {
      server.rule = rule;
    },
    taken: () => server.taken.map(({ to }) => to),
  };
}

for (const [name, bench] of [
  ['SMTP', serve],
  ['SMTP with PIPELINING', () => serveAhead('apart')],
  ['SMTP with PIPELINING, many answers together', () => serveAhead('together')],
] as const) {
  courierContract(name, bench);
  behindContract(name, bench);
}
