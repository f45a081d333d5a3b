/**
 * Where everything lies and what was sent, as lines that a person can read, without what may differ from build to build
 * though nothing is amiss: UIDs, times of the day, the order in a folder.
 */
import { identityOf } from '../../src/message/header/identity.js';
import { type DeskWorld, FOLDERS } from './desk-world.js';
import type { MemoryServer, Stored } from './memory-mailbox.js';
import { Names } from './message-names.js';
import { field, fields, splitMessage } from './message-text.js';

/** In which folder each message lies, and with which flags. */
export function whereAllLies(world: DeskWorld): readonly string[] {
  const names = new Names(world);
  return world.server
    .snapshot()
    .flatMap(({ name, messages }) =>
      messages.map((message) => `${name}: ${tell(world.server, message, names)}`),
    )
    .toSorted();
}

function tell(server: MemoryServer, { content, flags }: Stored, names: Names): string {
  const entry = field(content.raw, 'X-Imapdesk-Entry');
  const told = entry === null ? mailIn(content.raw, names) : entryIn(server, content.raw, names);
  return [told, ...[...flags].toSorted()].join(' ');
}

function mailIn(raw: Buffer, names: Names): string {
  const ticket = field(raw, 'X-Imapdesk-Stage-Ticket');
  return `${names.of(raw)}${ticket === null ? '' : ` of ticket ${ticket}`}`;
}

/** Each field but those that say when, and how many numbers were given by then. */
function entryIn(server: MemoryServer, raw: Buffer, names: Names): string {
  const told = fields(raw).flatMap(({ name, value }) => {
    const short = /^X-Imapdesk-(?!Highest|Version|At$|Since$|Opened$)(.*)$/.exec(name)?.[1];
    if (short === undefined) return [];
    if (short === 'Entry') return [value];
    return [`${short} ${names.in(short === 'Moved' ? placeIn(server, value) : timeless(short, value))}`];
  });
  return told.join(', ');
}

function timeless(name: string, value: string): string {
  return name === 'Archived' ? value.replace(/^([0-9]+) [0-9]+/, '$1') : value;
}

/** Whether what a hint speaks of lies where it says, instead of the UID. */
function placeIn(server: MemoryServer, value: string): string {
  const [uid, identity = ''] = value.split(' ');
  const raw = server.folder(FOLDERS.archived).get(Number(uid))?.content.raw;
  const there = raw !== undefined && identityOf(splitMessage(raw).header, raw.length) === identity;
  return `${identity} ${there ? 'there' : 'elsewhere'}`;
}

/** What was sent from that one on: to whom, and what for. */
export function whatWasSent(world: DeskWorld, from: number): readonly string[] {
  const names = new Names(world);
  return world.post.sent
    .slice(from)
    .map(({ raw, envelope }) => `${names.of(raw)} of "${field(raw, 'Subject') ?? ''}" to ${envelope.to}`)
    .toSorted();
}

const SHOWN = /^(?:from|to|reply-to|subject|in-reply-to|references|auto-submitted)$/i;

/** The same letters as people get them, but for the Message-ID, the date and what vouches for both. */
export function lettersInFull(world: DeskWorld, from: number): readonly string[] {
  const names = new Names(world);
  const letters = world.post.sent.slice(from).map(({ raw }) => {
    const head = fields(raw).filter(({ name }) => SHOWN.test(name));
    const lines = [`# ${names.of(raw)}`, ...head.map(({ name, value }) => `${name}: ${value}`)];
    const body = splitMessage(raw).body.toString('utf8').replaceAll('\r\n', '\n').trimEnd();
    return names.in([...lines, '', body].join('\n')).replace(/T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.000)?Z/g, '');
  });
  return letters.toSorted();
}
