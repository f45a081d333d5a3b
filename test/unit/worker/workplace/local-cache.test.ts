import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheFolder } from '../../../../src/config/own-folder.js';
import {
  type CacheOptions,
  type LocalCache,
  MAX_CACHE_FILE_BYTES,
  openCache,
} from '../../../../src/worker/workplace/local-cache.js';

let top: string;
let folder: string;
let told: string[];

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'local-cache-'));
  folder = join(top, 'caches', 'imapdesk');
  told = [];
});

afterEach(() => rmSync(top, { recursive: true, force: true }));

function cache(changed: Partial<CacheOptions> = {}): LocalCache {
  return openCache({
    folder,
    account: '["mail.example.org",993,"desk"]',
    deskFolders: { inbox: 'INBOX', open: 'Tickets/Open' },
    secret: 'a secret',
    log: { debug: (_, message) => void told.push(message) },
    ...changed,
  });
}

/** The one file that is there. */
function file(): string {
  const [name, ...others] = readdirSync(folder);
  expect(others).toEqual([]);
  return join(folder, name ?? '');
}

const VALUE = { form: 1, moments: [1, 2, 3], text: 'ü' };

describe('a local cache', () => {
  it('gives back what was written last under a name', async () => {
    expect(await cache().read('limits')).toBeNull();
    await cache().write('limits', { old: true });
    await cache().write('limits', VALUE);
    await cache().write('quiet', [7]);
    expect(await cache().read('limits')).toEqual(VALUE);
    expect(await cache().read('quiet')).toEqual([7]);
    expect(told).toEqual([]);
  });

  it('is for its user alone, and tells nothing of the account by its names', async () => {
    await cache().write('limits', VALUE);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(top, 'caches')).mode & 0o777).toBe(0o700);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(file()).toMatch(/\/[0-9a-f]{64}\.limits$/);
  });

  it('belongs to one account, one set of folders and one secret', async () => {
    await cache().write('limits', VALUE);
    expect(await cache({ account: '["mail.example.org",993,"other"]' }).read('limits')).toBeNull();
    expect(await cache({ deskFolders: { inbox: 'INBOX', open: 'Open' } }).read('limits')).toBeNull();
    expect(await cache({ secret: 'another one' }).read('limits')).toBeNull();
    expect(await cache({ deskFolders: { open: 'Tickets/Open', inbox: 'INBOX' } }).read('limits')).toEqual(
      VALUE,
    );
  });

  it('does not believe what was written for another desk or another name', async () => {
    const theirs = cache({ account: 'other' });
    await theirs.write('limits', VALUE);
    const from = file();
    await cache().write('limits', { ours: true });
    const to = join(folder, readdirSync(folder).find((name) => !from.endsWith(name)) ?? '');
    writeFileSync(to, readFileSync(from));
    expect(await cache().read('limits')).toBeNull();
    renameSync(from, from.replace(/limits$/, 'quiet'));
    expect(await theirs.read('quiet')).toBeNull();
    expect(told).toHaveLength(2);
  });

  it.each([
    ['cut short', (text: Buffer) => text.subarray(0, -4)],
    ['cut within the signature', (text: Buffer) => text.subarray(0, 20)],
    ['empty', () => Buffer.alloc(0)],
    ['changed in one place', (text: Buffer) => Buffer.from(text.toString().replace('[1,2,3]', '[1,2,4]'))],
    ['longer than written', (text: Buffer) => Buffer.concat([text, Buffer.from(' ')])],
    ['zeros', (text: Buffer) => Buffer.alloc(text.length)],
  ])('does not believe a file that is %s', async (_, change) => {
    await cache().write('limits', VALUE);
    writeFileSync(file(), change(readFileSync(file())));
    expect(await cache().read('limits')).toBeNull();
    await cache().write('limits', VALUE);
    expect(await cache().read('limits')).toEqual(VALUE);
  });

  it('neither reads nor writes where others may write', async () => {
    await cache().write('limits', VALUE);
    const own = file();
    chmodSync(own, 0o620);
    expect(await cache().read('limits')).toBeNull();
    chmodSync(own, 0o644);
    expect(await cache().read('limits')).toEqual(VALUE);
    chmodSync(folder, 0o770);
    expect(await cache().read('limits')).toBeNull();
    await cache().write('limits', { new: true });
    chmodSync(folder, 0o755);
    expect(await cache().read('limits')).toEqual(VALUE);
  });

  it.runIf(process.geteuid?.() === 0)('does not believe what belongs to somebody else', async () => {
    await cache().write('limits', VALUE);
    chownSync(file(), 65_534, 65_534);
    expect(await cache().read('limits')).toBeNull();
    chownSync(file(), 0, 0);
    chownSync(folder, 65_534, 65_534);
    expect(await cache().read('limits')).toBeNull();
  });

  it('follows no link, waits for no pipe, and reads no file beyond its bound', async () => {
    await cache().write('limits', VALUE);
    const own = file();
    renameSync(own, join(top, 'elsewhere'));
    symlinkSync(join(top, 'elsewhere'), own);
    expect(await cache().read('limits')).toBeNull();
    rmSync(own);
    execFileSync('mkfifo', ['-m', '600', own]);
    expect(await cache().read('limits')).toBeNull();
    rmSync(own);
    renameSync(join(top, 'elsewhere'), own);
    truncateSync(own, MAX_CACHE_FILE_BYTES + 1);
    expect(await cache().read('limits')).toBeNull();
    await cache().write('limits', 'x'.repeat(MAX_CACHE_FILE_BYTES));
    expect(statSync(own).size).toBe(MAX_CACHE_FILE_BYTES + 1);
  });

  it('leaves alone what a dead process has begun to write', async () => {
    await cache().write('limits', VALUE);
    writeFileSync(`${file()}.new`, 'half a', { mode: 0o600 });
    expect(await cache().read('limits')).toEqual(VALUE);
    await cache().write('limits', [1]);
    expect(await cache().read('limits')).toEqual([1]);
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('changes nothing where there is no place for it', async () => {
    const nowhere = cache({ folder: null });
    await nowhere.write('limits', VALUE);
    expect(await nowhere.read('limits')).toBeNull();
    mkdirSync(join(top, 'caches'));
    writeFileSync(folder, 'a file');
    await cache().write('limits', VALUE);
    expect(await cache().read('limits')).toBeNull();
    expect(readFileSync(folder, 'utf8')).toBe('a file');
  });
});

describe('the folder of caches', () => {
  it('is the service manager’s, else the user’s', () => {
    const env = { CACHE_DIRECTORY: '/var/cache/imapdesk', XDG_CACHE_HOME: '/xdg', HOME: '/home/kim' };
    expect(cacheFolder(env)).toBe('/var/cache/imapdesk');
    expect(cacheFolder({ ...env, CACHE_DIRECTORY: '/one:/two' })).toBe('/one');
    expect(cacheFolder({ ...env, CACHE_DIRECTORY: '' })).toBe('/xdg/imapdesk');
    expect(cacheFolder({ HOME: '/home/kim' })).toBe('/home/kim/.cache/imapdesk');
    expect(cacheFolder({ HOME: '/home/kim', XDG_CACHE_HOME: 'here' })).toBe('/home/kim/.cache/imapdesk');
    expect(cacheFolder({ HOME: '' })).toBeNull();
    expect(cacheFolder({})).toBeNull();
  });
});
