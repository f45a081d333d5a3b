/** The ways to give a secret. What is here is only where it comes from; `secrets.ts` fetches it. */
import { z } from 'zod';
import { expected, line, text } from './expected.js';
import { nearest } from './near-miss.js';

const FORMS = 'a string, { "env": "NAME" }, { "file": "PATH" } or { "command": ["PROGRAM", "ARGUMENT", …] }';
const ENV_NAME = /^[A-Za-z_]\w*$/;
const MAX_PATH_CHARS = 4096;

const envSchema = z.strictObject({
  env: text('the name of an environment variable', (value) => ENV_NAME.test(value)).describe(
    'Name of the environment variable that holds it.',
  ),
});
const fileSchema = z.strictObject({
  file: line('a path', MAX_PATH_CHARS).describe(
    'Path of a file that holds nothing else; relative paths start at the configuration’s folder. Line breaks at its end are left off. Others may not read it (`chmod 600`), or it is refused.',
  ),
});
const commandSchema = z.strictObject({
  command: z
    .array(line('an argument', MAX_PATH_CHARS))
    .min(1)
    .describe(
      'A program and its arguments, run without a shell in the configuration’s folder, that prints the secret within 10 seconds.',
    ),
});

const alternatives = [z.string().min(1), envSchema, fileSchema, commandSchema] as const;
const sources = z.union(alternatives, { error: (issue) => secretError(issue.input) });

/** Where a secret comes from. */
export type SecretSource = z.output<typeof sources>;

/** A password field. */
export function secretSchema(description: string): typeof sources {
  return sources.describe(description);
}

/** The signing secret: one source, or a list of which the first signs and all verify. */
export function signingSecretSchema(description: string) {
  return z
    .union([...alternatives, z.array(sources).min(1)], {
      error: (issue) =>
        Array.isArray(issue.input)
          ? `expected a list of at least one secret, each ${FORMS}`
          : `${secretError(issue.input)}, or a list of these`,
    })
    .describe(description);
}

/** A key that is no near miss is not shown: it may be the secret itself in the wrong place. */
function secretError(input: unknown): string {
  const message = expected(FORMS)({ input }) ?? '';
  if (typeof input !== 'object' || input === null) return message;
  const guess = Object.keys(input)
    .map((key) => nearest(key, ['env', 'file', 'command']))
    .find((key) => key !== null);
  return guess === undefined ? message : `${message} (did you mean "${guess}"?)`;
}
