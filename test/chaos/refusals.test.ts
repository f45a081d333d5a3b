/**
 * What a server refuses says something about the server until it is shown to be about one message: a few stories, each
 * with a real server behind a proxy that answers in its place. `answers.test.ts` has every command and every answer.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MailWorld } from '../../src/demo/world.js';
import { runDesk, startWorld, writeConfig } from '../integration/world.js';
import { field } from '../model/message-text.js';
import { answerTo, letter } from '../model/sample-mail.js';
import { DEEP } from '../servers/start.js';
import { type AnsweringProxy, startAnsweringProxy } from './answering-proxy.js';
import type { Answer } from './answers.js';
import { type Ran, runOnce } from './command-worker.js';
import { imapLine } from './imap-line.js';
import { lookInto } from './outcome.js';
import { configFor } from './scene.js';

const SECOND_MS = 1000;
const MINUTE_MS = 61 * SECOND_MS;

const NO: Answer = { how: 'refuse', status: 'NO', code: null };

let world: MailWorld;
let proxy: AnsweringProxy;
let now: number;

beforeEach(async () => {
  world = await startWorld({ format: 'sdbox' });
  proxy = await startAnsweringProxy({ port: world.imap.port, follow: imapLine }, null);
  now = Date.now();
  await once();
});

afterEach(async () => {
  await proxy.close();
  await world.stop();
});

/** `imapdesk once`, so much later than the last one. */
async function once(laterMs = MINUTE_MS): Promise<Ran> {
  now += laterMs;
  return runOnce({
    account: world.accounts.support,
    ports: { imap: proxy.port, smtp: world.smtp.port },
    now: new Date(now),
    maxSilenceMs: null,
  });
}

async function asks(subject: string): Promise<void> {
  const messageId = `${subject.replaceAll(' ', '-')}@example.com`;
  await world.deliver(
    'support',
    letter({ from: 'jane@example.com', to: 'support@example.com', subject, messageId }),
  );
}

/** Jane answers the last mail that she was sent. */
async function janeAnswers(messageId: string, done = false): Promise<void> {
  const last = world.sent.findLast(({ to }) => to.includes('jane@example.com'));
  if (last === undefined) throw new Error('Jane was sent nothing.');
  await world.deliver('support', answerTo(last.raw, { from: 'jane@example.com', messageId, done }));
}

/** The subjects of what people wrote, by the folder where it lies. */
async function lies(folder: string): Promise<readonly string[]> {
  const { messages } = await lookInto(world.accounts.support, world.imap.port);
  return messages
    .filter((found) => found.folder === folder && field(found.raw, 'X-Imapdesk-Origin') === null)
    .map(({ raw }) => field(raw, 'Subject') ?? '');
}

/** How many mails each address was sent since, most first. */
function sentSince(from: number): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { to } of world.sent.slice(from)) for (const one of to) counts[one] = (counts[one] ?? 0) + 1;
  return counts;
}

function always(key: string, answer: Answer): void {
  proxy.follow({ key, from: 0, lasting: true, answer });
}

/** Codes that the model tells apart; here they are one way. */
const FURTHER = DEEP ? ['UNAVAILABLE', 'INUSE', 'SERVERBUG', 'NOPERM'] : [];
const REFUSED: readonly (readonly [key: string, code: string | null])[] = [
  ['UID MOVE INBOX > Tickets/Open', null],
  ...FURTHER.map((code): [string, string] => ['UID MOVE INBOX > Tickets/Open', code]),
  ['UID MOVE INBOX > Tickets/Open', 'LIMIT'],
  ['APPEND Tickets/Outbox', 'OVERQUOTA'],
  ['APPEND Tickets/Register', 'UNAVAILABLE'],
];

describe('NO to a command that files', () => {
  it.each(REFUSED)(
    'is no attempt: %s, code %s, while eight mails come in eight seconds',
    async (key, code) => {
      always(key, { how: 'refuse', status: 'NO', code });
      const codes: number[] = [];
      const subjects = ['Bell', 'Chair', 'Door', 'Lamp', 'Oven', 'Pipe', 'Roof', 'Wall'];
      for (const subject of subjects) {
        await asks(subject);
        codes.push((await once(SECOND_MS)).exitCode);
      }
      // Cron is told each time, nothing has gone anywhere, and nobody was answered.
      expect(codes).not.toContain(0);
      expect(await lies('INBOX')).toEqual(subjects);
      expect(world.sent).toEqual([]);
      proxy.follow(null);
      expect(await once()).toEqual({ exitCode: 0, lines: [] });
      expect(await lies('INBOX')).toEqual([]);
      expect(await lies('Tickets/Review')).toEqual([]);
      expect((await lies('Tickets/Open')).toSorted()).toEqual(subjects);
      expect(sentSince(0)).toEqual({ 'jane@example.com': 8, 'steve@example.org': 8 });
    },
  );

  it('ends once with another code than 0, and one line that says why', async () => {
    await asks('Printer');
    always('UID MOVE INBOX > Tickets/Open', { how: 'refuse', status: 'NO', code: 'UNAVAILABLE' });
    const { exitCode, lines } = await once();
    expect(exitCode).toBe(75);
    expect(lines).toEqual([expect.stringContaining('move messages to Tickets/Open in INBOX')]);
  });
});

