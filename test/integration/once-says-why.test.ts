/** Whenever `once` ends with another code than 0, one line says why: cron mails what is printed. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { MailWorld } from '../../src/demo/world.js';
import {
  type ConfigFile,
  deskConfig,
  type Json,
  runDesk,
  startWorld,
  withImap,
  writeConfig,
} from './world.js';

let world: MailWorld;
let config: ConfigFile;

beforeEach(async () => {
  world = await startWorld();
  config = await writeConfig(deskConfig(world));
});
afterEach(async () => {
  await config.remove();
  await world.stop();
});

async function write(): Promise<void> {
  const raw = ['From: jane@example.com', 'To: support@example.com', 'Subject: Hello'];
  const text = [...raw, 'Message-ID: <hello@example.com>', '', 'Hello.', ''].join('\r\n');
  await world.deliver('support', Buffer.from(text));
}

/** The exit code, and what the lines of the log say. */
async function once(): Promise<{ code: number; said: readonly string[] }> {
  const { code, stderr } = await runDesk(['once', '-c', config.path]);
  const lines = stderr.split('\n').filter((line) => line !== '');
  return { code, said: lines.map((line) => String((JSON.parse(line) as Json)['msg'])) };
}

it('says nothing when all is well', async () => {
  await write();
  expect(await once()).toEqual({ code: 0, said: [] });
});

it('counts what the mail server will not take', async () => {
  await write();
  world.smtpRefuse(({ stage, to }) =>
    stage === 'recipient' && to.includes('ann@example.org') ? '550 5.1.1 no such user' : null,
  );
  const { code, said } = await once();
  expect(code).toBe(1);
  expect(said.at(-1)).toBe('1 letter will not be taken by the mail server: see the review folder');
});

it('says that the mail server is away, or a folder', async () => {
  await write();
  await world.smtpPause();
  const away = await once();
  expect(away.code).toBe(69);
  expect(away.said).toEqual([
    expect.stringMatching(/^mail waits in the outbox: No connection to the SMTP server/),
  ]);
  await world.smtpResume();
  await withImap(world, 'support', (client) => client.mailboxRename('Tickets/Review', 'Tickets/Elsewhere'));
  const missing = await once();
  expect(missing.code).toBe(78);
  expect(missing.said).toEqual([
    expect.stringMatching(/^these folders of the desk are missing: "Tickets\/Review"/),
  ]);
});
