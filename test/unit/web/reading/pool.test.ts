/** The few connections of the pages: who waits, for how long, and what becomes of one that has failed. */
import { describe, expect, it } from 'vitest';
import type { MailStore } from '../../../../src/mailbox/store.js';
import {
  LOOKS_OF_A_SESSION,
  MAX_WAITING,
  ReaderPool,
  type ReadingSession,
} from '../../../../src/web/reading/pool.js';
import type { Desk } from '../../../../src/worker/workplace/desk.js';

const never = new AbortController().signal;

/** Sessions that hand out a desk with a store that could write, and count themselves. */
function sessions(): {
  readonly open: () => ReadingSession;
  readonly counts: { opened: number; closed: number };
} {
  const counts = { opened: 0, closed: 0 };
  const desk = { store: { search: () => Promise.resolve([1]), append: () => 'written' } } as unknown as Desk;
  const open = (): ReadingSession => {
    counts.opened += 1;
    return {
      look: (work) => work(desk),
      close: () => {
        counts.closed += 1;
        return Promise.resolve();
      },
    };
  };
  return { open, counts };
}

function held(): { readonly work: () => Promise<string>; readonly release: () => void } {
  let release = (): void => undefined;
  const promise = new Promise<string>((resolve) => {
    release = () => resolve('done');
  });
  return { work: () => promise, release: () => release() };
}

describe('the connections of the pages', () => {
  it('are used again, never more than so many, and who waits is next', async () => {
    const { open, counts } = sessions();
    const pool = new ReaderPool({ open, most: 2, signal: never });
    const works = Array.from({ length: 5 }, held);
    const reads = works.map(({ work }) => pool.read(work));
    expect(counts.opened).toBe(2);
    for (const { release } of works) release();
    expect(await Promise.all(reads)).toEqual(Array.from({ length: 5 }, () => 'done'));
    expect(counts.opened).toBe(2);
    await pool.close();
    expect(counts.closed).toBe(2);
  });

  it('cannot write', async () => {
    const pool = new ReaderPool({ open: sessions().open, most: 1, signal: never });
    const stores = await pool.read(({ store }) => Promise.resolve(store));
    expect(Object.keys(stores)).not.toContain('append');
    expect(Reflect.get(stores as MailStore, 'setFlags')).toBeUndefined();
    await pool.close();
  });

  it('keep nobody waiting for ever, and not too many', async () => {
    const pool = new ReaderPool({ open: sessions().open, most: 1, signal: never, waitMs: 20 });
    const { work, release } = held();
    const first = pool.read(work);
    const late = Array.from({ length: MAX_WAITING }, () => pool.read(work));
    await expect(pool.read(work)).rejects.toMatchObject({ code: 'web-busy' });
    for (const one of late) await expect(one).rejects.toMatchObject({ code: 'web-busy' });
    release();
    expect(await first).toBe('done');
    await pool.close();
  });

  it('are given up where work fails or takes too long, and make room for others', async () => {
    const { open, counts } = sessions();
    const pool = new ReaderPool({ open, most: 1, signal: never, workMs: 20 });
    await expect(pool.read(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(pool.read(() => held().work())).rejects.toMatchObject({ code: 'web-late' });
    expect(await pool.read(() => Promise.resolve('well'))).toBe('well');
    expect(counts).toEqual({ opened: 3, closed: 2 });
    await pool.close();
  });

  it('begin anew after many looks, since they remember what they have seen', async () => {
    const { open, counts } = sessions();
    const pool = new ReaderPool({ open, most: 1, signal: never });
    for (let looks = 0; looks <= LOOKS_OF_A_SESSION; looks += 1) await pool.read(() => Promise.resolve());
    expect(counts).toEqual({ opened: 2, closed: 1 });
    await pool.close();
  });
});
