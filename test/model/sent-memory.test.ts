/**
 * What a worker remembers of what was sent is what reading everything gives: after any history of a register and an
 * outbox, in a process that lives on, in a new one, and with a cache file that is old, foreign or gone.
 *
 * Numbers and roots are claimed twice, and causes given twice, only within hours: days later the first of two is not read any
 * more, or still is, by how the server counts days.
 */
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { isPurpose, PURPOSES } from '../../src/desk/letters/letters.js';
import type { Row } from '../../src/desk/letters/row.js';
import { stageMessage } from '../../src/desk/letters/staging.js';
import { longestWindowMs } from '../../src/desk/limits/limits.js';
import { formatRecord } from '../../src/mailbox/register/format.js';
import { rememberAnswers } from '../../src/worker/sight/sent-memory.js';
import { takeSurvey } from '../../src/worker/sight/survey.js';
import { readOutbox } from '../../src/worker/sight/unsent.js';
import type { WorkingDesk } from '../../src/worker/workplace/desk.js';
import { FactsCache } from '../../src/worker/workplace/facts-cache.js';
import { openCache } from '../../src/worker/workplace/local-cache.js';
import { allThatWasSent, type Sent } from './all-that-was-sent.js';
import { DeskWorld, FOLDERS, POLICY } from './desk-world.js';
import { letter } from './sample-mail.js';

const MINUTE_MS = 60_000;
const PEOPLE = ['jane@example.org', 'Bob@example.org', 'bob@EXAMPLE.org', 'kim@example.net'] as const;
const STAFF = ['steve@example.com', 'ann@example.com'] as const;
const SUBJECTS = ['Printer 1', 'Re: printer 2', 'Coffee'] as const;
const COUNTING = Object.entries<Row>(PURPOSES).flatMap(([purpose, { countsAs, toStaff }]) =>
  isPurpose(purpose) && (countsAs !== undefined || purpose === 'acknowledgement')
    ? [{ purpose, toStaff: toStaff === true }]
    : [],
);

type Folder = 'register' | 'outbox';
type Step =
  | {
      readonly do: 'entry';
      readonly number: number;
      readonly root: number;
      readonly who: number;
      readonly underWay: boolean;
    }
  | {
      readonly do: 'letter';
      readonly kind: number;
      readonly who: number;
      readonly cause: number;
      readonly held: boolean;
    }
  | {
      readonly do: 'flags';
      readonly folder: Folder;
      readonly pick: number;
      readonly flags: readonly string[];
    }
  | {
      readonly do: 'remove' | 'put back' | 'delete';
      readonly folder: Folder;
      readonly picks: readonly number[];
    }
  | { readonly do: 'empty' | 'renumber' | 'begin anew'; readonly folder: Folder }
  | { readonly do: 'wait'; readonly minutes: number }
  | { readonly do: 'pass'; readonly letters: number }
  | { readonly do: 'look' | 'forget' | 'new process' | 'old file' | 'foreign file' | 'no file' };

const which = fc.constantFrom<Folder>('register', 'outbox');
const pick = fc.nat(30);
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('entry'),
      number: fc.nat(9),
      root: fc.nat(9),
      who: fc.nat(9),
      underWay: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('letter'),
      kind: fc.nat(9),
      who: fc.nat(9),
      cause: fc.nat(4),
      held: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('flags'),
      folder: which,
      pick,
      flags: fc.subarray(['\\Answered', '\\Flagged', '\\Draft', '\\Seen']),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('remove', 'put back', 'delete'),
      folder: which,
      picks: fc.array(pick, { maxLength: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('empty', 'renumber', 'begin anew'), folder: which }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait'),
      minutes: fc.constantFrom(1, 20, 61, 1_300, 1_441, 3_000, -2, -90, -2_000),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constantFrom('look', 'forget', 'new process', 'old file', 'foreign file', 'no file'),
    }),
  },
  { weight: 10, arbitrary: fc.record({ do: fc.constant('look') }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('pass'), letters: fc.nat(4) }) },
);

const files = mkdtempSync(join(tmpdir(), 'sent-memory-'));
afterAll(() => rmSync(files, { recursive: true }));

let stories = 0;

class Story {
  readonly world = new DeskWorld();
  /** Where the desk keeps its file. */
  readonly folder = join(files, String(++stories));
  desk: WorkingDesk;
  looks = 0;
  readonly #account: string;
  readonly #foreign: string | null;
  #era = 0;
  #ids = 0;

  /** `foreign` is another desk's file. */
  constructor(account: string, foreign: string | null = null) {
    for (const name of [...Object.values(FOLDERS), 'Trash']) this.world.server.create(name);
    this.#account = account;
    this.#foreign = foreign;
    this.desk = this.world.desk();
    this.#begin();
  }

