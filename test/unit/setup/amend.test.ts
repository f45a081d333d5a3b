/** Lines that are put into a configuration that a person has written. */

import { writeFileSync } from 'node:fs';
import {
  chmod,
  chown,
  link,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Amendment, amendConfig, amended } from '../../../src/setup/amend.js';

const SERVER = { host: 'mail.example.com', user: 'support@example.com', password: 'hunter2 hunter2' };
const DESK = { address: 'support@example.com', staff: ['steve@example.org'], imap: SERVER, smtp: SERVER };
const OTHER = { ...DESK, address: 'sales@example.com', imap: { ...SERVER, user: 'sales@example.com' } };
const CONFIG = { secret: 'a secret that is only for tests and has 32 characters', desks: [DESK] };
const NAME: Amendment = {
  desk: 0,
  address: 'support@example.com',
  key: 'authservId',
  value: 'mx.example.com',
};
const PLAIN: Amendment = { ...NAME, key: 'addresses', value: false };

function amend(text: string, ...amendments: readonly Amendment[]): string {
  return amended(text, amendments, { path: '/desk/config.json', env: {} });
}

const pretty = (config: object): string => `${JSON.stringify(config, null, 2)}\n`;

describe('a line of the configuration', () => {
  it('comes last in its desk, and nothing else changes', () => {
    const text = pretty(CONFIG);
    const result = amend(text, NAME, PLAIN);
    expect(JSON.parse(result)).toEqual({
      ...CONFIG,
      desks: [{ ...DESK, authservId: 'mx.example.com', addresses: false }],
    });
    const added = ',\n      "authservId": "mx.example.com",\n      "addresses": false';
    expect(result).toContain(added);
    expect(result.replace(added, '')).toBe(text);
  });

  it('is written as the lines around it are', () => {
    const tabs = JSON.stringify(CONFIG, null, '\t').replaceAll('\n', '\r\n');
    expect(amend(tabs, NAME)).toContain(',\r\n\t\t\t"authservId": "mx.example.com"\r\n\t\t}');
    const oneLine = JSON.stringify(CONFIG);
    expect(amend(oneLine, NAME)).toBe(
      `${oneLine.slice(0, -3)},"authservId":"mx.example.com"}]}`.replace('Id":"', 'Id": "'),
    );
    const marked = `\uFEFF${pretty(CONFIG)}`;
    expect(amend(marked, NAME)).toBe(`\uFEFF${amend(pretty(CONFIG), NAME)}`);
    const byHand = pretty(CONFIG).replace('\n    }\n  ]', ' }   ]');
    expect(amend(byHand, NAME)).toContain(',\n      "authservId": "mx.example.com" }   ]');
  });

  it('goes to the desk that it is for', () => {
    const result = amend(pretty({ ...CONFIG, desks: [DESK, OTHER] }), {
      ...PLAIN,
      desk: 1,
      address: 'sales@example.com',
    });
    expect(JSON.parse(result).desks).toEqual([DESK, { ...OTHER, addresses: false }]);
  });

  it('that is there already is not written twice', () => {
    const text = pretty({ ...CONFIG, desks: [{ ...DESK, authservId: 'mx.example.com' }] });
    expect(amend(text, NAME)).toBe(text);
  });

  it('never replaces another, and then none is written', () => {
    for (const value of ['other.example.com', 'MX.example.com']) {
      const text = pretty({ ...CONFIG, desks: [{ ...DESK, authservId: value }] });
      expect(() => amend(text, PLAIN, NAME)).toThrow(
        /^\/desk\/config\.json: nothing was changed: "authservId" is set to something else there/,
      );
    }
  });

  it('is not written where the desk is another by now, or has gone', () => {
    expect(() => amend(pretty({ ...CONFIG, desks: [OTHER] }), NAME)).toThrow(
      /is not support@example\.com any more/,
    );
    expect(() => amend(pretty(CONFIG), { ...NAME, desk: 1 })).toThrow(/desk number 2 is not/);
  });

  it('is not written into what is no configuration, such as one with a key twice', () => {
    const twice = pretty(CONFIG).replace('"staff"', '"address": "a@example.com", "staff"');
    expect(() => amend(twice, NAME)).toThrow(/each key once/);
    expect(() => amend('{}', NAME)).toThrow(/mistakes/);
  });

  it('fits in however the file is laid out', () => {
    const space = fc.stringMatching(/^[ \t\r\n]{0,5}$/);
    fc.assert(
      fc.property(fc.array(space, { minLength: 8, maxLength: 8 }), (spaces) => {
        let at = 0;
        // Outside of strings only: none of ours holds such a sign.
        const text = JSON.stringify(CONFIG).replace(/[{}[\],]|":/g, (sign) => {
          at += 1;
          return `${sign}${spaces[at % spaces.length]}`;
        });
        const result = amend(text, NAME);
        expect(JSON.parse(result).desks).toEqual([{ ...DESK, authservId: 'mx.example.com' }]);
        const start = result.indexOf('"authservId"');
        const before = result.slice(0, start).replace(/,[ \t\r\n]*$/, '');
        const after = result.slice(start + '"authservId": "mx.example.com"'.length);
        expect(before + after).toBe(text);
      }),
    );
  });
});

