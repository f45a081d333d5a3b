import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Deliveries } from '../../../../src/desk/ticket/deliveries.js';
import type { Facts } from '../../../../src/message/facts/facts.js';
import { deskPolicy, message } from '../desk.js';

const policy = deskPolicy();
const stranger = message();
const desk = message({ from: 'support@example.com' });

/** Few values each, so that many have the same. */
const facts: fc.Arbitrary<Facts> = fc
  .record({
    of: fc.constantFrom(stranger, desk),
    identity: fc.constantFrom('a', 'b', 'c'),
    messageId: fc.constantFrom('1@example.com', '2@example.com', null),
    bodySize: fc.constantFrom(10, 11),
    originSubject: fc.constantFrom('x', 'y'),
  })
  .map(({ of, ...changes }) => ({ ...of, ...changes }));

/** All of them, weighed one by one. */
function otherOf(noted: readonly Facts[], wanted: Facts): Facts | null {
  const eventOf = ({ sender, messageId, bodySize, originSubject }: Facts) =>
    JSON.stringify([messageId, sender.address === desk.sender.address || bodySize, originSubject]);
  const isAnother = (one: Facts) => eventOf(one) === eventOf(wanted) && one.identity !== wanted.identity;
  return wanted.messageId === null ? null : (noted.find(isAnother) ?? null);
}

describe('another delivery of a mail', () => {
  it('is the first that was noted, whatever else was', () => {
    fc.assert(
      fc.property(fc.array(facts, { maxLength: 12 }), facts, (noted, wanted) => {
        const deliveries = new Deliveries(policy, () => []);
        for (const [index, one] of [...noted, ...noted].entries()) {
          deliveries.note(one);
          const known = noted.slice(0, index + 1);
          expect(deliveries.other(wanted)).toBe(otherOf(known, wanted));
        }
      }),
    );
  });
});
