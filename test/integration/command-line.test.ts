/** What the command line says without any server. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ConfigFile, type Json, main, runProcess, writeConfig } from './world.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
/** What may be loaded at most: nearly all of the first is commander, a third of the second imapflow. */
const COMMAND_LINE = { files: 8, bytes: 150_000 };
// Each command that shares code with a pass cuts what a pass loads into more files; it is the bytes that must not grow.
const PASS = { files: 60, bytes: 2_560_000 };
let folder: string;

const imap = { host: '127.0.0.1', port: 1, security: 'none', user: 'support', password: 'hunter2' };
const written = {
  secret: 'x'.repeat(32),
  desks: [
    {
      address: 'support@example.com',
      staff: ['steve@example.org'],
      imap,
      smtp: { host: '127.0.0.1', port: 1, security: 'none' },
    },
  ],
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imapdesk-line-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('--version', () => {
  const versionOf = async (file: string): Promise<string> =>
    `${JSON.parse(await readFile(file, 'utf8')).version}\n`;

  it('tells the version of the clone', async () => {
    const stdout = await versionOf(join(root, 'package.json'));
    expect(await runProcess(['--version'])).toEqual({ code: 0, stdout, stderr: '' });
  });
});

describe('the start', () => {
  /** How much code a run loads, by what V8 says of it. */
  async function loadedBy(args: readonly string[]): Promise<{ files: number; bytes: number }> {
    const coverage = join(folder, 'coverage');
    await runProcess(args, { env: { NODE_V8_COVERAGE: coverage } });
    const [report = ''] = await readdir(coverage);
    const { result } = JSON.parse(await readFile(join(coverage, report), 'utf8'));
    const urls = result.flatMap(({ url }: { url: string }) => (url.startsWith('file:') ? [url] : []));
    const sizes = await Promise.all(urls.map(async (url: string) => (await stat(fileURLToPath(url))).size));
    return { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
  }

  it.each(['--help', '--version'])('loads for %s no more than the command line', async (option) => {
    const { files, bytes } = await loadedBy([option]);
    expect(files).toBeGreaterThan(0);
    expect(files).toBeLessThanOrEqual(COMMAND_LINE.files);
    expect(bytes).toBeLessThanOrEqual(COMMAND_LINE.bytes);
  });

  it('loads for a pass neither what reads HTML nor what sends', async () => {
    const config = await writeConfig(written);
    const { files, bytes } = await loadedBy(['once', '-c', config.path]);
    await config.remove();
    expect(files).toBeGreaterThan(COMMAND_LINE.files);
    expect(files).toBeLessThanOrEqual(PASS.files);
    expect(bytes).toBeLessThanOrEqual(PASS.bytes);
  });

  it('needs no configuration to tell the version and the options', async () => {
    const env = { IMAPDESK_CONFIG: join(folder, 'none.json') };
    for (const option of ['--help', '--version'])
      expect(await runProcess([option], { env })).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('a configuration that others can read', () => {
  let config: ConfigFile;

  beforeEach(async () => {
    config = await writeConfig(written);
  });
  afterEach(() => config.remove());

  it('is refused with the command that mends it, and then taken', async () => {
    await chmod(config.path, 0o644);
    const mend = `chmod 600 ${config.path}`;
    const stderr = `imapdesk: ${config.path}: others can read this file, and it holds secrets (secret, desks[0].imap.password). Run: ${mend}\n`;
    expect(await runProcess(['once', '-c', config.path])).toEqual({ code: 78, stdout: '', stderr });
    await run('sh', ['-c', mend]);
    expect((await runProcess(['once', '-c', config.path])).code).toBe(69);
  });
});

describe('check', () => {
  /** What it says of what it reads and of the two servers, of which none is there. */
  async function checked(changes: Json): Promise<readonly string[]> {
    const config = await writeConfig({ ...written, ...changes });
    const { stdout } = await runProcess(['check', '-c', config.path]);
    await config.remove();
    return stdout.split('\n').filter((line) => /secrets|IMAP|SMTP/.test(line));
  }

  const [desk] = written.desks;
  const at = (password: Json) => ({
    host: '127.0.0.1',
    port: 1,
    security: 'none',
    user: 'support',
    password,
  });

  it('says that all secrets are there only where every password is', async () => {
    expect(await checked({})).toEqual([
      expect.stringMatching(/^ok +secrets and texts +all are there$/),
      expect.stringMatching(/^FAILED +IMAP /),
      expect.stringMatching(/^FAILED +SMTP /),
    ]);
    expect(await checked({ desks: [{ ...desk, smtp: at({ file: 'none' }) }] })).toEqual([
      expect.stringMatching(
        /^FAILED +secrets and texts +desks\[0\]\.smtp\.password\.file: .*: there is no such file$/,
      ),
      expect.stringMatching(/^FAILED +IMAP /),
      expect.stringMatching(/^- +SMTP +not tried, because what it needs cannot be read$/),
    ]);
  });

  it('names each that is missing', async () => {
    const missing = { secret: { env: 'NOT_SET' }, desks: [{ ...desk, imap: at({ file: 'none' }) }] };
    expect(await checked(missing)).toEqual([
      expect.stringMatching(/^FAILED +secrets and texts +secret\.env: /),
      expect.stringMatching(/^FAILED +secrets and texts +desks\[0\]\.imap\.password\.file: /),
      expect.stringMatching(/^- +IMAP +not tried, /),
      expect.stringMatching(/^- +SMTP +not tried, /),
    ]);
  });

  it('says that no server was tried where the secret alone is missing', async () => {
    expect(await checked({ secret: { env: 'NOT_SET' } })).toEqual([
      expect.stringMatching(/^FAILED +secrets and texts +secret\.env: /),
      expect.stringMatching(/^- +IMAP +not tried, because what it needs cannot be read$/),
      expect.stringMatching(/^- +SMTP +not tried, because what it needs cannot be read$/),
    ]);
  });
});

describe('explain --offline', () => {
  const EXAMPLE = 'there is no configuration, so this is what the example desk would do\n';

  it.each([
    ['', 'it is empty'],
    [
      'Hello, my printer is on fire.\n',
      'it is no mail: it does not begin with a header field such as "From: …"',
    ],
    [
      '\r\nFrom: jane@example.com\r\n',
      'it is no mail: it does not begin with a header field such as "From: …"',
    ],
  ])('refuses what is no mail: %j', async (stdin, why) => {
    const ran = await runProcess(['explain', '--offline'], { stdin });
    expect(ran).toMatchObject({ code: 64, stdout: '' });
    expect(ran.stderr).toContain(EXAMPLE);
    expect(ran.stderr.endsWith(`imapdesk: standard input: ${why}\n`)).toBe(true);
  });
});

describe('the log, without a terminal', () => {
  async function logOf(config: Json, ...args: string[]): Promise<string> {
    const file = await writeConfig(config);
    const { stderr } = await runProcess([...args, '-c', file.path]);
    await file.remove();
    return stderr;
  }

  const TEXT =
    /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] ERROR: support@example\.com: No connection to the IMAP server .*\n$/;
  const JSON_LINE = /^\{"level":"error",.*"msg":"No connection to the IMAP server .*"\}\n$/;

  it('is text, which cron mails to a person', async () => {
    expect(await logOf(written, 'once')).toMatch(TEXT);
    expect(await logOf({ ...written, log: { format: 'auto' } }, 'once')).toMatch(TEXT);
  });

  it('is JSON where the command or the configuration asks for it', async () => {
    expect(await logOf(written, 'once', '--json')).toMatch(JSON_LINE);
    expect(await logOf({ ...written, log: { format: 'json' } }, 'once')).toMatch(JSON_LINE);
    expect(await logOf({ ...written, log: { format: 'pretty' } }, 'once', '--json')).toMatch(TEXT);
  });

  it('of run is text, too', async () => {
    const file = await writeConfig(written);
    const child = spawn(process.execPath, [main, 'run', '-c', file.path], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    try {
      const [said] = await once(child.stderr, 'data');
      expect(String(said)).toMatch(/^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] INFO: imapdesk is at work/);
    } finally {
      child.kill('SIGKILL');
      await file.remove();
    }
  });
});
