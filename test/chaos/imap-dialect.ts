/**
 * IMAP (RFC 9051 §2.2): commands and answers are lines, but a line that ends with a literal's size goes on after so
 * many bytes, whatever they look like. Commands may be under way together; each is known by its tag.
 */
import { type ClientPiece, type Dialect, Gathered, type ServerPiece } from './dialect.js';

/** Also the non-synchronising form of RFC 7888, and BINARY's (RFC 3516). */
const LITERAL = /~?\{([0-9]+)\+?\}\r?\n$/;

export function literalSize(line: string): number {
  return Number(LITERAL.exec(line)?.[1] ?? 0);
}

export function imapDialect(): Dialect {
  const client = new Gathered();
  const server = new Gathered();
  const underWay = new Map<string, number>();
  let begun = 0;
  let greeted = false;
  let clientLiteral = 0;
  let serverLiteral = 0;
  // The client's next line belongs to the command under way: a literal was in it, or the server has asked for more.
  let goesOn = false;
  let asked = false;

  const clientLine = (bytes: Buffer): ClientPiece => {
    const line = bytes.toString('latin1');
    clientLiteral = literalSize(line);
    const more = LITERAL.test(line);
    const isNew = !goesOn && !asked;
    asked = false;
    goesOn = more;
    if (!isNew) return { bytes, begins: null, more };
    const [tag = '', verb = '', second = ''] = line.trimEnd().split(' ');
    begun += 1;
    underWay.set(tag, begun);
    return { bytes, begins: (verb.toUpperCase() === 'UID' ? `UID ${second}` : verb).toUpperCase(), more };
  };

  const serverLine = (bytes: Buffer): ServerPiece => {
    const line = bytes.toString('latin1');
    serverLiteral = literalSize(line);
    if (!greeted) {
      greeted = true;
      return { bytes, completes: 0 };
    }
    // Asked for a literal, the client sends that; asked for anything else (AUTHENTICATE, IDLE), it answers with a line.
    if (line.startsWith('+')) asked = !goesOn;
    const tag = /^([^ ]+) (?:OK|NO|BAD)\b/i.exec(line)?.[1] ?? '';
    const completes = underWay.get(tag) ?? null;
    underWay.delete(tag);
    return { bytes, completes };
  };

  return {
    fromClient(chunk) {
      client.add(chunk);
      const pieces: ClientPiece[] = [];
      while (client.size > 0) {
        if (clientLiteral > 0) {
          const bytes = client.take(clientLiteral);
          clientLiteral -= bytes.length;
          pieces.push({ bytes, begins: null, more: true });
          continue;
        }
        const line = client.line();
        if (line === null) break;
        pieces.push(clientLine(line));
      }
      return pieces;
    },
    fromServer(chunk) {
      server.add(chunk);
      const pieces: ServerPiece[] = [];
      while (server.size > 0) {
        if (serverLiteral > 0) {
          const bytes = server.take(serverLiteral);
          serverLiteral -= bytes.length;
          pieces.push({ bytes, completes: null });
          continue;
        }
        const line = server.line();
        if (line === null) break;
        pieces.push(serverLine(line));
      }
      return pieces;
    },
  };
}
