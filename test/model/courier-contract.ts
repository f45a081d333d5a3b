/** What every Courier does with a server's answers: run on the model's post office, and at a real SMTP server. */
import { describe, expect, it } from 'vitest';
import type { Courier, Envelope } from '../../src/delivery/courier.js';
import { BrokenAtLetter, MailRefusal } from '../../src/delivery/refusal.js';
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

const GONE = { code: 'smtp-unusable-connection', scope: 'server', temporary: true, exitCode: 69 };

/** What a server says of all mail; `atLetter` where it has one letter in hand, which may be what it breaks off at. */
const OF_ALL = (
  [
    ['greeting', '421 4.3.2 Closing', 'smtp-unusable-connection', 'server', 75, false],
    ['greeting', '450 4.3.2 Busy', 'smtp-unusable-connection', 'server', 75, false],
    ['greeting', '554 5.3.2 No mail from you', 'smtp-unusable-server', 'server', 69, false],
    ['greeting', null, 'smtp-unusable-connection', 'server', 69, false],
    ['AUTH', '535 5.7.8 Wrong password', 'smtp-sign-in-refused', 'account', 77, false],
    ['AUTH', '454 4.7.0 Later', 'smtp-unusable-sign-in', 'server', 75, false],
    ['MAIL FROM', '553 5.7.1 Not your address', 'smtp-unusable-sender', 'server', 69, true],
    ['MAIL FROM', '451 4.3.0 Later', 'smtp-unusable-sender', 'server', 75, true],
    ['MAIL FROM', '421 4.3.2 Going down', 'smtp-unusable-connection', 'server', 75, false],
    ['MAIL FROM', '530 5.7.0 Sign in first', 'smtp-sign-in-refused', 'account', 77, false],
    ['RCPT TO', '421 4.3.2 Going down', 'smtp-unusable-connection', 'server', 75, true],
    ['DATA', '421 4.3.2 Going down', 'smtp-unusable-connection', 'server', 75, true],
    ['message', '421 4.3.2 Going down', 'smtp-unusable-connection', 'server', 75, true],
  ] as const
).map(([step, reply, code, scope, exitCode, atLetter]) => ({ step, reply, code, scope, exitCode, atLetter }));

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

    it('takes as many at once as it says, and one at least', async () => {
      const { courier, taken } = await open();
      expect(courier.connections).toBeGreaterThan(0);
      for (let count = 0; count < 3; count += 1) await courier.send(JANE, RAW);
      const many = Array.from({ length: courier.connections }, (_, index) => ({
        ...JANE,
        to: `person-${index}@example.org`,
      }));
      expect(many).toHaveLength(4);
      await Promise.all(many.map((envelope) => courier.send(envelope, RAW)));
      expect(taken().slice(3).toSorted()).toEqual(many.map(({ to }) => to));
    });

    it('says of each what became of it, where one of several at once is refused', async () => {
      const { courier, answer, taken } = await open();
      for (let count = 0; count < 3; count += 1) await courier.send(BOB, RAW);
      answer((to) => (to === JANE.to ? { step: 'RCPT TO', reply: '550 5.1.1 No such user' } : null));
      const [refused, ...others] = await Promise.allSettled([
        courier.send(JANE, RAW),
        courier.send(BOB, RAW),
        courier.send(BOB, RAW),
      ]);
      expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'smtp-recipient-refused' } });
      expect(others.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
      expect(taken()).toEqual(Array.from({ length: 5 }, () => BOB.to));
    });

    it.each([
      { step: 'RCPT TO', reply: '550 5.1.1 No such user', code: 'smtp-recipient-refused', temporary: false },
      { step: 'RCPT TO', reply: '550 5.7.1 Not from here', code: 'smtp-refused', temporary: false },
      { step: 'RCPT TO', reply: '450 4.2.0 Greylisted', code: 'smtp-deferred', temporary: true },
      { step: 'DATA', reply: '451 4.3.0 Later', code: 'smtp-deferred', temporary: true },
      { step: 'DATA', reply: '554 5.7.1 Not this', code: 'smtp-refused', temporary: false },
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

    it.each(OF_ALL)(
      'says what is said of all mail, and goes on when that is over: $step $reply',
      async ({ step, reply, atLetter, ...expected }) => {
        const { courier, answer, taken } = await open();
        answer(() => ({ step, reply }));
        const problem = await problemOf(courier.send(JANE, RAW));
        expect(problem).not.toBeInstanceOf(MailRefusal);
        expect(problem instanceof BrokenAtLetter).toBe(atLetter);
        expect(problem).toMatchObject(expected);
        expect(taken()).toEqual([]);
        answer(null);
        await courier.send(JANE, RAW);
        expect(taken()).toEqual([JANE.to]);
      },
    );

    it.each([
      { step: 'AUTH', atLetter: false },
      { step: 'MAIL FROM', atLetter: true },
      { step: 'RCPT TO', atLetter: true },
      { step: 'DATA', atLetter: true },
      { step: 'text', atLetter: true },
      { step: 'message', atLetter: true },
    ] as const)(
      'says that the server is gone, and goes on when it is back: a cut at $step',
      async ({ step, atLetter }) => {
        const { courier, answer, taken } = await open();
        answer(() => ({ step, reply: null }));
        const problem = await problemOf(courier.send(JANE, RAW));
        expect(problem).toMatchObject(GONE);
        expect(problem instanceof BrokenAtLetter).toBe(atLetter);
        expect(taken()).toEqual([]);
        answer(null);
        await courier.send(JANE, RAW);
        expect(taken()).toEqual([JANE.to]);
      },
    );

    it.each([
      { reply: null, ...GONE },
      { reply: '451 4.3.0 Later', code: 'smtp-deferred', temporary: true },
    ])(
      'cannot know that a message was taken, if it is not told so: $reply',
      async ({ reply, ...expected }) => {
        const { courier, answer, taken } = await open();
        answer(() => ({ step: 'message', reply, taken: true }));
        expect(await problemOf(courier.send(JANE, RAW))).toMatchObject(expected);
        expect(taken()).toEqual([JANE.to]);
        answer(null);
        await courier.send(BOB, RAW);
        expect(taken()).toEqual([JANE.to, BOB.to]);
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
