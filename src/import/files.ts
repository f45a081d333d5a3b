/** Reading what is imported: one message of one file at a time. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { unquoted } from '../mbox/quoting.js';
import { withCarriageReturns } from '../message/header/line-ends.js';
import { codeOf } from '../problem/failure.js';
import { type SourceMessage, unreadable } from './source.js';

/** Never through a link, and never waiting for a pipe. */
export function openFile(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
}

/** As a mailbox keeps it: unquoted, every line end CRLF. Throws where the file is shorter than it was. */
export async function readMessage(message: SourceMessage): Promise<Buffer> {
  const { path, start, end, dialect, compose } = message;
  if (compose !== undefined) return withCarriageReturns(await compose());
  const file = await openFile(path).catch((error: unknown) => {
    throw unreadable(path, 0, `it cannot be read (${codeOf(error)})`);
  });
  try {
    const bytes = Buffer.alloc(end - start);
    for (let at = 0; at < bytes.length; ) {
      const { bytesRead } = await file.read(bytes, at, bytes.length - at, start + at);
      if (bytesRead === 0) throw unreadable(path, start + at, 'the file has become shorter meanwhile');
      at += bytesRead;
    }
    return withCarriageReturns(dialect === null ? bytes : unquoted(bytes, dialect));
  } finally {
    await file.close();
  }
}
