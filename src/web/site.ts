/** What the pages are made with. */
import type { Problem } from '../problem/problem.js';
import type { ShownByLink } from '../worker/ask/for-requester.js';
import type { Attempts } from './entry/attempts.js';
import type { PasswordHash } from './entry/password.js';
import type { Sessions } from './entry/sessions.js';
import type { AnswerKind } from './headers.js';
import type { Viewing } from './pages/layout.js';
import type { ReaderPool } from './reading/pool.js';

export interface WebDesk {
  readonly name: string;
  readonly timezone: string;
  readonly pool: ReaderPool;
  /** What a link names that this desk has signed; null for any other. */
  readonly readLink: (token: string) => NamedByLink | null;
}

export interface NamedByLink extends ShownByLink {
  readonly hasEnded: boolean;
}

interface WebLog {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface Site {
  readonly desks: readonly WebDesk[];
  /** The address that people use; null where that is this machine's. */
  readonly url: URL | null;
  /** null where nobody signs in by a password. */
  readonly password: PasswordHash | null;
  /** null where no proxy signs in. */
  readonly proxyHeader: string | null;
  readonly language: 'auto' | 'en' | 'de';
  readonly sessions: Sessions;
  readonly attempts: Attempts;
  /** Of links that nobody has signed, and looks by those that are genuine. */
  readonly forgedLinks: Attempts;
  readonly looksByLink: Attempts;
  readonly log: WebLog;
}

/** From whom the request came: the other end of the connection, whatever its fields say. */
interface Peer {
  readonly incoming: {
    readonly socket: { readonly remoteAddress?: string | undefined; readonly localPort?: number | undefined };
  };
}

/** What a request carries through the routes. */
export interface Entered {
  Variables: {
    readonly viewing: Viewing;
    readonly kind: AnswerKind;
  };
  Bindings: Peer;
}

/** What a page says of a Problem, in place of what it is about. */
export function wordsFor({ words }: Viewing, { code }: Problem): string {
  if (code === 'web-busy') return words.busy;
  return code === 'ticket-being-filed' ? words.beingFiled : words.away;
}
