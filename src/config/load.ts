/** Reads the configuration. Secrets stay where they are until somebody asks for them. */
import { type Config, completeConfig } from './complete.js';
import { withDesksFolder } from './desks-folder.js';
import { describeMistakes } from './errors.js';
import { mistakesBetweenFields } from './rules.js';
import { configSchema, type WrittenConfig } from './schema.js';
import { literalSecrets } from './secrets.js';
import { asFields, type Fields } from './written.js';
import { parseWritten, readWritten, refuseExposed, refuseMistakes } from './written-file.js';

/**
 * The configuration in the file at `path`, with every default filled in, and with the desks of the folder that it names.
 * Throws a ConfigProblem that tells all mistakes of that file at once, one a line, and for one
 * that holds secrets and that others can read, or that everybody can write: it may name commands, which the desk runs.
 * A file of the folder with a mistake is left out, and the configuration says so.
 */
export async function loadConfig(path: string, env: Config['env']): Promise<Config> {
  const { text, exposed } = await readWritten(path, '; name yours with -c or IMAPDESK_CONFIG');
  const { settings, fields } = checked(text, path);
  const config = completeConfig(path, settings, env);
  refuseExposed(path, exposed, literalSecrets(config));
  return config.desksFolder === null ? config : withDesksFolder(config, { path, fields });
}

/** The same from the text of a file that would lie at `path`; without the desks of a folder. */
export function parseConfig(
  text: string,
  { path, env }: { readonly path: string; readonly env: Config['env'] },
): Config {
  return completeConfig(path, checked(text, path).settings, env);
}

function checked(text: string, path: string): { readonly settings: WrittenConfig; readonly fields: Fields } {
  const written = parseWritten(text, path);
  // It is read once: code that is made for the schema costs more than it saves.
  const result = configSchema.safeParse(written, { jitless: true });
  refuseMistakes(path, describeMistakes(result.error?.issues ?? [], mistakesBetweenFields(written)));
  if (!result.success) throw new TypeError('A mistake without a word.');
  return { settings: result.data, fields: asFields(written) };
}
