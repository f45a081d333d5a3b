/**
 * `/metrics` of a real `run`: its bytes against those that a relay has counted, its text and the files of docs/monitoring/
 * before promtool, and (with DEEP=1) a Prometheus that scrapes it and fires an alert.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../src/demo/listening.js';
import type { MailWorld } from '../../src/demo/world.js';
import { type ByteRelay, startByteRelay } from './byte-relay.js';
import { killAll, startRun } from './running.js';
import { findTool } from './tools.js';
import { type ConfigFile, deskConfig, readFolder, startWorld, until, writeConfig } from './world.js';

/** What is to be counted stands still between two mails. */
const NO_POLL = '0 0 1 1 *';

const run = promisify(execFile);
const FILES = fileURLToPath(new URL('../../docs/monitoring', import.meta.url));
const { program: promtool, reason } = await findTool('promtool');
const unlessThere = promtool === null ? ` (skipped: ${reason})` : '';

let world: MailWorld;
let imap: ByteRelay;
let smtp: ByteRelay;
let config: ConfigFile;
let port: number;
let prometheus: ChildProcess | null = null;

beforeAll(async () => {
  world = await startWorld();
});
beforeEach(() => begin('* * * * * *'));

async function begin(poll: string): Promise<void> {
  imap = await startByteRelay(world.imap.port);
  smtp = await startByteRelay(world.smtp.port);
  port = await freePort();
  const { user, password } = world.accounts.support;
  const signIn = { host: '127.0.0.1', security: 'none', user, password };
  config = await writeConfig({
    ...deskConfig(world, {
      imap: { ...signIn, port: imap.port },
      smtp: { ...signIn, port: smtp.port },
      poll,
    }),
    health: { port, maxPassAgeSeconds: 5 },
  });
}

afterEach(end);
afterAll(() => world.stop());

async function end(): Promise<void> {
  killAll();
  if (prometheus !== null && prometheus.kill('SIGKILL')) await once(prometheus, 'close');
  prometheus = null;
  await Promise.all([imap.close(), smtp.close()]);
  await config.remove();
}

async function scrape(): Promise<string> {
  try {
    return await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  } catch {
    return '';
  }
}

/** Null for what is not there. */
function valueOf(metrics: string, name: string, labels = ''): number | null {
  const beginning = `${name}{desk="Example Support"${labels}} `;
  const line = metrics.split('\n').find((one) => one.startsWith(beginning));
  return line === undefined ? null : Number(line.slice(beginning.length));
}

async function write(subject: string): Promise<void> {
  const head = ['From: jane@example.com', 'To: support@example.com', `Subject: ${subject}`];
  const lines = [...head, `Message-ID: <${subject}@example.com>`, '', 'Hello. '.repeat(2000), ''];
  await world.deliver('support', Buffer.from(lines.join('\r\n')));
}

async function answered(subject: string): Promise<void> {
  await until(`an acknowledgement of ${subject}`, async () => {
    const found = await readFolder(world, 'jane', 'INBOX');
    return found.some((one) => one.subject.endsWith(subject)) ? true : null;
  });
}

const bytesIn = (metrics: string, server: string) => ({
  received: valueOf(metrics, 'imapdesk_bytes_total', `,server="${server}",direction="received"`),
  sent: valueOf(metrics, 'imapdesk_bytes_total', `,server="${server}",direction="sent"`),
});

/** Of a worker at rest, which only waits for mail. */
async function bytesAgree(): Promise<string> {
  return until('the bytes of /metrics to be those of the relays', async () => {
    const before = { imap: { ...imap.bytes }, smtp: { ...smtp.bytes } };
    const metrics = await scrape();
    const seen = { imap: bytesIn(metrics, 'imap'), smtp: bytesIn(metrics, 'smtp') };
    return JSON.stringify(seen) === JSON.stringify(before) ? metrics : null;
  });
}

it('counts the bytes of both servers as a relay between them does, over lost connections too', async () => {
  await end();
  await begin(NO_POLL);
  const worker = startRun(config);
  await write('first');
  await answered('first');
  const first = await bytesAgree();
  expect(bytesIn(first, 'smtp').sent).toBeGreaterThan(1000);
  imap.cut();
  smtp.cut();
  await write('second');
  await answered('second');
  const second = await bytesAgree();
  expect(valueOf(second, 'imapdesk_reconnects_total')).toBeGreaterThanOrEqual(1);
  for (const server of ['imap', 'smtp'])
    expect(bytesIn(second, server).sent, server).toBeGreaterThan(bytesIn(first, server).sent ?? 0);
  expect((await worker.stop('SIGTERM')).code).toBe(0);
});

