/** The page that a sign-in comes back to: anybody on this machine may knock there. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Landing, openLanding } from '../../../src/sign-in/landing.js';

let landing: Landing;
beforeEach(async () => {
  landing = await openLanding('127.0.0.1', 'the-state');
});
afterEach(() => landing.close(false).catch(() => undefined));

async function connected(): Promise<Socket> {
  const socket = connect(Number(new URL(landing.redirectUri).port), '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** All that comes back for bytes as they stand. */
async function answerTo(bytes: string): Promise<string> {
  const socket = await connected();
  socket.write(bytes);
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

it.each(['//', '///?state=the-state', '*', '/?state=another', '/elsewhere?state=the-state', 'http://[/'])(
  'has nothing at %s, and stays',
  async (path) => {
    expect(await answerTo(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 4/,
    );
    const page = fetch(`${landing.redirectUri}?state=the-state&code=1`);
    expect((await landing.arrived).searchParams.get('code')).toBe('1');
    await landing.close(true);
    expect((await page).status).toBe(200);
  },
);

it('answers and closes though a browser has opened a connection on which it says nothing', async () => {
  const silent = await connected();
  const page = fetch(`${landing.redirectUri}?state=the-state&code=1`);
  await landing.arrived;
  await landing.close(true);
  expect(await (await page).text()).toContain('imapdesk has what it needs');
  silent.destroy();
});

it('closes though whoever came has gone', async () => {
  const socket = await connected();
  socket.write('GET /?state=the-state&code=1 HTTP/1.1\r\nHost: x\r\n\r\n');
  await landing.arrived;
  socket.destroy();
  await once(socket, 'close');
  await landing.close(true);
});
