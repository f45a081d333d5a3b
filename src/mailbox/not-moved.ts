/** A server said that it had moved messages, and they are still where they were. Moved again, they would be there twice. */
import { Problem } from '../problem/problem.js';

export class NotMoved extends Problem {
  /** The target has copies of these, and the originals are still where they were. */
  readonly copied: readonly number[];

  constructor(doing: string, copied: readonly number[]) {
    const left =
      copied.length === 0
        ? 'nothing has moved'
        : 'the messages are there twice now: they are left alone until the server takes them away';
    super(
      'imap-not-moved',
      `The IMAP server said OK to a command to ${doing}, and ${left}. Ask whoever runs that server`,
      { scope: 'folder' },
    );
    this.copied = copied;
  }
}
