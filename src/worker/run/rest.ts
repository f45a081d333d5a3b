/**
 * A desk at rest: nothing has changed in its folders since a pass that found nothing to do. A pass is a function of what
 * lies there and of the time, so another one would find nothing either, and is not made. What shows that nothing has
 * changed:
 *
 * - The status of each folder that a pass reads (UIDVALIDITY, UIDNEXT, MESSAGES, HIGHESTMODSEQ), as it was **before** that
 *   pass looked: whatever came while it did is a change.
 * - Where the server keeps no mod-sequences, the flags that passes ask for are read again, by search.
 * - The folder of sent mail is among them; where the account has none yet, the names of all folders are.
 * - The desk's configuration is the same, and so is the build: another one may find work in what this one left alone.
 * - No moment has come that the pass was told to wait for (`FactsCache.waitFor`), and a few hours are not over.
 *
 * It is remembered in the process, and in a local file for the next one. A file that is lost, old or wrong costs a pass.
 */
import { createHash } from 'node:crypto';
import { OPEN_OR_UNDER_WAY } from '../../mailbox/register/view.js';
import type { FolderStatus, Query } from '../../mailbox/store.js';
import { fieldsOf } from '../../problem/failure.js';
import { Problem } from '../../problem/problem.js';
import type { PassOutcome } from '../pass/pass.js';
import type { Desk, DeskFolders } from '../workplace/desk.js';
import type { LocalCache } from '../workplace/local-cache.js';
import { BUILD } from './build.js';

/** How the folders stand, by digests: no more is needed to see that two are alike. */
interface Sight {
  /** The folder of sent mail that was looked at, null for none. */
  readonly sent: string | null;
  readonly digest: string;
}

/** The names of all folders, where the one of sent mail may yet be born; a worker that goes on looks now and then. */
interface Names {
  readonly digest: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Moments in milliseconds since 1970. */
interface Rested extends Sight {
  /** Of what else a pass depends on. */
  readonly about: string;
  readonly at: number;
  readonly until: number;
  /** What waits in the outbox of a desk that sends nothing. */
  readonly outbox: { readonly length: number; readonly oldest: number | null };
}

const NAME = 'rest';
/** Sent copies whose time is over are removed by passes, and their time is counted in days. */
const MAX_REST_MS = 6 * 3_600_000;
const NAMES_MS = 10 * 60_000;

/** What passes ask for by flags, besides what a status without mod-sequences shows. A search leaves out `\Deleted`. */
const ASKED: readonly (readonly [keyof DeskFolders, readonly Query[]])[] = [
  ['inbox', [{ and: [] }]],
  ['open', [{ and: [] }]],
  ['register', [{ and: [] }, OPEN_OR_UNDER_WAY]],
  [
    'outbox',
    [
      { flag: '\\Answered', set: false },
      { flag: '\\Draft', set: true },
      { flag: '\\Flagged', set: true },
    ],
  ],
];

interface RestOptions {
  /** What a pass depends on beside the mailbox and the build. */
  readonly about: unknown;
  readonly build?: string;
  readonly cache: LocalCache;
  /** Folders whose statuses are not believed, as they become known. */
  readonly withoutModseq?: ReadonlySet<string>;
}

export class Rest {
  readonly #about: string;
  readonly #cache: LocalCache;
  readonly #withoutModseq: ReadonlySet<string>;
  /** How many those were at the last look. */
  #known = 0;
  #last: Rested | null | undefined;
  #before: Sight | null = null;
  /** Not kept in the file: a new process looks. */
  #names: Names | null = null;

  constructor({ about, build = BUILD, cache, withoutModseq = new Set() }: RestOptions) {
    this.#about = digestOf([build, about]);
    this.#cache = cache;
    this.#withoutModseq = withoutModseq;
  }

