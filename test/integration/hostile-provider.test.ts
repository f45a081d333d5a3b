/** What a provider says is shown to a person, and writes nothing else to the terminal. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import { listenAt } from '../../src/demo/listening.js';
import { signIn } from '../../src/sign-in/login.js';

const CONTROL = '\u001B]0;owned\u0007\u001B[2J\n';

let server: Server;
let state: string;
let issuer: string;

beforeEach(async () => {
  server = createServer((request, response) => {
    const answers: Readonly<Record<string, object>> = {
      '/.well-known/openid-configuration': {
        issuer,
        token_endpoint: `${issuer}/token`,
        device_authorization_endpoint: `${issuer}/device`,
        userinfo_endpoint: `${issuer}/me`,
      },
      '/device': {
        device_code: 'd',
        user_code: `AB${CONTROL}CD`,
        verification_uri: `https://id.example/${CONTROL}Type your password here`,
        expires_in: 600,
        interval: 1,
      },
      '/token': { access_token: 'a', token_type: 'Bearer', expires_in: 3600, refresh_token: 'r' },
      '/me': { sub: 'x', email: `other${CONTROL}@example.com` },
    };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answers[request.url ?? '']));
  });
  issuer = `http://127.0.0.1:${await listenAt(server)}`;
  state = await mkdtemp(join(tmpdir(), 'imapdesk-test-'));
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(state, { recursive: true, force: true });
});

it('shows its code, its address and its names without what controls a terminal', async () => {
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
  const text = JSON.stringify({ secret: 's'.repeat(40), desks: [desk] });
  const config = parseConfig(text, { path: 'config.json', env: { XDG_STATE_HOME: state } });
  const [first] = config.desks;
  if (first === undefined) throw new TypeError('There is no desk.');
  const shown: string[] = [];
  const lines = (async function* () {})();
  const person = { say: (line: string) => void shown.push(line), open: () => undefined, lines };
  const { signal } = new AbortController();
  const failure: unknown = await signIn({ config, desk: first }, { ...person, signal }).catch(
    (e: unknown) => e,
  );
  expect(failure).toMatchObject({ code: 'sign-in-other' });
  expect(shown).toContain('AB ]0;owned [2J CD');
  expect([...shown, String(failure)].join('')).not.toMatch(/\p{Cc}/u);
});
