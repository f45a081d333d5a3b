/**
 * Mailboxes that older builds have left, whole or killed (`test/fixtures/make-mailboxes.ts`): this one goes on in them,
 * and nothing is lost, sent, numbered or acknowledged twice. What it comes to is what the older build itself came to, as
 * `*.expected.txt` keeps it. Where a difference is meant, write these anew, and say it in the commit:
 *
 *     npx vitest run --project stories test/model/kept-mailbox.test.ts --update
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { passAs } from './claimed-pass.js';
import { mailHasCause, numbering, ticketsAreWhole } from './coherence.js';
import { type DeskWorld, FOLDERS, openGate, POLICY } from './desk-world.js';
import { lettersInFull, whatWasSent, whereAllLies } from './end-state.js';
import {
  entriesAreDistinct,
  everyMessageOnce,
  isQuiet,
  mailIsSteady,
  numbersAreDistinct,
  stagedMail,
  stagedOnce,
  tolerate,
} from './invariants.js';
import { type KeptMailbox, openKept, standAs } from './kept-mailbox.js';
import { field, fields } from './message-text.js';
import type { Gate } from './scheduler.js';

const FOLDER = fileURLToPath(new URL('../fixtures/mailboxes/', import.meta.url));
const CHANGES = /^(?:create|append|store|move|copy|remove|send) /;
const MOST_PASSES = 4;

function read(name: string): KeptMailbox {
  return JSON.parse(readFileSync(`${FOLDER}${name}.json`, 'utf8')) as KeptMailbox;
}

/** Passes of a new worker until one changes nothing; answers how many it took. */
async function workOn(world: DeskWorld, kept: KeptMailbox): Promise<number> {
  let ids = 0;
  for (let passes = 1; passes <= MOST_PASSES; passes += 1) {
    const changes: string[] = [];
    const desk = world.desk(noting(changes), noting(changes));
    const own = { policy: { ...POLICY, ...kept.desk }, newId: () => `new-${++ids}` };
    await passAs({ ...desk, ...own }, { worker: 'new', isGone: (other) => other !== 'new' });
    if (changes.length === 0) return passes;
  }
  throw new Error(`${MOST_PASSES} passes changed something, each of them`);
}

function noting(changes: string[]): Gate {
  const begin: Gate['begin'] = (what) => {
    if (CHANGES.test(what)) changes.push(what);
    return openGate.begin(what);
  };
  return { actor: 'worker', begin };
}

/**
 * Letters that were under way when the older worker died: taken by the server, and not marked so. Nothing in the
 * mailbox tells them from letters that were not taken, so each goes once more, under its Message-ID. One that the
 * register names as taken does not.
 */
function underWay(world: DeskWorld): ReadonlySet<string> {
  const idOf = (raw: Buffer): string => field(raw, 'Message-ID') ?? '';
  const remembered = world
    .visible('register')
    .flatMap(({ content }) => fields(content.raw))
    .flatMap(({ name, value }) => (name === 'X-Imapdesk-Taken' ? value : []))
    .join(' ');
  const taken = new Set(world.post.sent.map(({ messageId }) => messageId));
  return new Set(
    world
      .visible('outbox')
      .filter(({ flags }) => flags.has('\\Draft') && !flags.has('\\Answered'))
      .map(({ content }) => idOf(content.raw))
      .filter((id) => taken.has(id) && !remembered.includes(id)),
  );
}

/** How often each letter was sent, where that is not once. */
function sentTwice(world: DeskWorld): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { messageId } of world.post.sent) counts.set(messageId, (counts.get(messageId) ?? 0) + 1);
  return new Map([...counts].filter(([, count]) => count !== 1));
}

/** One acknowledgement for each root, and one number. */
function toldOnce(world: DeskWorld): readonly string[] {
  const roots = new Map<string, Set<string>>();
  for (const { raw, messageId } of world.post.sent) {
    if (!raw.toString('latin1').includes('\r\n\r\nacknowledgement\r\n')) continue;
    const root = field(raw, 'In-Reply-To') ?? '';
    roots.set(root, (roots.get(root) ?? new Set()).add(messageId));
  }
  const several = [...roots].filter(([, ids]) => ids.size > 1).map(([root]) => `${root} was told twice`);
  return [...several, ...numbersAreDistinct(world.told())];
}

/** Where mail lies for good: of the outbox and the register things may go that have done their work. */
const LASTING = ['INBOX', 'Open', 'Archived', 'Review', 'Trash'];

/** Of each message there is one copy as before, byte for byte. The folder of sent mail is not the desk's: it keeps its own. */
function lost(before: DeskWorld, after: DeskWorld): readonly string[] {
  const there = bytesIn(after, [...LASTING, FOLDERS.outbox]);
  const sent = bytesIn(after, ['Sent']);
  const told = (raw: string, all: readonly string[]): readonly string[] => {
    const copies = all.filter((one) => one === raw).length;
    return copies === 1 ? [] : [`${copies} copies of ${raw.slice(0, 200)}`];
  };
  return [
    ...bytesIn(before, LASTING).flatMap((raw) => told(raw, there)),
    ...bytesIn(before, ['Sent']).flatMap((raw) => told(raw, sent)),
  ];
}

function bytesIn({ server }: DeskWorld, folders: readonly string[]): readonly string[] {
  return server
    .snapshot()
    .filter(({ name }) => folders.includes(name))
    .flatMap(({ messages }) => messages.map(({ content }) => content.raw.toString('latin1')));
}

