/** Whatever arrives is stored byte for byte: the whole corpus, through a real server and a real pass. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type ConfigFile,
  deskConfig,
  readFolder,
  runDesk,
  startWorld,
  type TestWorld,
  writeConfig,
} from './world.js';

const corpus = fileURLToPath(new URL('../corpus', import.meta.url));
const files = readdirSync(corpus).filter((name) => name.endsWith('.eml'));

let world: TestWorld;
let config: ConfigFile;

beforeAll(async () => {
  world = await startWorld();
  config = await writeConfig(deskConfig(world, { staff: ['steve@example.org'] }));
});
afterAll(async () => {
  await config.remove();
  await world.stop();
});

function sha256(raw: Buffer): string {
  return createHash('sha256').update(raw).digest('hex');
}

/** What no IMAP server can give out as it came: NUL is not allowed there, and a lone CR is read in several ways. */
function isBeyondImap(raw: Buffer): boolean {
  return raw.length === 0 || raw.includes(0) || /\r(?!\n)/.test(raw.toString('latin1'));
}

/** IMAP knows no other line end than CRLF: a server that stored a bare LF gives it out so. */
function asImapGivesIt(raw: Buffer): Buffer {
  return Buffer.from(raw.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1');
}

/** Delivers it, unless the server refuses what is malformed, and it is. */
async function takes(raw: Buffer): Promise<boolean> {
  const delivered = world.deliver('support', raw).then(() => true);
  return world.traits.takesMalformed ? delivered : delivered.catch(() => false);
}

it('keeps every message of the corpus byte for byte, and answers none twice', async () => {
  expect((await runDesk(['once', '-c', config.path])).code).toBe(0);
  const plain: string[] = [];
  let taken = 0;
  for (const name of files) {
    const raw = readFileSync(join(corpus, name));
    if (!(await takes(raw))) continue;
    taken += 1;
    const whole = world.traits.readsManyParts || name !== '56-thousand-empty-parts.eml';
    if (whole && !isBeyondImap(raw)) plain.push(sha256(asImapGivesIt(raw)));
  }
  const delivered = (await readFolder(world, 'support', 'INBOX')).map(({ raw }) => sha256(raw));
  expect(delivered).toHaveLength(taken);
  expect(plain.length).toBeGreaterThan(files.length - (world.traits.takesMalformed ? 15 : 60));
  for (const hash of plain) expect(delivered).toContain(hash);
  const ran = await runDesk(['once', '-c', config.path], { timeoutMs: 150_000 });
  expect({
    code: ran.code,
    stderr: ran.stderr
      .split('\n')
      .filter((line) => !/smtp-recipient-refused|will not be taken by the mail server/.test(line)),
  }).toEqual({ code: ran.code, stderr: [''] });
  expect([0, 1]).toContain(ran.code);
  expect(await readFolder(world, 'support', 'INBOX')).toEqual([]);
  const stored = new Map<string, number>();
  for (const folder of ['Tickets/Open', 'Tickets/Archived', 'Tickets/Review']) {
    for (const { raw } of await readFolder(world, 'support', folder))
      stored.set(sha256(raw), (stored.get(sha256(raw)) ?? 0) + 1);
  }
  const wanted = new Map<string, number>();
  for (const hash of delivered) wanted.set(hash, (wanted.get(hash) ?? 0) + 1);
  for (const [hash, count] of wanted) expect(stored.get(hash)).toBe(count);
  // What was refused of the first pass is told to staff by the next one.
  await runDesk(['once', '-c', config.path]);
  const sent = world.sent.length;
  expect((await runDesk(['once', '-c', config.path])).code).toBe(0);
  expect(world.sent).toHaveLength(sent);
});
