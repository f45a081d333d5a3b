import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolder, saveFile } from '../../../src/commands/save-files.js';
import { cleanFileName } from '../../../src/message/body/attachments.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imapdesk-save-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const save = (name: string, content = 'x'): Promise<string> => saveFile(folder, name, Buffer.from(content));

describe('a file that is saved', () => {
  it.each([
    ['plan.pdf', 'plan.pdf'],
    ['-rf', 'rf'],
    ['--.-x.txt', 'x.txt'],
    ['.bashrc', 'bashrc'],
    ['a. .', 'a'],
    ['...', 'unnamed'],
    ['', 'unnamed'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['a/b\\c', 'a_b_c'],
    ['a\u202etxt.exe', 'a_txt.exe'],
    ['a\0b\u001b\n', 'a_b__'],
    ['CON', '_CON'],
    ['con .txt', '_con .txt'],
    ['com\u00b9', '_com\u00b9'],
    ['nul.tar.gz', '_nul.tar.gz'],
    ['Überblick 1.pdf', 'Überblick 1.pdf'],
  ])('of %j is called %j', async (name, expected) => {
    expect(await save(name)).toBe(join(folder, expected));
    expect(await readdir(folder)).toEqual([expected]);
    expect((await lstat(join(folder, expected))).isFile()).toBe(true);
  });

  it('is never outside the folder, whatever it is called', async () => {
    for (const name of ['..', '../x', '/etc/x', 'C:\\x', '~/x', 'a/../../x'])
      expect(join(folder, (await readdir(folder)).at(-1) ?? '')).not.toBe(await save(cleanFileName(name)));
    expect((await readdir(folder)).length).toBe(6);
  });

  it('gets a number where its name is taken, and what is there stays', async () => {
    await writeFile(join(folder, 'a.tar.gz'), 'first');
    expect(await save('a.tar.gz', 'second')).toBe(join(folder, 'a.tar-2.gz'));
    expect(await save('a.tar.gz', 'third')).toBe(join(folder, 'a.tar-3.gz'));
    expect(await readFile(join(folder, 'a.tar.gz'), 'utf8')).toBe('first');
    await mkdir(join(folder, 'b'));
    expect(await save('b')).toBe(join(folder, 'b-2'));
  });

  it('is not written through a link, even to where nothing is', async () => {
    const outside = join(folder, 'outside');
    await symlink(outside, join(folder, 'link.txt'));
    expect(await save('link.txt')).toBe(join(folder, 'link-2.txt'));
    await expect(lstat(outside)).rejects.toThrow('ENOENT');
  });

  it('has a name that every file system takes, with its extension', async () => {
    const path = await save(`${'漢'.repeat(150)}.pdf`);
    expect(Buffer.byteLength(path.slice(folder.length + 1))).toBeLessThanOrEqual(220);
    expect(path.endsWith('漢.pdf')).toBe(true);
  });

  it('is for its user alone', async () => {
    expect((await lstat(await save('a'))).mode & 0o777).toBe(0o600);
  });
});

it('a folder is made if it is missing, and a file in its place is told', async () => {
  await makeFolder(join(folder, 'a/b'));
  expect(await readdir(join(folder, 'a'))).toEqual(['b']);
  await save('file');
  await expect(makeFolder(join(folder, 'file'))).rejects.toThrow('cannot be made a folder (EEXIST)');
  await expect(saveFile(join(folder, 'nowhere'), 'x', Buffer.alloc(0))).rejects.toThrow(
    'cannot be written (ENOENT)',
  );
});
