/** A desk whose secret, address, tag or staff have changed between two passes. */
import { describe, expect, it } from 'vitest';
import type { DeskPolicy } from '../../src/desk/policy.js';
import { takeSurvey } from '../../src/worker/sight/survey.js';
import { FactsCache } from '../../src/worker/workplace/facts-cache.js';
import { answer, matter } from './busy-day.js';
import { DeskWorld, FOLDERS, openGate, POLICY } from './desk-world.js';

const JANE = 'jane@example.org';
const [STEVE, ANN] = ['steve@example.com', 'ann@example.com'] as const;
const [OLD] = POLICY.secrets;
const NEW = 'another secret of the model, as long as the first';

function pass(world: DeskWorld, changes: Partial<DeskPolicy>, hold = false) {
  const policy = { ...POLICY, ...changes };
  return world.pass({ ...world.desk(), policy, cache: new FactsCache(policy), hold });
}

/** Ticket 1 is archived, ticket 2 open; all that was sent bears the old secret. */
async function begun(): Promise<DeskWorld> {
  const world = new DeskWorld();
  await world.pass();
  for (const subject of ['Printer', 'Fax']) world.server.deliver(matter({ from: JANE, subject }));
  await world.pass();
  await world.request(openGate, 'close', 1);
  await world.pass();
  return world;
}

/** What was sent by a pass over answers to the mail of before: the requester's to both tickets, and a staff member's. */
async function answered(world: DeskWorld, secrets: DeskPolicy['secrets']): Promise<readonly string[]> {
  const before = world.post.sent.length;
  world.server.deliver(answer(world, { by: JANE, ticket: 1 }));
  world.server.deliver(answer(world, { by: JANE, ticket: 2 }));
  world.server.deliver(answer(world, { by: STEVE, ticket: 2 }));
  await pass(world, { secrets });
  return world.sent(before);
}

/** The tickets that answers in Open were filed with. */
async function answersIn(world: DeskWorld): Promise<readonly (number | null)[]> {
  const { open } = await takeSurvey(world.desk());
  return open
    .filter(({ facts }) => facts.subject.startsWith('Re: [issue') && facts.origin === null)
    .map(({ ticket }) => ticket);
}

describe('a secret that has changed', () => {
  it('still counts in the list: addresses and ids that it signed are as good as before', async () => {
    const world = await begun();
    const sent = await answered(world, [NEW, OLD]);
    expect(world.tickets()).toEqual(['1 open', '2 open']);
    expect(sent).toContain(`Hello. to ${JANE}`);
    expect(sent).not.toContain(`not-relayed to ${STEVE}`);
  });

  it('signs nothing any more: what is written from then on needs the new one alone', async () => {
    const world = await begun();
    await answered(world, [NEW, OLD]);
    const before = world.post.sent.length;
    world.server.deliver(answer(world, { by: STEVE, ticket: 2, name: 'second' }));
    await pass(world, { secrets: [NEW] });
    expect(world.sent(before)).toContain(`Hello. to ${JANE}`);
  });

  it('if it is missing, takes no ticket its mail: participants’ answers join it, and no reply to an old notice goes out', async () => {
    const world = await begun();
    const sent = await answered(world, [NEW]);
    expect(world.tickets()).toEqual(expect.arrayContaining(['1 open', '2 open']));
    expect(await answersIn(world)).toEqual([1, 2, 2]);
    expect(sent.filter((line) => line.startsWith('Hello.'))).toEqual([]);
  });

  it('if it is missing, is strange to the desk: what it signed becomes a ticket where it lies in Open', async () => {
    const world = await begun();
    const before = world.post.sent.length;
    await pass(world, { secrets: [NEW] });
    await pass(world, { secrets: [NEW] });
    expect(world.tickets()).toEqual(['1 archived', '2 open', '3 open']);
    expect(world.contents('open')).toEqual(['Fax', '(acknowledgement)', '(filing-note)']);
    expect(world.sent(before)).toEqual([]);
  });

  it('keeps what it has staged from being sent while it is missing: that goes to Review, and out once it is back', async () => {
    const world = await begun();
    const before = world.post.sent.length;
    world.server.deliver(matter({ from: JANE, subject: 'Scanner' }));
    await pass(world, {}, true);
    // Staff are told at once of what went to Review.
    expect(await pass(world, { secrets: [NEW] })).toMatchObject({ sent: 2, refused: 3 });
    const told = ['review-summary to steve@example.com', 'review-summary to ann@example.com'];
    const kept = ['(acknowledgement)', '(notice)', '(notice)'];
    expect(world.contents('review')).toEqual(kept);
    await pass(world, { secrets: [NEW, OLD] });
    expect(world.sent(before)).toEqual(told);
    const uids = world.visible('review').map(({ uid }) => uid);
    await world.server.connect(openGate).move(FOLDERS.review, uids, FOLDERS.outbox);
    await pass(world, { secrets: [NEW, OLD] });
    expect(world.sent(before).slice(told.length)).toHaveLength(3);
    expect(world.contents('review')).toEqual([]);
  });
});

it('another address of the desk takes the power from what was signed for the old one, and ids still match', async () => {
  const world = await begun();
  const before = world.post.sent.length;
  for (const by of [JANE, STEVE]) world.server.deliver(answer(world, { by, ticket: 2 }));
  const addresses = { ticket: 'help+{id}@example.com', done: 'help+{id}-done@example.com' };
  await pass(world, { address: 'help@example.com', addresses });
  expect(await answersIn(world)).toEqual([2, 2]);
  expect(world.sent(before)).toEqual([1, 2].flatMap(() => [STEVE, ANN].map((to) => `notice to ${to}`)));
});

it('another tag is another desk’s: the old one in a subject is not read any more', async () => {
  const world = await begun();
  world.server.deliver(matter({ from: JANE, subject: 'Re: [issue2] Fax' }));
  world.server.deliver(
    matter({ from: JANE, subject: 'Again [issue2]', lines: ['In-Reply-To: <fax@example.org>'] }),
  );
  await pass(world, { tag: 'case' });
  expect(world.tickets()).toEqual(['1 archived', '2 open', '3 open']);
  expect(world.contents('open')).toContain('Again [issue2]');
});

describe('a reply to an old notice', () => {
  it.each([
    ['with a further address after the first', ['steve@example.com', 'steve@home.example'], true],
    ['with another first address', ['steve@home.example', 'steve@example.com'], true],
    ['without the first address', ['steve@home.example'], false],
    ['who has left', [], false],
  ])(
    'is passed on as long as its address is one of theirs: by a staff member %s',
    async (_, addresses, passedOn) => {
      const world = await begun();
      const before = world.post.sent.length;
      world.server.deliver(answer(world, { by: STEVE, ticket: 2 }));
      const others = POLICY.staff.filter(({ name }) => name !== 'Steve');
      const staff = addresses.length === 0 ? others : [{ name: 'Steve', addresses }, ...others];
      await pass(world, { staff });
      expect(world.tickets()).toEqual(['1 archived', '2 open']);
      expect(world.sent(before).includes(`Hello. to ${JANE}`)).toBe(passedOn);
      expect(await answersIn(world)).toEqual([2]);
    },
  );
});
