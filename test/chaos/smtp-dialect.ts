/**
 * SMTP (RFC 5321): commands are lines, replies end with the line that has a space after its code. The text of a
 * message, up to the line with a lone dot, counts as a command of its own, since it is what makes the server take it.
 */
import { type ClientPiece, type Dialect, Gathered, type ServerPiece } from './dialect.js';

const DOT = '.\r\n';

export function smtpDialect(): Dialect {
  const client = new Gathered();
  const server = new Gathered();
  /** Commands without an answer, in order; what stands in `unanswered[0]` is answered next. */
  const unanswered: number[] = [0];
  let begun = 0;
  let lastVerb = '';
  /** The server has said 354 (a message follows) or 334 (a line of a sign-in follows). */
  let asked: 'message' | 'line' | null = null;

  const begin = (name: string): string => {
    begun += 1;
    unanswered.push(begun);
    lastVerb = name;
    return name;
  };

  /** All of a message but its dot, and the dot; nothing as long as it is not whole. */
  const message = (): readonly ClientPiece[] => {
    const whole = client.startsWith(DOT) ? client.take(DOT.length) : client.through(`\r\n${DOT}`);
    if (whole === null) return [];
    asked = null;
    const begins = begin('message');
    const text = whole.subarray(0, -DOT.length);
    return [
      { bytes: text, begins, more: true },
      { bytes: whole.subarray(text.length), begins: null, more: false },
    ];
  };

  const line = (): readonly ClientPiece[] => {
    const bytes = client.line();
    if (bytes === null) return [];
    const answers = asked === 'line';
    asked = null;
    const verb = /^[A-Za-z]+/.exec(bytes.toString('latin1'))?.[0].toUpperCase() ?? '';
    return [{ bytes, begins: answers ? null : begin(verb), more: false }];
  };

  const reply = (bytes: Buffer): ServerPiece => {
    const text = bytes.toString('latin1');
    if (/^[0-9]{3}-/.test(text)) return { bytes, completes: null };
    if (text.startsWith('334')) {
      asked = 'line';
      return { bytes, completes: null };
    }
    if (text.startsWith('354') && lastVerb === 'DATA') asked = 'message';
    return { bytes, completes: unanswered.shift() ?? null };
  };

  return {
    fromClient(chunk) {
      client.add(chunk);
      const pieces: ClientPiece[] = [];
      for (;;) {
        const found = asked === 'message' ? message() : line();
        if (found.length === 0) return pieces;
        pieces.push(...found);
      }
    },
    fromServer(chunk) {
      server.add(chunk);
      const pieces: ServerPiece[] = [];
      for (let bytes = server.line(); bytes !== null; bytes = server.line()) pieces.push(reply(bytes));
      return pieces;
    },
  };
}
