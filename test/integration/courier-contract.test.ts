/** The contract of the Courier port, at a real SMTP server. */
import { buffer } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { afterEach } from 'vitest';
import { createCourier } from '../../src/delivery/smtp.js';
import { listenAt } from '../../src/demo/listening.js';
import { type Bench, courierContract } from '../model/courier-contract.js';
import type { Answer } from '../model/memory-courier.js';

let closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closers.map((close) => close()));
  closers = [];
});

function replied(reply: string): Error {
  return Object.assign(new Error(reply.slice(4)), { responseCode: Number(reply.slice(0, 3)) });
}

async function serve(): Promise<Bench> {
  const taken: string[] = [];
  let rule: ((to: string) => Answer | null) | null = null;
  /** The refusal of a step; where no recipient is named yet, the rule speaks of everybody. */
  const at = (step: Answer['step'], to = ''): Error | null => {
    const answer = rule?.(to) ?? null;
    return answer?.step === step && answer.reply !== null ? replied(answer.reply) : null;
  };
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
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
      void (async (): Promise<void> => {
        await buffer(stream);
        const refused = at('message', to);
        if (refused === null) taken.push(to);
        callback(refused);
      })();
    },
  });
  const port = await listenAt(server);
  server.on('error', () => undefined);
  // A connection that is cut at once is what no answer at all comes from.
  server.server.on('connection', (socket: { destroy(): void }) => {
    const answer = rule?.('') ?? null;
    if (answer?.step === 'greeting' && answer.reply === null) socket.destroy();
  });
  const courier = createCourier({
    host: '127.0.0.1',
    port,
    security: 'none',
    user: 'desk',
    password: 'open sesame',
    name: 'desk.example.com',
  });
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

courierContract('SMTP', serve);
