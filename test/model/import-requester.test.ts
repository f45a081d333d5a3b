/** Whose an imported ticket is where staff, or the desk itself, wrote its first message. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { importTickets } from '../../src/import/import.js';
import { mboxPieces } from '../../src/mbox/write.js';
import { DeskWorld } from './desk-world.js';
import { field } from './message-text.js';
import { type Letter, letter } from './sample-mail.js';

const DEFAULTS = { dialect: null, closed: null, state: 'archived', renumber: false, dryRun: false } as const;
const HEAD = '{"imapdesk":"export","version":1,"layout":"mbox","desk":""}\n';
const JANE = { address: 'jane@Example.org', name: 'Jane Doe' };
const STEVE = { address: 'steve@example.com', name: 'Steve' };

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'imapdesk-requester-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

interface Case {
  /** Fields of each message, first to last. */
  readonly mails: readonly Partial<Letter>[];
  /** By the list; nothing without a list. */
  readonly named?: readonly { readonly address: string; readonly name: string }[];
}

function mailOf(mail: Partial<Letter>, index: number): Buffer {
  return letter({
    from: 'Steve <steve@example.com>',
    to: 'support@example.com',
    subject: 'The fan',
    messageId: `fan-${index}@example.com`,
    ...mail,
  });
}

async function written({ mails, named }: Case): Promise<string> {
  const folder = join(parent, 'tickets');
  await mkdir(folder);
  const pieces = mails.flatMap((mail, index) =>
    mboxPieces({
      sender: null,
      receivedAt: new Date(Date.UTC(2026, 0, 1 + index)),
      raw: mailOf(mail, index),
    }),
  );
  await writeFile(join(folder, '60'), Buffer.concat(pieces));
  const line = JSON.stringify({ ticket: 60, requesters: named });
  if (named !== undefined) await writeFile(join(folder, 'tickets.jsonl'), `${HEAD}{"highest":60}\n${line}\n`);
  return folder;
}

async function requesterOf(about: Case): Promise<readonly (string | undefined)[]> {
  const world = new DeskWorld();
  world.clock.advance(86_400_000);
  await world.pass();
  const path = await written(about);
  expect(await importTickets(world.desk(), { ...DEFAULTS, path })).toMatchObject({ added: 1, open: 1 });
  const entry = world
    .visible('register')
    .find(({ content: { raw } }) => field(raw, 'X-Imapdesk-Entry') === 'ticket');
  await world.pass();
  expect(world.post.sent).toEqual([]);
  const raw = entry?.content.raw ?? Buffer.alloc(0);
  return ['', '-Name', '-From'].map((name) => field(raw, `X-Imapdesk-Requester${name}`)?.replaceAll('"', ''));
}

const jane = ['jane@example.org', 'Jane Doe', 'recipient'];
const bob = { from: 'Bob <bob@example.net>' };

it.each<[string, Case, readonly (string | undefined)[]]>([
  [
    'whom To names, where staff wrote first',
    { mails: [{ to: 'support@example.com, Jane Doe <jane@example.org>' }, bob] },
    jane,
  ],
  ['whom Cc names', { mails: [{ extra: ['Cc: Ann <ann@example.com>, Jane Doe <jane@example.org>'] }] }, jane],
  [
    'whom To names, where the desk itself wrote first',
    { mails: [{ from: 'support@example.com', to: 'Jane Doe <jane@example.org>' }] },
    jane,
  ],
  [
    'who wrote later, where staff named nobody',
    {
      mails: [
        {},
        { from: 'ann@example.com' },
        { from: 'daemon@example.org', extra: ['Auto-Submitted: auto-replied'] },
        bob,
      ],
    },
    ['bob@example.net', 'Bob', 'sender'],
  ],
  ['staff, where nobody else is named', { mails: [{}] }, ['steve@example.com', 'Steve', 'sender']],
  [
    'nobody, where the first message names none',
    { mails: [{ from: 'anonymous:;' }, bob] },
    ['none', '', 'sender'],
  ],
  [
    'whom the list names, whoever wrote first',
    { mails: [{ to: 'Bob <bob@example.net>' }], named: [STEVE, JANE] },
    jane,
  ],
  ['whom the list names, not the writer', { mails: [bob], named: [JANE] }, jane],
  [
    'the writer, if the list names them too',
    { mails: [bob], named: [JANE, { address: 'bob@example.net', name: '' }] },
    ['bob@example.net', 'Bob', 'sender'],
  ],
  [
    'the writer, where the list names staff alone, or no address',
    { mails: [bob], named: [STEVE, { address: 'no address', name: '' }] },
    ['bob@example.net', 'Bob', 'sender'],
  ],
])('%s', async (_, about, wanted) => {
  expect(await requesterOf(about)).toEqual(wanted);
});