describe('NO to FETCH', () => {
  beforeEach(async () => {
    await asks('Printer');
    await once();
  });

  it('in the archive does not leave half of a ticket there', async () => {
    await janeAnswers('closes', true);
    await once();
    await janeAnswers('again');
    const from = world.sent.length;
    always('UID FETCH Tickets/Archived', NO);
    expect((await once()).exitCode).not.toBe(0);
    proxy.follow(null);
    expect((await once()).exitCode).toBe(0);
    expect(await lies('Tickets/Archived')).toEqual([]);
    expect(await lies('Tickets/Open')).toHaveLength(3);
    expect(sentSince(from)).toEqual({ 'steve@example.org': 1 });
  });

  it('in Open does not close what lies there', async () => {
    always('UID FETCH Tickets/Open', NO);
    expect((await once()).exitCode).not.toBe(0);
    proxy.follow(null);
    expect(await once()).toEqual({ exitCode: 0, lines: [] });
    await janeAnswers('more');
    await once();
    expect(await lies('Tickets/Open')).toEqual(['Printer', 'Re: [issue1] Printer']);
  });

  it('in the inbox sends nothing to Review, for however many passes', async () => {
    await asks('Modem');
    await asks('Screen');
    always('UID FETCH INBOX', NO);
    for (let pass = 0; pass < 5; pass += 1) expect((await once()).exitCode).not.toBe(0);
    expect(await lies('INBOX')).toEqual(['Modem', 'Screen']);
    proxy.follow(null);
    expect(await once()).toEqual({ exitCode: 0, lines: [] });
    expect(await lies('Tickets/Review')).toEqual([]);
    expect(await lies('Tickets/Open')).toEqual(['Printer', 'Modem', 'Screen']);
  });

  it('in the register is not taken for a register that was emptied', async () => {
    always('UID FETCH Tickets/Register', NO);
    const { exitCode, lines } = await once();
    expect([0, 78]).not.toContain(exitCode);
    expect(lines.join()).not.toContain('repair');
  });

  it('in the outbox is told: what was to be sent is not', async () => {
    await asks('Modem');
    const from = world.sent.length;
    always('UID FETCH Tickets/Outbox', NO);
    const { exitCode, lines } = await once();
    expect(exitCode).not.toBe(0);
    expect(lines).not.toEqual([]);
    proxy.follow(null);
    expect((await once()).exitCode).toBe(0);
    expect(sentSince(from)).toEqual({ 'jane@example.com': 1, 'steve@example.org': 1 });
  });
});

describe('OK to a MOVE that was not carried out', () => {
  it.each(['ok-not-done', 'copied-not-moved'] as const)(
    'is an error (%s), and files no copy at each pass',
    async (how) => {
      await asks('Printer');
      always('UID MOVE INBOX > Tickets/Open', { how });
      const codes: number[] = [];
      for (let pass = 0; pass < 4; pass += 1) codes.push((await once()).exitCode);
      const folders = ['INBOX', 'Tickets/Open', 'Tickets/Archived', 'Tickets/Review'];
      const there = await Promise.all(folders.map(lies));
      expect(there.flat().length).toBeLessThanOrEqual(2);
      // Either it says that it could not, or it has found another way.
      if (there[0]?.length !== 0) expect(codes).not.toContain(0);
      proxy.follow(null);
      expect((await once()).exitCode).toBe(0);
      expect(await lies('Tickets/Open')).toEqual(['Printer']);
      expect([await lies('INBOX'), await lies('Tickets/Archived'), await lies('Tickets/Review')]).toEqual([
        [],
        [],
        [],
      ]);
      expect(sentSince(0)).toEqual({ 'jane@example.com': 1, 'steve@example.org': 1 });
    },
  );
});

describe('the built command', () => {
  it.each([
    ['UID MOVE INBOX > Tickets/Open', { how: 'refuse', status: 'NO', code: 'UNAVAILABLE' }, 75],
    ['APPEND Tickets/Outbox', { how: 'refuse', status: 'NO', code: 'OVERQUOTA' }, 75],
    ['UID FETCH INBOX', NO, 75],
    ['UID SEARCH Tickets/Register', { how: 'refuse', status: 'BAD', code: null }, 69],
    ['AUTHENTICATE', { how: 'bye', code: 'UNAVAILABLE' }, 69],
    ['UID STORE Tickets/Register', { how: 'cut' }, 75],
  ] as const)('ends with a code for cron and one line: %s, %j', async (key, answer, code) => {
    await asks('Printer');
    always(key, answer);
    const config = await writeConfig(
      configFor(world.accounts.support, { imap: proxy.port, smtp: world.smtp.port }),
    );
    try {
      const refused = await runDesk(['once', '-c', config.path]);
      expect(refused).toMatchObject({ code, stdout: '' });
      expect(refused.stderr).toMatch(/^[^\n]+\n$/);
      proxy.follow(null);
      expect(await runDesk(['once', '-c', config.path])).toEqual({ code: 0, stdout: '', stderr: '' });
    } finally {
      await config.remove();
    }
    expect(await lies('Tickets/Open')).toEqual(['Printer']);
    expect(sentSince(0)).toEqual({ 'jane@example.com': 1, 'steve@example.org': 1 });
  });
});
