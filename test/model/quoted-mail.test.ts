/** What notices show of answers that quote the ticket's mail, from the first mail to the notice that leaves. */
import { expect, it } from 'vitest';
import { DeskWorld, FOLDERS, withStore } from './desk-world.js';
import { field } from './message-text.js';
import { answerTo, letter } from './sample-mail.js';

const JANE = 'jane@example.org';
const STEVE = 'steve@example.com';
const QUESTIONS = [
  'Which model is it?',
  'Since when does it happen, and on which floor?',
  'Kind regards, Steve',
];
const BLOCK = [
  'From: Example Support',
  'Sent: Monday, 2 November 2026 10:00',
  `To: ${JANE}`,
  'Subject: Printer',
  '',
];

type Said = Readonly<Record<string, unknown>>;

function withText(raw: Buffer, lines: readonly string[]): Buffer {
  const text = raw.toString('latin1');
  return Buffer.from(`${text.slice(0, text.indexOf('\r\n\r\n') + 4)}${lines.join('\r\n')}\r\n`);
}

function sentTo(world: DeskWorld, to: string, from = 0): Buffer {
  return world.post.sent.slice(from).find(({ envelope }) => envelope.to === to)?.raw ?? Buffer.alloc(0);
}

/** Jane writes, Steve asks her his questions, and she has got them. */
async function asked(): Promise<{ world: DeskWorld; relay: Buffer }> {
  const world = new DeskWorld();
  await world.pass();
  const words = { from: JANE, to: 'support@example.com', subject: 'Printer', messageId: 'printer@x' };
  world.server.deliver(letter({ ...words, body: 'It burns.' }));
  await world.pass();
  const reply = answerTo(sentTo(world, STEVE), { from: STEVE, messageId: 'questions@example.com' });
  const before = world.post.sent.length;
  world.server.deliver(withText(reply, QUESTIONS));
  await world.pass();
  return { world, relay: sentTo(world, JANE, before) };
}

/** What Steve is told of an answer of Jane's, and which folders were read for bodies. */
async function noticed(lines: readonly string[]): Promise<{ said: Said; read: string[] }> {
  const { world, relay } = await asked();
  expect(field(relay, 'To')).toContain(JANE);
  world.server.deliver(withText(answerTo(relay, { from: JANE, messageId: 'answer@x' }), lines));
  const read: string[] = [];
  let said: Said = {};
  const desk = world.desk();
  const counting = withStore(desk, {
    fetchPart: (folder, uids, options) => {
      read.push(folder);
      return desk.store.fetchPart(folder, uids, options);
    },
  });
  const render = (_: string, variables: Said): string => {
    said = variables;
    return 'words';
  };
  await world.pass({
    ...counting,
    policy: { ...desk.policy, notices: { show: 'excerpt', maxBytes: 1 }, render },
  });
  return { said, read };
}

it('an answer above the quoted mail is shown without it, whoever marks nothing', async () => {
  const { said, read } = await noticed(['The HP 5000.', '', ...BLOCK, ...QUESTIONS]);
  expect(said['excerpt']).toBe('The HP 5000.');
  expect(said['left']).toBe('… 7 more lines, all of them quoted; the whole mail is in Open (ticket 1)');
  expect(read).toEqual([FOLDERS.inbox, FOLDERS.open]);
});

it('answers between the lines of the quoted mail are shown', async () => {
  const answers = [QUESTIONS[0] ?? '', 'The HP 5000.', QUESTIONS[1] ?? '', 'Since Friday.'];
  const lines = ['See below.', '', ...BLOCK, ...answers];
  const { said } = await noticed([...lines, QUESTIONS[2] ?? '']);
  expect(said['excerpt']).toBe(lines.join('\n'));
});

it('nothing else is read for an answer without a quotation, or with one that says whose it is', async () => {
  expect((await noticed(['The HP 5000.'])).read).toEqual([FOLDERS.inbox]);
  const marked = ['The HP 5000.', '', 'On 2 Nov 2026, Example Support wrote:', '> Which model is it?'];
  const { said, read } = await noticed(marked);
  expect(said['excerpt']).toBe('The HP 5000.');
  expect(read).toEqual([FOLDERS.inbox]);
});
