/** The pages as files: complete, with links that lead somewhere, and the same when they are written again. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type StaticOptions, writeIndex, writeTicket } from '../../src/web/static.js';
import { readConversation } from '../../src/worker/ask/conversation.js';
import { listTickets, viewDesk } from '../../src/worker/ask/tickets.js';
import { DeskWorld } from './desk-world.js';

const MAIL = [
  'From: Jane <jane@example.org>',
  'To: support@example.com',
  'Subject: <b>Files</b>',
  'Message-ID: <files@example.org>',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary="b"',
  '',
  '--b',
  'Content-Type: text/plain',
  '',
  'Both of them.',
  '--b',
  'Content-Type: text/html',
  '',
  '<script>x</script><p>Rich words</p>',
  '--b',
  'Content-Type: image/png; name="../a b#?.png"',
  'Content-Disposition: attachment; filename="../a b#?.png"',
  'Content-Transfer-Encoding: base64',
  '',
  'AAEC',
  '--b',
  'Content-Type: application/pdf; name="x.pdf"',
  'Content-Disposition: attachment; filename="x.pdf"',
  '',
  'pdf',
  '--b--',
  '',
].join('\r\n');

let options: StaticOptions;
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'imapdesk-static-'));
  options = { folder, language: 'en', desk: { name: 'Example Support', timezone: 'UTC' } };
});
afterEach(() => rm(options.folder, { recursive: true, force: true }));

async function write(world: DeskWorld): Promise<void> {
  const desk = world.desk();
  const conversation = await readConversation(desk, 1);
  const survey = await viewDesk(desk);
  if (conversation === null || survey === null) throw new Error('no ticket');
  await writeTicket(desk, conversation, options);
  await writeIndex(await listTickets(desk, survey, new Set(['open'])), options);
}

async function contents(): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(options.folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(files.map(async (file) => [file, await readFile(file, 'latin1')] as const)),
  );
}

describe('pages as files', () => {
  it('are whole, lead to each other, and are the same when written again', async () => {
    const world = new DeskWorld();
    await world.pass();
    world.server.deliver(Buffer.from(MAIL));
    await world.pass();
    await write(world);
    const files = await contents();
    const pages = [...files].filter(([file]) => file.endsWith('.html'));
    expect(pages.length).toBe(3);
    for (const [file, text] of pages) {
      expect(text).not.toMatch(/<script|https?:/);
      for (const [, link = ''] of text.matchAll(/(?:href|src)="([^"#][^"]*)"/g))
        expect(existsSync(join(dirname(file), decodeURIComponent(link))), `${file}: ${link}`).toBe(true);
    }
    const saved = [...files].filter(([file]) => file.includes('/files/'));
    expect(saved.map(([file, text]) => [file.split('/').at(-1), text])).toEqual(
      expect.arrayContaining([
        ['1-a b#_.png', '\0\u0001\u0002'],
        ['2-x.pdf', 'pdf'],
      ]),
    );
    await write(world);
    expect(await contents()).toEqual(files);
  });
});
