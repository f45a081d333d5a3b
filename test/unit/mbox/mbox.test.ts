/** mbox as this program writes it, and as it reads what others have written. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromLine, readFromLine } from '../../../src/mbox/from-line.js';
import { type Dialect, guessDialect, quoted, unquoted } from '../../../src/mbox/quoting.js';
import { MboxScan, NoMbox, type Place, type ScanOptions } from '../../../src/mbox/scan.js';
import { mboxPieces } from '../../../src/mbox/write.js';

async function placesIn(
  file: Buffer,
  options: Omit<ScanOptions, 'size'>,
): Promise<{ places: Place[]; scan: MboxScan }> {
  const readAt = (offset: number, length: number): Promise<Buffer> =>
    Promise.resolve(file.subarray(offset, offset + length));
  const scan = new MboxScan(readAt, { ...options, size: file.length });
  const places: Place[] = [];
  for await (const place of scan.places()) places.push(place);
  return { places, scan };
}

async function messagesIn(text: string | Buffer, dialect: Dialect | null = null): Promise<string[]> {
  const file = Buffer.from(text);
  const { places, scan } = await placesIn(file, { dialect });
  const found = dialect ?? guessDialect(scan.evidence);
  return places.map(({ start, end }) => unquoted(file.subarray(start, end), found).toString('latin1'));
}

const AT = new Date('2026-11-02T09:00:14Z');
const LINE = 'From jane@example.org Mon Nov  2 09:00:14 2026\n';

/** Pieces of which trouble is made, and any bytes. */
const trouble = fc
  .array(
    fc.oneof(
      fc.constantFrom('From ', '>', '\n', '\r', '\r\n', LINE, '\n\n', 'Content-Length: 3\n\n', 'text'),
      fc.string({ unit: 'binary', maxLength: 5 }),
    ),
    { maxLength: 14 },
  )
  .map((parts) => Buffer.from(parts.join(''), 'latin1'));
const anyBytes = fc.oneof(
  trouble,
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
);

describe('what is written', () => {
  it('comes back as it was, any bytes, also without a final line end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyBytes, { minLength: 1, maxLength: 5 }), async (raws) => {
        const file = Buffer.concat(
          raws.flatMap((raw) => mboxPieces({ sender: 'jane@example.org', receivedAt: AT, raw })),
        );
        const { places } = await placesIn(file, { dialect: 'rd', exact: true });
        const back = places.map(({ start, end }) => unquoted(file.subarray(start, end), 'rd'));
        expect(back.map((raw) => raw.toString('hex'))).toEqual(raws.map((raw) => raw.toString('hex')));
        for (const { at, sender } of places) expect([at, sender]).toEqual([AT, 'jane@example.org']);
      }),
      { numRuns: 2_000 },
    );
  });

  it('has no line "From " but those between messages, so that every reader finds as many', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyBytes, { maxLength: 4 }), async (raws) => {
        const file = Buffer.concat(raws.flatMap((raw) => mboxPieces({ sender: null, receivedAt: AT, raw })));
        const lines = file.toString('latin1').split('\n');
        expect(lines.filter((line) => line.startsWith('From '))).toHaveLength(raws.length);
      }),
    );
  });

  it('is unquoted as it was quoted, at any depth', () => {
    const raw = Buffer.from('From a\n>From b\n>>From c\n From d\n>from e\nFrom\n\rFrom f\n');
    expect(quoted(raw).toString()).toBe('>From a\n>>From b\n>>>From c\n From d\n>from e\nFrom\n\rFrom f\n');
    expect(unquoted(quoted(raw), 'rd')).toEqual(raw);
    expect(unquoted(quoted(raw), 'o').toString()).toBe(
      'From a\n>>From b\n>>>From c\n From d\n>from e\nFrom\n\rFrom f\n',
    );
    for (const dialect of ['cl2', 'none'] as const) expect(unquoted(raw, dialect)).toEqual(raw);
  });
});

