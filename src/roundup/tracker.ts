/**
 * What an export of Roundup holds, as tickets and their messages, of the schema that Roundup comes with (`issue`, `msg`, `file`, `user`,
 * `status`). Pure. What somebody has retired is left out. Whatever has no place in mail, and what is missing, is told.
 */
import { canonicalAddress } from '../message/header/addresses.js';
import type { Mailbox } from '../message/header/mailbox.js';
import { damaged, type Pace, type Row, type Table } from './table.js';

export interface Tables {
  readonly issue: Table;
  readonly msg: Table;
  readonly user: Table;
  /** null where the export has none. */
  readonly file: Table | null;
  readonly status: Table | null;
}

/** Who has no address there that mail could have has null. */
export interface Person {
  readonly name: string;
  readonly address: string | null;
}

interface TrackerFile {
  readonly id: number;
  readonly name: string;
  readonly type: string;
}

export interface TrackerMail {
  /** null for what stands for no message: an issue without any, or a file that none has. */
  readonly id: number | null;
  readonly from: Person;
  readonly recipients: readonly Mailbox[];
  readonly at: Date;
  /** As they were stored. */
  readonly messageId: string;
  readonly inReplyTo: string;
  readonly isHtml: boolean;
  readonly files: readonly TrackerFile[];
}

export interface TrackerIssue {
  readonly id: number;
  readonly title: string;
  /** Name of its status in lower case; null for none. */
  readonly status: string | null;
  readonly mails: readonly TrackerMail[];
}

export interface Tracker {
  readonly issues: readonly TrackerIssue[];
  /** Of all issues, retired ones too. */
  readonly highest: number;
  /** In lower case. */
  readonly statuses: readonly string[];
  /** Sentences for people. */
  readonly notes: readonly string[];
}

/** What is read of each table; nothing else is kept. */
export const COLUMNS = {
  issue: ['creation', 'creator', 'files', 'messages', 'status', 'title'],
  msg: ['author', 'creation', 'creator', 'date', 'files', 'inreplyto', 'messageid', 'recipients', 'type'],
  user: ['address', 'realname', 'username'],
  file: ['creation', 'creator', 'name', 'type'],
  status: ['name'],
} as const;

/** Of a file and a message that somebody has put in together. */
const TOGETHER_MS = 10_000;
const ISSUES_AT_ONCE = 100;

/** Throws a Problem for an issue with a message or a message with a file that is not there. */
export async function readTracker(tables: Tables, pace: Pace): Promise<Tracker> {
  const reader = new TrackerReader(tables);
  const rows = [...tables.issue.rows.values()].sort((a, b) => a.id - b.id);
  const issues: TrackerIssue[] = [];
  for (const [index, row] of rows.entries()) {
    if (index % ISSUES_AT_ONCE === 0) await pace();
    if (!row.isRetired) issues.push(reader.issue(row));
  }
  const statuses = [...(tables.status?.rows.values() ?? [])].map(nameOf);
  return { issues, highest: rows.at(-1)?.id ?? 0, statuses, notes: reader.notes() };
}

class TrackerReader {
  readonly #tables: Tables;
  readonly #taken = new Set<number>();
  readonly #nameless = new Set<number>();
  #shared = 0;
  #empty = 0;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  issue(row: Row): TrackerIssue {
    const messages = row.links('messages').flatMap((id) => this.#message(row, id));
    const loose = this.#looseFiles(row, messages);
    const mails = messages.map((message) => this.#mail(message, loose.get(message) ?? []));
    for (const file of loose.get(null) ?? []) mails.push(this.#standIn(file, row, [asFile(file)]));
    if (mails.length === 0) {
      this.#empty += 1;
      mails.push(this.#standIn(row, row, []));
    }
    const status = this.#tables.status?.rows.get(row.link('status') ?? 0);
    const title = row.text('title') ?? '';
    return { id: row.id, title, status: status === undefined ? null : nameOf(status), mails };
  }

  /** Empty for one that is retired, or that another issue has by now. */
  #message(issue: Row, id: number): readonly Row[] {
    const row = this.#tables.msg.rows.get(id);
    if (row === undefined)
      throw damaged(issue.where, `it has the message ${id}, and msg.csv has none of this id`);
    if (row.isRetired) return [];
    if (this.#taken.has(id)) {
      this.#shared += 1;
      return [];
    }
    this.#taken.add(id);
    return [row];
  }

  #files(owner: Row): readonly Row[] {
    return owner.links('files').flatMap((id) => {
      const file = this.#tables.file?.rows.get(id);
      if (file === undefined)
        throw damaged(owner.where, `it has the file ${id}, and file.csv has none of this id`);
      return file.isRetired ? [] : [file];
    });
  }

  /** A file that came by the web belongs to the issue alone: it goes with the message that its sender wrote with it. */
  #looseFiles(issue: Row, messages: readonly Row[]): ReadonlyMap<Row | null, readonly Row[]> {
    const attached = new Set(messages.flatMap((message) => message.links('files')));
    const loose = new Map<Row | null, Row[]>();
    const written = byCreator(messages);
    for (const file of this.#files(issue)) {
      if (attached.has(file.id)) continue;
      const owner = writtenWith(file, written);
      const some = loose.get(owner);
      if (some === undefined) loose.set(owner, [file]);
      else some.push(file);
    }
    return loose;
  }

