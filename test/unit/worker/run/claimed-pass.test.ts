/** A desk under its claim: changes wait for it, looks do not, and a long sending renews it. */
import { describe, expect, it } from 'vitest';
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
    hold: () => {
      holds += 1;
      if (holds > 1) twice();
      return Promise.resolve();
    },
    release: () => Promise.resolve(),
  };
  return { claim, holds: () => holds, heldTwice };
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

  it('holds it before each message of a batch, and not for an empty one', async () => {
    const world = new DeskWorld();
    await world.pass();
    const { claim, holds } = counting();
    const { store } = underClaim(world.desk(), claim);
    const [one, two] = ['one@x', 'two@x'].map((id) => ({
      raw: Buffer.from(`Message-ID: <${id}>\r\n\r\n`),
      flags: [],
    }));
    if (one === undefined || two === undefined) throw new Error('two are needed');
    expect(await store.append(FOLDERS.outbox, [one, two])).toHaveLength(2);
    expect(holds()).toBe(2);
    await store.append(FOLDERS.outbox, []);
    await store.setFlags(FOLDERS.outbox, [], { add: ['\\Seen'] });
    await store.move(FOLDERS.outbox, [], FOLDERS.review);
    await store.copy(FOLDERS.outbox, [], FOLDERS.review);
    await store.remove(FOLDERS.outbox, []);
    expect(holds()).toBe(2);
  });

  it('renews it while a mail server thinks over a message', async () => {
    const { claim, holds, heldTwice } = counting();
    const desk = new DeskWorld().desk();
    // The server takes the message only once the claim was renewed.
    const courier = { send: () => heldTwice, close: () => Promise.resolve() };
    const claimed = underClaim({ ...desk, courier }, claim, 1);
    await claimed.courier.send({ from: '', to: 'jane@example.com' }, Buffer.from('x'));
    expect(holds()).toBeGreaterThan(1);
  });
});
