/** Alerts as a person has them: the commands, a real mailbox, and receivers on loopback. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { MailWorld } from '../../src/demo/world.js';
import { type Receiver, startReceiver, TWILIO, twilio } from './alert-receiver.js';
import { startProxy } from './imap-proxy.js';
import { killAll, startRun } from './running.js';
import {
  type ConfigFile,
  deskConfig,
  type Json,
  readFolder,
  runDesk,
  startWorld,
  until,
  writeConfig,
} from './world.js';

let world: MailWorld;
let hook: Receiver;
let gateway: Receiver;
let config: ConfigFile;

beforeEach(async () => {
  world = await startWorld();
  hook = await startReceiver();
  gateway = await startReceiver(twilio);
});
afterEach(async () => {
  killAll();
  await config.remove();
  await Promise.all([hook.close(), gateway.close(), world.stop()]);
});

async function write(changes: Json = {}, desk: Json = {}): Promise<void> {
  const sms = { gateway: 'twilio', ...TWILIO, token: { file: 'token' }, url: gateway.url };
  config = await writeConfig({
    ...deskConfig(world, desk),
    alerts: [
      { name: 'hook', send: { webhook: { url: `${hook.url}/T0KEN` } } },
      { name: 'night', events: ['new'], send: { sms } },
      { send: { mail: 'steve@example.org' } },
    ],
    ...changes,
  });
  await writeFile(join(config.folder, 'token'), `${TWILIO.token}\n`, { mode: 0o600 });
}

function mail(subject: string): Buffer {
  const lines = ['From: Jane <jane@example.com>', 'To: support@example.com', `Subject: ${subject}`];
  return Buffer.from([...lines, `Message-ID: <${subject}@example.org>`, '', 'Hello', ''].join('\r\n'));
}

const run = (...args: string[]) => runDesk([...args, '-c', config.path]);
const texts = () => gateway.got.map(({ body }) => new URLSearchParams(body).get('Body'));

it('tells by every way what once has filed, waits for the answers, and tells it no second time', async () => {
  await write();
  expect((await run('once')).code).toBe(0);
  await world.deliver('support', mail('Printer'));
  expect((await run('once')).code).toBe(0);
  expect(texts()).toEqual(['Example Support: new ticket 1']);
  expect(hook.got.map(({ body }) => JSON.parse(body).text)).toEqual(['Example Support: new ticket 1']);
  expect(JSON.stringify(hook.got)).not.toContain('Printer');
  const register = await readFolder(world, 'support', 'Tickets/Register');
  const tellings = register.filter(({ text }) => text.includes('X-Imapdesk-Entry: telling'));
  expect(tellings.map(({ flags }) => flags.has('\\Flagged') || flags.has('\\Draft'))).toEqual([
    false,
    false,
    false,
  ]);
  for (let passes = 0; passes < 2; passes += 1) expect((await run('once')).code).toBe(0);
  expect(gateway.got.length).toBe(1);
  expect(hook.got.length).toBe(1);
  const alerts = (await readFolder(world, 'steve', 'INBOX')).filter(({ subject }) =>
    subject.includes('new ticket'),
  );
  expect(alerts.map(({ subject }) => subject)).toEqual(['Example Support: new ticket 1']);
  expect(alerts[0]?.text).toContain('Auto-Submitted: auto-generated');
});

it('tells what a receiver did not take in a later run, and its secrets to nobody', async () => {
  await write();
  gateway.answer = (_, response) => void response.writeHead(503).end('busy');
  await run('once');
  await world.deliver('support', mail('Printer'));
  const first = await run('once');
  expect(first.code).toBe(0);
  expect(`${first.stdout}${first.stderr}`).toContain(
    'was not taken, and is tried again: the server answered 503: busy',
  );
  expect(`${first.stdout}${first.stderr}`).not.toMatch(/T0KEN|auth token/);
  gateway.answer = twilio;
  // The pause is a minute: a run before that does nothing.
  await run('once');
  expect(gateway.got.length).toBe(1);
});

it('goes on filing and sending while a receiver hangs, and tells the next worker what that one cannot know', async () => {
  await write({}, { poll: '* * * * * *' });
  hook.answer = () => undefined;
  await run('once');
  const worker = startRun(config);
  await world.deliver('support', mail('Printer'));
  await until('an SMS', async () => (gateway.got.length > 0 ? true : null));
  await until('the webhook', async () => (hook.got.length > 0 ? true : null));
  await world.deliver('support', mail('Scanner'));
  await until('the second SMS', async () => (gateway.got.length > 1 ? true : null));
  await until('both acknowledgements', async () =>
    (await readFolder(world, 'jane', 'INBOX')).length >= 2 ? true : null,
  );
  // Once the answers of the gateway are noted, a worker that is killed leaves nothing to be told twice by SMS.
  await until('the notes', async () => {
    const register = await readFolder(world, 'support', 'Tickets/Register');
    const sms = register.filter(({ text }) =>
      /X-Imapdesk-Entry: telling[^]*X-Imapdesk-Alert: "night"/.test(text),
    );
    return sms.length === 2 && sms.every(({ flags }) => !flags.has('\\Draft')) ? true : null;
  });
  worker.child.kill('SIGKILL');
  await run('once');
  await run('once');
  expect(texts()).toEqual(['Example Support: new ticket 1', 'Example Support: new ticket 2']);
});

it('tells of a desk that is out of order, and that it works again', async () => {
  const { user, password } = world.accounts.support;
  const proxy = await startProxy(world.imap.port);
  const imap = { host: '127.0.0.1', port: proxy.port, security: 'none', user, password };
  const send = { webhook: { url: hook.url, shape: 'slack' } };
  await write(
    { alerts: [{ events: ['unhealthy', 'recovered'], unhealthyAfter: '1s', send }] },
    { imap, poll: '* * * * * *' },
  );
  const worker = startRun(config);
  await until('a first pass', async () => (worker.lines.length > 1 ? true : null));
  await proxy.close();
  const told = () => hook.got.map(({ body }) => String(JSON.parse(body).text));
  await until('the alert', async () => (told().length > 0 ? true : null));
  expect(told()).toEqual(['Example Support: out of order (imap-unreachable)']);
  const again = await startProxy(world.imap.port, {}, proxy.port);
  worker.child.kill('SIGHUP');
  await until('the end of it', async () => (told().length > 1 ? true : null));
  expect(told()[1]).toBe('Example Support: works again');
  expect((await worker.stop('SIGTERM')).code).toBe(0);
  await again.close();
});

it('sends a test to each, or to the one that is named, and says what became of it', async () => {
  await write();
  const all = await run('alert', '--test');
  expect(all.code).toBe(0);
  expect(all.stdout).toContain('hook: told: the server answered 200: ok\n');
  expect(all.stdout).toContain('night: told: the server answered 201');
  expect(all.stdout).toContain('alert 3: told: the mail server has taken it for steve@example.org\n');
  expect(texts()).toEqual(['Example Support: a test, nothing has happened']);
  hook.answer = (_, response) => void response.writeHead(410).end();
  const one = await run('alert', '1', '--test', '--json');
  expect(one.code).toBe(69);
  expect(JSON.parse(one.stdout)).toEqual({
    alert: 'hook',
    desk: 'Example Support',
    outcome: 'refused',
    why: 'the server answered 410',
  });
  expect((await run('alert', 'nobody', '--test')).code).toBe(64);
  const list = await run('alert');
  expect(list.stdout.split('\n')[1]).toBe('night  sms  new  would tell now');
});
