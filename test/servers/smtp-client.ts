/** A client of SMTP that sends a message byte for byte, whatever stands in it. */
import { connect } from 'node:net';

export interface Mail {
  /** Empty for the null sender. */
  readonly from: string;
  readonly to: readonly string[];
  /** Its lines end in CRLF. */
  readonly raw: Buffer;
}

/** Rejects with the reply that is no success. */
export async function sendMail(port: number, { from, to, raw }: Mail): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  const replies = linesOf(socket);
  const expectReply = async (digit: string): Promise<void> => {
    for await (const line of replies) {
      if (line[3] === '-') continue;
      if (line.startsWith(digit)) return;
      throw new Error(line);
    }
    throw new Error('The mail server has closed the connection.');
  };
  const say = async (line: string, digit = '2'): Promise<void> => {
    socket.write(`${line}\r\n`);
    await expectReply(digit);
  };
  try {
    await expectReply('2');
    await say('EHLO client.example');
    await say(`MAIL FROM:<${from}>`);
    for (const recipient of to) await say(`RCPT TO:<${recipient}>`);
    await say('DATA', '3');
    // RFC 5321 §4.5.2
    const stuffed = raw.toString('latin1').replace(/^\./gm, '..');
    socket.write(Buffer.from(stuffed, 'latin1'));
    await say('.');
    await say('QUIT');
  } finally {
    socket.destroy();
  }
}

/** One iterator for all: leaving a loop over it does not end it. */
function linesOf(
  socket: AsyncIterable<Buffer>,
): AsyncIterable<string> & { next: () => Promise<IteratorResult<string>> } {
  async function* lines(): AsyncGenerator<string> {
    let rest = '';
    for await (const chunk of socket) {
      const pieces = (rest + chunk.toString('latin1')).split('\r\n');
      rest = pieces.pop() ?? '';
      yield* pieces;
    }
  }
  const all = lines();
  const next = (): Promise<IteratorResult<string>> => all.next();
  return { next, [Symbol.asyncIterator]: () => ({ next }) };
}
