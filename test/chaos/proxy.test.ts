/** The proxy's own sense of where commands begin and end. */
import { describe, expect, it } from 'vitest';
import type { Dialect } from './dialect.js';
import { imapDialect } from './imap-dialect.js';
import { smtpDialect } from './smtp-dialect.js';

/** What is found in a conversation: "> name" where a command begins, "< number" where one is completed. */
function follow(
  dialect: Dialect,
  said: readonly (readonly ['client' | 'server', string])[],
  bytewise: boolean,
): readonly string[] {
  const found: string[] = [];
  for (const [who, text] of said) {
    const chunks = bytewise ? [...Buffer.from(text)].map((byte) => Buffer.from([byte])) : [Buffer.from(text)];
    const passed: Buffer[] = [];
    for (const chunk of chunks) {
      for (const piece of who === 'client' ? dialect.fromClient(chunk) : dialect.fromServer(chunk)) {
        passed.push(piece.bytes);
        if ('begins' in piece && piece.begins !== null) found.push(`> ${piece.begins}`);
        if ('completes' in piece && piece.completes !== null) found.push(`< ${piece.completes}`);
      }
    }
    expect(Buffer.concat(passed).toString()).toBe(text);
  }
  return found;
}

describe.each([
  ['in one piece', false],
  ['byte by byte', true],
])('a conversation that comes %s', (_, bytewise) => {
  it('in IMAP is told apart by tags and literals', () => {
    const found = follow(
      imapDialect(),
      [
        ['server', '* OK hello\r\n'],
        ['client', 'a AUTHENTICATE PLAIN\r\n'],
        ['server', '+ \r\n'],
        ['client', 'AGphbmU=\r\n'],
        ['server', '* CAPABILITY IMAP4rev1\r\na OK in\r\n'],
        ['client', 'b APPEND x {7}\r\n'],
        ['server', '+ OK\r\n'],
        ['client', 'c NOOP\n\r\n'],
        ['server', 'b OK [APPENDUID 1 2] done\r\n'],
        ['client', 'd APPEND x (\\Seen) {4+}\r\ne x\n\r\nf UID FETCH 1 (BODY[])\r\ng IDLE\r\n'],
        ['server', 'd OK done\r\n* 1 FETCH (BODY[] {10}\r\nf OK fake\r\n)\r\nf NO gone\r\n+ idling\r\n'],
        ['client', 'DONE\r\n'],
        ['server', 'g BAD what\r\n'],
      ],
      bytewise,
    );
    const commands = [
      '> AUTHENTICATE',
      '< 1',
      '> APPEND',
      '< 2',
      '> APPEND',
      '> UID FETCH',
      '> IDLE',
      '< 3',
      '< 4',
      '< 5',
    ];
    expect(found).toEqual(['< 0', ...commands]);
  });

  it('in SMTP is told apart by replies and lone dots', () => {
    const found = follow(
      smtpDialect(),
      [
        ['server', '220-one\r\n220 two\r\n'],
        ['client', 'EHLO x\r\n'],
        ['server', '250-one\r\n250 two\r\n'],
        ['client', 'AUTH LOGIN\r\n'],
        ['server', '334 VXNlcg==\r\n'],
        ['client', 'amFuZQ==\r\n'],
        ['server', '235 in\r\n'],
        ['client', 'DATA\r\n'],
        ['server', '354 go on\r\n'],
        ['client', 'QUIT\r\n..\r\n.\r\n'],
        ['server', '250 taken\r\n'],
        ['client', 'DATA\r\n'],
        ['server', '354 go on\r\n'],
        ['client', '.\r\n'],
        ['server', '554 empty\r\n'],
        ['client', 'QUIT\r\n'],
      ],
      bytewise,
    );
    const messages = ['> DATA', '< 3', '> message', '< 4', '> DATA', '< 5', '> message', '< 6'];
    expect(found).toEqual(['< 0', '> EHLO', '< 1', '> AUTH', '< 2', ...messages, '> QUIT']);
  });
});
