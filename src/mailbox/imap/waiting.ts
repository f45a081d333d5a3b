/**
 * Waiting for new mail with IDLE (RFC 2177). IDLE only wakes the worker: it may miss mail, and a wake may be for
 * nothing.
 */
import type { Session } from './session.js';

/** Below the half hour after which a server may sign out a client that says nothing (RFC 2177 §3). */
export const MAX_IDLE_MS = 25 * 60_000;
/** How long a server may take to acknowledge the beginning and the end of IDLE. */
const IDLE_ANSWER_MS = 30_000;

export interface Wait {
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly maxIdleMs: number;
  /** Closes a connection on which no answer came. */
  readonly onOverdue: (why: string) => void;
}

/** One IDLE command, ended by news, by the signal, by time, or because other work wants the connection. Answers whether there is news. */
async function idleOnce(session: Session, wait: Wait): Promise<boolean> {
  let [acknowledged, hasNews] = [false, false];
  let ending = false;
  let answer = setTimeout(() => wait.onOverdue('no answer to IDLE'), IDLE_ANSWER_MS);
  const end = (): void => {
    if (ending || !acknowledged) {
      ending = true;
      return;
    }
    ending = true;
    clearTimeout(answer);
    answer = setTimeout(() => wait.onOverdue('no answer to the end of IDLE'), IDLE_ANSWER_MS);
    session.wire.done();
  };
  const limit = setTimeout(end, wait.maxIdleMs);
  const heard = (): void => {
    session.looks.heard();
    hasNews = true;
    end();
  };
  session.interruptIdle = end;
  session.client.on('exists', heard);
  wait.signal.addEventListener('abort', end, { once: true });
  try {
    await session.wire.idle(() => {
      acknowledged = true;
      clearTimeout(answer);
      if (ending) {
        ending = false;
        end();
      }
    });
  } finally {
    clearTimeout(answer);
    clearTimeout(limit);
    session.interruptIdle = null;
    session.client.off('exists', heard);
    wait.signal.removeEventListener('abort', end);
  }
  return hasNews;
}

/**
 * Whether the answer to IDLE begins with what has come since the last command, so that nobody need ask before. Dovecot looks at once
 * (measured on 2.3.19: mail of other sessions and of delivery agents, and what was expunged), and goes on to show this session what
 * has changed. So its STATUS of the folder needs no NOOP after IDLE: what came too late to be shown, the next IDLE tells at once if
 * it is mail, and the next STATUS in any case. Of others it is not known.
 */
function tellsAtIdle({ client }: Session): boolean {
  return /^dovecot\b/i.test(String(client.serverInfo?.['name'] ?? ''));
}

function isSelected({ client, names, view }: Session, folder: string): boolean {
  const path = names.toPath(folder);
  return client.mailbox !== false && client.mailbox.path === path && view.path === path;
}

/** Resolves when something may have arrived, which it answers, at the signal, or after `maxIdleMs`. */
export async function idleInFolder(session: Session, wait: Wait): Promise<boolean> {
  return await session.run(`wait for mail in ${wait.folder}`, async () => {
    const tells = tellsAtIdle(session);
    if (!tells || !isSelected(session, wait.folder)) await session.select(wait.folder);
    if (session.hasGrown(wait.folder)) {
      // Told once: the caller looks now.
      session.looked(wait.folder);
      return true;
    }
    if (wait.signal.aborted || session.wanted) return false;
    const hasNews = await idleOnce(session, wait);
    if (tells) session.looks.heard();
    session.looked(wait.folder);
    return hasNews;
  });
}