async function expectWhole(before: DeskWorld, after: DeskWorld, about: string): Promise<void> {
  const again = underWay(before);
  const twice = sentTwice(after);
  expect([...twice.keys()].toSorted(), about).toEqual([...again].toSorted());
  expect(
    [...twice.values()].every((count) => count === 2),
    about,
  ).toBe(true);
  expect(lost(before, after), about).toEqual([]);
  const staged = stagedMail(after.server, FOLDERS.outbox);
  const violations = [
    ...toldOnce(after),
    ...everyMessageOnce(after.server, tolerate(new Set(['person']))),
    ...mailIsSteady(staged, after.post.sent),
    ...stagedOnce(staged),
    ...mailHasCause(after),
    ...(await ticketsAreWhole(after)),
  ];
  expect(violations, about).toEqual([]);
}

/** Where all lies in the end, and what was sent since that letter. */
function endOf(world: DeskWorld, sent: number): readonly string[] {
  return [...whereAllLies(world), ...whatWasSent(world, sent).map((line) => `Sent out: ${line}`)];
}

/** What is in one list and not in the other, each line as often as it is. */
function differences(calm: readonly string[], other: readonly string[]): readonly string[] {
  const count = (lines: readonly string[], line: string): number =>
    lines.filter((one) => one === line).length;
  return [...new Set([...calm, ...other])].toSorted().flatMap((line) => {
    const more = count(other, line) - count(calm, line);
    return Array.from({ length: Math.abs(more) }, () => `${more > 0 ? '+' : '-'} ${line}`);
  });
}

describe('a mailbox that an older build has left', () => {
  it('holds every kind of entry and letter', () => {
    const { messages } = read('full');
    const found = (name: string): readonly string[] => [
      ...new Set(messages.flatMap(([, raw]) => field(Buffer.from(raw, 'latin1'), name) ?? [])),
    ];
    expect(found('X-Imapdesk-Entry').toSorted()).toMatchInlineSnapshot(`
      [
        "absence",
        "adoption",
        "attempt",
        "claim",
        "copied",
        "hint",
        "link",
        "merge",
        "request",
        "sent",
        "taken",
        "ticket",
        "written",
      ]
    `);
    expect(found('X-Imapdesk-Stage').toSorted()).toMatchInlineSnapshot(`
      [
        "acknowledgement",
        "confirmation",
        "digest",
        "error-report",
        "filing-note",
        "not-relayed",
        "notice",
        "relay",
        "review-notice",
        "summary",
      ]
    `);
  });

  describe('with everything in it', () => {
    const kept = read('full');
    const opened = openKept(kept);
    const [before, world] = [standAs(opened, kept, 'start'), standAs(opened, kept, 'start')];
    const sent = before.post.sent.length;

    beforeAll(() => workOn(world, kept));

    it('is worked on to the end', async () => {
      await expectWhole(before, world, 'full');
      const letters = lettersInFull(world, sent).map((letter) => `\n${letter}`);
      const text = ['# The end', ...endOf(world, sent), ...letters].join('\n');
      await expect(`${text}\n`).toMatchFileSnapshot(`${FOLDER}full.expected.txt`);
    });

    it.each([
      ['a signed address', 'pending-4-jane@example.org', '[issue4] Matter 1'],
      ['the Message-ID of a letter', 'merged-5-bob@example.org', '[issue4] Matter 1'],
      ['a tag', 'about-issue6-@example.org', '[issue6: reopened] Matter 3'],
      ['a signed address that closes', 'close-7-dora@example.org', '[issue7: closed] Matter 4'],
      ['a signed address of a closed ticket', 'reopen-9-fred@example.org', '[issue9: reopened] Matter 6'],
      ['the signed address of a notice', 'staff-17-steve@example.com', '[issue17] Modem'],
    ])('knows mail to its ticket by %s', (_, messageId, subject) => {
      const notice = `{notice to ann@example.com for {<${messageId}>}} of "${subject}" to ann@example.com`;
      expect(whatWasSent(world, sent).filter((line) => line === notice)).toHaveLength(1);
    });

    it('closes, reopens and relays by these', () => {
      expect(world.tickets()).toEqual(expect.arrayContaining(['4 open', '7 archived', '9 open', '17 open']));
      expect(whatWasSent(world, sent)).toContain(
        '{relay to ida@example.org for {<staff-17-steve@example.com>}} of "Re: [issue17] Modem" to ida@example.org',
      );
    });
  });

  it.each(['filing', 'asking'])('is worked on wherever a worker died in it: %s', async (name) => {
    const kept = read(name);
    const opened = openKept(kept);
    const begun = standAs(opened, kept, 'start').post.sent.length;
    const told: string[] = [];
    let calm: readonly string[] | null = null;
    for (const state of Object.keys(kept.states)) {
      const [before, world] = [standAs(opened, kept, state), standAs(opened, kept, state)];
      await workOn(world, kept);
      await expectWhole(before, world, state);
      expect(entriesAreDistinct(numbering(world)), state).toEqual([]);
      expect(isQuiet(world.server, FOLDERS), state).toEqual([]);
      const end = endOf(world, begun);
      told.push('', `# ${state}`, ...(calm === null ? end : differences(calm, end)));
      calm ??= end;
    }
    await expect(`${told.slice(1).join('\n')}\n`).toMatchFileSnapshot(`${FOLDER}${name}.expected.txt`);
  });
});
