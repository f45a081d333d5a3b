/** Bytes of connections that come and go. */
import { expect, it } from 'vitest';
import { ByteCount } from '../../../../src/worker/run/byte-count.js';

it('never falls, whatever connections end, and counts none twice', () => {
  const count = new ByteCount();
  expect(count.total).toEqual({ received: 0, sent: 0 });
  const first = { received: 10, sent: 1 };
  const endFirst = count.opened(() => ({ ...first }));
  const endSecond = count.opened(() => ({ received: 100, sent: 7 }));
  first.received = 20;
  expect(count.total).toEqual({ received: 120, sent: 8 });
  endFirst();
  endFirst();
  first.received = 1000;
  expect(count.total).toEqual({ received: 120, sent: 8 });
  endSecond();
  expect(count.total).toEqual({ received: 120, sent: 8 });
});
