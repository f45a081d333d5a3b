/** An SMTP server that cannot or will not start TLS: nothing is sent in the clear, and everything leaves when it can. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { MailWorld } from '../../src/demo/world.js';
import { startWorld } from '../integration/world.js';
import { letter } from '../model/sample-mail.js';
import { type AnsweringProxy, startAnsweringProxy } from './answering-proxy.js';
import { nameOfAnswer, smtpAnswersTo } from './answers.js';
import { type Ran, runOnce } from './command-worker.js';
import { smtpLine } from './smtp-line.js';

const MINUTE_MS = 61_000;
/** Far longer than a server that is at work takes on a busy machine. */
const SILENCE_MS = 5000;

let world: MailWorld;
let proxy: AnsweringProxy;
let certificate: string;
let now = Date.now();

beforeAll(async () => {
  world = await startWorld({ format: 'sdbox', tls: true });
  if (world.certificate === null) throw new Error('This world has no TLS.');
  certificate = join(world.folder, 'trusted.pem');
  await writeFile(certificate, world.certificate);
  proxy = await startAnsweringProxy({ port: world.smtp.port, follow: smtpLine }, null);
});

afterAll(async () => {
  await proxy.close();
  await world.stop();
});

beforeEach(() => {
  proxy.follow(null);
});

async function once(): Promise<Ran> {
  now += MINUTE_MS;
  return runOnce({
    account: world.accounts.support,
    ports: { imap: world.imap.port, smtp: proxy.port },
    now: new Date(now),
    maxSilenceMs: SILENCE_MS,
    startTls: certificate,
  });
}

it.each(smtpAnswersTo('STARTTLS').map((answer, index) => ({ name: nameOfAnswer(answer), answer, index })))(
  'STARTTLS is answered by $name',
  async ({ answer, index }) => {
    await once();
    const from = world.sent.length;
    const messageId = `matter-${index}@example.com`;
    const subject = ['Bell', 'Chair', 'Door', 'Lamp', 'Oven'][index] ?? 'Pipe';
    await world.deliver(
      'support',
      letter({ from: 'jane@example.com', to: 'support@example.com', subject, messageId }),
    );
    proxy.follow({ key: 'STARTTLS', from: 0, lasting: true, answer });
    for (let pass = 0; pass < 3; pass += 1) {
      const { exitCode, lines } = await once();
      expect(exitCode).not.toBe(0);
      expect(lines).toHaveLength(1);
    }
    expect(world.sent.length).toBe(from);
    expect(proxy.keys.filter((key) => key === 'AUTH' || key === 'MAIL')).toEqual([]);
    proxy.follow(null);
    expect(await once()).toEqual({ exitCode: 0, lines: [] });
    const sent = world.sent.slice(from).flatMap(({ to }) => to);
    expect(sent.toSorted()).toEqual(['jane@example.com', 'steve@example.org']);
  },
);
