import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/load.js';
import type { SecretSource } from '../../../src/config/secret-schema.js';
import { imapPassword, resolveSecret, signingSecrets, smtpPassword } from '../../../src/config/secrets.js';
import { sample, sampleDesk } from './sample.js';

const NAME = 'desks[0].imap.password';
const NODE = process.execPath;
let baseDir = '';

beforeAll(async () => {
  baseDir = await mkdtemp(join(tmpdir(), 'imapdesk-secrets-'));
  await writeFile(join(baseDir, 'password'), 'from a file\r\n\n', { mode: 0o600 });
  await writeFile(join(baseDir, 'empty'), '\n', { mode: 0o600 });
});
afterAll(() => rm(baseDir, { recursive: true }));

function secret(source: SecretSource, more: { readonly timeoutMs?: number } = {}): Promise<string> {
  return resolveSecret(source, {
    env: { ...process.env, PASSWORD: 'from the environment\n' },
    baseDir,
    name: NAME,
    ...more,
  });
}

describe('resolveSecret', () => {
  it.each<[SecretSource, string]>([
    ['as written \n', 'as written \n'],
    [{ env: 'PASSWORD' }, 'from the environment'],
    [{ file: 'password' }, 'from a file'],
    [{ command: [NODE, '-e', 'console.log("from", process.argv[1])', '$HOME; x'] }, 'from $HOME; x'],
    [{ command: [NODE, '-p', 'process.cwd() === require("fs").realpathSync(process.argv[1])', '.'] }, 'true'],
  ])('%j', async (source, value) => {
    expect(await secret(source)).toBe(value);
  });

  it.each<[SecretSource, string]>([
    [{ env: 'hunter2' }, `${NAME}.env: the environment variable of that name is not set`],
    [
      { command: ['hunter2 -x'] },
      `${NAME}.command: there is no such program; each of its arguments must be a text of its own`,
    ],
    [{ command: ['./password'] }, `${NAME}.command: this user may not run ./password`],
    [{ file: 'empty' }, `${NAME}: is empty, expected the secret`],
    [{ command: ['./hunter2'] }, `${NAME}.command: there is no such program: ./hunter2`],
    [{ command: ['hunter2', 'x'] }, `${NAME}.command: there is no such program: hunter2`],
    [{ command: ['hunter2'] }, `${NAME}.command: there is no program of that name`],
    [
      { command: [NODE, '-e', 'console.error("hunter2"); process.exit(3)'] },
      `${NAME}.command: ended with exit code 3, run it by hand to see why`,
    ],
    [
      { command: [NODE, '-e', 'process.kill(process.pid)'] },
      `${NAME}.command: ended with SIGTERM, run it by hand to see why`,
    ],
    [{ command: [NODE, '-e', ''] }, `${NAME}: is empty, expected the secret`],
    [
      { command: [NODE, '-e', 'console.log("hunter2".repeat(20000))'] },
      `${NAME}.command: printed too much to be a secret`,
    ],
    ['a\0b', `${NAME}: holds a NUL character, expected text`],
  ])('refuses %j', async (source, message) => {
    await expect(secret(source)).rejects.toMatchObject({ message, exitCode: 78, temporary: false });
  });

  it('says which file cannot be read, and repeats no name that may be the secret itself', async () => {
    const none = 'there is no such file';
    await expect(secret({ file: 'hunter2' })).rejects.toThrow(
      `${NAME}.file: the file of that name in ${baseDir}: ${none}`,
    );
    await expect(secret({ file: './none' })).rejects.toThrow(
      `${NAME}.file: ${join(baseDir, 'none')}: ${none}`,
    );
    await expect(secret({ file: '/none/at/all' })).rejects.toThrow(`${NAME}.file: /none/at/all: ${none}`);
    await expect(secret({ file: '../' })).rejects.toThrow(/\.file: \/.*: it is a folder$/);
  });

  it('ends a command that takes too long, with all it has started', async () => {
    const source = { command: ['/bin/sh', '-c', 'sleep 600 & echo $! > pid; wait'] };
    await expect(secret(source, { timeoutMs: 1500 })).rejects.toThrow(
      `${NAME}.command: took longer than 1.5 seconds`,
    );
    const pid = (await readFile(join(baseDir, 'pid'), 'utf8')).trim();
    await expect.poll(() => stateOf(pid)).toMatch(/^[ZX]?$/);
  });

  it('does not wait for what a command leaves behind', async () => {
    const source = { command: ['/bin/sh', '-c', 'sleep 600 >/dev/null & echo done'] };
    expect(await secret(source)).toBe('done');
  });
});

/** The state of a process on Linux; '' if there is none. One that has ended may stay a while as a zombie (Z). */
async function stateOf(pid: string): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.replace(/^.*\) /s, '').slice(0, 1);
}

function config(changes: Record<string, unknown>, env: Record<string, string> = {}) {
  const parsed = parseConfig(JSON.stringify(sample(changes)), { path: join(baseDir, 'config.json'), env });
  const [desk] = parsed.desks;
  if (desk === undefined) throw new Error('no desk');
  return { parsed, desk };
}

describe('of a configuration', () => {
  it('passwords are fetched where the desk says', async () => {
    const imap = { host: 'h', user: 'u', password: { file: 'password' } };
    const { parsed, desk } = config({ desks: [sampleDesk({ imap, smtp: { host: 'h' } })] });
    expect(await imapPassword(parsed, desk)).toBe('from a file');
    expect(await smtpPassword(parsed, desk)).toBeNull();
  });

  it('errors name the field', async () => {
    const smtp = { host: 'h', user: 'u', password: { env: 'NONE' } };
    const { parsed, desk } = config({ desks: [sampleDesk({ smtp })] });
    await expect(smtpPassword(parsed, desk)).rejects.toThrow(/^desks\[0\]\.smtp\.password\.env: /);
  });

  it('signing secrets come in order, each long enough', async () => {
    const env = { NEW: 'n'.repeat(32), OLD: 'o'.repeat(40), SHORT: 's'.repeat(31) };
    expect(await signingSecrets(config({ secret: [{ env: 'NEW' }, { env: 'OLD' }] }, env).parsed)).toEqual([
      env.NEW,
      env.OLD,
    ]);
    await expect(signingSecrets(config({ secret: { env: 'SHORT' } }, env).parsed)).rejects.toThrow(
      /^secret: is too short, expected 32 characters or more/,
    );
    await expect(signingSecrets(config({ secret: [{ env: 'NEW' }, 'short'] }, env).parsed)).rejects.toThrow(
      /^secret\[1\]: /,
    );
  });
});
