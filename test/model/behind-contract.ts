/** What every Courier does with a message that goes behind another: on the model's post office, and at SMTP servers. */
import { describe, expect, it } from 'vitest';
import { type Courier, type Envelope, NotBegun } from '../../src/delivery/courier.js';
import { MailRefusal } from '../../src/delivery/refusal.js';
import type { Bench } from './courier-contract.js';
import type { Answer } from './memory-courier.js';
import { letter } from './sample-mail.js';

type Handed = PromiseSettledResult<void>;

function envelope(name: string): Envelope {
  return { from: 'support@example.com', to: `${name}@example.org` };
}

function send(courier: Courier, to: Envelope, behind?: Envelope): Promise<void> {
  const raw = letter({ ...to, subject: to.to, messageId: `of-${to.to}` });
  return courier.send(to, raw, behind);
}

/** All at once, each behind the one before it. */
function sendInARow(courier: Courier, names: readonly string[]): Promise<readonly Handed[]> {
  const envelopes = names.map(envelope);
  return Promise.allSettled(envelopes.map((one, index) => send(courier, one, envelopes[index - 1])));
}

const OK = { status: 'fulfilled' };
const NOT_BEGUN = { status: 'rejected', reason: expect.any(NotBegun) };

/** What may be said of the first, and whether that is a MailRefusal. */
const NOT_TAKEN: readonly (Answer & { readonly refused: boolean })[] = [
  { step: 'message', reply: '554 5.7.1 Spam', refused: true },
  { step: 'message', reply: '452 4.3.1 Full', refused: true },
  { step: 'RCPT TO', reply: '550 5.1.1 No such user', refused: true },
  { step: 'RCPT TO', reply: '450 4.2.0 Greylisted', refused: true },
  { step: 'DATA', reply: '451 4.3.0 Later', refused: true },
  { step: 'message', reply: '421 4.3.2 Going down', refused: false },
  { step: 'message', reply: '503 5.5.1 What?', refused: false },
  { step: 'message', reply: null, refused: false },
  { step: 'message', reply: null, taken: true, refused: false },
  { step: 'text', reply: null, refused: false },
  { step: 'DATA', reply: null, refused: false },
];

export function behindContract(name: string, open: () => Promise<Bench>): void {
  describe(`a message behind another one: ${name}`, () => {
    it('is taken after it, and so is what is behind that', async () => {
      const { courier, taken } = await open();
      const names = Array.from({ length: 12 }, (_, index) => `n${index}`);
      expect(await sendInARow(courier, names)).toEqual(names.map(() => expect.objectContaining(OK)));
      expect(taken()).toEqual(names.map((one) => `${one}@example.org`));
    });

    it.each(NOT_TAKEN)(
      'is not begun where that one is not taken, and goes when it is sent again: $step $reply',
      async ({ refused, ...said }) => {
        const { courier, answer, taken } = await open();
        await send(courier, envelope('early'));
        answer((to) => (to === 'jane@example.org' ? said : null));
        const [first, ...others] = await sendInARow(courier, ['jane', 'bob', 'carl']);
        expect(first?.status).toBe('rejected');
        expect(first?.status === 'rejected' && first.reason instanceof MailRefusal).toBe(refused);
        expect(others).toEqual([NOT_BEGUN, NOT_BEGUN]);
        const all = ['early@example.org', ...(said.taken === true ? ['jane@example.org'] : [])];
        expect(taken()).toEqual(all);
        expect(await sendInARow(courier, ['bob', 'carl'])).toMatchObject([OK, OK]);
        expect(taken()).toEqual([...all, 'bob@example.org', 'carl@example.org']);
      },
    );

    it.each(NOT_TAKEN)(
      'is told its own failure, and holds up what is behind it: $step $reply',
      async (said) => {
        const { courier, answer, taken } = await open();
        answer((to) => (to === 'bob@example.org' ? said : null));
        const [first, second, third] = await sendInARow(courier, ['jane', 'bob', 'carl']);
        expect(first).toMatchObject(OK);
        expect(second?.status === 'rejected' && second.reason instanceof MailRefusal).toBe(said.refused);
        expect(third).toEqual(NOT_BEGUN);
        answer(null);
        await send(courier, envelope('dora'));
        const mayBeTaken = said.taken === true ? ['bob@example.org'] : [];
        expect(taken()).toEqual(['jane@example.org', ...mayBeTaken, 'dora@example.org']);
      },
    );

    it('goes by itself where that one was taken long ago, and not where it was refused', async () => {
      const { courier, answer, taken } = await open();
      const [jane, bob] = [envelope('jane'), envelope('bob')];
      await send(courier, jane);
      await send(courier, envelope('carl'), jane);
      answer((to) => (to === 'bob@example.org' ? { step: 'message', reply: '554 5.7.1 No' } : null));
      await expect(send(courier, bob)).rejects.toBeInstanceOf(MailRefusal);
      await expect(send(courier, envelope('dora'), bob)).rejects.toBeInstanceOf(NotBegun);
      expect(taken()).toEqual(['jane@example.org', 'carl@example.org']);
    });

    it('is not begun behind one that was never handed over, nor as the second behind one', async () => {
      const { courier, taken } = await open();
      const jane = envelope('jane');
      await expect(send(courier, envelope('bob'), jane)).rejects.toBeInstanceOf(NotBegun);
      const first = send(courier, jane);
      const others = [send(courier, envelope('carl'), jane), send(courier, envelope('dora'), jane)];
      expect(await Promise.allSettled([first, ...others])).toEqual(
        [OK, OK, NOT_BEGUN].map((one) => expect.objectContaining(one)),
      );
      expect(taken()).toEqual(['jane@example.org', 'carl@example.org']);
    });
  });
}