  /** What a pass would answer, if it is known to find nothing to do; else null, and a pass has to be made. */
  async outcome(desk: Desk): Promise<PassOutcome | null> {
    if (this.#last === undefined) this.#last = restedIn(await this.#cache.read(NAME));
    const last = this.#last;
    this.#known = this.#withoutModseq.size;
    this.#before = await this.#look(desk, last?.about === this.#about ? last : null);
    if (last === null || last.about !== this.#about || last.digest !== this.#before?.digest) return null;
    const now = desk.now().getTime();
    if (now < last.at || now >= last.until) return null;
    const { length, oldest } = last.outbox;
    const outbox = { length, held: 0, oldest: oldest === null ? null : new Date(oldest) };
    return { ...NOTHING_DONE, backlog: { pending: 0, outbox } };
  }

  /** After a pass that was made because `outcome` knew nothing. */
  async passed(desk: Desk, { rests = false, backlog }: PassOutcome): Promise<void> {
    const before = this.#before;
    this.#before = null;
    this.#last = null;
    if (before === null || !rests || backlog === undefined) return;
    // A status that was believed may not show what changes from now on.
    if (this.#withoutModseq.size > this.#known) return;
    // Another folder of sent mail than was looked at: what is remembered would have it looked at again.
    if ((await sentOf(desk)) !== before.sent) return this.#cache.write(NAME, null);
    const at = desk.now().getTime();
    const until = Math.min(at + MAX_REST_MS, desk.cache.waitsUntil ?? Number.POSITIVE_INFINITY);
    const { length, oldest } = backlog.outbox;
    this.#last = {
      ...before,
      about: this.#about,
      at,
      until,
      outbox: { length, oldest: oldest?.getTime() ?? null },
    };
    await this.#cache.write(NAME, this.#last);
  }

  /** null where the server does not tell, or a folder is not there: then a pass finds out what is the matter. */
  async #look(desk: Desk, last: Sight | null): Promise<Sight | null> {
    try {
      const sent = last === null ? await sentOf(desk) : last.sent;
      const own: readonly string[] = Object.values(desk.folders);
      const found = await desk.store.statuses(sent === null ? own : [...own, sent]);
      if (own.some((folder) => !found.has(folder))) return null;
      const looks = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
      const names = sent === null && desk.sent !== false ? await this.#namesOf(desk) : null;
      return { sent, digest: digestOf([looks, await flagsOf(desk, found), names]) };
    } catch (error) {
      if (error instanceof Problem && error.code === 'imap-refused') return null;
      throw error;
    }
  }

  /** Many hosts make the folder of sent mail with the first letter that somebody sends. */
  async #namesOf(desk: Desk): Promise<string> {
    const now = desk.now().getTime();
    const last = this.#names;
    if (last !== null && now >= last.at && now - last.at < NAMES_MS) return last.digest;
    const digest = digestOf([...(await desk.store.folders())].sort());
    this.#names = { digest, at: now };
    return digest;
  }
}

const NOTHING_DONE = {
  decided: new Map(),
  sent: 0,
  refused: 0,
  failed: 0,
  delivery: null,
  stopped: null,
} as const;

/** The folder of sent mail as far as it need not be looked for: one of the configuration may not be there yet. */
async function sentOf(desk: Desk): Promise<string | null> {
  if (desk.sent === false) return null;
  const own: readonly string[] = Object.values(desk.folders);
  const folder = desk.sent ?? (await desk.store.specialFolders()).sent;
  return folder !== null && own.includes(folder) ? null : folder;
}

async function flagsOf(desk: Desk, found: ReadonlyMap<string, FolderStatus>): Promise<readonly unknown[]> {
  const looks: unknown[] = [];
  for (const [role, queries] of ASKED) {
    const folder = desk.folders[role];
    if (found.get(folder)?.modseq !== null) continue;
    for (const query of queries) looks.push([role, await desk.store.search(folder, query)]);
  }
  return looks;
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

/** null for what is none. */
function restedIn(said: unknown): Rested | null {
  const { sent, digest, about, at, until, outbox } = fieldsOf<Rested>(said);
  const { length, oldest } = fieldsOf<Rested['outbox']>(outbox);
  if (typeof digest !== 'string' || typeof about !== 'string' || !isTime(at) || !isTime(until)) return null;
  if (typeof sent !== 'string' && sent !== null) return null;
  if (!isTime(length) || (oldest !== null && !isTime(oldest))) return null;
  return { sent, digest, about, at, until, outbox: { length, oldest } };
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
