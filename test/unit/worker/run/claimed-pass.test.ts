/** A desk under its claim: changes wait for it, looks do not, and a long sending renews it. */
import { describe, expect, it, vi } from 'vitest';
import { MAX_BYTES_PER_APPEND, MAX_MESSAGES_PER_APPEND } from '../../../../src/mailbox/append-batches.js';
import type { NewMessage } from '../../../../src/mailbox/store.js';
import { underClaim } from '../../../../src/worker/run/claimed-pass.js';
import type { Claim } from '../../../../src/worker/workplace/claim.js';
import { DeskWorld, FOLDERS } from '../../../model/desk-world.js';

function counting(): { claim: Claim; holds: () => number; heldTwice: Promise<void> } {
  let holds = 0;
  let twice = (): void => undefined;
  const heldTwice = new Promise<void>((resolve) => {
    twice = resolve;
  });
  const claim: Claim = {
    see: () => undefined,
    wrote: () => false,
    hold: () => {
      holds += 1;
      if (holds > 1) twice();
      return Promise.resolve();
    },
    release: () => Promise.resolve(),
  };
  return { claim, holds: () => holds, heldTwice };
}

function small(id: string, text = ''): NewMessage {
  return { raw: Buffer.from(`Message-ID: <${id}@x>\r\n\r\n${text}`), flags: [] };
}

describe('a desk under its claim', () => {
  it('holds it before each change, and for no look', async () => {
    const world = new DeskWorld();
    await world.pass();
    const { claim, holds } = counting();
    const { store } = underClaim(world.desk(), claim);
    await store.state(FOLDERS.inbox);
    await store.fetch(FOLDERS.inbox, await store.search(FOLDERS.inbox, { and: [] }));
    expect(holds()).toBe(0);
    await store.setFlags(FOLDERS.inbox, [1], { add: ['\\Seen'] });
    await store.remove(FOLDERS.inbox, [1]);
    expect(holds()).toBe(2);
  });

  it('holds it before each batch of what is appended, and not for nothing', async () => {
    const world = new DeskWorld();
    await world.pass();
    const { claim, holds } = counting();
    const { store } = underClaim(world.desk(), claim);
    const few = Array.from({ length: 3 }, (_, index) => small(`few${index}`));
    expect(await store.append(FOLDERS.outbox, few)).toHaveLength(3);
    expect(holds()).toBe(1);
    const many = Array.from({ length: MAX_MESSAGES_PER_APPEND + 1 }, (_, index) => small(`many${index}`));
    expect(await store.append(FOLDERS.outbox, many)).toHaveLength(many.length);
    expect(holds()).toBe(3);
    const large = ['one', 'two'].map((id) => small(id, 'x'.repeat(MAX_BYTES_PER_APPEND)));
    expect(await store.append(FOLDERS.outbox, large)).toHaveLength(2);
    expect(holds()).toBe(5);
    await store.append(FOLDERS.outbox, []);
    await store.setFlags(FOLDERS.outbox, [], { add: ['\\Seen'] });
    await store.move(FOLDERS.outbox, [], FOLDERS.review);
    await store.copy(FOLDERS.outbox, [], FOLDERS.review);
    await store.remove(FOLDERS.outbox, []);
    expect(holds()).toBe(5);
  });

  it('renews it while a slow mailbox stores a batch', async () => {
    const { claim, holds, heldTwice } = counting();
    const desk = new DeskWorld().desk();
    // The mailbox stores the batch only once the claim was renewed.
    const store = { ...desk.store, append: () => heldTwice.then(() => [1]) };
    const claimed = underClaim({ ...desk, store }, claim, 1);
    expect(await claimed.store.append(FOLDERS.outbox, [small('slow')])).toEqual([1]);
    expect(holds()).toBeGreaterThan(1);
  });

  it('renews it while a mail server thinks over a message', async () => {
    const { claim, holds, heldTwice } = counting();
    const desk = new DeskWorld().desk();
    // The server takes the message only once the claim was renewed.
    const courier = { connections: 1, send: () => heldTwice, close: () => Promise.resolve() };
    const claimed = underClaim({ ...desk, courier }, claim, 1);
    await claimed.courier.send({ from: '', to: 'jane@example.com' }, Buffer.from('x'));
    expect(holds()).toBeGreaterThan(1);
  });

  it('renews it once for all messages that are in hand, and no more when none is', async () => {
    const { claim, holds } = counting();
    const desk = new DeskWorld().desk();
    let take = (): void => undefined;
    const taken = new Promise<void>((resolve) => {
      take = resolve;
    });
    const courier = { connections: 4, send: () => taken, close: () => Promise.resolve() };
    vi.useFakeTimers();
    try {
      const claimed = underClaim({ ...desk, courier }, claim, 60_000);
      expect(claimed.courier.connections).toBe(4);
      const sending = ['jane', 'bob', 'carl', 'dora'].map((name) =>
        claimed.courier.send({ from: '', to: `${name}@example.com` }, Buffer.from('x')),
      );
      await vi.advanceTimersByTimeAsync(3 * 60_000);
      expect(holds()).toBe(4 + 3);
      take();
      await Promise.all(sending);
      await vi.advanceTimersByTimeAsync(3 * 60_000);
      expect(holds()).toBe(4 + 3);
    } finally {
      vi.useRealTimers();
    }
  });
});
