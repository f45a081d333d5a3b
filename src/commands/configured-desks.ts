/**
 * The desks of `run`, as its configuration names them whenever that is read: a desk that is the same as before is not touched,
 * one that has changed begins anew, and what cannot be read changes nothing. One reload at a time; whoever asks during one
 * gets the next.
 */
import { isDeepStrictEqual } from 'node:util';
import type { DeskConfig, LeftOut } from '../config/complete.js';
import { versionsOf } from '../config/version.js';
import { loadNodemailer } from '../delivery/smtp-line.js';
import { loadParser } from '../message/body/html-text.js';
import { Problem } from '../problem/problem.js';
import { loadTellers } from '../worker/run/desk-alerts.js';
import type { Desks, Wanted } from '../worker/run/desks.js';
import type { Reloaded } from '../worker/run/reload-socket.js';
import { loadSignIn } from '../worker/run/servers.js';
import { waitMs } from '../worker/run/timers.js';
import type { LeftOutDesk } from '../worker/watch/health.js';
import { conditionOf } from '../worker/watch/trouble.js';
import { type CommandContext, tellLeftOut } from './context.js';
import { DeskAtWork, type UnreadSecret } from './desk-at-work.js';
import { failureOf } from './failure.js';

/** How long whoever asked waits for desks that stop. They finish the message in hand. */
const SETTLE_WITHIN_MS = 30_000;
/** Desks whose secrets are read at the same time: each may be a program. */
const READ_AT_ONCE = 8;
/** What the process has made at its start, and keeps. */
const AT_START = ['log', 'health', 'onTrouble', 'fleet'] as const;

/** A desk of the configuration, as it is to be worked. */
export interface WantedDesk extends Wanted<DeskAtWork> {
  readonly desk: DeskConfig;
}

export interface DeskSet {
  readonly all: readonly DeskAtWork[];
  set(wanted: readonly WantedDesk[]): ReturnType<Desks<DeskAtWork>['set']>;
}

export interface ConfiguredDesksOptions {
  /** The desks of this process; of a fleet, those that this host may have. */
  readonly desks: DeskSet;
  /** Told when a reload begins, and when it is over. */
  readonly witness: { readonly begins: () => void; readonly ends: () => void };
}

export class ConfiguredDesks {
  readonly #options: ConfiguredDesksOptions;
  #context: CommandContext;
  /** By file of the folder, the desks that it had when it could be read last. */
  #names: ReadonlyMap<string, readonly string[]> = new Map();
  #last: Promise<unknown> = Promise.resolve();
  #next: Promise<Reload> | null = null;
  /** Of the next reload: desks in trouble are tried at once. */
  #mayHurry = false;