  #mail(row: Row, more: readonly Row[]): TrackerMail {
    const at = row.moment('date') ?? row.moment('creation');
    if (at === null) throw damaged(row.where, 'the message has no date');
    return {
      id: row.id,
      from: this.#person(row.link('author')),
      recipients: row.links('recipients').flatMap((id) => mailboxOf(this.#person(id))),
      at,
      messageId: row.text('messageid') ?? '',
      inReplyTo: row.text('inreplyto') ?? '',
      isHtml: row.text('type')?.toLowerCase().startsWith('text/html') === true,
      files: [...this.#files(row), ...more].map(asFile),
    };
  }

  #standIn(row: Row, issue: Row, files: readonly TrackerFile[]): TrackerMail {
    const at = row.moment('creation') ?? issue.moment('creation');
    if (at === null) throw damaged(row.where, 'there is no date of its creation');
    const from = this.#person(row.link('creator'));
    return { id: null, from, recipients: [], at, messageId: '', inReplyTo: '', isHtml: false, files };
  }

  #person(id: number | null): Person {
    const user = this.#tables.user.rows.get(id ?? 0);
    const name = user?.text('realname') || user?.text('username') || (id === null ? 'nobody' : `user${id}`);
    const address = canonicalAddress(user?.text('address') ?? '');
    if (address === null) this.#nameless.add(id ?? 0);
    return { name, address };
  }

  notes(): readonly string[] {
    const { issue, msg, file, status } = this.#tables;
    const retired = [counted(retiredIn(issue), 'issue'), counted(retiredIn(msg), 'message')];
    if (file !== null) retired.push(counted(retiredIn(file), 'file'));
    const left = retired.filter((one) => !one.startsWith('0 '));
    const lone = [...msg.rows.values()].filter(({ id, isRetired }) => !isRetired && !this.#taken.has(id));
    return [
      ...(left.length === 0 ? [] : [`left out as retired: ${left.join(', ')}`]),
      ...(lone.length === 0
        ? []
        : [`left out ${counted(lone.length, 'message')} of no issue, or of a retired one`]),
      ...(this.#shared === 0
        ? []
        : [`with the first of their issues alone: ${counted(this.#shared, 'message')}`]),
      ...(this.#empty === 0
        ? []
        : [`an empty message stands for ${counted(this.#empty, 'issue')} without any`]),
      ...(this.#nameless.size === 0 ? [] : [`without an address: ${counted(this.#nameless.size, 'user')}`]),
      ...(status === null ? ['there is no status.csv, so every issue is open'] : []),
    ];
  }
}

interface Written {
  readonly message: Row;
  /** In milliseconds. */
  readonly at: number;
}

/** By who put them in; each list in order of time. */
function byCreator(messages: readonly Row[]): ReadonlyMap<number | null, readonly Written[]> {
  const written = new Map<number | null, Written[]>();
  for (const message of messages) {
    const at = message.moment('creation')?.getTime();
    if (at === undefined) continue;
    const creator = message.link('creator');
    const some = written.get(creator);
    if (some === undefined) written.set(creator, [{ message, at }]);
    else some.push({ message, at });
  }
  for (const some of written.values()) some.sort((a, b) => a.at - b.at);
  return written;
}

/** The nearest message that the file's sender put in with it. */
function writtenWith(file: Row, written: ReturnType<typeof byCreator>): Row | null {
  const some = written.get(file.link('creator'));
  const at = file.moment('creation')?.getTime();
  if (some === undefined || at === undefined) return null;
  let [low, high] = [0, some.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((some[middle]?.at ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  const distance = (one: Written | undefined): number =>
    one === undefined ? Infinity : Math.abs(one.at - at);
  const [before, after] = [some[low - 1], some[low]];
  const nearest = distance(before) <= distance(after) ? before : after;
  return nearest !== undefined && distance(nearest) <= TOGETHER_MS ? nearest.message : null;
}

function asFile(row: Row): TrackerFile {
  return { id: row.id, name: row.text('name') ?? '', type: row.text('type') ?? '' };
}

function mailboxOf({ name, address }: Person): readonly Mailbox[] {
  return address === null ? [] : [{ name, address }];
}

function nameOf(row: Row): string {
  return (row.text('name') ?? '').toLowerCase();
}

function retiredIn(table: Table): number {
  return [...table.rows.values()].filter(({ isRetired }) => isRetired).length;
}

function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