describe('the line "From "', () => {
  it.each([
    ['From jane@example.org Mon Nov  2 09:00:14 2026', 'jane@example.org', '2026-11-02T09:00:14Z'],
    ['From MAILER-DAEMON Mon Nov  2 09:00:14 2026', 'MAILER-DAEMON', '2026-11-02T09:00:14Z'],
    ['From - Mon Nov 02 09:00:14 2026', '-', '2026-11-02T09:00:14Z'],
    ['From imapdesk  Mon Nov 02 09:00:14 2026', 'imapdesk', '2026-11-02T09:00:14Z'],
    [
      'From 1780000000000000001@xxx Mon Nov 02 10:00:14 +0100 2026',
      '1780000000000000001@xxx',
      '2026-11-02T09:00:14Z',
    ],
    ['From jane@example.org Mon Nov  2 10:00:14 2026 +0100', 'jane@example.org', '2026-11-02T09:00:14Z'],
    ['From "jane doe"@example.org Mon Nov  2 09:00 2026', '"jane doe"@example.org', '2026-11-02T09:00:00Z'],
    ['From jane@example.org Mon Nov  2 09:00:14 GMT 2026', 'jane@example.org', '2026-11-02T09:00:14Z'],
    ['From host!jane Mon Nov  2 09:00:14 2026 remote from host', 'host!jane', '2026-11-02T09:00:14Z'],
    ['From  Mon Nov  2 09:00:14 2026', '', '2026-11-02T09:00:14Z'],
  ])('is read: %s', (line, sender, at) => {
    expect(readFromLine(line)).toEqual({ sender, at: new Date(at) });
  });

  it.each([
    'From the beginning it was plain',
    'From Monday on we close at 9:00:14 2026',
    'From jane@example.org',
    'From: jane@example.org Mon Nov  2 09:00:14 2026',
    'from jane@example.org Mon Nov  2 09:00:14 2026',
    `From ${'x'.repeat(1_000)} Mon Nov  2 09:00:14 2026`,
  ])('is text: %.60s', (line) => {
    expect(readFromLine(line)).toBeNull();
  });

  it('begins a message though its day does not exist', () => {
    expect(readFromLine('From a Tue Feb 31 09:00:14 2026')).toEqual({ sender: 'a', at: null });
    expect(readFromLine('From a Tue Feb 3 29:00:14 2026')).toEqual({ sender: 'a', at: null });
  });

  it('is written for every sender and time, and read again', () => {
    const date = fc.date({ min: new Date('1971-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(fc.option(fc.string({ unit: 'binary' })), date, (sender, at) => {
        const line = fromLine(sender, at);
        expect(line.indexOf('\n')).toBe(line.length - 1);
        const seconds = Math.floor(at.getTime() / 1000) * 1000;
        expect(readFromLine(line.slice(0, -1))?.at?.getTime()).toBe(seconds);
      }),
    );
  });
});

