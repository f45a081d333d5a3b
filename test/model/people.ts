/**
 * What people do to a desk's mailbox with their mail clients, and what they write to it, as data that shrinks.
 * A client looks, and acts on what it saw: by then the worker may have moved it.
 */
import type { PostOffice } from './memory-courier.js';
import type { MemoryServer } from './memory-mailbox.js';
import type { MemorySession } from './memory-session.js';
import { answerTo } from './sample-mail.js';
import { type Gate, through } from './scheduler.js';

export type Deed =
  | { readonly do: 'deliver'; readonly raw: Buffer }
  /** Answers one of the mails sent so far, counted round; none sent, nothing done. */
  | { readonly do: 'answer'; readonly pick: number; readonly from: string; readonly done: boolean }
  | {
      readonly do: 'drag';
      readonly from: string;
      readonly to: string;
      readonly picks: readonly number[];
      /** By MOVE, or by COPY and `\Deleted`, with or without an EXPUNGE after it. */
      readonly by: 'move' | 'mark' | 'expunge';
    }
  | {
      readonly do: 'flag';
      readonly folder: string;
      readonly picks: readonly number[];
      readonly flag: '\\Seen' | '\\Flagged' | '\\Answered';
      readonly on: boolean;
    }
  | {
      readonly do: 'delete';
      readonly folder: string;
      readonly picks: readonly number[];
      readonly expunge: boolean;
    };

export interface Person {
  readonly gate: Gate;
  readonly server: MemoryServer;
  readonly session: MemorySession;
  readonly post: PostOffice;
}

/** Does one deed after the other. */
export async function live(person: Person, deeds: readonly Deed[]): Promise<void> {
  for (const [index, deed] of deeds.entries()) await act(person, deed, index);
}

async function act(person: Person, deed: Deed, index: number): Promise<void> {
  switch (deed.do) {
    case 'deliver':
      return deliver(person, () => deed.raw);
    case 'answer':
      return deliver(person, () => {
        const original = person.post.sent[deed.pick % Math.max(1, person.post.sent.length)];
        const messageId = `answer-${index}@${person.gate.actor}.example`;
        return original === undefined ? null : answerTo(original.raw, { ...deed, messageId });
      });
    case 'drag':
      return drag(person, deed);
    case 'flag': {
      const uids = await look(person.session, deed.folder, deed.picks);
      return person.session.setFlags(
        deed.folder,
        uids,
        deed.on ? { add: [deed.flag] } : { remove: [deed.flag] },
      );
    }
    case 'delete': {
      const uids = await look(person.session, deed.folder, deed.picks);
      return discard(person.session, { folder: deed.folder, uids, expunge: deed.expunge });
    }
  }
}

async function deliver({ gate, server }: Person, compose: () => Buffer | null): Promise<void> {
  await through(gate, 'deliver', () => {
    const raw = compose();
    if (raw !== null) server.deliver(raw, gate.actor);
  });
}

async function drag({ session }: Person, deed: Extract<Deed, { do: 'drag' }>): Promise<void> {
  const uids = await look(session, deed.from, deed.picks);
  if (deed.by === 'move') {
    await session.move(deed.from, uids, deed.to);
    return;
  }
  await session.copy(deed.from, uids, deed.to);
  await discard(session, { folder: deed.from, uids, expunge: deed.by === 'expunge' });
}

async function discard(
  session: MemorySession,
  what: { folder: string; uids: readonly number[]; expunge: boolean },
): Promise<void> {
  await session.setFlags(what.folder, what.uids, { add: ['\\Deleted'] });
  if (what.expunge) await session.expunge(what.folder);
}

/** The messages that the picks mean, counted round among those in sight. */
async function look(
  session: MemorySession,
  folder: string,
  picks: readonly number[],
): Promise<readonly number[]> {
  const uids = await session.search(folder, { and: [] });
  const chosen = picks.flatMap((pick) => uids[pick % Math.max(1, uids.length)] ?? []);
  return [...new Set(chosen)];
}
