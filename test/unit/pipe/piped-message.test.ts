import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PipedMessage, readPiped, TooLarge } from '../../../src/pipe/piped-message.js';

const LARGE = 1_000_000;

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function read(text: string, { size = 7, exim = false } = {}): Promise<PipedMessage> {
  return readPiped(inChunks(Buffer.from(text, 'latin1'), size), LARGE, { endsWithEmptyLine: exim });
}

async function raw(text: string, options = {}): Promise<string> {
  return (await read(text, options)).raw.toString('latin1');
}

describe('a message on a pipe', () => {
  it('gets back its CRLF, wherever the chunks end', async () => {
    for (const size of [1, 2, 3, 5, 100]) {
      expect(await raw('Subject: a\n\nb\r\nc\n\n', { size })).toBe('Subject: a\r\n\r\nb\r\nc\r\n\r\n');
    }
  });

  it('keeps every other byte: NUL, bare CR, 8 bit, and a last line without an end', async () => {
    expect(await raw('Subject: \xe4\0\n\n\r\r\n x\ry\xff')).toBe('Subject: \xe4\0\r\n\r\n\r\r\n x\ry\xff');
  });

  it('is what came, but for the CR of bare LF', async () => {
    const text = fc.string({ unit: fc.constantFrom('\r', '\n', 'a', '\0', ' '), maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 9 }), async (body, size) => {
        const given = `X: 1\n\n${body}`;
        expect(await raw(given, { size })).toBe(given.replace(/(?<!\r)\n/g, '\r\n'));
      }),
    );
  });

  it('loses the line in front, and only that: lines in the body that look like it stay', async () => {
    const body = 'Subject: a\n\nFrom here on\n>From there\n\n';
    const { raw: bytes, fromLine } = await read(`From jane@example.com Mon Nov 23 10:00:00 2026\n${body}`);
    expect(fromLine).toBe('From jane@example.com Mon Nov 23 10:00:00 2026');
    expect(bytes.toString()).toBe(body.replaceAll('\n', '\r\n'));
  });

  it.each(['From : jane@example.com\n\n', 'From:jane\n\n', 'From\n', 'From  : x\n'])(
    'keeps a field that only looks like it: %j',
    async (text) => {
      expect(await read(text)).toEqual({ raw: Buffer.from(text.replaceAll('\n', '\r\n')), fromLine: null });
    },
  );

  it('loses the empty line that Exim puts behind, and never one more', async () => {
    expect(await raw('From j\na: b\n\nc\n\n', { exim: true })).toBe('a: b\r\n\r\nc\r\n');
    expect(await raw('From j\na: b\n\nc\n\n\n', { exim: true })).toBe('a: b\r\n\r\nc\r\n\r\n');
    expect(await raw('From j\na: b\n\nc\n', { exim: true })).toBe('a: b\r\n\r\nc\r\n');
    expect(await raw('a: b\n\nc\n\n', { exim: true })).toBe('a: b\r\n\r\nc\r\n\r\n');
    expect(await raw('From j\na: b\n\nc\n\n')).toBe('a: b\r\n\r\nc\r\n\r\n');
  });

  it('may be empty, also behind a line in front', async () => {
    expect(await read('')).toEqual({ raw: Buffer.alloc(0), fromLine: null });
    expect(await raw('From j\n')).toBe('');
    expect(await raw('From j')).toBe('');
  });

  it('is not read beyond the limit', async () => {
    const bytes = Buffer.alloc(20, 'a');
    const options = { endsWithEmptyLine: false };
    await expect(readPiped(inChunks(bytes, 7), 20, options)).resolves.toMatchObject({ raw: bytes });
    await expect(readPiped(inChunks(bytes, 7), 19, options)).rejects.toBeInstanceOf(TooLarge);
  });

  it('of the corpus is what SMTP carried, whole, however it comes', async () => {
    const folder = new URL('../../corpus/', import.meta.url);
    const names = readdirSync(folder).filter((name) => name.endsWith('.eml'));
    expect(names.length).toBeGreaterThan(200);
    const framed: string[] = [];
    for (const name of names) {
      const bytes = readFileSync(new URL(name, folder));
      const carried = bytes.toString('latin1').replace(/(?<!\r)\n/g, '\r\n');
      const unpacked = Buffer.from(carried.replaceAll('\r\n', '\n'), 'latin1');
      const { raw: came, fromLine } = await readPiped(inChunks(unpacked, 4096), 10 * LARGE, {
        endsWithEmptyLine: false,
      });
      if (fromLine !== null) framed.push(name);
      const line = fromLine === null ? '' : `${fromLine}\r\n`;
      expect(line + came.toString('latin1') === carried, name).toBe(true);
    }
    expect(framed).toEqual(names.filter((name) => name.startsWith('63-from-line-first')));
  });
});
