/** `run` reads its configuration again, and touches no desk that did not change. */
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { freePort } from '../../src/demo/listening.js';
import type { ServedWorld } from '../servers/start.js';
import { type ImapProxy, startProxy } from './imap-proxy.js';
import { killAll, type Running, startRun } from './running.js';
import {
  type ConfigFile,
  deskConfig,
  type Json,
  readFolder,
  runDesk,
  startWorldOf,
  until,
  writeConfig,
} from './world.js';

const PEOPLE = {
  jane: { name: 'Jane Doe', address: 'jane@example.com' },
  support: { name: 'Support', address: 'support@example.com' },
  sales: { name: 'Sales', address: 'sales@example.com' },
  parts: { name: 'Parts', address: 'parts@example.com' },
};
type Desk = 'support' | 'sales' | 'parts';

/** One after the other, with as many mails to each desk. */
const [RELOADS, MAILS] = process.env['DEEP'] === '1' ? ([50, 60] as const) : ([12, 6] as const);

const MANY = { count: 1000, within: '1h' };

let world: ServedWorld<keyof typeof PEOPLE>;
/** The desk `support` goes through it. */
let proxy: ImapProxy;
let config: ConfigFile;
let port: number;

beforeAll(async () => {
  world = await startWorldOf(PEOPLE);
});
beforeEach(async () => {
  proxy = await startProxy(world.imap.port);
  port = await freePort();
  config = await writeConfig(settings());
  await mkdir(join(config.folder, 'desks.d'), { mode: 0o700 });
  for (const name of ['support', 'sales', 'parts'] as const) await put(name);
});
afterEach(async () => {
  killAll();
  await config.remove();
  await proxy.close();
});
afterAll(() => world.stop());

function settings(changes: Json = {}): Json {
  const { desks: _, ...others } = deskConfig(world);
  return { ...others, desksFolder: 'desks.d', health: { port }, ...changes };
}

/** No poll within the test: only IDLE wakes a desk. */
async function put(name: Desk, changes: Json = {}): Promise<void> {
  const { user, password, address } = world.accounts[name];
  const signIn = { user, password: { file: `${name}.password` }, security: 'none' };
  await putText(`${name}.password`, password);
  const desk = {
    name: PEOPLE[name].name,
    address,
    staff: ['ann@example.org'],
    imap: { host: '127.0.0.1', port: name === 'support' ? proxy.port : world.imap.port, ...signIn },
    smtp: { host: world.smtp.host, port: world.smtp.port, ...signIn },
    poll: '0 0 1 1 *',
    limits: {
      acknowledgementsPerSender: MANY,
      acknowledgementsPerTopic: MANY,
      acknowledgementsPerExchange: MANY,
      answersPerSender: MANY,
    },
    ...changes,
  };
  await putText(`desks.d/${name}.json`, JSON.stringify(desk));
}

function putText(name: string, text: string): Promise<void> {
  return writeFile(join(config.folder, name), text, { mode: 0o600 });
}

async function write(desk: Desk, subject: string): Promise<void> {
  const raw = [
    'From: jane@example.com',
    `To: ${PEOPLE[desk].address}`,
    `Subject: ${subject}`,
    `Message-ID: <${subject}@example.com>`,
  ];
  await world.deliver(desk, Buffer.from([...raw, '', 'Hello.', ''].join('\r\n')));
}

/** The subjects of what has come to the requester. */
async function received(): Promise<readonly string[]> {
  return (await readFolder(world, 'jane', 'INBOX')).map(({ subject }) => subject);
}

/** With the tag of the desk that has answered. */
function answered(subject: string, tag = 'issue'): Promise<true> {
  return until(`an acknowledgement of ${subject}`, async () => {
    const found = (await received()).filter((one) => one.endsWith(subject));
    return found.length === 1 && found[0]?.includes(`[${tag}`) === true ? true : null;
  });
}

async function started(): Promise<Running> {
  const worker = startRun(config);
  await until('all desks at their mail', async () =>
    (await health())?.desks.every(({ lastGoodPass }) => lastGoodPass !== null) === true ? true : null,
  );
  return worker;
}