  /** The file, once something was kept. */
  get file(): string | null {
    const [name] = existsSync(this.folder) ? readdirSync(this.folder).filter((each) => each !== 'old') : [];
    return name === undefined ? null : join(this.folder, name);
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case 'entry':
        return this.#enter(step);
      case 'letter':
        return this.#stage(step);
      case 'flags': {
        const uids = this.#picked(step.folder, [step.pick]);
        return this.desk.store.setFlags(FOLDERS[step.folder], uids, { set: step.flags });
      }
      case 'remove':
        return this.desk.store.remove(FOLDERS[step.folder], this.#picked(step.folder, step.picks));
      case 'put back': {
        const all = await this.desk.store.search('Trash', { and: [] });
        await this.desk.store.move('Trash', all, FOLDERS[step.folder]);
        await this.desk.store.move(FOLDERS[step.folder], this.#picked(step.folder, step.picks), 'Trash');
        return;
      }
      case 'delete': {
        const uids = this.#picked(step.folder, step.picks);
        return this.desk.store.setFlags(FOLDERS[step.folder], uids, { add: ['\\Deleted'] });
      }
      case 'wait':
        this.world.clock.advance(step.minutes * MINUTE_MS);
        if (Math.abs(step.minutes) > 60) this.#era += 1;
        return;
      default:
        return this.#upset(step);
    }
  }

  async #upset(step: Step): Promise<void> {
    const { server } = this.world;
    switch (step.do) {
      case 'empty':
        return this.desk.store.remove(
          FOLDERS[step.folder],
          this.world.visible(step.folder).map(({ uid }) => uid),
        );
      case 'renumber':
        return server.renumber(FOLDERS[step.folder]);
      case 'begin anew':
        server.deleteFolder(FOLDERS[step.folder]);
        return server.create(FOLDERS[step.folder]);
      case 'look':
        return this.look();
      case 'pass':
        return this.#pass(step.letters);
      case 'forget':
        this.desk = { ...this.desk, cache: new FactsCache(POLICY) };
        return;
      case 'old file': {
        const [old, { file }] = [join(this.folder, 'old'), this];
        if (file !== null && existsSync(old)) copyFileSync(old, file);
        else if (file !== null) copyFileSync(file, old);
        return this.#begin();
      }
      case 'foreign file':
        if (this.file !== null && this.#foreign !== null) copyFileSync(this.#foreign, this.file);
        return this.#begin();
      case 'no file':
        if (this.file !== null) rmSync(this.file);
        return this.#begin();
      default:
        return this.#begin();
    }
  }

  /** Looks, and then hears what it writes itself, of which it sends all but the last letter. */
  async #pass(letters: number): Promise<void> {
    await this.look();
    const { uidNext } = await this.desk.store.state(FOLDERS.outbox);
    for (let index = 0; index < letters; index += 1) {
      await this.#stage({ do: 'letter', kind: index, who: index, cause: index, held: true });
      await this.#enter({ do: 'entry', number: index, root: index, who: index, underWay: true });
    }
    this.world.lookAway();
    await takeSurvey(this.desk);
    await readOutbox(this.desk);
    const staged = await this.desk.store.search(FOLDERS.outbox, { uidFrom: uidNext });
    await this.desk.store.setFlags(FOLDERS.outbox, staged.slice(0, -1), { set: ['\\Seen', '\\Answered'] });
    await this.desk.cache.sent.save();
  }

  /** Compares, and keeps what was learned. */
  async look(): Promise<void> {
    this.desk.cache.sent.hears = false;
    this.world.lookAway();
    const survey = await takeSurvey(this.desk);
    await rememberAnswers(this.desk, survey);
    const { answers, notices } = survey.ledger;
    const at = this.world.clock.now();
    expect(counts({ answers, notices }, at)).toEqual(counts(await allThatWasSent(this.desk), at));
    this.looks += 1;
    await this.desk.cache.sent.save();
  }

  #begin(): void {
    const { folder, world } = this;
    const { log } = world.desk();
    const [secret] = POLICY.secrets;
    const local = openCache({ folder, account: this.#account, deskFolders: FOLDERS, secret, log });
    this.desk = { ...this.desk, cache: new FactsCache(POLICY, local) };
  }

  #picked(of: Folder, picks: readonly number[]): readonly number[] {
    const there = this.world.visible(of);
    return picks.flatMap((each) => there[there.length === 0 ? 0 : each % there.length]?.uid ?? []);
  }

