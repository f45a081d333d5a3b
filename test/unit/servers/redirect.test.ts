import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyRedirected, type Redirection } from '../../servers/redirect.js';

const SOCKET = '/run/courier/authdaemon/socket';
const WANTED = '/tmp/deskABCDEF/auth';
const PADDED = '/tmp/deskABCDEF///////////auth';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imapdesk-redirect-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function redirected(content: string, redirections: readonly Redirection[]): Promise<string> {
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  await writeFile(from, content, 'latin1');
  await copyRedirected(from, to, redirections);
  return readFile(to, 'latin1');
}

describe('a copy that looks elsewhere', () => {
  it('has the other path at the same length, so that nothing else moves', async () => {
    expect(PADDED).toHaveLength(SOCKET.length);
    expect(await redirected(`\x7fELF\0${SOCKET}\0rest`, [[SOCKET, WANTED]])).toBe(`\x7fELF\0${PADDED}\0rest`);
  });

  it.each([
    ['with the NUL', 15, `${SOCKET}\0`],
    ['without it', 14, SOCKET],
  ])('is found in two pieces that overlap, %s', async (_, at, all) => {
    const wanted = all.endsWith('\0') ? `${PADDED}\0` : PADDED;
    expect(await redirected(`x${all.slice(0, 16)}yy${all.slice(at)}z`, [[SOCKET, WANTED]])).toBe(
      `x${wanted.slice(0, 16)}yy${wanted.slice(at)}z`,
    );
  });

  it('tells two paths apart that begin alike', async () => {
    const [plain, shadow] = ['/etc/courier/userdb.dat', '/etc/courier/userdbshadow.dat'];
    const both: readonly Redirection[] = [
      [plain, '/tmp/deskABCDEF/u.dat'],
      [shadow, '/tmp/deskABCDEF/shadow.dat'],
    ];
    expect(await redirected(`${plain}\0${shadow}\0`, both)).toBe(
      '/tmp/deskABCDEF///u.dat\0/tmp/deskABCDEF////shadow.dat\0',
    );
  });

  it('is not made where there is nothing to redirect, or no room', async () => {
    await expect(redirected('nothing', [[SOCKET, WANTED]])).rejects.toThrow(`does not look for ${SOCKET}`);
    await expect(redirected(`${SOCKET}\0`, [[SOCKET, `${WANTED}${'x'.repeat(20)}`]])).rejects.toThrow(
      'too long',
    );
  });
});
