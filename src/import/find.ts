/**
 * Finds the mail in what is to be imported: an mbox file, a Maildir (also with folders, Maildir++), a folder with one of these for
 * each ticket, named by its number, and `archived/` beside them, or an export of Roundup. Nothing but places is kept in mind. A link is not followed.
 */
import { type Dirent } from 'node:fs';
import { type FileHandle, lstat, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { TicketState } from '../desk/ticket/ticket.js';
import { LIST_NAME, type List, readList } from '../mbox/list.js';
import { flagsOf, readMaildirName } from '../mbox/maildir.js';
import { type Dialect, guessDialect } from '../mbox/quoting.js';
import { MboxScan, NoMbox, type Place } from '../mbox/scan.js';
import { codeOf } from '../problem/failure.js';
import { EXIT, Problem } from '../problem/problem.js';
import { openFile } from './files.js';
import { findInRoundup, isRoundup } from './from-roundup.js';
import {
  Counter,
  demandImportable,
  type Source,
  type SourceGroup,
  type SourceMessage,
  unreadable,
} from './source.js';

export interface FindOptions {
  readonly path: string;
  /** null to guess it for each file. */
  readonly dialect: Dialect | null;
  /** Of mail that is in no folder of a ticket. */
  readonly state: TicketState;
  /** Names of statuses of another tracker; null if nothing is said. */
  readonly closed: readonly string[] | null;
}

const NUMBER = /^[1-9][0-9]*$/;
const ARCHIVED = 'archived';

export async function findMail(options: FindOptions, signal: AbortSignal): Promise<Source> {
  const { path, state } = options;
  const finder = new Finder(options);
  const kind = await kindOf(path);
  if (options.closed !== null && !(kind === 'folder' && isRoundup(await entriesOf(path))))
    throw noStatuses(path);
  if (kind === 'file') return { groups: [finder.loose(await finder.mbox(path, false), state)], highest: 0 };
  if (kind !== 'folder') throw nothingThere(path);
  const names = await entriesOf(path);
  if (isRoundup(names)) return findInRoundup(path, options.closed, signal);
  if (isMaildir(names)) return { groups: await finder.maildirs(path, names), highest: 0 };
  const list = await listIn(path, names);
  const groups = await finder.tickets(path, list);
  if (groups.length === 0) throw nothingThere(path);
  return { groups, highest: list?.highest ?? 0, ...(list === null ? {} : { desk: list.head.desk }) };
}

class Finder {
  readonly #options: FindOptions;
  readonly #counter = new Counter();

  constructor(options: FindOptions) {
    this.#options = options;
  }

  loose(messages: readonly SourceMessage[], state: TicketState): SourceGroup {
    return { ticket: null, state, listed: null, messages };
  }

  /** By number, open ones first where both are there: what has two states is told as such later. */
  async tickets(path: string, list: List | null): Promise<readonly SourceGroup[]> {
    const groups: SourceGroup[] = [];
    const found = new Map<number, string>();
    for (const state of ['open', 'archived'] as const) {
      const folder = state === 'open' ? path : join(path, ARCHIVED);
      for (const entry of await entriesOf(folder)) {
        if (!NUMBER.test(entry.name)) continue;
        const inside = join(folder, entry.name);
        const ticket = Number(entry.name);
        demandImportable(inside, [ticket]);
        const before = found.get(ticket);
        if (before !== undefined) throw twice(ticket, before, inside);
        found.set(ticket, inside);
        const messages = entry.isDirectory()
          ? await this.#maildir(inside)
          : await this.mbox(inside, list !== null);
        const listed = list?.tickets.get(ticket)?.at(-1) ?? null;
        const requesters = list?.requesters.get(ticket) ?? [];
        groups.push({ ticket, state, listed, requesters, messages });
      }
    }
    groups.push(...withoutFiles(list, found));
    return groups.sort((a, b) => (a.ticket ?? 0) - (b.ticket ?? 0));
  }

  /** The folder itself, and those in it whose names begin with a dot. */
  async maildirs(path: string, entries: readonly Dirent[]): Promise<readonly SourceGroup[]> {
    const { state } = this.#options;
    const groups = [this.loose(await this.#maildir(path), state)];
    for (const entry of entries) {
      const isFolder = entry.isDirectory() && entry.name.startsWith('.') && entry.name !== '..';
      if (!isFolder || !isMaildir(await entriesOf(join(path, entry.name)))) continue;
      const inside = await this.#maildir(join(path, entry.name));
      groups.push(this.loose(inside, /(?:^|\.)archived?$/i.test(entry.name) ? 'archived' : state));
    }
    return groups;
  }

  async #maildir(path: string): Promise<readonly SourceMessage[]> {
    const messages: SourceMessage[] = [];
    for (const place of ['cur', 'new']) {
      for (const entry of await entriesOf(join(path, place))) {
        // Other names are no messages (https://cr.yp.to/proto/maildir.html).
        if (entry.name.startsWith('.') || !entry.isFile()) continue;
        const inside = join(path, place, entry.name);
        const { size, mtime } = await lstat(inside);
        const { at, ...name } = readMaildirName(entry.name);
        const earlier = at === null || mtime < at ? mtime : at;
        const message = {
          path: inside,
          start: 0,
          end: size,
          dialect: null,
          at: earlier,
          flags: flagsOf(name),
        };
        this.#counter.note(message);
        messages.push(message);
      }
    }
    return messages;
  }

  /** `isOurs`: as `export` writes it. */
  async mbox(path: string, isOurs: boolean): Promise<readonly SourceMessage[]> {
    const file = await openFile(path).catch((error: unknown) => {
      throw unreadable(path, 0, `it cannot be read (${codeOf(error)})`);
    });
    try {
      return await this.#scan(file, path, isOurs);
    } catch (error) {
      if (!(error instanceof NoMbox)) throw error;
      throw unreadable(path, error.offset, 'no message begins there, so this is no mbox file');
    } finally {
      await file.close();
    }
  }

  async #scan(file: FileHandle, path: string, isOurs: boolean): Promise<readonly SourceMessage[]> {
    const { size } = await file.stat();
    const readAt = async (offset: number, length: number): Promise<Buffer> => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    };
    const { dialect } = this.#options;
    const isExact = isOurs && dialect === null;
    const scan = new MboxScan(readAt, { size, dialect: isExact ? 'rd' : dialect, exact: isExact });
    const places: Place[] = [];
    for await (const place of scan.places()) {
      this.#counter.note({ path, ...place, dialect: null, flags: [] });
      places.push(place);
    }
    const quoting = isExact ? 'rd' : (dialect ?? guessDialect(scan.evidence));
    return places.map(({ start, end, sender, at }) => {
      // Thunderbird notes when it wrote the copy.
      const cameAt = sender === '-' ? null : at;
      return { path, start, end, at: cameAt, dialect: quoting, flags: [] };
    });
  }
}

