import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../../src/config/complete.js';
import { loadConfig } from '../../../src/config/load.js';
import { sample, sampleDesk, type Written } from './sample.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'imapdesk-desks-'));
  await mkdir(join(dir, 'desks.d'), { mode: 0o700 });
});
afterEach(() => rm(dir, { recursive: true }));

function put(name: string, written: unknown): Promise<void> {
  const text = typeof written === 'string' ? written : JSON.stringify(written);
  return writeFile(join(dir, 'desks.d', name), text, { mode: 0o600 });
}

/** A desk with an account of its own. */
function desk(name: string, changes: Written = {}): Written {
  const user = `${name}@example.com`;
  return sampleDesk({
    address: user,
    name,
    imap: { host: 'imap.example.com', user, password: { env: 'PASSWORD' } },
    smtp: { host: 'smtp.example.com' },
    ...changes,
  });
}

async function load(changes: Written = {}): Promise<Config> {
  const path = join(dir, 'config.json');
  const written = { ...sample(), desks: undefined, desksFolder: 'desks.d', ...changes };
  await writeFile(path, JSON.stringify(written), { mode: 0o600 });
  return loadConfig(path, {});
}

/** What is told of each file that is left out, without the name of the folder. */
function toldOf({ leftOut }: Config): Readonly<Record<string, string[]>> {
  return Object.fromEntries(
    leftOut.map(({ file, problem }) => [
      file,
      problem.message
        .replaceAll(`${dir}/`, '')
        .split('\n')
        .map((line) => line.trim()),
    ]),
  );
}

const names = ({ desks }: Config): string[] => desks.map(({ name }) => name);

describe('a folder of desks', () => {
  it('is read in the order of its names, after the file itself', async () => {
    await put('b.json', desk('b'));
    await put('a.json', [desk('a1'), desk('a2')]);
    await put('.c.json', desk('c'));
    await put('d.json~', desk('d'));
    const config = await load({ desks: [desk('first')] });
    expect(names(config)).toEqual(['first', 'a1', 'a2', 'b']);
    expect(config.desks.map(({ path }) => path)).toEqual([
      'desks[0]',
      'desks.d/a.json: [0]',
      'desks.d/a.json: [1]',
      'desks.d/b.json: ',
    ]);
    expect(config.leftOut).toEqual([]);
  });

  it('holds desks as they would stand in the file, its paths too', async () => {
    const written = desk('one', { templates: 'texts' });
    await put('one.json', { $schema: '/somewhere/desk.schema.json', ...written });
    const inFolder = (await load()).desks.map(({ ...one }) => ({ ...one, file: null, path: null }));
    await rm(join(dir, 'desks.d', 'one.json'));
    const inFile = (await load({ desks: [written] })).desks.map(({ ...one }) => ({
      ...one,
      file: null,
      path: null,
    }));
    expect(inFolder).toEqual(inFile);
    expect(inFolder[0]?.templates).toBe(join(dir, 'texts'));
  });

  it('follows a link, and leaves out one that leads nowhere', async () => {
    await writeFile(join(dir, 'elsewhere'), JSON.stringify(desk('linked')), { mode: 0o600 });
    await symlink(join(dir, 'elsewhere'), join(dir, 'desks.d', 'a.json'));
    await symlink(join(dir, 'nowhere'), join(dir, 'desks.d', 'b.json'));
    const config = await load();
    expect(names(config)).toEqual(['linked']);
    expect(toldOf(config)).toEqual({ 'desks.d/b.json': ['desks.d/b.json: there is no such file'] });
  });
});

