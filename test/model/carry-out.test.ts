/** How effects are carried out: in which batches, and what counts as gone. */
import { expect, it } from 'vitest';
import { composeSummary } from '../../src/desk/letters/summary.js';
import { carryOut } from '../../src/worker/carry-out/carry-out.js';
import { giveNumbers, Overtaken } from '../../src/worker/carry-out/numbers.js';
import type { NewTicket } from '../../src/worker/effects/effects.js';
import { takeSurvey } from '../../src/worker/sight/survey.js';
import { matter } from './busy-day.js';
import { DeskWorld, FOLDERS, openGate, POLICY } from './desk-world.js';
import type { Gate } from './scheduler.js';

const PRINTER = matter({ from: 'jane@example.org', subject: 'Printer' });
const SCANNER = matter({ from: 'bob@example.org', subject: 'Scanner' });

async function worldWith(...messages: readonly Buffer[]): Promise<DeskWorld> {
  const world = new DeskWorld();
  await world.pass();
  for (const raw of messages) world.server.deliver(raw);
  await world.pass();
  return world;
}

/** The calls that write, without their UIDs. */
function noting(calls: string[]): Gate {
  const begin: Gate['begin'] = (what) => {
    if (/^(?:append|store|move|remove) /.test(what)) calls.push(what.replace(/ \d[\d,]*/, ''));
    return openGate.begin(what);
  };
  return { actor: 'worker', begin };
}

it('closes several tickets that people moved by one command of each kind', async () => {
  const moved = async (messages: readonly Buffer[]): Promise<readonly string[]> => {
    const world = await worldWith(...messages);
    const roots = world.visible('open').filter(({ flags }) => !flags.has('\\Seen'));
    const people = world.server.connect(openGate);
    await people.move(
      FOLDERS.open,
      roots.map(({ uid }) => uid),
      FOLDERS.archived,
    );
    const calls: string[] = [];
    await world.pass(world.desk(noting(calls)));
    expect(world.tickets().every((ticket) => ticket.endsWith('archived'))).toBe(true);
    return calls.filter((call) => !call.startsWith('append'));
  };
  const one = await moved([PRINTER]);
  expect(one).toEqual([
    'store Register {"set":["\\\\Seen","\\\\Flagged","\\\\Answered"]}',
    'move Open to Archived',
    'store Register {"remove":["\\\\Flagged"]}',
  ]);
  expect(await moved([PRINTER, SCANNER])).toEqual(one);
});

it('takes back what was written for a message that was gone, though its twin went with a ticket', async () => {
  const world = await worldWith(PRINTER);
  const desk = world.desk();
  const survey = await takeSurvey(desk);
  const [root] = survey.open;
  if (root === undefined) throw new Error('no ticket');
  const { identity } = root.facts;
  const composed = composeSummary({
    policy: POLICY,
    now: desk.now(),
    cause: identity,
    subject: { name: 'subject-silent-summary' },
    text: 'review-summary',
    variables: {},
  });
  const before = world.visible('outbox').length;
  const { gone } = await carryOut(desk, survey, {
    letters: { composed, release: 'moved' },
    moves: [
      { from: FOLDERS.inbox, to: FOLDERS.open, messages: [{ uid: 99, identity, ticket: 1 }] },
      {
        from: FOLDERS.open,
        to: FOLDERS.archived,
        messages: [{ uid: root.uid, identity, ticket: 1 }],
        whole: true,
      },
    ],
  });
  expect(composed.length).toBeGreaterThan(0);
  expect([...gone]).toEqual([]);
  expect(world.visible('outbox')).toHaveLength(before);
  expect(world.contents('archived')).not.toEqual([]);
});

const TICKET: NewTicket = {
  number: 1,
  rootIdentity: 'root@example.org',
  rootMessageId: 'root@example.org',
  requester: 'jane@example.org',
  requesterName: 'Jane',
  requesterFrom: 'sender',
  subject: 'Printer',
  answerable: true,
  opened: new Date('2026-11-02T10:00:00Z'),
};

/** The calls that a worker makes to give a number. */
async function callsToGive(world: DeskWorld, between: () => Promise<unknown>): Promise<readonly string[]> {
  const calls: string[] = [];
  const begin: Gate['begin'] = (what) => {
    calls.push(what.split(' ', 1)[0] ?? '');
    return openGate.begin(what);
  };
  const desk = world.desk({ actor: 'worker', begin });
  const survey = await takeSurvey(desk);
  await between();
  calls.length = 0;
  await giveNumbers(desk, survey, [TICKET]);
  expect(survey.ledger.records.get(1)?.subject).toBe('Printer');
  return calls;
}

it('looks at the numbers that it gives where somebody has written since, and not else', async () => {
  const calm = await worldWith();
  expect(await callsToGive(calm, () => Promise.resolve())).toEqual(['append']);
  expect(calm.tickets()).toEqual(['1 open under way']);

  const asked = await worldWith();
  const calls = await callsToGive(asked, () => asked.request(openGate, 'close', 7));
  expect(calls).toEqual(['append', 'state', 'search', 'fetch']);
});

it('gives no number that another worker has given since', async () => {
  const world = await worldWith();
  const other = async (): Promise<void> => {
    world.server.deliver(SCANNER);
    await world.pass();
  };
  await expect(callsToGive(world, other)).rejects.toThrow(Overtaken);
  expect(world.tickets()).toEqual(['1 open']);
});