describe('what others have written', () => {
  it('is parted at "From " behind an empty line, with a date, and there alone', async () => {
    const first = `Subject: a\n\nHello\nFrom us all\n${LINE}\nFrom here on\n`;
    expect(await messagesIn(`${LINE}${first}\n${LINE}Subject: b\n\nBye\n\n`)).toEqual([
      first,
      'Subject: b\n\nBye\n',
    ]);
  });

  it.each(['', '\n', '\r\n'])('ends with the file, whatever is at its end (%j)', async (ending) => {
    const isCrlf = ending === '\r\n';
    const text = isCrlf ? 'Subject: a\r\n\r\nHello\r\n' : 'Subject: a\n\nHello\n';
    const line = isCrlf ? LINE.replace('\n', '\r\n') : LINE;
    expect(await messagesIn(`${line}${text}${ending}`)).toEqual([text]);
    expect(await messagesIn(`${line}${text}${isCrlf ? '\r\n' : '\n'}${line}${text}${ending}`)).toEqual([
      text,
      text,
    ]);
  });

  it('is counted by Content-Length where that comes to the next message or the end', async () => {
    const body = `one\n\n${LINE}two\n`;
    const message = `Subject: a\nContent-Length: ${body.length}\n\n${body}`;
    expect(await messagesIn(`${LINE}${message}\n${LINE}${message}\n`)).toEqual([message, message]);
    expect(await messagesIn(`${LINE}${message}\n${LINE}${message}`)).toEqual([message, message]);
    const crlf = message.replaceAll('\n', '\r\n').replace(/: \d+/, `: ${body.length + 4}`);
    expect(await messagesIn(`${LINE}${crlf}\r\n${LINE}${crlf}\r\n`)).toEqual([crlf, crlf]);
  });

  it.each([0, 1, 3, 999_999, 999_999_999_999_999])(
    'is not misled by a wrong Content-Length: %i',
    async (length) => {
      const message = `Subject: a\nContent-Length: ${length}\n\nHello, you\n`;
      expect(await messagesIn(`${LINE}${message}\n${LINE}${message}\n`)).toEqual([message, message]);
    },
  );

  it('keeps what looks quoted where the writer quotes nothing', async () => {
    const bare = `Subject: a\n\nFrom me\n>From you\n`;
    expect(await messagesIn(`${LINE}${bare}\n`)).toEqual([bare]);
    expect(await messagesIn(`${LINE}Subject: a\n\n>From me\n>>From you\n\n`)).toEqual([
      'Subject: a\n\nFrom me\n>From you\n',
    ]);
    expect(await messagesIn(`${LINE}Subject: a\n\n>From me\n>>From you\n\n`, 'o')).toEqual([
      'Subject: a\n\nFrom me\n>>From you\n',
    ]);
    expect(await messagesIn(`${LINE}Subject: a\n\n>From me\n\n`, 'none')).toEqual([
      'Subject: a\n\n>From me\n',
    ]);
  });

  it('may be empty, or begin with empty lines; anything else is no mbox, and where is told', async () => {
    expect(await messagesIn('')).toEqual([]);
    expect(await messagesIn('\n\n')).toEqual([]);
    expect(await messagesIn(`\n${LINE}Subject: a\n\nHello\n`)).toEqual(['Subject: a\n\nHello\n']);
    await expect(messagesIn('Subject: a\n\nHello\n')).rejects.toThrow(NoMbox);
    await expect(messagesIn('\nhello')).rejects.toThrow('there is no line "From " with a date at byte 1');
  });

  it('is found across the pieces in which a large file is read', async () => {
    const message = `Subject: large\n\n${'x'.repeat(70)}\n`;
    const file = `${LINE}${message}\n`.repeat(40_000);
    const found = await messagesIn(file);
    expect(found).toHaveLength(40_000);
    expect(new Set(found)).toEqual(new Set([message]));
  });

  it('is read in time that grows with its size, however it is made', async () => {
    const line = LINE.trimEnd();
    for (const unit of [
      '\nFrom ',
      '\n\nFrom ',
      '>',
      '\n>From ',
      `\n${line}`,
      '\nContent-Length: 9\n\n',
      LINE,
    ]) {
      const file = Buffer.from(`${LINE}${unit.repeat(Math.ceil(1_000_000 / unit.length))}`);
      let read = 0;
      const readAt = (offset: number, length: number): Promise<Buffer> => {
        const bytes = file.subarray(offset, offset + length);
        read += bytes.length;
        return Promise.resolve(bytes);
      };
      const scan = new MboxScan(readAt, { dialect: null, size: file.length });
      let count = 0;
      for await (const _ of scan.places()) count += 1;
      expect(count).toBeGreaterThan(0);
      expect(read, JSON.stringify(unit)).toBeLessThan(6 * file.length);
      expect(unquoted(file, 'rd').length).toBeLessThanOrEqual(file.length);
    }
  });
});

it('the corpus comes back byte for byte, from one file', async () => {
  const folder = fileURLToPath(new URL('../../corpus', import.meta.url));
  const names = readdirSync(folder).filter((name) => name.endsWith('.eml'));
  const raws = names.map((name) => readFileSync(join(folder, name)));
  const file = Buffer.concat(raws.flatMap((raw) => mboxPieces({ sender: null, receivedAt: AT, raw })));
  const { places } = await placesIn(file, { dialect: 'rd', exact: true });
  const sum = (raw: Buffer): string => createHash('sha256').update(raw).digest('hex');
  const back = places.map(({ start, end }) => sum(unquoted(file.subarray(start, end), 'rd')));
  expect(back).toEqual(raws.map(sum));
});