/** Tickets of which the list tells, and of which nothing is left. */
function withoutFiles(list: List | null, found: ReadonlyMap<number, string>): readonly SourceGroup[] {
  return [...(list?.tickets ?? [])].flatMap(([ticket, lines]) => {
    const listed = lines.at(-1);
    if (listed === undefined || found.has(ticket)) return [];
    return [{ ticket, state: listed.state, listed, messages: [] }];
  });
}

async function kindOf(path: string): Promise<'file' | 'folder' | null> {
  const found = await lstat(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw unreadable(path, 0, `it cannot be read (${codeOf(error)})`);
  });
  return found?.isFile() === true ? 'file' : found?.isDirectory() === true ? 'folder' : null;
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw unreadable(folder, 0, `the folder cannot be read (${codeOf(error)})`);
  });
}

function isMaildir(entries: readonly Dirent[]): boolean {
  const folders = new Set(entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])));
  return folders.has('cur') && folders.has('new');
}

async function listIn(path: string, entries: readonly Dirent[]): Promise<List | null> {
  if (!entries.some(({ name }) => name === LIST_NAME)) return null;
  const list = readList(await readFile(join(path, LIST_NAME), 'utf8'));
  if (list === 'too new') throw unreadable(join(path, LIST_NAME), 0, 'a newer imapdesk wrote this export');
  if (list === 'no list') throw unreadable(join(path, LIST_NAME), 0, 'this is no list of an export');
  if (list.head.layout === 'html') throw pagesAlone(path);
  const listed = [...list.tickets.values()].flat();
  const merged = listed.flatMap((one) => (one.merged ?? []).map(({ ticket }) => ticket));
  demandImportable(join(path, LIST_NAME), [...list.tickets.keys(), ...merged, list.highest]);
  return list;
}

function pagesAlone(path: string): Problem {
  return new Problem(
    'import-pages',
    `${path}: holds pages, which cannot be read back: import what export wrote as mbox or maildir`,
    { exitCode: EXIT.usage },
  );
}

function nothingThere(path: string): Problem {
  return new Problem(
    'import-nothing',
    `${path}: there is no mbox file, no Maildir, no export of Roundup (issue.csv, msg.csv), and no folder of tickets named by number (${basename(path)}/1, ${basename(path)}/archived/2)`,
    { exitCode: EXIT.usage },
  );
}

function noStatuses(path: string): Problem {
  return new Problem(
    'import-status',
    `--closed: ${path} is no export of Roundup, and nothing else says a status. --state says it for mail in no numbered folder`,
    { exitCode: EXIT.usage },
  );
}

function twice(ticket: number, one: string, other: string): Problem {
  return new Problem('import-twice', `ticket ${ticket} is there twice, as ${one} and ${other}`, {
    exitCode: EXIT.usage,
  });
}
