/** The ways out of alerts, each to a real receiver: what arrives, and what is made of each answer. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createTls } from 'node:https';
import { createServer as createNet } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openTeller } from '../../src/alerts/open-teller.js';
import { parseConfig } from '../../src/config/load.js';
import { freePort, listenAt } from '../../src/demo/listening.js';
import type { AlertMessage } from '../../src/desk/alerts/alert-message.js';
import type { Outcome } from '../../src/desk/alerts/outcome.js';
import { madeCertificate } from '../servers/made-certificate.js';
import { sample } from '../unit/config/sample.js';
import { type Receiver, startReceiver, TWILIO, twilio } from './alert-receiver.js';
import { dovecotProgram, until } from './world.js';

const MESSAGE: AlertMessage = {
  id: 'k7f3q9x2k7f3q9x2k7f3',
  alert: 'night',
  desk: 'Example Support',
  headline: 'Example Support: new ticket 7',
  details: [],
  events: [{ event: 'new', ticket: 7, at: new Date('2026-11-29T02:14:07Z'), said: {} }],
};
const SECRET = 'a token that nobody may see';
const SHORT_MS = 1_500;

let folder: string;
let receiver: Receiver;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'al-'));
  receiver = await startReceiver();
});
afterEach(() => {
  receiver.got.length = 0;
  receiver.answer = (_, response) => void response.writeHead(200).end('ok');
});
afterAll(async () => {
  await receiver.close();
  await rm(folder, { recursive: true, force: true });
});

interface Sent {
  readonly outcome: Outcome;
  readonly printed: readonly string[];
}

function send(way: object, env: Record<string, string> = {}, withinMs = SHORT_MS): Promise<Sent> {
  return sendOf(MESSAGE, { way, env, withinMs });
}

interface Sending {
  readonly way: object;
  readonly env?: Record<string, string>;
  readonly withinMs?: number;
}

async function sendOf(message: AlertMessage, { way, env = {}, withinMs = SHORT_MS }: Sending): Promise<Sent> {
  const written = JSON.stringify(sample({ alerts: [{ name: 'night', send: way }] }));
  const config = parseConfig(written, { path: join(folder, 'config.json'), env });
  const [alert] = config.alerts;
  if (alert === undefined) throw new TypeError('no alert');
  const printed: string[] = [];
  const log = {
    info: (fields: object) => void ('output' in fields && printed.push(String(fields.output))),
  };
  const teller = openTeller({ config, alert, log, secrets: new Set(), withinMs });
  if (teller === null) throw new TypeError('it goes by mail');
  const outcome = await teller.tell(message, new AbortController().signal);
  expect(JSON.stringify([outcome, printed])).not.toContain(SECRET);
  return { outcome, printed };
}

describe('a webhook', () => {
  const hook = (changes: object = {}) => ({ webhook: { url: `${receiver.url}/hook?token=x`, ...changes } });

  /** The receiver that docs/alerts.md shows. */
  async function isGenuine(): Promise<(headers: unknown, body: string, secret: string) => boolean> {
    const page = await readFile(fileURLToPath(new URL('../../docs/alerts.md', import.meta.url)), 'utf8');
    const [, code = ''] = /^```js\n([\s\S]*?)^```$/m.exec(page) ?? [];
    const file = join(folder, 'receiver.mjs');
    await writeFile(file, code);
    return (await import(pathToFileURL(file).href)).isGenuine;
  }

  it('brings signed JSON, which the receiver of the documentation believes, and no other', async () => {
    const { outcome } = await send(hook({ secret: { env: 'KEY' } }), { KEY: SECRET });
    expect(outcome.kind).toBe('told');
    const [got] = receiver.got;
    expect(got).toMatchObject({ method: 'POST', path: '/hook?token=x' });
    expect(JSON.parse(got?.body ?? '')).toEqual({
      id: MESSAGE.id,
      alert: 'night',
      desk: 'Example Support',
      text: 'Example Support: new ticket 7',
      events: [{ event: 'new', ticket: 7, at: '2026-11-29T02:14:07.000Z' }],
    });
    const genuine = await isGenuine();
    expect(genuine(got?.headers, got?.body ?? '', SECRET)).toBe(true);
    expect(genuine(got?.headers, got?.body ?? '', 'another')).toBe(false);
    expect(genuine(got?.headers, `${got?.body} `, SECRET)).toBe(false);
    expect(genuine({ ...got?.headers, 'webhook-timestamp': '1' }, got?.body ?? '', SECRET)).toBe(false);
    expect(genuine({}, got?.body ?? '', SECRET)).toBe(false);
  });

  it('sends header fields along, which may be secret', async () => {
    await send(hook({ headers: { Authorization: { env: 'AUTH' } }, shape: 'ntfy' }), { AUTH: SECRET });
    expect(receiver.got[0]?.headers.authorization).toBe(SECRET);
    expect(receiver.got[0]?.body).toBe('Example Support: new ticket 7');
  });

  it('with a header field that none can be is not sent, and its value is not shown', async () => {
    const { outcome } = await send(hook({ headers: { Authorization: { env: 'AUTH' } } }), {
      AUTH: `${SECRET}\nx`,
    });
    expect(outcome).toEqual({
      kind: 'refused',
      why: 'a header field or the address is none that can be sent',
    });
    expect(receiver.got).toEqual([]);
  });

  it('is not sent on to another place, however often it is asked for', async () => {
    const other = await startReceiver();
    receiver.answer = (_, response) => void response.writeHead(307, { location: other.url }).end();
    const { outcome } = await send(hook());
    await other.close();
    expect(outcome.kind).toBe('refused');
    expect(outcome.why).toContain('no redirection is followed');
    expect(outcome.why).not.toContain(other.url);
    expect(other.got).toEqual([]);
  });

  it('reads no more of an answer than a little, shows none of its control characters, and no secret', async () => {
    receiver.answer = (_, response) => {
      response.writeHead(400);
      response.write(`\u001b[31mno: ${SECRET}\r\n`);
      const more = (): void => {
        if (!response.destroyed) response.write('x'.repeat(64 * 1024), () => setImmediate(more));
      };
      more();
    };
    const { outcome } = await send(hook({ secret: { env: 'KEY' } }), { KEY: SECRET });
    expect(outcome.kind).toBe('refused');
    expect(outcome.why.length).toBeLessThan(300);
    expect(outcome.why).not.toMatch(/\p{Cc}/u);
  });

  it.each([
    ['webhook', () => hook({ shape: 'slack' })],
    ['SMS', () => ({ sms: { gateway: 'twilio', ...TWILIO, token: { env: 'TOKEN' }, url: receiver.url } })],
  ])('of which the answer repeats what people wrote says no more than the status: %s', async (_, way) => {
    receiver.answer = ({ body }, response) => void response.writeHead(400).end(`cannot take ${body}`);
    const env = { TOKEN: TWILIO.token };
    const said = { subject: 'My illness', words: 'It hurts.' };
    const [event] = MESSAGE.events;
    if (event === undefined) throw new TypeError('no event');
    const telling = { ...MESSAGE, details: ['My illness', 'It hurts.'], events: [{ ...event, said }] };
    const { outcome } = await sendOf(telling, { way: way(), env });
    expect(receiver.got[0]?.body).toMatch(/illness/);
    expect(outcome).toEqual({ kind: 'refused', why: 'the server answered 400' });
    expect((await sendOf(MESSAGE, { way: way(), env })).outcome.why).toMatch(
      /^the server answered 400: cannot/,
    );
  });

  it('is given up when no answer comes, and when the connection breaks', async () => {
    receiver.answer = () => undefined;
    expect((await send(hook(), {}, 300)).outcome).toEqual({ kind: 'unknown', why: 'no answer came in time' });
    receiver.answer = (_, response) => void response.destroy();
    expect((await send(hook())).outcome.kind).toBe('unknown');
  });

  it('is tried again where no connection came about', async () => {
    const url = `http://127.0.0.1:${await freePort()}/secret-path`;
    const { outcome } = await send({ webhook: { url } });
    expect(outcome).toEqual({ kind: 'again', why: 'no connection (ECONNREFUSED)' });
  });

  it('goes to no server with a certificate that nobody vouches for, and to none that speaks no TLS', async () => {
    const made = await madeCertificate(await dovecotProgram(), ['localhost']);
    const tls = createTls(made, (_, response) => void response.end('ok'));
    const port = await listenAt(tls);
    const { outcome } = await send({ webhook: { url: `https://localhost:${port}/` } });
    tls.closeAllConnections();
    await new Promise((closed) => tls.close(closed));
    expect(outcome.kind).toBe('again');
    expect(outcome.why).toMatch(/CERT|SELF_SIGNED|UNABLE/);
    const plain = createNet((socket) => {
      socket.on('error', () => undefined);
      socket.write('220 hello\r\n', () => socket.destroy());
    });
    const at = await listenAt(plain);
    const spoken = await send({ webhook: { url: `https://localhost:${at}/` } });
    await new Promise((closed) => plain.close(closed));
    expect(spoken.outcome.kind).not.toBe('told');
  });

  it('says which secret cannot be read, and is tried again', async () => {
    const { outcome } = await send({ webhook: { url: { env: 'HOOK' } } });
    expect(outcome.kind).toBe('again');
    expect(outcome.why).toContain('alerts[0].send.webhook.url.env');
    const wrong = await send({ webhook: { url: { env: 'HOOK' } } }, { HOOK: 'http://hooks.example/token' });
    expect(wrong.outcome).toEqual({
      kind: 'again',
      why: 'alerts[0].send.webhook.url: expected https: http is for a server on this machine, or where plainHttp says so',
    });
  });
});