interface Health {
  readonly healthy: boolean;
  readonly desks: readonly Json[];
}

function health(): Promise<Health | null> {
  return fetch(`http://127.0.0.1:${port}/healthz`).then(
    async (response) => (await response.json()) as Health,
    () => null,
  );
}

/** A number of /metrics. */
async function metric(name: string, desk: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const found = new RegExp(`^imapdesk_${name}\\{desk="${desk}"\\} (\\S+)$`, 'm').exec(text);
  return Number(found?.[1]);
}

async function reload(): Promise<{ code: number; told: Json; stderr: string }> {
  const { code, stdout, stderr } = await runDesk(['reload', '--json', '-c', config.path]);
  return { code, told: JSON.parse(stdout === '' ? '{}' : stdout) as Json, stderr };
}

function signIns(): number {
  return proxy.lines.filter((line) => / (AUTHENTICATE|LOGIN) /.test(line)).length;
}

async function logged(worker: Running, words: string): Promise<void> {
  await until(`a line on "${words}"`, async () =>
    worker.lines.some((line) => String(line['msg']).includes(words)) ? true : null,
  );
}

function timesRead(worker: Running): number {
  return worker.lines.filter(({ msg }) => String(msg).startsWith('the configuration was read again')).length;
}

it('touches what has changed, and nothing else', async () => {
  const worker = await started();
  await write('support', 'first');
  await answered('first');
  const passes = await metric('passes_total', 'Support');

  await put('sales', { tag: 'case' });
  await rm(join(config.folder, 'desks.d/parts.json'));
  const changed = await reload();
  expect(changed).toMatchObject({
    code: 0,
    told: { pid: worker.child.pid, begun: 0, anew: 1, ended: 1, untouched: 1, refreshed: 0, settled: true },
  });
  await write('sales', 'anew');
  await answered('anew', 'case');
  expect((await health())?.desks.map(({ desk }) => desk).toSorted()).toEqual(['Sales', 'Support']);
  await put('parts');
  expect((await reload()).told).toMatchObject({ begun: 1, anew: 0, ended: 0, untouched: 2 });
  await write('parts', 'back');
  await answered('back');

  // The same connection, and the same counts.
  await write('support', 'second');
  await answered('second');
  expect(signIns()).toBe(1);
  expect(await metric('reconnects_total', 'Support')).toBe(0);
  expect(await metric('passes_total', 'Support')).toBeGreaterThan(passes);

  // Another secret, at the same place: it signs in anew, and its counts stay.
  await putText('support.password', `${world.accounts.support.password}\n`);
  expect((await reload()).told).toMatchObject({ untouched: 3, refreshed: 0 });
  await putText('support.password', 'not the password');
  expect((await reload()).told).toMatchObject({ untouched: 3, refreshed: 1 });
  await logged(worker, 'The desk is unhealthy');
  await putText('support.password', world.accounts.support.password);
  expect((await reload()).told).toMatchObject({ untouched: 3, refreshed: 1 });
  await logged(worker, 'The desk works again');

  await putText('config.json', JSON.stringify(settings({ log: { format: 'json', level: 'error' } })));
  expect((await reload()).told).toMatchObject({ untouched: 3, restart: ['log'] });
  expect((await worker.stop('SIGTERM')).code).toBe(0);
  expect(await reload()).toMatchObject({ code: 69, stderr: expect.stringContaining('no "imapdesk run"') });
});

