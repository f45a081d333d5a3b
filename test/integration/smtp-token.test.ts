/** Sign-in at mail servers by a token: in the way that the server offers, and what its refusals mean. */
import { SMTPServer } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { createCourier, type SmtpOptions, verifyCourier } from '../../src/delivery/smtp.js';
import { listenAt } from '../../src/demo/listening.js';
import { startTokenSmtp, type TokenSmtp, type TokenSmtpOptions } from '../servers/token-smtp.js';
import { problemOf } from './sign-in-desk.js';

const TOKEN = 'a-token-of-some-length~1';
const USER = 'support@example.com';
const ENVELOPE = { from: USER, to: 'jane@example.com' };
const RAW = Buffer.from('Subject: Hello\r\n\r\nHello\r\n');

let server: TokenSmtp | null = null;
afterEach(() => server?.close());

async function start(options: Partial<TokenSmtpOptions> = {}): Promise<SmtpOptions> {
  server = await startTokenSmtp({
    mechanisms: ['XOAUTH2'],
    isGood: (user, token) => Promise.resolve(user === USER && token === TOKEN),
    ...options,
  });
  return {
    host: '127.0.0.1',
    port: server.port,
    security: 'none',
    user: USER,
    accessToken: TOKEN,
    name: 'desk.example.com',
  };
}

describe('a token', () => {
  it.each([
    [['PLAIN', 'XOAUTH2'], 'XOAUTH2'],
    [['OAUTHBEARER'], 'OAUTHBEARER'],
    [['XOAUTH2', 'OAUTHBEARER'], 'OAUTHBEARER'],
  ] as const)('is taken by a server that offers %j', async (mechanisms, used) => {
    await verifyCourier(await start({ mechanisms }));
    expect(server?.tried).toEqual([[used, USER, TOKEN]]);
  });

  it('opens a line for letters', async () => {
    const options = await start({ mechanisms: ['OAUTHBEARER'] });
    const courier = createCourier(options);
    await courier.send(ENVELOPE, RAW);
    await courier.close();
    expect(server?.taken).toHaveLength(1);
  });

  it('may be of a user whose name has signs that the protocol uses', async () => {
    const user = 'a,b=c@example.com';
    const options = await start({
      mechanisms: ['OAUTHBEARER'],
      isGood: (name) => Promise.resolve(name === user),
    });
    await verifyCourier({ ...options, user });
    await expect(verifyCourier({ ...options, user: 'a\u0001auth=Bearer x' })).rejects.toThrow(/control/);
  });

  it('is taken by a server of another make', async () => {
    const other = new SMTPServer({
      authMethods: ['XOAUTH2'],
      allowInsecureAuth: true,
      disabledCommands: ['STARTTLS'],
      logger: false,
      disableReverseLookup: true,
      onAuth: ({ username, accessToken }, _, callback) => {
        if (username === USER && accessToken === TOKEN) callback(null, { user: username });
        else
          callback(null, {
            data: { status: '401', schemes: 'bearer mac', scope: 'my_smtp_access_scope_name' },
          });
      },
    });
    const port = await listenAt(other, 0);
    try {
      const options = { ...(await start()), port };
      await verifyCourier(options);
      expect(await problemOf(verifyCourier({ ...options, accessToken: 'another' }))).toMatchObject({
        code: 'smtp-sign-in-refused',
        exitCode: 77,
      });
    } finally {
      await new Promise<void>((resolve) => other.close(() => resolve()));
    }
  });
});

describe('a token that is refused', () => {
  it.each([
    ['XOAUTH2', '401', false, /Authentication failed\. It takes no token of that account: check smtp\.user/],
    ['OAUTHBEARER', 'insufficient_scope', false, /the token does not allow this: check the scopes/i],
    [
      'XOAUTH2',
      '401',
      '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.',
      /"Authenticated SMTP" switched on/,
    ],
  ] as const)('by %s with %s %s', async (mechanism, status, answer, message) => {
    const options = await start({ mechanisms: [mechanism], status, isGood: () => Promise.resolve(answer) });
    const problem = await problemOf(verifyCourier(options));
    expect(problem).toMatchObject({ code: 'smtp-sign-in-refused', exitCode: 77, temporary: false });
    expect(problem.message).toMatch(message);
  });

  it('for the time being is no refusal', async () => {
    const options = await start({
      isGood: () => Promise.resolve('454 4.7.0 Temporary authentication failure'),
    });
    expect(await problemOf(verifyCourier(options))).toMatchObject({
      code: 'smtp-unusable-sign-in',
      temporary: true,
    });
  });

  it('by a server that has no way to take one', async () => {
    const problem = await problemOf(verifyCourier(await start({ mechanisms: ['PLAIN'] })));
    expect(problem).toMatchObject({ code: 'smtp-sign-in-refused', exitCode: 77 });
    expect(problem.message).toMatch(/it offers no sign-in by OAuth2/);
  });

  it('is replaced once, within the same letter, and then told', async () => {
    const options = await start({ isGood: (_, token) => Promise.resolve(token === 'third') });
    const given = ['first', 'second', 'third'];
    let at = 0;
    const courier = createCourier(() => Promise.resolve({ ...options, accessToken: given[at] }), {
      mayRenew: () => {
        at += 1;
        return true;
      },
    });
    expect(await problemOf(courier.send(ENVELOPE, RAW))).toMatchObject({ code: 'smtp-sign-in-refused' });
    expect(server?.tried.map(([, , token]) => token)).toEqual(['first', 'second']);
    at = 1;
    await courier.send(ENVELOPE, RAW);
    await courier.close();
    expect(server?.taken).toHaveLength(1);
  });
});