describe('a file that is broken', () => {
  it.each<[string, unknown, string[]]>([
    [
      'no JSON',
      '{ "address": hunter2 }',
      [expect.stringMatching(/^desks\.d\/b\.json:1:14: not JSON, expected a value/) as string],
    ],
    [
      'fields',
      desk('b', { tagg: 'x', staff: ['b@example.com'], imap: { host: 'h', password: 'p' } }),
      [
        'desks.d/b.json: 3 mistakes',
        'imap.user: is missing, expected a user name',
        'tagg: unknown key, did you mean "tag"?',
        'staff[0]: is the desk’s own address, expected a person’s',
      ],
    ],
    [
      'one of a list',
      [desk('x'), { ...desk('y'), staff: ['s@example.org', 'S@example.org'], poll: 7 }],
      [
        'desks.d/b.json: 2 mistakes',
        '[1].poll: expected a cron expression of five or six fields, such as "* * * * *"',
        '[1].staff[1]: is the same address as [1].staff[0]',
      ],
    ],
    ['no desk', 7, ['desks.d/b.json: one mistake', 'expected an object with address, staff, imap and smtp']],
    ['an empty list', [], ['desks.d/b.json: one mistake', 'expected at least one desk']],
    [
      'the name of another',
      desk('b', { name: 'A' }),
      ['desks.d/b.json: one mistake', 'name: expected another name than that of desks.d/a.json'],
    ],
    [
      'the account of another',
      desk('b', { imap: { host: 'IMAP.example.com', user: 'first@example.com', password: { env: 'P' } } }),
      [
        'desks.d/b.json: 6 mistakes',
        ...['inbox', 'open', 'archived', 'review', 'outbox', 'register'].map(
          (role) =>
            `folders.${role}: expected another folder than desks[0].folders.${role}: both desks are on one account`,
        ),
      ],
    ],
    [
      'a twin in the same file',
      [desk('x'), desk('y', { address: 'x@example.com' })],
      ['desks.d/b.json: one mistake', '[1].address: expected another address than that of desks.d/b.json[0]'],
    ],
    [
      'the address of an alert',
      desk('b', { address: 'night@example.com' }),
      [
        'desks.d/b.json: one mistake',
        'address: has an address to which alerts[0].send.mail of config.json goes, expected one to which no alert does',
      ],
    ],
  ])('stops only its desk: %s', async (_, written, told) => {
    await put('a.json', desk('a'));
    await put('b.json', written);
    await put('c.json', desk('c'));
    const alerts = [{ events: ['new'], send: { mail: 'night@example.com' } }];
    const config = await load({ desks: [desk('first')], alerts });
    expect(names(config)).toEqual(['first', 'a', 'c']);
    expect(toldOf(config)).toEqual({ 'desks.d/b.json': told });
  });

  it('keeps what it names from those that come later', async () => {
    await put('a.json', desk('one', { poll: 'never' }));
    await put('b.json', desk('one'));
    await put('c.json', { ...desk('other'), imap: desk('one').imap });
    await put('d.json', desk('two'));
    const config = await load();
    expect(names(config)).toEqual(['two']);
    expect(config.leftOut.map(({ desks }) => desks.map(({ name }) => name))).toEqual([
      ['one'],
      ['one'],
      ['other'],
    ]);
    expect(JSON.stringify(toldOf(config))).toContain('expected another address than that of desks.d/a.json');
  });

  it('may be one that shows its secret to others, or that everybody can write', async () => {
    await put('a.json', desk('a', { smtp: { host: 'h', user: 'u', password: 'hunter2' } }));
    await put('b.json', desk('b'));
    await put('c.json', desk('c'));
    await put('d.json', desk('d'));
    await chmod(join(dir, 'desks.d', 'a.json'), 0o644);
    await chmod(join(dir, 'desks.d', 'b.json'), 0o644);
    await chmod(join(dir, 'desks.d', 'c.json'), 0o666);
    const config = await load();
    expect(names(config)).toEqual(['b', 'd']);
    const told = JSON.stringify(toldOf(config));
    expect(told).toMatch(/a\.json: others can read this file, and it holds secrets \(.*smtp\.password\)/);
    expect(told).toMatch(/c\.json: everybody can write this file/);
    expect(told).not.toContain('hunter2');
  });

  it('may be a folder', async () => {
    await put('a.json', desk('a'));
    await mkdir(join(dir, 'desks.d', 'b.json'));
    expect(toldOf(await load())).toEqual({ 'desks.d/b.json': ['desks.d/b.json: it is a folder'] });
  });

  it('is all that is told where no other desk is left', async () => {
    await put('a.json', '{');
    await expect(load()).rejects.toThrow(/a\.json:1:2: not JSON[^]*config\.json: no desk is left$/);
  });
});

describe('the configuration itself is all or nothing', () => {
  it('where it is wrong', async () => {
    await put('a.json', desk('a'));
    await expect(load({ log: { level: 'loud' } })).rejects.toThrow(
      /config\.json: one mistake\n {2}log\.level/,
    );
  });

  it('without a folder, or a desk in it', async () => {
    await expect(load({ desksFolder: 'none.d' })).rejects.toThrow(
      /config\.json: desksFolder: .*none\.d: there is no such f/,
    );
    await expect(load()).rejects.toThrow(/there is no desk: expected a \.json file in desks\.d/);
    await expect(load({ desksFolder: undefined })).rejects.toThrow(
      /desks: is missing, expected a list of desks/,
    );
  });

  it('where everybody can put files into the folder', async () => {
    await put('a.json', desk('a'));
    await chmod(join(dir, 'desks.d'), 0o777);
    await expect(load()).rejects.toThrow(/desksFolder: everybody can put files into .*Run: chmod o-w/);
  });

  it('where an alert names no desk of all, unless one cannot be read', async () => {
    await put('a.json', desk('a'));
    const alert = (name: string) => ({
      alerts: [{ events: ['new'], desks: [name], send: { command: ['/bin/true'] } }],
    });
    expect(names(await load(alert('a')))).toEqual(['a']);
    await expect(load(alert('b'))).rejects.toThrow(
      /alerts\[0\]\.desks\[0\]: expected the name or the address of a desk/,
    );
    await put('b.json', '{');
    expect(names(await load(alert('b')))).toEqual(['a']);
  });
});
