/** What may be written to where output goes, by the environment. */

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Colours are for a terminal that is not dumb. `NO_COLOR` (no-color.org) turns them off, whatever else is set;
 * `FORCE_COLOR` asks for them elsewhere too, and `FORCE_COLOR=0` for none.
 */
export function wantsColours(env: Env, terminal: boolean): boolean {
  if (isSet(env['NO_COLOR'])) return false;
  const forced = env['FORCE_COLOR'];
  if (isSet(forced)) return forced !== '0' && forced !== 'false';
  return terminal && canRewrite(env);
}

/** Whether a terminal understands more than lines: a line can be written anew in its place. */
export function canRewrite(env: Env): boolean {
  return env['TERM'] !== 'dumb';
}

/** Whether more than ASCII is shown. Of these variables the first that is set counts (POSIX, "Internationalization Variables"). */
export function isUnicode(env: Env): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(isSet);
  return /utf-?8/i.test(locale ?? '');
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
