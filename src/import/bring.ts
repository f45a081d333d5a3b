/**
 * Brings messages from their files into the archive, a few megabytes at a time, and finds out under which identities the server
 * keeps them: some servers change what they store. There no ticket has them yet, and no pass takes them for anything.
 */
import type { NewMessage } from '../mailbox/store.js';
import { Problem } from '../problem/problem.js';
import { carryOut } from '../worker/carry-out/carry-out.js';
import { nothingSeen } from '../worker/sight/survey.js';
import type { WorkingDesk } from '../worker/workplace/desk.js';
import { readMessage } from './files.js';
import { type Known, placesIn } from './known.js';
import type { Outlined } from './outline.js';

export interface Refused {
  readonly path: string;
  readonly offset: number;
  readonly why: string;
}

const BROUGHT_BYTES = 4_194_304;
const BROUGHT_MESSAGES = 100;

interface Waiting {
  readonly message: Outlined;
  readonly raw: Buffer;
}

export class Bringer {
  readonly refused: Refused[] = [];
  brought = 0;
  readonly #desk: WorkingDesk;
  readonly #known: Known;
  #waiting: Waiting[] = [];
  #bytes = 0;

  constructor(desk: WorkingDesk, known: Known) {
    this.#desk = desk;
    this.#known = known;
  }

  /** The identity under which the desk has it; null for one that it does not have, or not yet. */
  identityOf({ identities }: Outlined): string | null {
    return identities.find((identity) => this.#known.places.has(identity)) ?? null;
  }

  /** Reads it, unless it is there; it is stored with those that follow, or by `flush`. */
  async bring(message: Outlined): Promise<void> {
    if (this.identityOf(message) !== null) return;
    const raw = await readMessage(message.source);
    if (this.#bytes + raw.length > BROUGHT_BYTES) await this.flush();
    this.#waiting.push({ message, raw });
    this.#bytes += raw.length;
    if (this.#waiting.length >= BROUGHT_MESSAGES) await this.flush();
  }

  async flush(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    if (waiting.length === 0) return;
    const refusal = await this.#store(waiting);
    if (refusal === null) return;
    // The refusal may be about one of them alone.
    for (const one of waiting) {
      if (this.identityOf(one.message) !== null) continue;
      const why = await this.#store([one]);
      if (why === null) continue;
      const { path, start } = one.message.source;
      this.refused.push({ path, offset: start, why: why.message });
    }
  }

  /** Null where all of them are there; else what the server said, of one of them at least. */
  async #store(waiting: readonly Waiting[]): Promise<Problem | null> {
    const desk = this.#desk;
    const { uidNext } = await desk.store.state(desk.folders.archived);
    const brought = waiting.map(newMessage);
    const refusal = await carryOut(desk, nothingSeen(desk), { brought }).then(
      () => null,
      (error: unknown) => {
        if (error instanceof Problem && error.code === 'imap-refused' && error.scope === 'message')
          return error;
        throw error;
      },
    );
    const there = await placesIn(desk, this.#known.places, { folder: 'archived', uidFrom: uidNext });
    if (refusal !== null) return refusal;
    const lacking = waiting.filter(({ message }) => this.identityOf(message) === null);
    this.brought += waiting.length;
    if (lacking.length > 0) this.#takeAsStored(waiting, there);
    return null;
  }

  /** The server has changed what it stored: so many came, in the order in which they were sent. */
  #takeAsStored(waiting: readonly Waiting[], there: readonly string[]): void {
    if (there.length !== waiting.length)
      throw new Problem(
        'import-disturbed',
        'somebody else put mail into the archive while messages were stored there: run the import again, which goes on where it ended',
        { temporary: true, scope: 'folder' },
      );
    for (const [index, identity] of there.entries()) {
      const place = this.#known.places.get(identity);
      const named = waiting[index]?.message.identities[0];
      if (place !== undefined && named !== undefined) this.#stored.set(named, identity);
    }
  }

  readonly #stored = new Map<string, string>();

  /** As the register is to name it. */
  storedIdentity(message: Outlined): string | null {
    return this.identityOf(message) ?? this.#stored.get(message.identities[0] ?? '') ?? null;
  }
}

function newMessage({ message: { source, at }, raw }: Waiting): NewMessage {
  const flags = ['\\Answered', '\\Flagged'].filter((flag) => source.flags.includes(flag));
  return { raw, flags: ['\\Seen', ...flags], receivedAt: at, wantsUid: false };
}
