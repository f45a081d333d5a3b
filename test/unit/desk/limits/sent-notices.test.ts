import { expect, it } from 'vitest';
import { SentNotices } from '../../../../src/desk/limits/sent-notices.js';

const notice = { purpose: 'notice' as const, to: 'steve@example.org', cause: 'one' };

it('counts a notice once, however often it is noted, and not for its own cause', () => {
  const sent = new SentNotices();
  sent.note({ ...notice, at: new Date(2_000) });
  sent.note({ ...notice, to: 'Steve@EXAMPLE.org', at: new Date(3_000) });
  expect(sent.since(1_000, { ...notice, cause: 'two' })).toBe(1);
  expect(sent.since(2_000, { ...notice, cause: 'two' })).toBe(0);
  expect(sent.since(1_000, notice)).toBe(0);
});

it('knows each member, each purpose and each cause by itself', () => {
  const sent = new SentNotices();
  for (const other of [{ to: 'ann@example.org' }, { purpose: 'not-relayed' as const }, { cause: 'two' }])
    sent.note({ ...notice, ...other, at: new Date(2_000) });
  sent.note({ ...notice, at: new Date(2_000) });
  expect(sent.since(0, { ...notice, cause: 'three' })).toBe(2);
});

it('holds the digests in the order in which they were noted, and none before', () => {
  const sent = new SentNotices();
  expect(sent.digests).toEqual([]);
  for (const window of [7, 6]) sent.noteDigest({ to: 'steve@example.org', window });
  expect(sent.digests.map(({ window }) => window)).toEqual([7, 6]);
});
