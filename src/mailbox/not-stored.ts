/** A server said that it had stored messages, and they are not there. */
import { Problem } from '../problem/problem.js';

export function notStored(folder: string): Problem {
  return new Problem(
    'imap-not-stored',
    `The IMAP server said OK to an APPEND to ${folder}, and has not stored the message: nothing is filed until it does. Ask whoever runs that server`,
    { scope: 'folder' },
  );
}
