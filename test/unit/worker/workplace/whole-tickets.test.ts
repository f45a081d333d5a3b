/** Which tickets a new process takes to be whole. */
import { describe, expect, it } from 'vitest';
import type { HintRecord, Registered } from '../../../../src/mailbox/register/entry.js';
import type { LocalCache } from '../../../../src/worker/workplace/local-cache.js';
import { WholeTickets } from '../../../../src/worker/workplace/whole-tickets.js';

const SIGHT = { uidValidity: '7', uidNext: 100, newestFrom: 80, hints: [] };
const OPEN = new Set([1, 2]);

function cache(files: Map<string, unknown>): LocalCache {
  return {
    read: (name) => Promise.resolve(files.get(name) ?? null),
    write: (name, value) => Promise.resolve(void files.set(name, value)),
  };
}

function hint(uid: number, ticket: number | null): Registered<HintRecord> {
  const place = { uidValidity: '9', uidNext: 5, moved: [], complete: true };
  return { kind: 'hint', ticket, ...place, uid, flags: new Set() };
}

/** Found whole by a process that saw the register with this UIDNEXT. */
async function kept(uidNext = 100): Promise<Map<string, unknown>> {
  const files = new Map<string, unknown>();
  const whole = new WholeTickets(cache(files));
  whole.see({ ...SIGHT, uidNext });
  await whole.keep(OPEN);
  whole.note(1, [hint(60, 1), hint(70, 1)]);
  await whole.save();
  return files;
}

async function isKnown(
  files: Map<string, unknown>,
  sight: Partial<Parameters<WholeTickets['see']>[0]>,
): Promise<boolean> {
  const next = new WholeTickets(cache(files));
  next.see({ ...SIGHT, ...sight });
  await next.keep(OPEN);
  return next.isKnown(1, (ticket) => ticket === 1);
}

describe('a ticket that was found whole', () => {
  it.each([
    ['is known to the next process', {}, true],
    ['is known where all entries since were read', { uidNext: 119, newestFrom: 99 }, true],
    ['is not known where some were not', { uidNext: 121, newestFrom: 101 }, false],
    ['is not known in a mailbox that was put back', { uidNext: 90, newestFrom: 70 }, false],
    ['is not known in another folder', { uidValidity: '8' }, false],
    ['is known beside hints that were known', { hints: [hint(70, 1)] }, true],
    ['is not known beside a newer hint', { hints: [hint(99, 1)] }, false],
    ["is known beside a newer one of another's", { hints: [hint(99, 2), hint(98, null)] }, true],
  ])('%s', async (_, sight, known) => {
    expect(await isKnown(await kept(), sight)).toBe(known);
  });

  it('is not known where nothing, or something else, was kept', async () => {
    expect(await isKnown(new Map(), {})).toBe(false);
    expect(await isKnown(new Map([['whole', { form: 2, uidValidity: '7', asOf: 100 }]]), {})).toBe(false);
    expect(await isKnown(new Map([['whole', 'nothing']]), {})).toBe(false);
  });

  it('is forgotten once it is not open, and kept in the file once in the life of a process', async () => {
    const files = await kept();
    const next = new WholeTickets(cache(files));
    next.see(SIGHT);
    await next.keep(new Set([2]));
    await next.keep(OPEN);
    expect(next.isKnown(1, () => true)).toBe(false);
    await next.save();
    next.note(2, []);
    await next.save();
    expect(files.get('whole')).toMatchObject({ asOf: 100, rows: [] });
  });
});
