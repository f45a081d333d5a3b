import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MailWorld } from '../../src/demo/world.js';
import { dovecotProgram, readFolder, startWorld, until, withImap } from './world.js';

const raw = Buffer.from(
  'From: jane@example.com\r\nMessage-ID: <m1@example.com>\r\nSubject: Hi\r\n\r\nHello.\r\n',
);

async function send(world: MailWorld, to: readonly string[], from = 'jane@example.com'): Promise<void> {
  const transport = createTransport({ host: world.smtp.host, port: world.smtp.port, ignoreTLS: true });
  await transport.sendMail({ envelope: { from, to: [...to] }, raw });
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Whether a client that trusts this certificate, or only the well-known authorities, accepts the server's. */
async function isTrusted(port: number, ca?: string): Promise<boolean> {
  const socket = connectTls({ host: '127.0.0.1', port, ...(ca === undefined ? {} : { ca }) });
  try {
    await once(socket, 'secureConnect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

describe('a mail world', () => {
  let world: MailWorld;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  it('keeps what is delivered byte for byte, with its time and flags', async () => {
    await world.deliver('support', raw, { receivedAt: new Date('2020-01-02T03:04:05Z'), seen: true });
    const [message] = await readFolder(world, 'support', 'INBOX');
    expect(message?.raw).toEqual(raw);
    expect(message?.flags).toContain('\\Seen');
  });

  it('gives UIDs in the order of delivery', async () => {
    const bodies = Array.from({ length: 20 }, (_, index) => Buffer.from(`Subject: ${index}\r\n\r\n`));
    for (const body of bodies) await world.deliver('ann', body);
    const found = await readFolder(world, 'ann', 'INBOX');
    expect(found.map(({ subject }) => subject)).toEqual(bodies.map((_, index) => String(index)));
  });

  it('takes mail by SMTP and delivers it, to plus-addresses too', async () => {
    await send(world, ['steve+42.abc@example.org']);
    const [message] = await readFolder(world, 'steve', 'INBOX');
    expect(message?.text).toMatch(
      /^Return-Path: <jane@example\.com>\r\nDelivered-To: steve\+42\.abc@example\.org\r\nReceived: /,
    );
    expect(world.sent.at(-1)).toEqual({ from: 'jane@example.com', to: ['steve+42.abc@example.org'], raw });
  });

  it('sends a bounce back for somebody unknown, but none for a bounce', async () => {
    await send(world, ['nobody@example.com']);
    await send(world, ['nobody@example.com'], '');
    const found = await readFolder(world, 'jane', 'INBOX');
    expect(found.map(({ subject }) => subject)).toEqual(['Undelivered Mail Returned to Sender']);
    expect(found[0]?.text).toMatch(/^Return-Path: <>\r\n/);
  });

  it('lets nothing leave', async () => {
    await expect(send(world, ['jane@example.net'])).rejects.toThrow('550 5.1.2');
    expect(world.strangers).toEqual(['jane@example.net']);
  });

  it('refuses what it is told to refuse', async () => {
    world.smtpRefuse(({ stage }) => (stage === 'data' ? '451 4.3.0 Later' : null));
    await expect(send(world, ['jane@example.com'])).rejects.toThrow('451 4.3.0 Later');
    world.smtpRefuse(null);
    await send(world, ['taro@example.com']);
  });

  it('goes away and comes back at the same port', async () => {
    await world.smtpPause();
    expect(await listens(world.smtp.port)).toBe(false);
    await world.smtpResume();
    await send(world, ['taro@example.com']);
  });
});

describe.each([
  { format: 'sdbox' },
  { layout: 'maildir++', prefix: 'INBOX.' },
  { hiddenCapabilities: ['MOVE', 'UIDPLUS', 'IDLE'] },
  { tls: true },
] as const)('a mail world with %o', (options) => {
  it('starts, delivers and stops', async () => {
    const world = await startWorld(options);
    try {
      await world.deliver('support', raw);
      const [message] = await readFolder(world, 'support', 'INBOX');
      expect(message?.raw).toEqual(raw);
      await withImap(world, 'support', async ({ namespace, capabilities }) => {
        expect(namespace).toMatchObject({
          prefix: 'prefix' in options ? options.prefix : '',
          delimiter: 'layout' in options ? '.' : '/',
        });
        expect(capabilities.has('MOVE')).toBe(!('hiddenCapabilities' in options));
      });
      expect(world.imap.tlsPort === null).toBe(world.certificate === null);
      for (const port of [world.imap.tlsPort, world.smtp.tlsPort]) {
        if (port === null || world.certificate === null) continue;
        expect(await isTrusted(port, world.certificate)).toBe(true);
        expect(await isTrusted(port)).toBe(false);
      }
    } finally {
      await world.stop();
    }
  });
});

const WORLD_MODULE = fileURLToPath(new URL('../../.cache/compiled/demo/world.js', import.meta.url));
const HOLD_A_WORLD = `
  const { PEOPLE, startMailWorld } = await import(process.argv[1]);
  const world = await startMailWorld(PEOPLE, { dovecot: process.argv[2] });
  console.log(JSON.stringify({ folder: world.folder, ports: [world.imap.port, world.smtp.port] }));
  setInterval(() => undefined, 1000);
`;

describe('what a mail world leaves behind', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('is nothing, after %s too', async (signal) => {
    const args = ['--input-type=module', '-e', HOLD_A_WORLD, WORLD_MODULE, await dovecotProgram()];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(child.stdout, 'data');
    const { folder, ports }: { folder: string; ports: number[] } = JSON.parse(String(line));
    expect(existsSync(folder)).toBe(true);
    child.kill(signal);
    await until('the folder to be gone', async () => (existsSync(folder) ? null : true));
    await until('the processes to be gone', async () =>
      (await processesOf(folder)).length === 0 ? true : null,
    );
    for (const port of ports) expect(await listens(port)).toBe(false);
  });
});

/** Processes whose command line names the folder. */
async function processesOf(folder: string): Promise<readonly string[]> {
  if (!existsSync('/proc/self/cmdline')) return [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.filter((line) => line.includes(folder));
}
