/** What `deliver` puts into the inbox: once, and never something else in its place. */
import { describe, expect, it } from 'vitest';
import { deliverToInbox } from '../../src/worker/ask/delivering.js';
import { DeskWorld } from './desk-world.js';

/** Without Date and Message-ID, as scripts write them. */
function report(disk: string): Buffer {
  const fields = ['From: Monitor <monitor@example.org>', 'Subject: A disk is full'];
  return Buffer.from(`${fields.join('\r\n')}\r\n\r\n${disk}\r\n`);
}

function texts(world: DeskWorld): string[] {
  const all = (['inbox', 'open', 'review'] as const).flatMap((folder) => world.visible(folder));
  const found = all.map(({ content }) => /\r\n\r\n(sd.)\r\n$/.exec(content.raw.toString())?.[1]);
  return found.flatMap((text) => text ?? []).sort();
}

describe.each([true, false])('what lies in the inbox already (UIDPLUS: %s)', (uidPlus) => {
  it('is not put there again', async () => {
    const world = new DeskWorld({ uidPlus });
    await world.pass();
    expect(await deliverToInbox(world.desk(), report('sda'))).toBe(false);
    expect(await deliverToInbox(world.desk(), report('sda'))).toBe(true);
    expect(texts(world)).toEqual(['sda']);
  });

  it('is not another message of the same header and length, and both are kept', async () => {
    const world = new DeskWorld({ uidPlus });
    await world.pass();
    expect(await deliverToInbox(world.desk(), report('sda'))).toBe(false);
    expect(await deliverToInbox(world.desk(), report('sdb'))).toBe(false);
    await world.pass();
    expect(texts(world)).toEqual(['sda', 'sdb']);
  });
});
