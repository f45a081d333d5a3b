/** Looking up many entries at once: the same is found as by asking for a few at a time, and in fewer searches. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { RegisterRecord } from '../../src/mailbox/register/entry.js';
import { formatRecord } from '../../src/mailbox/register/format.js';
import { lookUpHints, lookUpRegister, type Named } from '../../src/mailbox/register/look-up.js';
import type { RegisterView } from '../../src/mailbox/register/view.js';
import type { Query, ReadStore } from '../../src/mailbox/store.js';
import { openGate } from './desk-world.js';
import { counterClock, MemoryServer } from './memory-mailbox.js';

const FOLDER = 'Register';
const ASKED = Array.from({ length: 100 }, (_, index) => index + 1);
const identityOf = (number: number): string => String(number).padStart(64, '0');

let server: MemoryServer;

beforeEach(() => {
  server = new MemoryServer({ now: counterClock().now });
  server.create(FOLDER);
});

async function append(records: readonly RegisterRecord[]): Promise<void> {
  const about = { deskName: 'Desk', deskAddress: 'support@example.org', now: new Date(0), highest: 9 };
  const messages = records.map((record, index) => ({
    raw: formatRecord(record, { ...about, id: `${record.kind}-${index}` }),
    flags: [],
  }));
  await server.connect(openGate).append(FOLDER, messages);
}

const ticket = (number: number): RegisterRecord => ({
  kind: 'ticket',
  number,
  rootIdentity: identityOf(number),
  rootMessageId: `root-${number}@example.org`,
  requester: 'jane@example.org',
  requesterName: 'Jane',
  requesterFrom: 'sender',
  subject: 'Printer',
  answerable: true,
  opened: new Date(0),
});
const link = (number: number): RegisterRecord => ({
  kind: 'link',
  ticket: number,
  identity: identityOf(10_000 + number),
  messageId: `answer-${number}@example.org`,
});
const hint = (number: number): RegisterRecord => ({
  kind: 'hint',
  ticket: number,
  uidValidity: '1',
  uidNext: 1,
  moved: [{ uid: number, identity: identityOf(number) }],
  complete: true,
});
const merge = (from: number, into: number): RegisterRecord => ({
  kind: 'merge',
  from,
  into,
  joinPeople: true,
});

/** Beside as many others that nobody asks for. */
async function fill(others: number): Promise<void> {
  await append(ASKED.flatMap((number) => [ticket(number), ...(number % 10 === 0 ? [link(number)] : [])]));
  await append([...ASKED.slice(0, 40).map(hint), merge(5, 7), merge(600, 8), merge(601, 602)]);
  await append(Array.from({ length: others }, (_, index) => ticket(1_000 + index)));
}

function counting(): { readonly store: ReadStore; readonly searches: Query[] } {
  const searches: Query[] = [];
  const inner = server.connect(openGate);
  const store = new Proxy(inner, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        if (name === 'search') searches.push(args[1] as Query);
        return value.apply(target, args);
      };
    },
  });
  return { store, searches };
}

const shown = ({ tickets, links, hints, merges }: RegisterView): readonly number[] =>
  [...tickets, ...links, ...hints, ...merges].map(({ uid }) => uid).toSorted((a, b) => a - b);

/** What is found if no more is asked for at once than one search takes. */
async function inPieces(pieces: readonly Named[]): Promise<readonly number[]> {
  const store = server.connect(openGate);
  const found = new Set<number>();
  for (const piece of pieces)
    for (const uid of shown(await lookUpRegister(store, FOLDER, piece))) found.add(uid);
  return [...found].toSorted((a, b) => a - b);
}

describe('what many tickets and messages are named by', () => {
  it.each(['tickets', 'filed'] as const)('is read whole where hardly more is there: %s', async (by) => {
    await fill(100);
    const named = (numbers: readonly number[]): Named =>
      by === 'tickets' ? { tickets: numbers } : { filed: numbers.map(identityOf) };
    const { store, searches } = counting();
    const found = shown(await lookUpRegister(store, FOLDER, named(ASKED)));
    expect(searches).toEqual([{ and: [] }]);
    expect(found).toEqual(await inPieces(ASKED.map((number) => named([number]))));
    expect(found.length).toBeGreaterThanOrEqual(100);
  });

  it('is searched for by name where far more is there', async () => {
    await fill(1_000);
    const { store, searches } = counting();
    const found = shown(await lookUpRegister(store, FOLDER, { tickets: ASKED }));
    expect(searches).toHaveLength(2);
    expect(found).toEqual(await inPieces(ASKED.map((number) => ({ tickets: [number] }))));
  });

  it('is searched for by name where the server cannot read what nobody asks for', async () => {
    await fill(100);
    const other = server.folder(FOLDER).all().at(-1);
    server.unreadable.add(other?.content.origin ?? -1);
    const found = shown(await lookUpRegister(counting().store, FOLDER, { tickets: ASKED }));
    expect(found).toEqual(await inPieces(ASKED.map((number) => ({ tickets: [number] }))));
  });
});

describe('the merges of many tickets', () => {
  it('are found by one search', async () => {
    await fill(1_000);
    const { store, searches } = counting();
    const { merges } = await lookUpRegister(store, FOLDER, { merged: ASKED });
    expect(merges.map(({ from, into }) => [from, into])).toEqual([
      [5, 7],
      [600, 8],
    ]);
    expect(searches).toEqual([{ header: 'X-Imapdesk-Entry', contains: 'merge' }]);
  });

  it('are searched for by name where a desk has merged far more', async () => {
    await fill(0);
    await append(Array.from({ length: 900 }, (_, index) => merge(2_000 + index, 3_000 + index)));
    const { merges } = await lookUpRegister(counting().store, FOLDER, { merged: ASKED });
    expect(merges.map(({ from }) => from)).toEqual([5, 600]);
  });
});

describe('the hints of many tickets', () => {
  it('are found by one search', async () => {
    await fill(1_000);
    const { store, searches } = counting();
    const hints = await lookUpHints(store, FOLDER, { tickets: ASKED, uidFrom: 1 });
    expect(hints.map(({ ticket: number }) => number)).toEqual(ASKED.slice(0, 40));
    expect(searches).toHaveLength(1);
  });

  it('are searched for by name where the desk has far more', async () => {
    await fill(0);
    await append(Array.from({ length: 900 }, (_, index) => hint(2_000 + index)));
    const { store, searches } = counting();
    expect(
      (await lookUpHints(store, FOLDER, { tickets: ASKED, uidFrom: 1 })).map(({ ticket: number }) => number),
    ).toEqual(ASKED.slice(0, 40));
    expect(searches).toHaveLength(2);
  });
});
