/** Mail programs, servers and shells that tests start: named by the environment, or found or unpacked by the script of their name. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** What a script exits with where there is neither the program nor an apt to get it with (EX_UNAVAILABLE). */
const NOT_TO_BE_HAD = 69;

export type Tool =
  | 'mutt'
  | 'neomutt'
  | 'thunderbird'
  | 'chromium'
  | 'mbsync'
  | 'formail'
  | 'cyrus'
  | 'courier'
  | 'imap4d'
  | 'zsh'
  | 'fish'
  | 'xterm'
  | 'mandoc'
  | 'exim'
  | 'postfix'
  | 'opensmtpd'
  | 'procmail'
  | 'sieve'
  | 'fetchmail'
  | 'nginx'
  | 'caddy'
  | 'request-tracker'
  | 'promtool'
  | 'redis'
  | 'faketime';

export interface ToolFound {
  /** A path by which it can be started; null where there is none. */
  readonly program: string | null;
  /** Why there is none. */
  readonly reason: string;
}

/**
 * `IMAPDESK_MUTT` and its like, or what the script finds or unpacks, given `args`. Throws where one should have been
 * got but was not, so that tests are left out only where they cannot run.
 */
export async function findTool(tool: Tool, args: readonly string[] = []): Promise<ToolFound> {
  const given = process.env[`IMAPDESK_${tool.toUpperCase()}`];
  if (given !== undefined) return { program: given, reason: '' };
  const script = fileURLToPath(new URL(`../../scripts/${tool}`, import.meta.url));
  try {
    return { program: (await run(script, args)).stdout.trim(), reason: '' };
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: unknown };
    if (code !== NOT_TO_BE_HAD) throw error;
    return { program: null, reason: String(stderr).trim() };
  }
}