  async #enter({ number, root, who, underWay }: Extract<Step, { do: 'entry' }>): Promise<void> {
    const requester = PEOPLE[who % (PEOPLE.length + 1)] ?? null;
    const raw = formatRecord(
      {
        kind: 'ticket',
        number: this.#era * 10 + number + 1,
        rootIdentity: rootNamed(this.#era * 10 + root),
        rootMessageId: null,
        requester,
        requesterName: 'Somebody',
        requesterFrom: 'sender',
        subject: SUBJECTS[number % SUBJECTS.length] ?? '',
        answerable: root !== 9,
        opened: this.world.clock.now(),
      },
      {
        deskName: POLICY.name,
        deskAddress: POLICY.address,
        now: this.world.clock.now(),
        id: `e${++this.#ids}`,
        highest: 0,
      },
    );
    await this.desk.store.append(FOLDERS.register, [{ raw, flags: underWay ? ['\\Flagged'] : [] }]);
  }

  async #stage({ kind, who, cause, held }: Extract<Step, { do: 'letter' }>): Promise<void> {
    const { purpose, toStaff } = COUNTING[kind % COUNTING.length] ?? { purpose: 'notice', toStaff: true };
    const to = (toStaff ? STAFF[who % STAFF.length] : PEOPLE[who % PEOPLE.length]) ?? '';
    const stage = {
      purpose,
      ticket: kind === 9 ? null : 1,
      to,
      cause: rootNamed(this.#era * 10 + cause),
      causeId: null,
    };
    const message = letter({
      from: POLICY.address,
      to,
      subject: 'Letter',
      messageId: `l${++this.#ids}@example.com`,
    });
    const raw = kind === 8 ? message : stageMessage(POLICY, stage, message);
    await this.desk.store.append(FOLDERS.outbox, [{ raw, flags: held ? ['\\Flagged'] : [] }]);
  }
}

function rootNamed(root: number): string {
  return `root-${root}`;
}

/** How many each limit would count at that moment, for whoever there is, and for whatever cause. */
function counts({ answers, notices }: Sent, at: Date): Readonly<Record<string, number>> {
  const told: Record<string, number> = {};
  const add = (name: string, count: number): void => {
    if (count > 0) told[name] = count;
  };
  const groups = ['of the desk', 'in example.org', 'in example.net'];
  for (const key of ['jane@example.org', 'bob@example.org', 'kim@example.net']) {
    groups.push(`to ${key}`);
    for (const purpose of ['acknowledgement', 'error-report']) groups.push(`${purpose} to ${key}`);
    for (const about of ['printer', 'coffee']) groups.push(`acknowledgement to ${key} about ${about}`);
  }
  for (const withinMs of [10 * MINUTE_MS, longestWindowMs(POLICY)]) {
    for (const cause of ['another', 'root-0', 'root-2', 'root-11']) {
      for (const group of groups) {
        let count = 0;
        while (answers.isFull(group, { count: count + 1, withinMs }, { at, cause })) count += 1;
        add(`${group} within ${withinMs}, not for ${cause}`, count);
      }
      for (const to of STAFF) {
        for (const purpose of ['notice', 'not-relayed'] as const)
          add(
            `${purpose} to ${to} within ${withinMs}, not for ${cause}`,
            notices.since(at.getTime() - withinMs, { purpose, to, cause }),
          );
      }
    }
  }
  const windowMs = POLICY.limits.noticesPerMember.withinMs;
  const window = Math.floor(at.getTime() / windowMs);
  for (const to of STAFF) {
    for (const each of [window - 1, window, window + 1])
      add(`digest to ${to} in ${each - window}`, notices.hasDigest({ to, window: each }, windowMs) ? 1 : 0);
  }
  return told;
}

/** A file of a desk that has a lot to remember. */
async function foreignFile(): Promise<string> {
  const story = new Story('another account');
  for (let index = 0; index < 8; index += 1) {
    await story.take({ do: 'entry', number: index, root: index, who: index, underWay: false });
    await story.take({ do: 'letter', kind: index, who: index, cause: index, held: false });
  }
  await story.look();
  return story.file ?? '';
}

it('is what reading everything gives, after any history', { timeout: 120_000 }, async () => {
  const foreign = await foreignFile();
  let looks = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 20, maxLength: 60, size: 'max' }), async (history) => {
      const story = new Story('the account', foreign);
      for (const step of history) await story.take(step);
      await story.look();
      looks += story.looks;
    }),
    { numRuns: Number(process.env['RUNS'] ?? 150), seed: Number(process.env['SEED'] ?? 11) },
  );
  expect(looks).toBeGreaterThan(300);
});
