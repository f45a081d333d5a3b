/** Where a user's program keeps what is its own: a cache, which may be lost, and a state, which may not. */
import { isAbsolute, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** By the variables of systemd.exec(5) and of the XDG Base Directory Specification, and below HOME. */
interface Place {
  readonly service: string;
  readonly base: string;
  readonly belowHome: readonly string[];
}

export function cacheFolder(env: Environment = process.env): string | null {
  return ownFolder(env, { service: 'CACHE_DIRECTORY', base: 'XDG_CACHE_HOME', belowHome: ['.cache'] });
}

export function stateFolder(env: Environment): string | null {
  const belowHome = ['.local', 'state'];
  return ownFolder(env, { service: 'STATE_DIRECTORY', base: 'XDG_STATE_HOME', belowHome });
}

/**
 * systemd's folder (of several the first one), else as XDG has it: a path that is not absolute does not count. null for a
 * process that is told of none of these, and of no home.
 */
function ownFolder(env: Environment, { service, base, belowHome }: Place): string | null {
  const given = env[service]?.split(':')[0] ?? '';
  if (isAbsolute(given)) return given;
  const all = env[base] ?? '';
  if (isAbsolute(all)) return join(all, 'imapdesk');
  const home = env['HOME'] ?? '';
  return isAbsolute(home) ? join(home, ...belowHome, 'imapdesk') : null;
}
