/** What every Courier does with a server's answers: run on the model's post office, and at a real SMTP server. */
import { describe, expect, it } from 'vitest';
import type { Courier, Envelope } from '../../src/delivery/courier.js';
import { MailRefusal } from '../../src/delivery/refusal.js';
import { Problem } from '../../src/problem/problem.js';
import type { Answer } from './memory-courier.js';
import { letter } from './sample-mail.js';

/** A server that answers as it is told, and what it has taken. */
export interface Bench {
  readonly courier: Courier;
  /** null takes everything. */
  readonly answer: (rule: ((to: string) => Answer | null) | null) => void;
  readonly taken: () => readonly string[];
}

const JANE: Envelope = { from: 'support@example.com', to: 'jane@example.org' };
const BOB: Envelope = { from: 'support@example.com', to: 'bob@example.org' };

const RAW = letter({ from: JANE.from, to: JANE.to, subject: 'Hello', messageId: 'hello@example.com' });

async function problemOf(sending: Promise<void>): Promise<Problem> {
  const error: unknown = await sending.then(
    () => new Error('it was taken'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof Problem) return error;
  throw error instanceof Error ? error : new TypeError('something else was thrown');
}

export function courierContract(name: string, open: () => Promise<Bench>): void {
  describe(`a courier: ${name}`, () => {
    it('hands over what is taken', async () => {
      const { courier, taken } = await open();
      await courier.send(JANE, RAW);
      await courier.send(BOB, RAW);
      expect(taken()).toEqual([JANE.to, BOB.to]);
    });

    it.each([
      { step: 'RCPT TO', reply: '550 5.1.1 No such user', code: 'smtp-recipient-refused', temporary: false },
      { step: 'RCPT TO', reply: '550 5.7.1 Not from here', code: 'smtp-refused', temporary: false },
      { step: 'RCPT TO', reply: '450 4.2.0 Greylisted', code: 'smtp-deferred', temporary: true },
      { step: 'message', reply: '554 5.7.1 Spam', code: 'smtp-refused', temporary: false },
      { step: 'message', reply: '552 5.3.4 Too big', code: 'smtp-too-large', temporary: false },
      { step: 'message', reply: '550 5.6.7 Not carried', code: 'smtp-message-refused', temporary: false },
      { step: 'message', reply: '452 4.3.1 Full', code: 'smtp-deferred', temporary: true },
    ] as const)(
      'says what is refused of one letter, and takes the next: $step $reply',
      async ({ step, reply, ...expected }) => {
        const { courier, answer, taken } = await open();
        answer((to) => (to === JANE.to ? { step, reply } : null));
        const problem = await problemOf(courier.send(JANE, RAW));
        expect(problem).toBeInstanceOf(MailRefusal);
        expect(problem).toMatchObject(expected);
        expect(problem.message).toContain(reply.slice(10));
        await courier.send(BOB, RAW);
        expect(taken()).toEqual([BOB.to]);
      },
    );

    it.each([
      {
        step: 'MAIL FROM',
        reply: '553 5.7.1 Not your address',
        code: 'smtp-unusable-sender',
        scope: 'server',
        exitCode: 69,
      },
      {
        step: 'MAIL FROM',
        reply: '451 4.3.0 Later',
        code: 'smtp-unusable-sender',
        scope: 'server',
        exitCode: 75,
      },
      {
        step: 'MAIL FROM',
        reply: '530 5.7.0 Sign in first',
        code: 'smtp-sign-in-refused',
        scope: 'account',
        exitCode: 77,
      },
      {
        step: 'AUTH',
        reply: '535 5.7.8 Wrong password',
        code: 'smtp-sign-in-refused',
        scope: 'account',
        exitCode: 77,
      },
      {
        step: 'AUTH',
        reply: '454 4.7.0 Later',
        code: 'smtp-unusable-sign-in',
        scope: 'server',
        exitCode: 75,
      },
      {
        step: 'RCPT TO',
        reply: '421 4.3.2 Going down',
        code: 'smtp-unusable-connection',
        scope: 'server',
        exitCode: 75,
      },
      {
        step: 'message',
        reply: '421 4.3.2 Going down',
        code: 'smtp-unusable-connection',
        scope: 'server',
        exitCode: 75,
      },
      {
        step: 'greeting',
        reply: '554 5.3.2 No mail from you',
        code: 'smtp-unusable-server',
        scope: 'server',
        exitCode: 69,
      },
      { step: 'greeting', reply: null, code: 'smtp-unusable-connection', scope: 'server', exitCode: 69 },
    ] as const)(
      'says what is said of all mail, and goes on when that is over: $step $reply',
      async ({ step, reply, ...expected }) => {
        const { courier, answer, taken } = await open();
        answer(() => ({ step, reply }));
        const problem = await problemOf(courier.send(JANE, RAW));
        expect(problem).not.toBeInstanceOf(MailRefusal);
        expect(problem).toMatchObject(expected);
        answer(null);
        await courier.send(JANE, RAW);
        expect(taken()).toEqual([JANE.to]);
      },
    );

    it('tells refusals of one reason from others', async () => {
      const { courier, answer } = await open();
      const sameness: string[] = [];
      for (const reply of ['554 5.7.1 a', '554 5.7.1 b', '550 5.7.1 a']) {
        answer(() => ({ step: 'message', reply }));
        const problem = await problemOf(courier.send(JANE, RAW));
        sameness.push(problem instanceof MailRefusal ? problem.sameness : '');
      }
      expect(sameness).toEqual(['message 554 5.7.1', 'message 554 5.7.1', 'message 550 5.7.1']);
    });
  });
}