it('stops no desk because a secret cannot be read, and says which', async () => {
  await putText('signing.secret', 'a secret of more than 32 characters, for the test');
  await putText('config.json', JSON.stringify(settings({ secret: { file: 'signing.secret' } })));
  const worker = await started();
  const before = signIns();
  await chmod(join(config.folder, 'signing.secret'), 0o644);
  await rm(join(config.folder, 'sales.password'));
  expect(await reload()).toMatchObject({
    code: 78,
    told: {
      untouched: 3,
      refreshed: 0,
      unread: expect.arrayContaining([
        { field: 'secret', desk: null },
        { field: 'imap.password', desk: 'Sales' },
      ]),
    },
  });
  expect(worker.lines).toContainEqual(
    expect.objectContaining({
      level: 'warn',
      code: 'secret-unavailable',
      field: 'imap.password',
      desk: 'Sales',
    }),
  );
  for (const desk of ['support', 'sales'] as const) {
    await write(desk, `unread-${desk}`);
    await answered(`unread-${desk}`);
  }
  expect(signIns()).toBe(before);

  // One that has no connection does not make one for nothing.
  await worker.stop('SIGTERM');
  const anew = startRun(config);
  await logged(anew, 'The desk is unhealthy');
  expect(signIns()).toBe(before);
  expect((await anew.stop('SIGTERM')).code).toBe(0);
});

it('stops only the desk whose file is broken, and begins with it when that is mended', async () => {
  const worker = await started();
  await putText('desks.d/sales.json', '{ "name": ');
  const broken = await reload();
  expect(broken).toMatchObject({
    code: 78,
    told: { stopped: 1, ended: 0, untouched: 2, leftOut: ['desks.d/sales.json'] },
  });
  expect(broken.stderr).toContain('sales.json:1:11: not JSON');
  await logged(worker, 'sales.json:1:11: not JSON');
  expect(await health()).toMatchObject({
    healthy: false,
    desks: [
      { desk: 'Parts', healthy: true },
      { desk: 'Support', healthy: true },
      { desk: 'Sales', healthy: false, doing: 'left-out', trouble: 'config-syntax' },
    ],
  });
  expect(await metric('healthy', 'Sales')).toBe(0);
  await write('sales', 'left');
  await write('support', 'beside');
  await answered('beside');
  expect((await received()).filter((one) => one.endsWith('left'))).toEqual([]);

  await put('sales');
  worker.child.kill('SIGHUP');
  await answered('left');
  expect(signIns()).toBe(1);

  // A configuration that is wrong itself changes nothing at all.
  await putText('config.json', JSON.stringify({ ...settings(), desks: 7, log: { level: 'loud' } }));
  worker.child.kill('SIGHUP');
  await logged(worker, 'nothing was changed');
  expect((await reload()).code).toBe(78);
  await write('parts', 'still there');
  await answered('still there');
  expect((await health())?.healthy).toBe(true);
  expect((await worker.stop('SIGTERM')).code).toBe(0);
});

it(`loses and doubles nothing amid ${RELOADS} reloads in a row`, async () => {
  const worker = await started();
  const before = signIns();
  let sent = 0;
  for (let turn = 0; turn < RELOADS; turn += 1) {
    await put('sales', { tag: turn % 2 === 0 ? 'case' : 'issue' });
    if (turn % 9 === 0) await putText('desks.d/parts.json', '{');
    if (turn % 9 === 3) await put('parts');
    worker.child.kill('SIGHUP');
    while (sent < (MAILS * (turn + 1)) / RELOADS) {
      for (const desk of ['support', 'sales', 'parts'] as const) await write(desk, `amid-${desk}-${sent}`);
      sent += 1;
    }
    await until('the reload', async () => (timesRead(worker) > turn ? true : null));
  }
  await put('parts');
  worker.child.kill('SIGHUP');
  const amid = await until('an answer to each', async () => {
    const found = (await received()).filter((one) => one.includes('amid-'));
    return found.length >= 3 * MAILS ? found : null;
  });
  expect(amid.map((one) => one.replace(/^.*amid-/, '')).toSorted()).toEqual(
    ['support', 'sales', 'parts']
      .flatMap((desk) => Array.from({ length: MAILS }, (_, index) => `${desk}-${index}`))
      .toSorted(),
  );
  expect(signIns()).toBe(before);
  expect((await worker.stop('SIGTERM')).code).toBe(0);
  for (const desk of ['support', 'sales', 'parts'] as const) {
    expect(await readFolder(world, desk, 'INBOX')).toEqual([]);
    const numbers = amid.filter((one) => one.includes(`-${desk}-`)).map((one) => /\d+/.exec(one)?.[0]);
    expect(new Set(numbers).size).toBe(MAILS);
  }
});
