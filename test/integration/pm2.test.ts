/**
 * A desk kept at work by PM2, by the line and the file of our pages: a real PM2, got from the registry for this alone, with a home
 * and a daemon of its own.
 */
import { type ExecFileException, execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeBlocks, typedLines } from '../house/code-blocks.js';
import { DEEP } from '../servers/start.js';
import { DeskBench } from './desk-bench.js';
import { npmAt, packInto, root } from './npm.js';
import { deskConfig, until } from './world.js';

const VERSION = '7.0.4';
const FILE = 'lib/node_modules/imapdesk/docs/pm2/ecosystem.config.cjs';

interface Ran {
  readonly code: number;
  readonly printed: string;
}

/** What PM2 tells of the desk. */
interface Told {
  readonly pid: number;
  readonly pm2_env: { readonly status: string; readonly restart_time: number; readonly exit_code?: number };
}

let folder: string;
let bench: DeskBench;
let env: Readonly<Record<string, string | undefined>>;

const linesOf = async (page: string): Promise<readonly string[]> =>
  codeBlocks(await readFile(join(root, page), 'utf8'), 'sh')
    .flatMap(typedLines)
    .filter((line) => line.startsWith('pm2 '));

/** The places of a line, or of PM2's file, in this folder. */
const here = (text: string): string =>
  text.replaceAll('/opt/imapdesk', `${folder}/opt`).replaceAll('/etc/imapdesk', `${folder}/etc`);

function shell(line: string): Promise<Ran> {
  return new Promise((resolve) => {
    const ended = (error: ExecFileException | null, stdout: string, stderr: string): void =>
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), printed: stdout + stderr });
    execFile('sh', ['-c', line], { cwd: folder, env: { ...env } }, ended);
  });
}

async function ok(line: string): Promise<string> {
  const { code, printed } = await shell(line);
  expect([line, code], printed).toEqual([line, 0]);
  return printed;
}

async function told(): Promise<Told> {
  const printed = await ok('pm2 jlist');
  const [desk] = JSON.parse(printed.slice(printed.indexOf('['))) as Told[];
  if (desk === undefined) throw new Error(printed);
  return desk;
}

const awaitTicket = (subject: string): Promise<true> =>
  until(subject, async () => ((await bench.ok('list')).includes(subject) ? true : null));

/** Puts imapdesk where README says, and its configuration where PM2's file looks for it. */
async function install(): Promise<void> {
  await mkdir(join(folder, 'etc'));
  await mkdir(join(folder, 'tools'));
  const tarball = await packInto(folder);
  const ours = { ...process.env, ...npmAt(folder) };
  const run = (line: string, given: NodeJS.ProcessEnv): Promise<Ran> =>
    new Promise((resolve, reject) => {
      execFile('sh', ['-c', line], { cwd: folder, env: given }, (error, stdout, stderr) => {
        if (error === null) resolve({ code: 0, printed: stdout });
        else reject(new Error(`${line}: ${stderr}`));
      });
    });
  await run(here(`npm install --global --prefix /opt/imapdesk ${tarball}`), ours);
  const file = join(folder, 'opt', FILE);
  await writeFile(file, here(await readFile(file, 'utf8')));
  await run(
    `npm install --prefix tools --ignore-scripts --no-audit --no-fund --save-exact pm2@${VERSION}`,
    process.env,
  );
}

describe('the line of our pages', () => {
  it('is the same on each, and starts the file that the package has', async () => {
    const [line = '', ...others] = [...(await linesOf('README.md')), ...(await linesOf('docs/running.md'))];
    expect(others).toEqual([line]);
    expect(line).toBe(`pm2 start /opt/imapdesk/${FILE}`);
  });
});

if (!DEEP) console.log('PM2 is not tried: scripts/test --deep does that');
describe.runIf(DEEP)('under PM2', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imapdesk-pm2-'));
    bench = await DeskBench.start();
    await install();
    await writeFile(join(folder, 'etc/config.json'), JSON.stringify(deskConfig(bench.world)), {
      mode: 0o600,
    });
    env = {
      ...process.env,
      PATH: `${join(folder, 'tools/node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
      HOME: folder,
      PM2_HOME: join(folder, 'pm2'),
      // It would ask its makers.
      PM2_DISABLE_VERSION_CHECK: 'true',
      PM2_DISCRETE_MODE: 'true',
    };
  });
  afterAll(async () => {
    if (env !== undefined) await shell('pm2 kill');
    await bench?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('works from the line on, comes back when it is killed, and stops in good order', async () => {
    const [line = ''] = await linesOf('docs/running.md');
    await bench.deliver({ subject: 'Printer on fire' });
    expect(await ok(here(line))).toMatch(/imapdesk.*online/);
    await awaitTicket('Printer on fire');
    expect(await ok('pm2 list')).toMatch(/imapdesk.*online/);
    await bench.ok('close', '1');

    const first = await told();
    process.kill(first.pid, 'SIGKILL');
    await until('a new one', async () => {
      const { pid, pm2_env } = await told();
      return pm2_env.status === 'online' && pid !== first.pid && pm2_env.restart_time === 1 ? true : null;
    });
    await bench.deliver({ subject: 'Bell is out' });
    await awaitTicket('Bell is out');

    const second = await told();
    await ok('pm2 reload imapdesk');
    const third = await told();
    expect([third.pm2_env.status, third.pm2_env.restart_time, third.pid === second.pid]).toEqual([
      'online',
      2,
      false,
    ]);
    await bench.deliver({ subject: 'Door is stuck' });
    await awaitTicket('Door is stuck');
    await ok('pm2 stop imapdesk');
    expect((await told()).pm2_env).toMatchObject({ status: 'stopped', exit_code: 0 });
    const logged = await readFile(join(folder, 'pm2/logs/imapdesk-error.log'), 'utf8');
    expect(logged.match(/imapdesk has stopped/g)).toHaveLength(2);
    for (const number of ['1', '2', '3']) await bench.ok('show', number);
    expect((await bench.run('show', '4')).code).not.toBe(0);
  });

  it('is not started again and again where its configuration is wrong', async () => {
    await writeFile(join(folder, 'etc/config.json'), '{ "desks": 1 }', { mode: 0o600 });
    await ok('pm2 start imapdesk');
    const { pm2_env } = await until('its end', async () => {
      const desk = await told();
      return desk.pm2_env.status === 'stopped' && desk.pid === 0 ? desk : null;
    });
    expect(pm2_env).toMatchObject({ exit_code: 78, restart_time: 2 });
  });
});
