/** A message that becomes a ticket of its own, on a desk without faults. */
import { describe, expect, it } from 'vitest';
import { findTicket } from '../../src/worker/ask/tickets.js';
import { takeSurvey } from '../../src/worker/sight/survey.js';
import { growOld, matter } from './busy-day.js';
import { type DeskWorld, FOLDERS, openGate } from './desk-world.js';
import { field } from './message-text.js';
import { answerTo } from './sample-mail.js';
import { askToSplit, identityBySubject, mixedUp } from './second-thoughts.js';

async function subjectsOf(world: DeskWorld, number: number): Promise<readonly string[]> {
  const desk = world.desk();
  const ticket = await findTicket(desk, await takeSurvey(desk), number);
  return (ticket?.messages ?? [])
    .filter(({ facts }) => facts.origin === null)
    .map(({ facts, folder }) => `${folder}: ${facts.subject}`);
}

async function drag(world: DeskWorld, way: { from: string; to: string; subject: string }): Promise<void> {
  const person = world.server.connect({ ...openGate, actor: 'person' });
  const uids = world.server
    .folder(way.from)
    .all()
    .filter(({ content }) => field(content.raw, 'Subject') === way.subject)
    .map(({ uid }) => uid);
  await person.move(way.from, uids, way.to);
}

describe('a message that is split off', () => {
  it('is a ticket of its own, of its sender, with a filing note that says why', async () => {
    const world = await mixedUp();
    const sent = world.post.sent.length;
    await askToSplit(world, 1, 'Toner');
    await world.pass();
    expect(world.tickets()).toContain('7 open');
    expect(await subjectsOf(world, 7)).toEqual(['open: Toner']);
    expect(await subjectsOf(world, 1)).toEqual(['open: Matter 1', 'open: Re: [issue1] Matter 1']);
    const desk = world.desk();
    expect((await findTicket(desk, await takeSurvey(desk), 7))?.entry).toMatchObject({
      requester: 'eve@example.net',
      subject: 'Toner',
      answerable: false,
    });
    const note = world
      .visible('open')
      .find(({ content }) => field(content.raw, 'Subject') === 'Re: [issue7] Toner');
    expect(note?.content.raw.toString()).toContain('it was in ticket 1');
    expect(world.post.sent.length).toBe(sent);
  });

  it('comes out of an archived ticket, which stays closed', async () => {
    const world = await mixedUp();
    await askToSplit(world, 3, 'Ribbon');
    await world.pass();
    expect(world.tickets()).toEqual(expect.arrayContaining(['3 archived', '7 open']));
    expect(await subjectsOf(world, 7)).toEqual(['open: Ribbon']);
    expect((await subjectsOf(world, 3)).every((line) => line.startsWith('archived: '))).toBe(true);
    expect(await subjectsOf(world, 3)).not.toContain('archived: Ribbon');
  });

  it('takes later answers to it', async () => {
    const world = await mixedUp();
    await askToSplit(world, 1, 'Toner');
    await world.pass();
    const lines = ['In-Reply-To: <toner@example.org>'];
    world.server.deliver(matter({ from: 'eve@example.net', subject: 'More toner', lines }));
    await world.pass();
    expect(await subjectsOf(world, 7)).toEqual(['open: Toner', 'open: More toner']);
    const desk = world.desk();
    const survey = await takeSurvey(desk);
    expect(survey.ledger.ticketsHolding('toner@example.org')).toEqual([7]);
  });

  it('is not answered to the people of the ticket that it was in', async () => {
    const world = await mixedUp();
    const notice = world.post.sent.find(
      ({ raw, envelope }) =>
        envelope.to === 'steve@example.com' && raw.toString().includes('"newcomer":true'),
    );
    await askToSplit(world, 1, 'Toner');
    await world.pass();
    const before = world.post.sent.length;
    const reply = { from: 'steve@example.com', messageId: 'reply@example.com' };
    world.server.deliver(answerTo(notice?.raw ?? Buffer.alloc(0), reply));
    await world.pass();
    expect(world.sent(before)).toEqual(['not-relayed to steve@example.com', 'notice to ann@example.com']);
  });

  it('reopens its own ticket when somebody drags it out of the archive, however old its entry is', async () => {
    const world = await mixedUp();
    await askToSplit(world, 1, 'Re: [issue1] Matter 1');
    await world.pass();
    await world.request(openGate, 'close', 7);
    await world.pass();
    await growOld(world);
    expect(await subjectsOf(world, 7)).toEqual(['archived: Re: [issue1] Matter 1']);
    await drag(world, { from: FOLDERS.archived, to: FOLDERS.open, subject: 'Re: [issue1] Matter 1' });
    await world.pass();
    expect(world.tickets()).toContain('7 open');
    expect(await subjectsOf(world, 7)).toEqual(['open: Re: [issue1] Matter 1']);
    expect(await subjectsOf(world, 1)).toEqual(['open: Matter 1', 'open: Toner']);
  });

  it('stays where it is if it opened the ticket, is gone, or the desk wrote it', async () => {
    const world = await mixedUp();
    await askToSplit(world, 1, 'Matter 1');
    await world.ask(openGate, (id) => ({
      kind: 'request',
      id,
      command: 'split',
      ticket: 1,
      identity: 'f'.repeat(64),
    }));
    await askToSplit(world, 2, 'Toner');
    await world.pass();
    expect(world.tickets()).toHaveLength(6);
    expect(world.log.filter(({ level }) => level === 'warn')).toHaveLength(3);
    expect(identityBySubject(world, 'Toner')).toHaveLength(64);
    await world.pass();
    expect(world.log.filter(({ level }) => level === 'warn')).toHaveLength(3);
  });
});
