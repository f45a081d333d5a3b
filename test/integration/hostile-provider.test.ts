/** A provider that says what controls a terminal, or that lets people wait. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import { listenAt } from '../../src/demo/listening.js';
import { signIn } from '../../src/sign-in/login.js';
import { main } from './world.js';

const CONTROL = '\u001B]0;owned\u0007\u001B[2J\n';

let server: Server;
let state: string;
let issuer: string;
let asked: string[];
let email: string;
let onAsked: (path: string) => void;
let silent: boolean;

beforeEach(async () => {
  [asked, email, silent] = [[], `other${CONTROL}@example.com`, false];
  onAsked = () => undefined;
  server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    onAsked(path);
    if (silent) return;
    const answers: Readonly<Record<string, object>> = {
      '/.well-known/openid-configuration': {
        issuer,
        token_endpoint: `${issuer}/token`,
        device_authorization_endpoint: `${issuer}/device`,
        userinfo_endpoint: `${issuer}/me`,
        revocation_endpoint: `${issuer}/revoke`,
      },
      '/device': {
        device_code: 'd',
        user_code: `AB${CONTROL}CD`,
        verification_uri: `https://id.example/${CONTROL}Type your password here`,
        expires_in: 600,
        interval: 1,
      },
      '/token': { access_token: 'a', token_type: 'Bearer', expires_in: 3600, refresh_token: 'r' },
      '/me': { sub: 'x', email },
    };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answers[path] ?? {}));
  });
  issuer = `http://127.0.0.1:${await listenAt(server)}`;
  state = await mkdtemp(join(tmpdir(), 'imapdesk-test-'));
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(state, { recursive: true, force: true });
});

/** Signs in by device. */
async function failureWith(say: (line: string) => void, signal: AbortSignal): Promise<unknown> {
  const config = parseConfig(text(), { path: 'config.json', env: { XDG_STATE_HOME: state } });
  const [desk] = config.desks;
  if (desk === undefined) throw new TypeError('There is no desk.');
  const lines = (async function* () {})();
  const person = { say, open: () => undefined, lines, signal };
  return signIn({ config, desk }, person).catch((error: unknown) => error);
}

function text(): string {
  const at = { host: '127.0.0.1', user: 'support@example.com' };
  const oauth2 = { provider: { issuer }, clientId: 'c', flow: 'device' };
  const desk = {
    name: 'D',
    address: at.user,
    staff: ['ann@example.org'],
    auth: { oauth2 },
    imap: at,
    smtp: at,
  };
  return JSON.stringify({ secret: 's'.repeat(40), desks: [desk] });
}

it('shows its code, its address and its names without what controls a terminal', async () => {
  const shown: string[] = [];
  const failure = await failureWith((line) => void shown.push(line), new AbortController().signal);
  expect(failure).toMatchObject({ code: 'sign-in-other' });
  expect(shown).toContain('AB ]0;owned [2J CD');
  expect([...shown, String(failure)].join('')).not.toMatch(/\p{Cc}/u);
});

it('saves nothing where somebody has stopped it before the last answer came', async () => {
  const stop = new AbortController();
  email = 'support@example.com';
  onAsked = (path) => path === '/me' && stop.abort();
  const failure = await failureWith(() => undefined, stop.signal);
  expect(failure).toMatchObject({ exitCode: 77, message: 'Nobody has signed in; nothing was saved' });
  expect(asked).toContain('/revoke');
  expect(await readdir(join(state, 'imapdesk'))).toEqual([]);
});

it('is waited for no longer than seconds where it never answers, and then it is no success: 77', async () => {
  const config = join(state, 'config.json');
  await writeFile(config, text(), { mode: 0o600 });
  silent = true;
  const child = spawn(process.execPath, [main, 'login', '-c', config], {
    env: { ...process.env, XDG_STATE_HOME: state },
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  onAsked = () => child.kill('SIGINT');
  const [code] = await once(child, 'close');
  expect(code).toBe(77);
});
