/** Reading what is imported: one message of one file at a time. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { unquoted } from '../mbox/quoting.js';
import { codeOf } from '../problem/failure.js';
import { type SourceMessage, unreadable } from './source.js';

/** Never through a link, and never waiting for a pipe. */
export function openFile(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
}

/** As a mailbox keeps it: unquoted, every line end CRLF. Throws where the file is shorter than it was. */
export async function readMessage({ path, start, end, dialect }: SourceMessage): Promise<Buffer> {
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
    return withCrlf(dialect === null ? bytes : unquoted(bytes, dialect));
  } finally {
    await file.close();
  }
}

/** IMAP knows no other line end: some servers refuse a bare LF, others make it CRLF. */
function withCrlf(raw: Buffer): Buffer {
  const bare = bareLineEnds(raw);
  if (bare.length === 0) return raw;
  const whole = Buffer.alloc(raw.length + bare.length);
  let to = 0;
  let from = 0;
  for (const at of bare) {
    to += raw.copy(whole, to, from, at);
    to += whole.write('\r\n', to, 'latin1');
    from = at + 1;
  }
  raw.copy(whole, to, from);
  return whole;
}

function bareLineEnds(raw: Buffer): readonly number[] {
  const bare: number[] = [];
  for (let at = raw.indexOf(10); at !== -1; at = raw.indexOf(10, at + 1))
    if (raw[at - 1] !== 13) bare.push(at);
  return bare;
}
