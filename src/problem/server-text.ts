import { hideIn } from './hidden.js';

const MAX_SERVER_TEXT_CHARACTERS = 200;

/** Makes text that a server sent fit to be printed in one line. `secret` is blotted out should it be echoed. */
export function cleanServerText(said: unknown, secret = ''): string {
  const line = hideIn(typeof said === 'string' ? said : '', [secret])
    .replace(/[\s\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ')
    .trim();
  return line.length > MAX_SERVER_TEXT_CHARACTERS ? `${line.slice(0, MAX_SERVER_TEXT_CHARACTERS)}…` : line;
}
