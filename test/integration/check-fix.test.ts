/** `check --fix`: what it writes into the configuration, and when it leaves it alone. */
import { chmod, lstat, mkdir, readdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { DeskBench } from './desk-bench.js';
import { adding } from './hosts.js';
import { deskConfig, runDesk } from './world.js';

let bench: DeskBench;
afterEach(() => bench.stop());

const PASS = adding('Authentication-Results: mx.example.com; dmarc=pass header.from=example.com');

async function written(): Promise<string> {
  return readFile(bench.file.path, 'utf8');
}

async function fixed(...args: string[]) {
  const { code, stdout, stderr } = await bench.run('check', '--fix', '--json', '--wait', '5', ...args);
  expect(stderr).toBe('');
  return {
    code,
    reports: stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  };
}

describe('check --fix', () => {
  it('writes all that was proposed, and the desk works with it', async () => {
    bench = await DeskBench.start({ asHost: PASS, plusAddressing: false });
    const before = await written();
    await chmod(bench.file.path, 0o400);
    const ran = await bench.run('check', '--fix', '--wait', '5');
    expect(ran).toMatchObject({ code: 78, stderr: '' });
    expect(ran.stdout).toMatch(
      /^ok +fix +written into .*config\.json; check again to see it work:\n +"addresses": false\n +"authservId": "mx\.example\.com"$/m,
    );
    const after = await written();
    const lines = ',\n      "addresses": false,\n      "authservId": "mx.example.com"';
    expect(after).toContain(lines);
    expect(after.replace(lines, '')).toBe(before);
    expect((await stat(bench.file.path)).mode & 0o777).toBe(0o400);
    expect(await readdir(bench.file.folder)).toEqual(['config.json']);
    const again = await fixed();
    expect(again).toMatchObject({ code: 0, reports: [{ proposals: [] }] });
    expect(again.reports[0].checks.at(-1)).toMatchObject({ check: 'fix', text: 'there is nothing to write' });
    expect(await written()).toBe(after);
    await bench.pass();
  });

  it('is proposed where there is something to write, and told to programs', async () => {
    bench = await DeskBench.start({ asHost: PASS });
    const before = await written();
    expect(await bench.ok('check')).toMatch(
      /\n\n"imapdesk check --fix" writes such lines into the configuration\.\n$/,
    );
    expect(await written()).toBe(before);
    const { code, reports } = await fixed();
    expect(code).toBe(0);
    expect(reports).toMatchObject([
      { ok: true, proposals: [{ key: 'authservId', value: 'mx.example.com', written: true }] },
    ]);
    expect(await bench.ok('check')).not.toContain('--fix');
  });

  it('writes for all desks at once, each its own', async () => {
    bench = await DeskBench.start({ asHost: PASS });
    const { world } = bench;
    const { desks, ...rest } = deskConfig(world) as { desks: object[] };
    const { user, password, address } = world.accounts.jane;
    const at = (end: { host: string; port: number }) => ({ ...end, security: 'none', user, password });
    const second = {
      name: 'Second',
      address,
      staff: ['steve@example.org'],
      imap: at({ host: world.imap.host, port: world.imap.port }),
      smtp: at({ host: world.smtp.host, port: world.smtp.port }),
    };
    await bench.configure({ ...rest, desks: [...desks, second] });
    const { code, reports } = await fixed();
    expect(code).toBe(0);
    expect(reports.map(({ desk, proposals }) => [desk, proposals[0].path, proposals[0].written])).toEqual([
      ['Example Support', 'desks[0].authservId', true],
      ['Second', 'desks[1].authservId', true],
    ]);
    expect(JSON.parse(await written()).desks).toMatchObject([
      { authservId: 'mx.example.com' },
      { authservId: 'mx.example.com' },
    ]);
    await bench.configure({ ...rest, desks: [...desks, second] });
    expect((await fixed('--desk', 'Second')).reports).toMatchObject([{ desk: 'Second' }]);
    expect(JSON.parse(await written()).desks[0]).not.toHaveProperty('authservId');
    expect(JSON.parse(await written()).desks[1]).toMatchObject({ authservId: 'mx.example.com' });
  });

  it('changes nothing where a key says something else, and says so', async () => {
    bench = await DeskBench.start({ asHost: PASS, plusAddressing: false }, { authservId: 'old.example.com' });
    const before = await written();
    const { code, reports } = await fixed();
    expect(code).toBe(78);
    expect(reports).toMatchObject([
      {
        ok: false,
        proposals: [
          { key: 'addresses', written: false },
          { key: 'authservId', value: 'mx.example.com', written: false },
        ],
      },
    ]);
    expect(reports[0].checks.at(-1)).toMatchObject({
      check: 'fix',
      result: 'failed',
      text: expect.stringMatching(/nothing was changed: "authservId" is set to something else there/),
    });
    expect(await written()).toBe(before);
  });

  it('follows a symbolic link', async () => {
    bench = await DeskBench.start({ asHost: PASS });
    const { path } = bench.file;
    const real = join(dirname(path), 'real');
    await mkdir(real);
    await rename(path, join(real, 'desk.json'));
    await symlink('real/desk.json', path);
    expect((await fixed()).code).toBe(0);
    expect((await lstat(path)).isSymbolicLink()).toBe(true);
    expect(await readdir(real)).toEqual(['desk.json']);
    expect(JSON.parse(await readFile(join(real, 'desk.json'), 'utf8')).desks[0]).toMatchObject({
      authservId: 'mx.example.com',
    });
  });

  it('writes nothing where nothing works', async () => {
    bench = await DeskBench.start({ asHost: PASS });
    const broken = deskConfig(bench.world, {
      imap: { host: bench.world.imap.host, port: 1, security: 'none', user: 'a', password: 'b' },
    });
    await writeFile(bench.file.path, JSON.stringify(broken));
    const ran = await runDesk(['check', '--fix', '-c', bench.file.path]);
    expect(ran.code).toBe(69);
    expect(ran.stdout).toMatch(/^- +fix +there is nothing to write$/m);
    expect(await written()).toBe(JSON.stringify(broken));
  });
});
