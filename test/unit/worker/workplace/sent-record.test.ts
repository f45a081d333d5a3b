import { describe, expect, it } from 'vitest';
import type { LocalCache } from '../../../../src/worker/workplace/local-cache.js';
import { type SentFact, SentRecord } from '../../../../src/worker/workplace/sent-record.js';
import { deskPolicy } from '../../desk/desk.js';

const policy = deskPolicy();

/** Keeps what was written as a file would. */
function cache(
  files: Record<string, string> = {},
): LocalCache & { readonly files: Record<string, string>; writes: number } {
  return {
    files,
    writes: 0,
    read: (name) => Promise.resolve(files[name] === undefined ? null : (JSON.parse(files[name]) as unknown)),
    write(name, value) {
      this.writes += 1;
      files[name] = JSON.stringify(value);
      return Promise.resolve();
    },
  };
}

function fact(at: number, { claim, cause }: { claim?: string; cause?: string } = {}): SentFact {
  const letter = cause === undefined ? null : { name: 'n', cause, groups: ['g'], at };
  return { at, claims: claim === undefined ? [] : [claim], letter, leaves: false };
}

function begun(local: LocalCache): SentRecord {
  const record = new SentRecord(policy, local);
  for (const watched of ['register', 'outbox'] as const)
    record.begin(watched, { uidValidity: '7', since: 0, first: 3 });
  return record;
}

const ALWAYS = { after: -1 };

/** How many letters are counted; the group is named so that its hash is asked for. */
function counted(record: SentRecord): number {
  const group = record.hash('group');
  const named = new SentRecord(policy, cache());
  expect(named.hash('group')).toBe(group);
  return record.letters().count('group', ALWAYS, { cause: 'none of these' });
}

function letterFact(record: SentRecord, at: number, claim: string): SentFact {
  const letter = { name: record.hash('name'), cause: record.hash(claim), groups: [record.hash('group')], at };
  return { at, claims: [claim], letter, leaves: false };
}

describe('what is known of what was sent', () => {
  it('is the same in the next process, and nothing without a file', async () => {
    const local = cache();
    const record = begun(local);
    record.learn('register', 5, fact(50, { claim: 'c', cause: 'x' }));
    record.learn('outbox', 4, { ...fact(40), leaves: true });
    await record.save();
    const next = new SentRecord(policy, cache(local.files));
    expect(next.folder('register')).toBeNull();
    await next.load();
    expect(next.folder('register')).toEqual(record.folder('register'));
    expect(next.folder('outbox')).toEqual(record.folder('outbox'));
    expect(next.folder('register')).toMatchObject({ uidValidity: '7', since: 0, first: 3, next: 6 });
    const without = new SentRecord(policy, cache());
    await without.load();
    expect(without.folder('register')).toBeNull();
  });

  it.each([
    ['another form', { form: 2 }],
    ['a row of another form', { outbox: { uidValidity: '7', since: 0, first: 1, next: 2, rows: [['x']] } }],
    ['no register', { register: null }],
  ])('is not read from a file with %s', async (_, changed) => {
    const local = cache();
    const record = begun(local);
    await record.save();
    const whole = JSON.parse(local.files['limits'] ?? '{}') as object;
    const next = new SentRecord(policy, cache({ limits: JSON.stringify({ ...whole, ...changed }) }));
    await next.load();
    expect(next.folder('register')).toBeNull();
    expect(next.folder('outbox')).toBeNull();
  });

  it('is written by each process that learns something, and then only once enough is new', async () => {
    const local = cache();
    const record = begun(local);
    for (let uid = 3; uid < 203; uid += 1) record.learn('register', uid, fact(uid));
    await record.save();
    await record.save();
    expect(local.writes).toBe(1);
    for (const uid of [203, 204, 205]) record.learn('register', uid, fact(uid));
    await record.save();
    expect(local.writes).toBe(1);
    for (const uid of [206, 207]) record.learn('register', uid, fact(uid));
    await record.save();
    expect(local.writes).toBe(2);
    const next = new SentRecord(policy, local);
    await next.load();
    await next.save();
    expect(local.writes).toBe(2);
    next.learn('outbox', 3, fact(1));
    await next.save();
    expect(local.writes).toBe(3);
  });

  it('counts of two entries that claim the same the one with the lower UID, in whatever order they are learned', () => {
    const record = begun(cache());
    record.learn('register', 6, letterFact(record, 60, 'c'));
    expect(counted(record)).toBe(1);
    record.learn('register', 5, letterFact(record, 50, 'c'));
    expect(counted(record)).toBe(1);
    expect(record.counted('register', 6)).toBeNull();
    expect(record.counted('register', 5)).not.toBeNull();
    record.forget('register', [5]);
    expect(counted(record)).toBe(1);
    expect(record.counted('register', 6)).not.toBeNull();
  });

  it('is counted at the next call, not in what was handed out before', () => {
    const record = begun(cache());
    record.learn('register', 5, letterFact(record, 50, 'c'));
    const before = record.letters();
    record.learn('register', 6, letterFact(record, 60, 'd'));
    expect(before.count('group', ALWAYS, { cause: '' })).toBe(1);
    expect(counted(record)).toBe(2);
  });

  it('is forgotten from below once it is too old, and never from between', () => {
    const record = begun(cache());
    for (const [uid, at] of [
      [5, 50],
      [6, 200],
      [7, 60],
    ] as const)
      record.learn('register', uid, fact(at));
    record.prune('register', 100);
    expect(record.folder('register')).toMatchObject({ first: 6, next: 8, since: 100 });
    expect([...(record.folder('register')?.facts.keys() ?? [])]).toEqual([6, 7]);
    record.prune('register', 300);
    expect(record.folder('register')).toMatchObject({ first: 8, next: 8, since: 300 });
  });

  it('holds names that tell nothing, and others under another secret', () => {
    const record = begun(cache());
    expect(record.hash('jane@example.org')).toMatch(/^[0-9a-z]{10}$/);
    const other = new SentRecord(
      { ...policy, secrets: ['another secret of the tests, long enough'] },
      cache(),
    );
    expect(other.hash('jane@example.org')).not.toBe(record.hash('jane@example.org'));
  });
});