describe('an SMS', () => {
  const sms = (changes: object = {}) => ({
    sms: { gateway: 'twilio', ...TWILIO, token: { env: 'TOKEN' }, url: receiver.url, ...changes },
  });

  it('is what the gateway takes', async () => {
    receiver.answer = twilio;
    const { outcome } = await send(sms(), { TOKEN: TWILIO.token });
    expect(outcome.kind).toBe('told');
    expect(Object.fromEntries(new URLSearchParams(receiver.got[0]?.body))).toEqual({
      To: '+15550101',
      From: '+15550100',
      Body: 'Example Support: new ticket 7',
    });
  });

  it('says what the gateway says of a mistake, and whether it will be tried again', async () => {
    receiver.answer = twilio;
    const wrong = await send(sms(), { TOKEN: SECRET });
    expect(wrong.outcome.kind).toBe('again');
    expect(wrong.outcome.why).toMatch(/^the server answered 401: .*"code":20003/);
    const invalid = await send(sms({ to: '12' }), { TOKEN: TWILIO.token });
    expect(invalid.outcome.kind).toBe('refused');
    expect(invalid.outcome.why).toContain('21211');
    for (const [status, kind] of [
      [429, 'again'],
      [500, 'again'],
      [503, 'again'],
      [502, 'unknown'],
    ] as const) {
      receiver.answer = (_, response) => void response.writeHead(status).end('{"code":20429}');
      expect((await send(sms(), { TOKEN: TWILIO.token })).outcome.kind).toBe(kind);
    }
  });

  it('waits for a gateway that is slow', async () => {
    receiver.answer = (got, response) => void setTimeout(() => twilio(got, response), 200);
    expect((await send(sms(), { TOKEN: TWILIO.token })).outcome.kind).toBe('told');
  });

  it('goes to any gateway by a template, as a form or as JSON', async () => {
    const gateway = { gateway: 'http', url: `${receiver.url}/send`, to: '+1555' };
    const form = { number: '{to}', text: '[{text}]', ref: '{id}', key: { env: 'KEY' } };
    await send({ sms: { ...gateway, form } }, { KEY: SECRET });
    expect(Object.fromEntries(new URLSearchParams(receiver.got[0]?.body))).toEqual({
      number: '+1555',
      text: '[Example Support: new ticket 7]',
      ref: MESSAGE.id,
      key: SECRET,
    });
    await send({ sms: { ...gateway, json: { to: '{to}', body: '{text}' } } });
    expect(JSON.parse(receiver.got[1]?.body ?? '')).toEqual({
      to: '+1555',
      body: 'Example Support: new ticket 7',
    });
  });
});

