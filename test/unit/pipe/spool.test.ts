import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Spool } from '../../../src/pipe/spool.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imapdesk-spool-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function mail(subject: string): Buffer {
  return Buffer.from(`Subject: ${subject}\r\n\r\nHello\r\n`);
}

describe('the spool', () => {
  it('keeps messages as they are, the oldest first, for their owner alone', async () => {
    const spool = new Spool(join(folder, 'spool'), 'Support@example.com');
    expect(await spool.list()).toEqual([]);
    const names = [await spool.put(mail('one')), await spool.put(mail('two'))];
    await utimes(join(spool.folder, names[1] ?? ''), 1, 1);
    expect((await spool.list()).map(({ name }) => name)).toEqual([names[1], names[0]]);
    expect(await spool.read(names[0] ?? '')).toEqual(mail('one'));
    expect((await stat(join(spool.folder, names[0] ?? ''))).mode & 0o777).toBe(0o600);
    expect((await stat(spool.folder)).mode & 0o777).toBe(0o700);
    await spool.remove(names[0] ?? '');
    expect((await spool.list()).map(({ name }) => name)).toEqual([names[1]]);
  });

  it('holds the same bytes once', async () => {
    const spool = new Spool(folder, 'support@example.com');
    expect(await spool.put(mail('one'))).toBe(await spool.put(mail('one')));
    expect(await spool.list()).toHaveLength(1);
  });

  it('holds what differs in its text alone, and in no length, as two messages', async () => {
    const spool = new Spool(folder, 'support@example.com');
    for (const disk of ['sda', 'sdb']) await spool.put(Buffer.from(`Subject: full\r\n\r\n${disk}\r\n`));
    expect(await spool.list()).toHaveLength(2);
  });

  it('has a folder for each desk', async () => {
    await new Spool(folder, 'büro@example.com').put(mail('one'));
    for (const other of ['sales@example.com', 'b_ro@example.com', 'bäro@example.com', '../büro@example.com'])
      expect(await new Spool(folder, other).list()).toEqual([]);
    expect(await readdir(folder)).toEqual(['b%c3%bcro@example.com']);
  });

  it('takes nothing else for a message, and removes what was left unfinished a day ago', async () => {
    const spool = new Spool(folder, 'support@example.com');
    await spool.put(mail('one'));
    for (const name of ['a.new', 'b.new', 'notes.txt', 'x.eml'])
      await writeFile(join(spool.folder, name), 'x');
    await utimes(join(spool.folder, 'a.new'), 1, 1);
    expect(await spool.list()).toHaveLength(1);
    expect(await readdir(spool.folder)).toHaveLength(4);
    expect(await readdir(spool.folder)).not.toContain('a.new');
  });

  it('makes no folder above its own, also where Node would try for ever', async () => {
    await expect(new Spool(join(folder, 'deep', 'spool'), 'a@b').put(mail('one'))).rejects.toThrow('ENOENT');
    await expect(new Spool('/proc/nowhere/spool', 'a@b').put(mail('one'))).rejects.toThrow('ENOENT');
  });

  it('says so where it cannot be written, and leaves nothing', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(new Spool(join(folder, 'file'), 'support@example.com').put(mail('one'))).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['file']);
  });
});
