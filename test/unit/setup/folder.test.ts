import { spawnSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkPlace, secretThere, writeDesk } from '../../../src/setup/folder.js';

const FILES = [
  { name: 'secret.txt', text: 'secret\n' },
  { name: 'password.txt', text: 'password\n' },
  { name: 'config.json', text: '{}\n' },
];

let home: string;
let desk: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'imapdesk-folder-'));
  desk = join(home, 'desk');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const modeOf = (path: string): number => statSync(path).mode & 0o777;
const textOf = (name: string): string => readFileSync(join(desk, name), 'utf8');

/** The number of a process that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

describe('the folder of a new desk', () => {
  it.each([false, true])('is readable by its owner alone, whether it is there already: %s', (isThere) => {
    if (isThere) mkdirSync(desk, { mode: 0o755 });
    const before = process.umask(0);
    try {
      expect(writeDesk(desk, FILES, false)).toEqual([]);
    } finally {
      process.umask(before);
    }
    expect(modeOf(desk)).toBe(0o700);
    expect(readdirSync(home)).toEqual(['desk']);
    expect(readdirSync(desk).sort()).toEqual(['config.json', 'password.txt', 'secret.txt']);
    for (const { name, text } of FILES) {
      expect(modeOf(join(desk, name))).toBe(0o600);
      expect(textOf(name)).toBe(text);
      expect(statSync(join(desk, name)).nlink).toBe(1);
    }
  });

  it('is made with the folders above it', () => {
    desk = join(home, 'a/b/desk');
    writeDesk(desk, FILES, false);
    expect(readdirSync(desk)).toHaveLength(3);
  });

  it('is refused where anything is in it, and nothing is changed', () => {
    mkdirSync(desk);
    writeFileSync(join(desk, 'notes'), 'mine');
    expect(() => writeDesk(desk, FILES, false)).toThrow('this folder is not empty');
    writeFileSync(join(desk, 'config.json'), 'mine');
    expect(() => checkPlace(desk, false)).toThrow(
      'there is config.json already, and nothing was overwritten',
    );
    expect(readdirSync(desk).sort()).toEqual(['config.json', 'notes']);
    expect(textOf('config.json')).toBe('mine');
    expect(() => checkPlace(join(desk, 'notes'), true)).toThrow('this is no folder');
  });

  it('keeps what it replaces', () => {
    mkdirSync(desk, { mode: 0o755 });
    writeFileSync(join(desk, 'notes'), 'mine');
    for (const text of ['one', 'two']) {
      rmSync(join(desk, 'config.json'), { force: true });
      writeFileSync(join(desk, 'config.json'), text);
      expect(writeDesk(desk, FILES.slice(2), true)).toEqual([`config.json.${text === 'one' ? 1 : 2}`]);
    }
    expect([textOf('config.json.1'), textOf('config.json.2'), textOf('config.json')]).toEqual([
      'one',
      'two',
      '{}\n',
    ]);
    expect(modeOf(desk)).toBe(0o755);
  });

  it('is as it was where a file cannot be put there', () => {
    mkdirSync(desk);
    writeFileSync(join(desk, 'secret.txt'), 'old');
    const twice = [...FILES, { name: 'secret.txt', text: 'again' }];
    expect(() => writeDesk(desk, twice, true)).toThrow('nothing was written there (EEXIST)');
    expect(readdirSync(desk)).toEqual(['secret.txt']);
    expect(textOf('secret.txt')).toBe('old');
    const fresh = join(home, 'fresh');
    expect(() => writeDesk(fresh, twice, false)).toThrow('nothing was written there (EEXIST)');
    expect(readdirSync(home)).toEqual(['desk']);
  });

  it('says so where it cannot be made', () => {
    writeFileSync(join(home, 'file'), '');
    expect(() => writeDesk(join(home, 'file/desk'), FILES, false)).toThrow(
      'nothing was written there (EEXIST)',
    );
  });

  it('takes away what one that was killed has left', () => {
    const pid = deadPid();
    for (const begun of [join(home, `.imapdesk-init-${pid}-desk`), join(desk, `.imapdesk-init-${pid}`)]) {
      mkdirSync(begun, { recursive: true });
      writeFileSync(join(begun, 'secret.txt'), 'half');
    }
    const other = join(home, `.imapdesk-init-${pid}-other`);
    mkdirSync(other);
    linkSync(join(desk, `.imapdesk-init-${pid}`, 'secret.txt'), join(desk, 'secret.txt'));
    checkPlace(desk, false);
    expect(readdirSync(desk)).toEqual([]);
    rmSync(desk, { recursive: true });
    writeDesk(desk, FILES, false);
    expect(readdirSync(home).sort()).toEqual([`.imapdesk-init-${pid}-other`, 'desk']);
    expect(textOf('secret.txt')).toBe('secret\n');
  });

  it('leaves alone what another one that lives has begun', () => {
    const begun = join(home, `.imapdesk-init-${process.ppid}-desk`);
    mkdirSync(begun);
    writeDesk(desk, FILES, false);
    expect(existsSync(begun)).toBe(true);
  });

  it('tells the secret that is there', () => {
    expect(secretThere(desk)).toBeNull();
    writeDesk(desk, FILES, false);
    expect(secretThere(desk)).toBe('secret');
  });
});