  constructor(context: CommandContext, options: ConfiguredDesksOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** Begins with all of them. A reload that is asked for meanwhile comes after it. */
  begin(): Promise<void> {
    const begun = this.#begin();
    this.#last = begun.catch(() => undefined);
    return begun;
  }

  async #begin(): Promise<void> {
    await loadLate(this.#context);
    tellLeftOut(this.#context, this.#context.leftOut);
    this.#names = this.#namesIn(this.#context);
    this.#options.desks.set(await wantedOf(this.#context));
  }

  /** What is configured and cannot be worked. */
  get leftOut(): readonly LeftOutDesk[] {
    const { leftOut, desks } = this.#context;
    const worked = new Set(desks.map(({ name }) => name));
    return leftOut.flatMap((left) => {
      const { code } = left.problem;
      const names = this.#namesOf(left).filter((name) => !worked.has(name));
      return (names.length === 0 ? [left.file] : names).map((desk) => ({ desk, code, file: left.file }));
    });
  }

  /** Reads the configuration again. Never rejects; what has come of it is in the log, too. */
  async reload({ mayHurry }: { readonly mayHurry: boolean }): Promise<Reloaded> {
    this.#mayHurry ||= mayHurry;
    this.#next ??= this.#enqueue();
    const { reloaded, settled } = await this.#next;
    const limit = new AbortController();
    const waited = waitMs(SETTLE_WITHIN_MS, limit.signal).catch(() => undefined);
    const hasSettled = await Promise.race([settled.then(() => true), waited.then(() => false)]);
    limit.abort();
    return { ...reloaded, settled: hasSettled };
  }

  #enqueue(): Promise<Reload> {
    const next = this.#last.then(() => {
      this.#next = null;
      return this.#reload();
    });
    this.#last = next;
    return next;
  }

  async #reload(): Promise<Reload> {
    const { witness } = this.#options;
    witness.begins();
    try {
      const read = await this.#context.reread();
      return await this.#apply(read, await wantedOf(keeping(this.#context, read)));
    } catch (error) {
      const { message } = failureOf(error);
      const code = error instanceof Problem ? error.code : 'internal';
      for (const part of `nothing was changed: ${message}`.split('\n'))
        this.#context.log.error({ code }, part);
      return { reloaded: { ...NOTHING, problem: code }, settled: Promise.resolve() };
    } finally {
      witness.ends();
    }
  }

  async #apply(read: CommandContext, wanted: readonly WantedDesk[]): Promise<Reload> {
    const { desks } = this.#options;
    const { log } = this.#context;
    const restart = AT_START.filter((key) => !isDeepStrictEqual(read.config[key], this.#context.config[key]));
    const stopped = stoppedBy(this.#context, read);
    await loadLate(read);
    const before = new Set(desks.all);
    const { changed, settled } = desks.set(wanted);
    this.#names = this.#namesIn(read);
    this.#context = keeping(this.#context, read);
    const hurries = this.#mayHurry;
    this.#mayHurry = false;
    tellLeftOut(read, read.leftOut);
    if (restart.length > 0)
      log.warn({ restart }, `${restart.join(', ')}: what has changed there counts after a restart`);
    const { refreshed, unread } = await refresh(
      desks.all.filter((desk) => before.has(desk)),
      hurries,
    );
    for (const { field, desk, problem } of unread) {
      const { code, message } = problem;
      const about = desk === null ? { code, field } : { code, field, desk };
      log.warn(about, `a secret cannot be read, and what is in use stays in use: ${message}`);
    }
    const reloaded = {
      ...NOTHING,
      ...changed,
      ended: changed.ended - stopped,
      stopped,
      refreshed,
      unread: unread.map(({ field, desk }) => ({ field, desk })),
      leftOut: read.leftOut.map(({ file }) => file),
      restart,
    };
    log.info(counts(reloaded), `the configuration was read again: ${inWords(reloaded)}`);
    void settled.then(() => log.debug({}, 'the desks that had to stop have stopped'));
    return { reloaded, settled };
  }

  #namesIn({ config, leftOut }: CommandContext): ReadonlyMap<string, readonly string[]> {
    const names = new Map(leftOut.map((left) => [left.path, this.#namesOf(left)]));
    for (const { file, name } of config.desks) names.set(file, [...(names.get(file) ?? []), name]);
    return names;
  }

  #namesOf({ path, desks }: LeftOut): readonly string[] {
    return desks.length > 0 ? desks.map(({ name }) => name) : (this.#names.get(path) ?? []);
  }
}

interface Reload {
  readonly reloaded: Reloaded;
  /** Resolves when all that were told to stop have ended. */
  readonly settled: Promise<void>;
}

const NOTHING: Reloaded = {
  pid: process.pid,
  problem: null,
  begun: 0,
  anew: 0,
  ended: 0,
  stopped: 0,
  untouched: 0,
  refreshed: 0,
  unread: [],
  leftOut: [],
  restart: [],
  settled: true,
};

/** What a pass loads late: in weeks it may have been replaced by another version, or be gone. */
async function loadLate({ config, desks }: CommandContext): Promise<void> {
  await Promise.all([
    loadNodemailer(),
    loadParser(),
    ...(desks.some(({ auth }) => auth !== null) ? [loadSignIn()] : []),
    ...(config.alerts.length > 0 ? [loadTellers()] : []),
  ]);
}

/** What was made at the start stays as it was then. */
function keeping(before: CommandContext, read: CommandContext): CommandContext {
  const { log, health, onTrouble, fleet } = before.config;
  return { ...read, config: { ...read.config, log, health, onTrouble, fleet } };
}

async function wantedOf(context: CommandContext): Promise<readonly WantedDesk[]> {
  const versions = await versionsOf(context.config, context.desks);
  return context.desks.map((desk) => ({
    desk,
    id: desk.name,
    version: versions.get(desk) ?? '',
    open: () => new DeskAtWork(context, desk),
  }));
}

/** How many desks were worked, and are in files now that are left out. */
function stoppedBy(before: CommandContext, read: CommandContext): number {
  const broken = new Set(read.leftOut.map(({ path }) => path));
  const worked = new Set(read.desks.map(({ name }) => name));
  return before.desks.filter(({ file, name }) => broken.has(file) && !worked.has(name)).length;
}

/**
 * Secrets that have changed are read anew, and a desk in trouble is tried at once; all others keep their connections. So does
 * one of whose secrets one cannot be read: it may work with what it has.
 */
async function refresh(
  desks: readonly DeskAtWork[],
  mayHurry: boolean,
): Promise<{ readonly refreshed: number; readonly unread: readonly UnreadSecret[] }> {
  const shared = new Map<string, Promise<string | Problem>>();
  const found = new Map<string, UnreadSecret>();
  const waiting = [...desks];
  let refreshed = 0;
  const work = async (): Promise<void> => {
    for (let desk = waiting.pop(); desk !== undefined; desk = waiting.pop()) {
      const isTroubled = mayHurry && conditionOf(desk.vitals.health()) !== null;
      const { haveChanged, unread } = await desk.secretsNow(shared);
      for (const one of unread) found.set(JSON.stringify([one.field, one.desk]), one);
      if (unread.length > 0) {
        if (isTroubled) desk.wake();
      } else if (isTroubled || haveChanged) {
        desk.refresh();
        refreshed += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: READ_AT_ONCE }, work));
  return { refreshed, unread: [...found.values()] };
}

function counts({ begun, anew, ended, stopped, untouched, refreshed }: Reloaded): object {
  return { begun, anew, ended, stopped, untouched, refreshed };
}

/** `2 new, 1 changed, 5 left alone`. */
export function inWords(reloaded: Reloaded): string {
  const { begun, anew, ended, stopped, untouched, refreshed } = reloaded;
  const words = [
    [begun, 'new'],
    [anew, 'changed'],
    [ended, 'gone'],
    [stopped, 'stopped because their files are left out'],
    [untouched - refreshed, 'left alone'],
    [refreshed, 'with new secrets or tried again'],
  ] as const;
  const told = words.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return told.length === 0 ? 'no desk' : told.join(', ');
}
