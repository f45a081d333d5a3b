/**
 * A mailbox that is kept in a file: what lay in it, what had happened to it, and what the post office had taken. It may
 * have been left by a worker that died, in several ways: then each state goes on from one that is there as well.
 * The file is JSON, so that a difference between two builds can be looked up in it.
 */
import { DeskWorld, type POLICY } from './desk-world.js';
import type { SentMail } from './memory-courier.js';
import type { MemoryServer, ServerEvent } from './memory-mailbox.js';
import { field } from './message-text.js';

export interface KeptMailbox {
  /** The commit whose build made it. */
  readonly build: string;
  /** What the desk's letters and addresses were made with. */
  readonly desk: KeptDesk;
  /** To whom the SMTP server delivers nothing. */
  readonly refused: readonly string[];
  /** What was ever delivered or appended, in order: when, and its bytes, as Latin-1. */
  readonly messages: readonly (readonly [string, string])[];
  readonly states: Readonly<Record<string, KeptState>>;
}

type KeptDesk = Pick<typeof POLICY, 'name' | 'address' | 'secrets' | 'staff' | 'addresses' | 'tag'>;

export interface KeptState {
  /** The state from which it goes on: its events and its sent mail come before those here. */
  readonly after: string | null;
  readonly now: string;
  /** What each holds, as `uid:message:flags`; a message is told by its place above, a flag by its first letter. */
  readonly folders: Readonly<Record<string, KeptFolder>>;
  /** As `kind actor folder uid message`. */
  readonly events: readonly string[];
  /** Letters that were taken: which message, without the fields above it, from whom and to whom. */
  readonly sent: readonly (readonly [number, string, string])[];
}

interface KeptFolder {
  readonly uidValidity: string;
  readonly uidNext: number;
  readonly messages: string;
}

const FLAGS: Readonly<Record<string, string>> = {
  S: '\\Seen',
  A: '\\Answered',
  F: '\\Flagged',
  D: '\\Draft',
  X: '\\Deleted',
};

/** How a world stands; `before` is the state, and the world that stood so, from which it came to this. */
export function keepState(world: DeskWorld, before: { name: string; world: DeskWorld } | null): KeptState {
  const { server, post, clock } = world;
  const seen = before?.world;
  const fresh = server.history.slice(seen?.server.history.length ?? 0);
  const letters = post.sent.slice(seen?.post.sent.length ?? 0);
  return {
    after: before?.name ?? null,
    now: clock.now().toISOString(),
    folders: Object.fromEntries(server.snapshot().map((folder) => [folder.name, keepFolder(folder)])),
    events: fresh.map(({ kind, actor, folder, uid, origin }) => [kind, actor, folder, uid, origin].join(' ')),
    sent: letters.map((mail) => [stagedAs(server, mail), mail.envelope.from, mail.envelope.to]),
  };
}

function keepFolder(folder: ReturnType<MemoryServer['snapshot']>[number]): KeptFolder {
  const { uidValidity, uidNext } = folder;
  const messages = folder.messages.map(({ uid, content, flags }) =>
    [uid, content.origin, [...flags].map(letterOf).join('')].join(':'),
  );
  return { uidValidity, uidNext, messages: messages.join(' ') };
}

function letterOf(flag: string): string {
  const found = Object.keys(FLAGS).find((letter) => FLAGS[letter] === flag);
  if (found === undefined) throw new Error(`no letter stands for ${flag}`);
  return found;
}

/** The message in the outbox as which a sent letter lay there. */
function stagedAs(server: MemoryServer, { messageId, raw }: SentMail): number {
  const found = server.history.find(
    ({ kind, folder, origin }) =>
      kind === 'append' &&
      folder === 'Outbox' &&
      field(server.content(origin).raw, 'Message-ID') === messageId &&
      withoutStage(server.content(origin).raw).equals(raw),
  );
  if (found === undefined) throw new Error(`${messageId} was sent, and never staged`);
  return found.origin;
}

function withoutStage(raw: Buffer): Buffer {
  const [staging = ''] = /^(?:X-Imapdesk-Stage[A-Za-z-]*:[^\r\n]*\r\n)*/.exec(raw.toString('latin1')) ?? [];
  return raw.subarray(staging.length);
}

export function keepMessages(server: MemoryServer): KeptMailbox['messages'] {
  const count = 1 + Math.max(...server.history.map(({ origin }) => origin));
  return Array.from({ length: count }, (_, origin) => {
    const { raw, receivedAt } = server.content(origin);
    return [receivedAt.toISOString(), raw.toString('latin1')] as const;
  });
}

/** A world that holds all messages of the file and no folder but an empty INBOX: states are made of it. */
export function openKept({ messages, refused }: KeptMailbox): DeskWorld {
  const world = new DeskWorld({ post: { refuses: (address) => refused.includes(address) } });
  const { server } = world;
  server.create('Scratch');
  for (const [receivedAt, raw] of messages) {
    setClock(world, receivedAt);
    server.place({ kind: 'append', actor: 'kept', folder: 'Scratch' }, Buffer.from(raw, 'latin1'), []);
  }
  server.deleteFolder('Scratch');
  return world;
}

/** The next moment that the clock tells. */
function setClock({ clock }: DeskWorld, at: string): void {
  clock.advance(Date.parse(at) - clock.now().getTime() - 1000);
}

/** A world that stands as the state says, made of what `openKept` answers. */
export function standAs(opened: DeskWorld, kept: KeptMailbox, name: string): DeskWorld {
  const world = opened.clone();
  const state = stateOf(kept, name);
  const { server } = world;
  for (const [folder, { uidValidity, uidNext, messages }] of Object.entries(state.folders)) {
    server.deleteFolder(folder);
    server.create(folder);
    const made = server.folder(folder);
    made.uidValidity = uidValidity;
    for (const message of messages === '' ? [] : messages.split(' ')) {
      const [uid, origin, flags = ''] = message.split(':');
      made.uidNext = Number(uid);
      made.add(
        server.content(Number(origin)),
        flags.split('').map((letter) => FLAGS[letter] ?? letter),
      );
    }
    made.uidNext = uidNext;
  }
  server.history.splice(0, Infinity, ...eventsOf(kept, state));
  world.post.sent.splice(0, Infinity, ...sentOf(kept, state, server));
  setClock(world, state.now);
  return world;
}

function stateOf({ states }: KeptMailbox, name: string): KeptState {
  const state = states[name];
  if (state === undefined) throw new Error(`the file keeps no state named ${name}`);
  return state;
}

function eventsOf(kept: KeptMailbox, state: KeptState): readonly ServerEvent[] {
  const before = state.after === null ? [] : eventsOf(kept, stateOf(kept, state.after));
  const events = state.events.map((line): ServerEvent => {
    const [kind, actor = '', folder = '', uid, origin] = line.split(' ');
    return { kind: kind as ServerEvent['kind'], actor, folder, uid: Number(uid), origin: Number(origin) };
  });
  return [...before, ...events];
}

function sentOf(kept: KeptMailbox, state: KeptState, server: MemoryServer): readonly SentMail[] {
  const before = state.after === null ? [] : sentOf(kept, stateOf(kept, state.after), server);
  const sent = state.sent.map(([origin, from, to]): SentMail => {
    const raw = withoutStage(server.content(origin).raw);
    return { actor: 'worker', envelope: { from, to }, raw, messageId: field(raw, 'Message-ID') ?? '' };
  });
  return [...before, ...sent];
}
