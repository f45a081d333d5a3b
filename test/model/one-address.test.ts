/** People whose From is legal and odd, or not legal at all, from their first mail to staff's reply. */
import { describe, expect, it } from 'vitest';
import { repairDesk } from '../../src/worker/repair/repair.js';
import { takeSurvey } from '../../src/worker/sight/survey.js';
import { answer, matter } from './busy-day.js';
import { DeskWorld, FOLDERS, openGate } from './desk-world.js';
import { field } from './message-text.js';

const STEVE = 'steve@example.com';
/** A relay has its writer's words. */
const RELAY = 'Hello. to jane@example.org';

async function opened(from: string, lines: readonly string[] = []): Promise<DeskWorld> {
  const world = new DeskWorld();
  await world.pass();
  world.server.deliver(matter({ from, subject: 'Keys', lines }));
  await world.pass();
  return world;
}

/** What a staff member's reply, sent from this address field, causes. */
async function replied(world: DeskWorld, from = STEVE): Promise<readonly string[]> {
  const before = world.post.sent.length;
  const raw = answer(world, { by: STEVE, ticket: 1 }).toString('latin1');
  world.server.deliver(
    Buffer.from(
      raw.replace(/^From: .*$/m, () => `From: ${from}`),
      'latin1',
    ),
  );
  await world.pass();
  return world.sent(before);
}

describe.each([
  ['a comma in a comment', 'Jane Roe (Acme, Inc.) <jane@example.org>'],
  ['space in the brackets', 'Jane Roe < jane@example.org >'],
  ['a comma in the name', 'Roe, Jane <jane@example.org>'],
  ['a colon in the name', 'Acme: Sales <jane@example.org>'],
  ['a semicolon behind', 'Jane <jane@example.org>;'],
  ['an encoded comma', '=?utf-8?Q?Roe,_Jane?= <jane@example.org>'],
])('a person with %s in From', (_, from) => {
  it('is acknowledged, and gets what staff write', async () => {
    const world = await opened(from);
    expect(world.sent()).toContain('acknowledgement to jane@example.org');
    expect(await replied(world)).toContain(RELAY);
  });
});

it('whom only Reply-To names is not acknowledged, and gets what staff write', async () => {
  const world = await opened('Jane Roe', ['Reply-To: jane@example.org']);
  expect(world.sent().filter((line) => !line.startsWith('notice'))).toEqual([]);
  expect(await replied(world)).toContain(RELAY);
});

it('who names two in From gets nothing, whatever Reply-To says', async () => {
  const world = await opened('jane@example.org, joe@example.org', ['Reply-To: jane@example.org']);
  expect(world.sent().filter((line) => !line.startsWith('notice'))).toEqual([]);
  expect((await replied(world)).filter((line) => line.startsWith('Hello.'))).toEqual([]);
});

it('staff whose gateway writes the company into a comment can answer', async () => {
  const world = await opened('jane@example.org');
  expect(await replied(world, `Steve Roe (Acme, Inc.) <${STEVE}>`)).toContain(RELAY);
});

it('staff whose From is not legal cannot, and are told so', async () => {
  const world = await opened('jane@example.org');
  const sent = await replied(world, `Roe, Steve <${STEVE}>`);
  expect(sent.filter((line) => line.startsWith('Hello.'))).toEqual([]);
  expect(sent).toContain(`not-relayed to ${STEVE}`);
});

it.each([
  ['Roe, Jane <jane@example.org>', '1 open'],
  ['Jane Roe (Acme, Inc.) <jane@example.org>', '1 archived'],
])('a requester who writes to the signed done address as %s leaves the ticket %s', async (from, state) => {
  const world = await opened('Roe, Jane <jane@example.org>');
  const [first] = world.post.sent.filter(({ envelope }) => envelope.to === 'jane@example.org');
  const to = field(first?.raw ?? Buffer.alloc(0), 'Reply-To') ?? '';
  world.server.deliver(matter({ from, subject: 'Keys again', to: to.replace(/@(?=[^@]*$)/, '-done@') }));
  await world.pass();
  expect(world.tickets()).toEqual([state]);
});

it('a requester whose From is not legal is answered as somebody new when they write again', async () => {
  const from = 'Roe, Jane <jane@example.org>';
  const world = await opened(from);
  world.server.deliver(matter({ from, subject: '[issue1] Keys again' }));
  await world.pass();
  expect(world.contents('open')).toHaveLength(3);
  expect(await replied(world)).toContain(RELAY);
});

it.each([
  ['Roe, Jane <jane@example.org>', [], 'jane@example.org'],
  ['Jane Roe', ['Reply-To: jane@example.org'], null],
])('the requester under %s is the same after repair', async (from, lines, requester) => {
  const world = await opened(from, lines);
  await replied(world);
  const requesters = async (): Promise<readonly (string | null)[]> =>
    [...(await takeSurvey(world.desk())).ledger.records.values()].map((record) => record.requester);
  expect(await requesters()).toEqual([requester]);
  const entries = world.visible('register').map(({ uid }) => uid);
  await world.server.connect({ ...openGate, actor: 'person' }).remove(FOLDERS.register, entries);
  await repairDesk(world.desk(), { dryRun: false });
  expect(await requesters()).toEqual([requester]);
});
