/** Tokens from a program of one's own, at a Dovecot that knows the key of whoever signs them, and nobody to ask. */
import { createHmac, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectStore } from '../../src/mailbox/imap/connection.js';
import { startTokenSmtp, type TokenSmtp } from '../servers/token-smtp.js';
import { compose } from './desk-bench.js';
import { type ImapProxy, startProxy } from './imap-proxy.js';
import { ME, problemOf } from './sign-in-desk.js';
import {
  type ConfigFile,
  deskConfig,
  readFolder,
  runDesk,
  startWorld,
  type TestWorld,
  writeConfig,
} from './world.js';

const KEY = randomBytes(32);
/** Else an address from which a sign-in has failed waits for seconds. */
const WITHOUT_PENALTY = [
  'service anvil {',
  '  unix_listener anvil-auth-penalty {',
  '    mode = 0',
  '  }',
  '}',
];

/** RFC 7519, by HS256: an unpacked Dovecot finds no library for other keys. */
function tokenOf(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', KEY).update(signed).digest('base64url')}`;
}

function goodToken(changes: object = {}): string {
  const now = Math.floor(Date.now() / 1000);
  return tokenOf({ sub: ME, iss: 'tests', iat: now - 60, nbf: now - 60, exp: now + 3600, ...changes });
}

describe('a token that is signed', () => {
  let folder: string;
  let world: TestWorld;
  let proxy: ImapProxy;
  let smtp: TokenSmtp;
  let config: ConfigFile;

  beforeAll(async () => {
    folder = await mkdtemp('/tmp/imapdesk-jwt-');
    const keys = join(folder, 'keys/default/HS256');
    await mkdir(keys, { recursive: true });
    await writeFile(join(keys, 'default'), KEY.toString('base64'));
    const args = join(folder, 'dovecot-oauth2.conf.ext');
    await writeFile(
      args,
      [
        'introspection_mode = local',
        `local_validation_key_dict = fs:posix:prefix=${folder}/keys/`,
        'username_attribute = sub',
        '',
      ].join('\n'),
    );
    world = await startWorld({
      kind: 'maildir',
      further: [
        'auth_mechanisms = plain login xoauth2',
        'passdb {',
        '  driver = oauth2',
        '  mechanisms = xoauth2',
        `  args = ${args}`,
        '}',
        ...WITHOUT_PENALTY,
      ],
    });
    proxy = await startProxy(world.imap.port);
    smtp = await startTokenSmtp({
      mechanisms: ['OAUTHBEARER'],
      isGood: async (_, token) => token === (await readFile(join(folder, 'token'), 'utf8')),
    });
    const signIn = { host: '127.0.0.1', security: 'none', user: ME };
    config = await writeConfig(
      deskConfig(world, {
        imap: { ...signIn, port: proxy.port },
        smtp: { ...signIn, port: smtp.port },
        auth: { accessToken: { command: ['cat', join(folder, 'token')] } },
      }),
    );
  });
  afterEach(() => rm(join(folder, 'token'), { force: true }));
  afterAll(async () => {
    await config.remove();
    await smtp.close();
    await proxy.close();
    await world.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const once = () => runDesk(['once', '-c', config.path]);

  it('opens both servers, each by the way that it offers', async () => {
    await writeFile(join(folder, 'token'), goodToken());
    await world.deliver('support', compose({ subject: 'Signed' }), {
      envelope: { from: 'jane@example.com', to: ME },
    });
    expect(await once()).toMatchObject({ code: 0, stderr: '' });
    expect(proxy.lines.join('')).toContain('AUTHENTICATE XOAUTH2');
    expect(smtp.tried.at(-1)?.slice(0, 2)).toEqual(['OAUTHBEARER', ME]);
    const open = await readFolder(world, 'support', 'Tickets/Open');
    expect(open.map(({ subject }) => subject)).toContain('Signed');
  });

  it('that is over is refused, and told as such without the token', async () => {
    const over = goodToken({ exp: Math.floor(Date.now() / 1000) - 60 });
    await writeFile(join(folder, 'token'), over);
    const ran = await once();
    expect(ran.code).toBe(77);
    expect(ran.stderr).toContain('It takes no token of that account');
    expect(ran.stderr).not.toContain(over);
  });

  it('of nobody says which program gave none', async () => {
    const ran = await once();
    expect(ran.code).toBe(78);
    expect(ran.stderr).toContain('desks[0].auth.accessToken.command: ended with exit code 1');
  });

  it('is one word, or the program is to blame', async () => {
    await writeFile(join(folder, 'token'), `Your token is:\n${goodToken()}\n`);
    const ran = await once();
    expect(ran.code).toBe(78);
    expect(ran.stderr).toContain('desks[0].auth.accessToken.command: printed something else than one token');
  });

  it('opens a connection in the way that the server has', async () => {
    const options = { host: '127.0.0.1', port: world.imap.port, security: 'none', user: ME } as const;
    const connection = await connectStore({ ...options, accessToken: goodToken() });
    expect(await connection.store.folders()).toContain('INBOX');
    await connection.close();
    const other = await problemOf(
      connectStore({ ...options, accessToken: goodToken({ sub: 'x@example.com' }) }),
    );
    expect(other).toMatchObject({ code: 'imap-sign-in-refused', exitCode: 77 });
  });

  it('is of no use to a server that has no way for one', async () => {
    const plain = await startProxy(world.imap.port, {
      rewrite: (line) => line.replaceAll(' AUTH=XOAUTH2', ''),
    });
    try {
      const options = { host: '127.0.0.1', port: plain.port, security: 'none', user: ME } as const;
      const problem = await problemOf(connectStore({ ...options, accessToken: goodToken() }));
      expect(problem).toMatchObject({ code: 'imap-sign-in-refused', exitCode: 77 });
      expect(problem.message).toContain('offers no sign-in by OAuth2');
    } finally {
      await plain.close();
    }
  });
});
