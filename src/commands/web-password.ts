/** `web-password`: the hash of a password for the pages, from a password that is typed twice, or from standard input. */
import { EXIT, Problem } from '../problem/problem.js';
import { hashPassword, MAX_PASSWORD_CHARACTERS } from '../web/entry/password.js';
import type { Streams, Surroundings } from './context.js';
import { personAt } from './questions.js';

/** Whoever has the hash can guess for as long as they like. */
const MIN_PASSWORD_CHARACTERS = 12;

interface PasswordTold {
  readonly writer: { readonly input: () => Promise<Buffer>; readonly terminal: boolean };
}

export async function webPassword(
  { out, streams, signal }: Surroundings,
  { writer }: PasswordTold,
): Promise<number> {
  const password = writer.terminal
    ? await typed(streams, signal)
    : (await writer.input()).toString('utf8').replace(/\r?\n$/, '');
  const { length } = password;
  if (length < MIN_PASSWORD_CHARACTERS || length > MAX_PASSWORD_CHARACTERS || /\p{Cc}/u.test(password))
    throw refused(`expected a password of ${MIN_PASSWORD_CHARACTERS} characters or more, on one line`);
  out.write(`${await hashPassword(password)}\n`);
  return EXIT.done;
}

/** What is asked goes where errors go: standard output may be a file. */
async function typed({ input, errors }: Streams, signal: AbortSignal): Promise<string> {
  const person = personAt({ input, output: errors, signal });
  const password = await person.askHidden('Password for the pages');
  if (password === (await person.askHidden('The same once more'))) return password;
  throw refused('the two passwords differ');
}

function refused(message: string): Problem {
  return new Problem('web-password', message, { exitCode: EXIT.usage });
}
