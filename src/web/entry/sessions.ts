/** Who is signed in: by a random name in a cookie, known to this process alone, for as long as it is used. Bounded. */
import { createHash, randomBytes } from 'node:crypto';

const NAME_BYTES = 32;
const HOUR_MS = 3_600_000;
/** Whoever has not looked at a page for so long signs in again, and so does everybody after a day. */
export const IDLE_MS = 8 * HOUR_MS;
export const LIFETIME_MS = 24 * HOUR_MS;
/** Beyond, the one that was used least lately ends. */
export const MAX_SESSIONS = 1000;

interface Session {
  readonly since: number;
  readonly used: number;
}

export class Sessions {
  readonly #now: () => number;
  /** By a digest of the name, so that no comparison tells by its time how much of a name is right. Least lately used first. */
  readonly #sessions = new Map<string, Session>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** The name of a new one. */
  begin(): string {
    const name = randomBytes(NAME_BYTES).toString('base64url');
    const now = this.#now();
    this.#sessions.set(digest(name), { since: now, used: now });
    for (const oldest of this.#sessions.keys()) {
      if (this.#sessions.size <= MAX_SESSIONS) break;
      this.#sessions.delete(oldest);
    }
    return name;
  }

  /** Whether it goes on; it counts as used then. */
  use(name: string): boolean {
    const key = digest(name);
    const session = this.#sessions.get(key);
    if (session === undefined) return false;
    this.#sessions.delete(key);
    const now = this.#now();
    if (now - session.used > IDLE_MS || now - session.since > LIFETIME_MS) return false;
    this.#sessions.set(key, { ...session, used: now });
    return true;
  }

  end(name: string): void {
    this.#sessions.delete(digest(name));
  }
}

function digest(name: string): string {
  return createHash('sha256').update(name).digest('base64');
}
