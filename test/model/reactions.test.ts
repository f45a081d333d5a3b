/** Reactions to the desk's mail: told in one line, and nothing changes. */
import { describe, expect, it } from 'vitest';
import { answer, matter, withTicket } from './busy-day.js';
import { DeskWorld } from './desk-world.js';
import { field } from './message-text.js';

const JANE = 'jane@example.org';
const STEVE = 'steve@example.com';
const NOTICES = [`notice to ${STEVE}`, 'notice to ann@example.com'];

/** An answer with another body, and the fields that go with it. */
function withBody(raw: Buffer, fields: readonly string[], body: readonly string[]): Buffer {
  const [header = ''] = raw.toString('utf8').split('\r\n\r\n', 1);
  const kept = header.split('\r\n').filter((line) => !/^(?:content-|mime-)/i.test(line));
  return Buffer.from([...kept, 'MIME-Version: 1.0', ...fields, '', ...body, ''].join('\r\n'));
}

const fromGmail = (raw: Buffer): Buffer =>
  withBody(
    raw,
    ['Content-Type: multipart/alternative; boundary=b'],
    [
      '--b',
      'Content-Type: text/plain; charset=utf-8',
      '',
      '🙃 Jane Roe reacted via Gmail',
      '--b',
      'Content-Type: text/vnd.google.email-reaction+json; charset=utf-8',
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from('{"emoji":"🙃","version":1}').toString('base64'),
      '--b',
      'Content-Type: text/html; charset=utf-8',
      '',
      '<p>🙃 Jane Roe reacted via Gmail</p>',
      '--b--',
    ],
  );

const fromOutlook = (raw: Buffer, words = 'Jane Roe reacted to your message:'): Buffer =>
  withBody(
    raw,
    ['Content-Type: text/plain; charset=utf-8', 'Thread-Index: AdkAAAAA', 'X-MS-Has-Attach: '],
    [words, '', '________________________________', 'From: Example Support', 'Sent: Monday'],
  );

async function close(world: DeskWorld): Promise<void> {
  world.server.deliver(answer(world, { by: JANE, ticket: 1, done: true, name: 'close' }));
  await world.pass();
  expect(world.tickets()).toEqual(['1 archived']);
}

async function caused(world: DeskWorld, mail: Buffer): Promise<readonly string[]> {
  const before = world.post.sent.length;
  world.server.deliver(mail);
  await world.pass();
  await world.pass();
  return world.sent(before);
}

const lastNotice = (world: DeskWorld): string => world.post.sent.at(-1)?.raw.toString('utf8') ?? '';

describe.each([
  ['Gmail', fromGmail],
  ['Outlook', (raw: Buffer) => fromOutlook(raw)],
])('a reaction from %s', (_, as) => {
  it('joins the ticket and is told to staff in one line', async () => {
    const world = await withTicket();
    expect(await caused(world, as(answer(world, { by: JANE, ticket: 1 })))).toEqual(NOTICES);
    expect(world.tickets()).toEqual(['1 open']);
    const [, ...words] = lastNotice(world).split('\r\n\r\n');
    expect(words.join('').match(/react/g)).toHaveLength(1);
    expect(words.join('')).not.toMatch(/Sent: Monday|via Gmail/);
  });

  it('reopens nothing', async () => {
    const world = await withTicket();
    await close(world);
    expect(await caused(world, as(answer(world, { by: JANE, ticket: 1 })))).toEqual(NOTICES);
    expect(world.tickets()).toEqual(['1 archived']);
  });

  it('of a staff member goes to nobody outside, and the others hear of it', async () => {
    const world = await withTicket();
    const sent = await caused(world, as(answer(world, { by: STEVE, ticket: 1 })));
    expect(sent).toEqual(['notice to ann@example.com']);
  });

  it('that asks to close closes nothing', async () => {
    const world = await withTicket();
    await caused(world, as(answer(world, { by: JANE, ticket: 1, done: true })));
    expect(world.tickets()).toEqual(['1 open']);
  });

  it('that belongs to no ticket opens none and is answered by nobody', async () => {
    const world = await withTicket();
    const stray = matter({ from: JANE, subject: 'Lunch', lines: ['In-Reply-To: <other@example.org>'] });
    const sent = await caused(world, as(stray));
    expect(sent.some((line) => line.endsWith(JANE))).toBe(false);
    expect(world.tickets()).toEqual(['1 open']);
    expect(world.contents('review')).toEqual(['Lunch']);
  });
});

it('words below the sentence of Outlook are words, and reopen', async () => {
  const world = await withTicket();
  await close(world);
  const words = 'Jane Roe reacted to your message:\r\nIt is broken again.';
  expect(await caused(world, fromOutlook(answer(world, { by: JANE, ticket: 1 }), words))).toEqual(NOTICES);
  expect(world.tickets()).toEqual(['1 open']);
  expect(lastNotice(world)).toContain('It is broken again.');
});

it('asks Outlook and Exchange for no reactions in whatever goes to people outside', async () => {
  const world = await withTicket();
  world.server.deliver(answer(world, { by: STEVE, ticket: 1 }));
  await world.pass();
  await close(world);
  const outside = world.post.sent.filter(({ envelope }) => envelope.to === JANE);
  expect(outside.length).toBeGreaterThanOrEqual(2);
  for (const { raw } of outside) expect(field(raw, 'X-MS-Reactions')).toBe('disallow');
});
