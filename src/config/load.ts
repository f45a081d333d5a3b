/** Reads the configuration file. Secrets stay where they are until somebody asks for them. */
import { codeOf, whyUnreadable } from '../problem/failure.js';
import { type Config, completeConfig } from './complete.js';
import { describeMistakes } from './errors.js';
import { findSyntaxMistake } from './json-syntax.js';
import { readPrivateFile } from './private-file.js';
import { ConfigProblem } from './problem.js';
import { mistakesBetweenFields } from './rules.js';
import { configSchema } from './schema.js';
import { literalSecrets } from './secrets.js';

/**
 * The configuration in the file at `path`, with every default filled in.
 * Throws a ConfigProblem that tells all mistakes at once, one a line, and for a file
 * that holds secrets and that others can read, or that everybody can write: it may name commands, which the desk runs.
 */
export async function loadConfig(path: string, env: Config['env']): Promise<Config> {
  const { text, exposed } = await read(path);
  const config = parseConfig(text, { path, env });
  if (exposed === null) return config;
  const { may, mend, lock } = exposed;
  const secrets = literalSecrets(config);
  if (secrets.length === 0 && lock === null) return config;
  const what =
    secrets.length === 0
      ? 'it says which commands the desk runs and whom it writes to'
      : `it holds secrets (${secrets.join(', ')})`;
  const who = secrets.length === 0 ? 'everybody can write' : `others can ${may}`;
  const run = secrets.length === 0 ? lock : mend;
  throw new ConfigProblem('secret-exposed', `${path}: ${who} this file, and ${what}. Run: ${run}`);
}

/** The same from the text of a file that would lie at `path`. */
export function parseConfig(
  text: string,
  { path, env }: { readonly path: string; readonly env: Config['env'] },
): Config {
  const written = parseJson(text.replace(/^\uFEFF/, ''), path);
  // It is read once: code that is made for the schema costs more than it saves.
  const result = configSchema.safeParse(written, { jitless: true });
  const lines = describeMistakes(result.error?.issues ?? [], mistakesBetweenFields(written));
  if (result.success && lines.length === 0) return completeConfig(path, result.data, env);
  const count = lines.length === 1 ? 'one mistake' : `${lines.length} mistakes`;
  throw new ConfigProblem(
    'config-invalid',
    [`${path}: ${count}`, ...lines.map((line) => `  ${line}`)].join('\n'),
  );
}

async function read(path: string): ReturnType<typeof readPrivateFile> {
  try {
    return await readPrivateFile(path);
  } catch (error) {
    const hint = codeOf(error) === 'ENOENT' ? '; name yours with -c or IMAPDESK_CONFIG' : '';
    throw new ConfigProblem('config-unreadable', `${path}: ${whyUnreadable(error)}${hint}`);
  }
}

function parseJson(text: string, path: string): unknown {
  const mistake = findSyntaxMistake(text);
  if (mistake !== null) {
    const place = `${path}:${mistake.line}:${mistake.column}`;
    throw new ConfigProblem('config-syntax', `${place}: not JSON, expected ${mistake.expected}`);
  }
  return JSON.parse(text);
}
