/** What a MailStore tells of folders without opening them, and of flags that have changed: a part of the contract. */
import { expect } from 'vitest';
import { appendOne } from '../../src/mailbox/append-one.js';
import type { MailStore } from '../../src/mailbox/store.js';
import { letter } from './sample-mail.js';

interface Rooms {
  readonly store: MailStore;
  readonly other: MailStore;
  /** Two empty folders. */
  readonly here: string;
  readonly there: string;
}

function mail(subject: string): Buffer {
  return letter({ from: 'a@x.example', to: 'b@x.example', subject, messageId: `${subject}@looks.example` });
}

export function looksContract(
  it: (title: string, test: () => Promise<void>) => void,
  rooms: () => Rooms,
): void {
  const put = (subject: string, flags: readonly string[] = []): Promise<number> => {
    const { store, here } = rooms();
    return appendOne(store, here, { raw: mail(subject), flags });
  };

  it('tells how several folders stand, as they are now, and leaves out those that are not there', async () => {
    const { store, other, here, there } = rooms();
    await store.search(here, { and: [] });
    const before = await store.statuses([here, there, 'Contract/None', 'INBOX']);
    expect([...before.keys()].sort()).toEqual([here, there, 'INBOX'].sort());
    const uid = await appendOne(other, here, { raw: mail('one'), flags: ['\\Seen'] });
    const after = await store.statuses([here, there]);
    expect(after.get(here)).toMatchObject({ uidNext: uid + 1, messages: 1 });
    expect(after.get(here)?.uidValidity).toBe((await store.state(here)).uidValidity);
    expect(after.get(there)).toEqual(before.get(there));
    expect(await store.statuses([])).toEqual(new Map());
  });

  it('shows a change of flags in the mod-sequence of the folder alone, where the server keeps one', async () => {
    const { store, other, here } = rooms();
    const uid = await put('one');
    const before = (await store.statuses([here])).get(here);
    expect((await store.statuses([here])).get(here)).toEqual(before);
    await other.setFlags(here, [uid], { add: ['\\Flagged'] });
    const after = (await store.statuses([here])).get(here);
    expect({ ...after, modseq: null }).toEqual({ ...before, modseq: null });
    expect(after?.modseq === before?.modseq).toBe(before?.modseq === null);
  });

  it('tells which flags have changed since a look, in folders with mod-sequences', async () => {
    const { store, other, here } = rooms();
    const [one, two, three] = [await put('one'), await put('two', ['\\Seen']), await put('three')];
    const modseq = (await store.statuses([here])).get(here)?.modseq ?? null;
    if (modseq === null) return;
    expect(await store.flagsSince(here, one, modseq)).toEqual(new Map());
    await other.setFlags(here, [one], { add: ['\\Seen'] });
    await other.setFlags(here, [two], { remove: ['\\Seen'] });
    await other.setFlags(here, [three], { add: ['\\Deleted'] });
    const four = await appendOne(other, here, { raw: mail('four'), flags: ['\\Flagged'] });
    const changed = await store.flagsSince(here, two, modseq);
    const told = [...changed].map(([uid, flags]) => [uid, ...flags].filter((flag) => flag !== '\\Recent'));
    expect(told.sort(([a], [b]) => Number(a) - Number(b))).toEqual([
      [two],
      [three, '\\Deleted'],
      [four, '\\Flagged'],
    ]);
    const after = (await store.statuses([here])).get(here)?.modseq ?? '';
    expect(await store.flagsSince(here, one, after)).toEqual(new Map());
  });
}
