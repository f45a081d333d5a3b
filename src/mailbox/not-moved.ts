/** A server said that it had moved messages, and they are still where they were: moved again, they would be there twice. */
import { Problem } from '../desk/problem.js';

export class NotMoved extends Problem {
  /** In the folder that they were to leave. */
  readonly uids: readonly number[];

  constructor(doing: string, uids: readonly number[]) {
    super(
      'imap-not-moved',
      `The IMAP server said OK to a command to ${doing}, and the messages are still there. They are left alone: take them away by hand, and ask whoever runs that server`,
      { scope: 'folder' },
    );
    this.uids = uids;
  }
}
