/** A file with a secret in it that others can read is refused, with the command after which it is not. */
import { execFile } from 'node:child_process';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.js';
import { readPrivateFile } from '../../../src/config/private-file.js';
import { resolveSecret } from '../../../src/config/secrets.js';
import { sample, sampleDesk, type Written } from './sample.js';

const FILE = { file: 'password' };
const ELSEWHERE = { host: 'mail.example.com', user: 'support@example.com', password: FILE };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imapdesk-private-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(name: string, text: string, mode: number): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  await chmod(path, mode);
  return path;
}

const writeConfig = (written: Written, mode: number, name = 'config.json'): Promise<string> =>
  write(name, JSON.stringify(written), mode);

/** What the refusal says after "Run: ", done. */
async function mend(refusal: Promise<unknown>): Promise<void> {
  const message = await refusal.then(String, (error: Error) => error.message);
  const [, command = ''] = /Run: (chmod (?:6[04]0|o-w) .*)$/.exec(message) ?? [];
  expect(message).not.toContain('hunter2');
  await promisify(execFile)('sh', ['-c', command]);
}

describe('a configuration that others can read', () => {
  it.each([
    [0o644, 'read'],
    [0o640, 'read'],
    [0o604, 'read'],
    [0o660, 'read and write'],
    [0o602, 'write'],
  ])('with mode %o is refused while it holds secrets', async (mode, may) => {
    const path = await writeConfig(sample(), mode);
    await expect(loadConfig(path, {})).rejects.toMatchObject({
      code: 'secret-exposed',
      exitCode: 78,
      message: `${path}: others can ${may} this file, and it holds secrets (secret, desks[0].imap.password, desks[0].smtp.password). Run: chmod 600 ${path}`,
    });
    await mend(loadConfig(path, {}));
    expect((await loadConfig(path, {})).desks).toHaveLength(1);
  });

  it.each([0o646, 0o622, 0o666])(
    'with mode %o is refused without secrets too, since it says what is run',
    async (mode) => {
      const desk = sampleDesk({ imap: ELSEWHERE, smtp: ELSEWHERE });
      const path = await writeConfig({ secret: FILE, desks: [desk] }, mode);
      await expect(loadConfig(path, {})).rejects.toMatchObject({
        code: 'secret-exposed',
        message: `${path}: everybody can write this file, and it says which commands the desk runs and whom it writes to. Run: chmod o-w ${path}`,
      });
      await mend(loadConfig(path, {}));
      expect((await loadConfig(path, {})).desks).toHaveLength(1);
    },
  );

  it('is named by its whole path in the command', async () => {
    const path = relative(process.cwd(), await writeConfig(sample(), 0o644));
    await expect(loadConfig(path, {})).rejects.toThrow(`Run: chmod 600 ${resolve(path)}`);
  });

  it.each([
    [
      { secret: [FILE, 'x'.repeat(32)], desks: [sampleDesk({ imap: ELSEWHERE, smtp: ELSEWHERE })] },
      'secret[1]',
    ],
    [{ secret: FILE, desks: [sampleDesk({ imap: ELSEWHERE })] }, 'desks[0].smtp.password'],
  ])('names the field: %j', async (written, field) => {
    const path = await writeConfig(written, 0o644);
    await expect(loadConfig(path, {})).rejects.toThrow(`it holds secrets (${field}).`);
  });

  // On many systems a person's group holds nobody else, and may write what the person makes.
  it.each([0o644, 0o664])('is taken with mode %o where it only says where the secrets are', async (mode) => {
    const imap = { ...ELSEWHERE, password: { env: 'IMAP_PASSWORD' } };
    const smtp = { host: 'mail.example.com' };
    const command = { command: ['pass', 'show', 'desk'] };
    const path = await writeConfig({ secret: command, desks: [sampleDesk({ imap, smtp })] }, mode);
    expect((await loadConfig(path, {})).desks).toHaveLength(1);
  });

  it.each([0o600, 0o400, 0o700])('is another one than that of mode %o', async (mode) => {
    expect((await loadConfig(await writeConfig(sample(), mode), {})).desks).toHaveLength(1);
  });

  it('is mended by the command that it prints, whatever its name', async () => {
    const path = await writeConfig(sample(), 0o644, `it's $(my) "desk".json`);
    await mend(loadConfig(path, {}));
    expect((await loadConfig(path, {})).desks).toHaveLength(1);
  });
});

describe('a file of a secret that others can read', () => {
  const read = () => resolveSecret(FILE, { env: {}, baseDir: folder, name: 'secret' });

  it('is refused until it is mended', async () => {
    const path = await write('password', 'hunter2\n', 0o644);
    await expect(read()).rejects.toMatchObject({
      code: 'secret-exposed',
      exitCode: 78,
      message: `secret.file: others can read that file. Run: chmod 600 ${path}`,
    });
    await mend(read());
    expect(await read()).toBe('hunter2');
  });
});

describe.runIf(process.getuid?.() === 0)('a file that an administrator gives a program by its group', () => {
  it.each([
    ['of another user', 12_345, 0],
    ['of root', 0, 12_345],
  ])('%s may be read by the group, and not by others', async (_whose, uid, gid) => {
    const path = await write('password', 'hunter2\n', 0o640);
    await chown(path, uid, gid);
    expect(await readPrivateFile(path)).toEqual({ text: 'hunter2\n', exposed: null });
    await chmod(path, 0o644);
    expect((await readPrivateFile(path)).exposed).toMatchObject({ may: 'read', mend: `chmod 640 ${path}` });
    await chmod(path, 0o646);
    expect((await readPrivateFile(path)).exposed).toMatchObject({ lock: `chmod o-w ${path}` });
  });
});

it('is no matter of what is no file', async () => {
  expect(await readPrivateFile('/dev/null')).toEqual({ text: '', exposed: null });
});