describe('a program', () => {
  const program = (script: string) => ({
    command: ['/bin/sh', '-c', script, 'page-me', '$(touch no-shell)'],
  });

  it('is told by its environment and on its standard input, and has none of our secrets', async () => {
    const env = { PATH: process.env['PATH'] ?? '', KEPT: 'yes', HOOK: SECRET };
    const written = JSON.stringify(
      sample({
        alerts: [
          { name: 'night', send: program('cat; env | grep -E "^(IMAPDESK|KEPT|HOOK)" | sort; echo "$1"') },
          { send: { webhook: { url: { env: 'HOOK' } } } },
        ],
      }),
    );
    const config = parseConfig(written, { path: join(folder, 'config.json'), env });
    const [alert] = config.alerts;
    if (alert === undefined) throw new TypeError('no alert');
    const printed: string[] = [];
    const log = {
      info: (fields: object) => void printed.push('output' in fields ? String(fields.output) : ''),
    };
    const teller = openTeller({ config, alert, log, secrets: new Set() });
    const outcome = await teller?.tell(MESSAGE, new AbortController().signal);
    expect(outcome?.kind).toBe('told');
    expect(printed).toEqual([
      `{"id":"${MESSAGE.id}","alert":"night","desk":"Example Support","text":"Example Support: new ticket 7",` +
        `"events":[{"event":"new","ticket":7,"at":"2026-11-29T02:14:07.000Z"}]} ` +
        `IMAPDESK_ALERT=night IMAPDESK_ALERT_ID=${MESSAGE.id} IMAPDESK_DESK=Example Support IMAPDESK_EVENTS=new ` +
        `IMAPDESK_TEXT=Example Support: new ticket 7 IMAPDESK_TICKETS=7 KEPT=yes $(touch no-shell)`,
    ]);
  });

  it.each([
    ['exit 0', 'told'],
    ['exit 3', 'again'],
    ['kill -9 $$', 'again'],
  ])('that does %s has %s', async (script, kind) => {
    expect((await send(program(script))).outcome.kind).toBe(kind);
  });

  it('that cannot be started is tried again', async () => {
    const { outcome } = await send({ command: ['/no/such/program'] });
    expect(outcome).toEqual({ kind: 'again', why: 'it could not be started (ENOENT)' });
  });

  it('that takes too long is ended, with all that it has started', async () => {
    const pids = join(folder, 'pids');
    const { outcome } = await send(program(`sleep 600 & echo "$! $$" >${pids}; wait`), {}, 500);
    expect(outcome).toEqual({ kind: 'unknown', why: 'it was ended after 0.5 seconds' });
    const started = (await readFile(pids, 'utf8')).trim().split(' ').map(Number);
    expect(started).toHaveLength(2);
    for (const pid of started)
      await until(`the end of ${pid}`, async () => ((await isAlive(pid)) ? null : true));
  });

  it('may print as much as it likes: what is shown is a little, on one line, without control characters', async () => {
    const { printed } = await send(
      program('printf "\\033[31mred\\n"; yes x | head -c 1000000; exit 0'),
      {},
      20_000,
    );
    expect(printed[0]?.startsWith('[31mred x x')).toBe(true);
    expect(printed[0]?.length).toBeLessThan(9_000);
  });
});

/** What has ended and is still listed, since nobody has asked how, is not alive. */
async function isAlive(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z');
  return !/\) [ZX]/.test(state);
}