describe(`promtool${unlessThere}`, () => {
  it.skipIf(promtool === null)('takes the metrics of a worker, and finds nothing to say', async () => {
    const worker = startRun(config);
    await write('third');
    await answered('third');
    const metrics = await until('a pass in /metrics', async () => {
      const now = await scrape();
      return valueOf(now, 'imapdesk_passes_total') === null ? null : now;
    });
    const own = metrics.split('\n').filter((line) => /^(?:# \w+ )?imapdesk_/.test(line));
    expect(own.length).toBeGreaterThan(50);
    const child = spawn(promtool ?? '', ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.end(`${own.join('\n')}\n`);
    const said = Promise.all([text(child.stdout), text(child.stderr)]);
    const [code] = (await once(child, 'close')) as [number];
    expect({ code, said: (await said).join('') }).toEqual({ code: 0, said: '' });
    await worker.stop('SIGTERM');
  });

  it.skipIf(promtool === null)('takes the rules, and sees each alert fire and be silent', async () => {
    const checked = await run(promtool ?? '', ['check', 'rules', join(FILES, 'alerts.yml')]);
    expect(checked.stdout).toMatch(/SUCCESS: \d+ rules found/);
    const tested = await run(promtool ?? '', ['test', 'rules', join(FILES, 'alerts.test.yml')]);
    expect(tested.stdout + tested.stderr).toContain('SUCCESS');
  });

  it.skipIf(promtool === null)('takes each question of the dashboard', async () => {
    const dashboard = JSON.parse(await readFile(join(FILES, 'grafana-dashboard.json'), 'utf8')) as {
      panels: { targets?: { expr: string }[] }[];
    };
    const exprs = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    const rules = exprs.map((expr, index) => ({
      record: `question:${index}`,
      // What Grafana puts in their place.
      expr: expr
        .replaceAll('$job', 'imapdesk')
        .replaceAll('$desk', '.*')
        .replaceAll('$__rate_interval', '1m'),
    }));
    const path = join(config.folder, 'questions.yml');
    await writeFile(path, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
    const { stdout } = await run(promtool ?? '', ['check', 'rules', path]);
    expect(stdout).toContain(`SUCCESS: ${exprs.length} rules found`);
  });
});

interface Asked {
  readonly data: {
    readonly result?: readonly {
      readonly metric: Record<string, string>;
      readonly value: [number, string];
    }[];
    readonly alerts?: readonly { readonly state: string; readonly labels: Record<string, string> }[];
  };
}

/** A Prometheus that scrapes once a second, with the rules as they are but for how long a state must last. */
async function startPrometheus(): Promise<(path: string) => Promise<Asked['data'] | null>> {
  const folder = join(config.folder, 'prometheus');
  await mkdir(folder);
  const rules = await readFile(join(FILES, 'alerts.yml'), 'utf8');
  await writeFile(join(folder, 'alerts.yml'), rules.replaceAll(/^( +for:) .*$/gm, '$1 2s'));
  const settings = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: ['alerts.yml'],
    scrape_configs: [{ job_name: 'imapdesk', static_configs: [{ targets: [`127.0.0.1:${port}`] }] }],
  };
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(settings));
  const own = await freePort();
  const program = join(dirname(promtool ?? ''), 'prometheus');
  prometheus = spawn(
    program,
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${own}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  return async (path) => {
    try {
      const response = await fetch(`http://127.0.0.1:${own}/api/v1/${path}`);
      return response.ok ? ((await response.json()) as Asked).data : null;
    } catch {
      return null;
    }
  };
}

describe.runIf(process.env['DEEP'] === '1' && promtool !== null)('a Prometheus', () => {
  it('scrapes a worker, and fires for a desk that stands still and for a worker that is gone', async () => {
    const worker = startRun(config);
    const ask = await startPrometheus();
    const fires = (alert: string, label: readonly [string, string]): Promise<true> =>
      until(`${alert} to fire`, async () => {
        const alerts = (await ask('alerts'))?.alerts ?? [];
        const firing = alerts.filter(
          ({ state, labels }) => state === 'firing' && labels['alertname'] === alert,
        );
        return firing.some(({ labels }) => labels[label[0]] === label[1]) ? true : null;
      });
    const desk = ['desk', 'Example Support'] as const;
    await until('a healthy desk in Prometheus', async () => {
      const [found] = (await ask('query?query=imapdesk_healthy'))?.result ?? [];
      return found?.metric['desk'] === desk[1] && found.value[1] === '1' ? true : null;
    });
    await imap.close();
    await fires('ImapdeskDeskUnhealthy', desk);
    await fires('ImapdeskPassesFail', desk);
    await worker.stop('SIGTERM');
    await fires('ImapdeskDown', ['instance', `127.0.0.1:${port}`]);
    imap = await startByteRelay(world.imap.port);
  });
});