describe('the file of the configuration', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imapdesk-amend-'));
    path = join(folder, 'config.json');
    await writeFile(path, pretty(CONFIG), { mode: 0o600 });
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const amendAt = (...amendments: readonly Amendment[]): Promise<void> => amendConfig(path, amendments, {});

  async function unchanged(): Promise<void> {
    expect(await readFile(path, 'utf8')).toBe(pretty(CONFIG));
    expect(await readdir(folder)).toEqual(['config.json']);
  }

  it('is replaced as a whole, and keeps its mode', async () => {
    const open = {
      ...CONFIG,
      secret: { env: 'S' },
      desks: [{ ...DESK, imap: { ...SERVER, password: { env: 'P' } }, smtp: { host: 'a' } }],
    };
    for (const [mode, config] of [
      [0o600, CONFIG],
      [0o400, CONFIG],
      [0o644, open],
    ] as const) {
      await rm(path);
      await writeFile(path, pretty(config));
      await chmod(path, mode);
      const { ino } = await stat(path);
      await amendAt(NAME, PLAIN);
      expect(await readFile(path, 'utf8')).toBe(amend(pretty(config), NAME, PLAIN));
      const after = await stat(path);
      expect(after.mode & 0o7777).toBe(mode);
      expect(after.ino).not.toBe(ino);
      expect(await readdir(folder)).toEqual(['config.json']);
    }
  });

  it('may be a symbolic link, which stays', async () => {
    const linked = join(folder, 'linked.json');
    await symlink('config.json', linked);
    await amendConfig(linked, [NAME], {});
    expect(await readlink(linked)).toBe('config.json');
    expect(await readFile(path, 'utf8')).toBe(amend(pretty(CONFIG), NAME));
    expect((await readdir(folder)).sort()).toEqual(['config.json', 'linked.json']);
  });

  it('stays as it was where one of the lines cannot be put in', async () => {
    await expect(amendAt(PLAIN, { ...NAME, address: 'sales@example.com' })).rejects.toMatchObject({
      code: 'config-amend',
      exitCode: 78,
    });
    await unchanged();
  });

  it('stays as it was where it would be no good configuration', async () => {
    const bad = amendAt(PLAIN, { ...NAME, value: 'no such name' });
    await expect(bad).rejects.toThrow(/nothing was changed: .*no good configuration\. .*authservId/s);
    await expect(bad).rejects.not.toThrow(/imapdesk-\d|hunter2/);
    await unchanged();
  });

  it('stays as it was where somebody changes it meanwhile', async () => {
    const theirs = pretty({ ...CONFIG, log: { level: 'warn' } });
    // It has read the file by the time it lets anything else go on.
    const amending = amendAt(NAME);
    writeFileSync(path, theirs);
    await expect(amending).rejects.toThrow(/somebody has changed it meanwhile/);
    expect(await readFile(path, 'utf8')).toBe(theirs);
    expect(await readdir(folder)).toEqual(['config.json']);
  });

  it('stays as it was where it is no UTF-8, or no file', async () => {
    const latin1 = Buffer.from(pretty({ ...CONFIG, desks: [{ ...DESK, name: 'Bücher' }] }), 'latin1');
    await writeFile(path, latin1);
    await expect(amendAt(NAME)).rejects.toThrow(/not UTF-8/);
    expect((await readFile(path)).equals(latin1)).toBe(true);
    await expect(amendConfig(folder, [NAME], {})).rejects.toThrow(/cannot be replaced \(EISDIR\)/);
    await expect(amendConfig(join(folder, 'none.json'), [NAME], {})).rejects.toThrow(/\(ENOENT\)/);
  });

  it.skipIf(process.getuid?.() === 0)('stays as it was where its folder may not be written', async () => {
    await chmod(folder, 0o500);
    await expect(amendAt(NAME)).rejects.toThrow(/cannot be replaced \(EACCES\)/);
    await chmod(folder, 0o700);
    await unchanged();
  });

  it.runIf(process.getuid?.() === 0)('keeps its owner and group', async () => {
    await chown(path, 12_345, 23_456);
    await chmod(path, 0o640);
    await amendAt(NAME);
    expect(await stat(path)).toMatchObject({ uid: 12_345, gid: 23_456 });
    expect((await stat(path)).mode & 0o777).toBe(0o640);
  });

  it('is rid of what a killed process has left, and of nothing else', async () => {
    const gone = 2 ** 22 + 1;
    await writeFile(join(folder, `.config.json.imapdesk-${gone}`), 'unfinished');
    await writeFile(join(folder, `.config.json.imapdesk-${process.ppid}`), 'somebody is at it');
    await writeFile(join(folder, `.other.json.imapdesk-${gone}`), 'another one');
    await link(path, join(folder, 'kept.json'));
    await amendAt(NAME);
    expect((await readdir(folder)).sort()).toEqual([
      `.config.json.imapdesk-${process.ppid}`,
      `.other.json.imapdesk-${gone}`,
      'config.json',
      'kept.json',
    ]);
  });
});
