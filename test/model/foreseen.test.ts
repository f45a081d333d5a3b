/** What a dry run and `explain` say is what the pass then does: they decide by the same code. */
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { explained } from '../../src/desk/ticket/decision.js';
import { explainNow, explainOffline } from '../../src/worker/ask/explanation.js';
import { rehearse } from '../../src/worker/ask/rehearsal.js';
import { BATCH_MESSAGES } from '../../src/worker/plan/first-batch.js';
import type { Told as Heard } from '../../src/worker/workplace/desk.js';
import { answer, fullInbox, matter, nameless, quietDay, withTicket as withOpen } from './busy-day.js';
import { DeskWorld, openGate, POLICY, withStore } from './desk-world.js';
import { letter } from './sample-mail.js';
import { save, withTicket, written } from './sent-mail.js';

const DONE = { extra: ['In-Reply-To: <root@example.org>', 'Cc: support+1-done@example.com'] };

interface Told {
  readonly decided: readonly object[];
  readonly waiting: readonly number[];
}

/** With where it goes and whom it is told to, which `explain` does not print. */
function tellOf({ decision, letters, pending }: Pick<Heard, 'decision' | 'letters' | 'pending'>): object {
  const told = letters.map(({ purpose, to }) => `${purpose} to ${to ?? 'nobody'}`);
  return { uid: pending.uid, ...explained(decision), goes: decision.destination, told };
}

async function foreseen(world: DeskWorld): Promise<Told> {
  const before = world.server.snapshot();
  const { decided, waiting } = await rehearse(world.desk());
  expect(world.server.snapshot()).toEqual(before);
  return { decided: decided.map(tellOf), waiting: waiting.map(({ pending }) => pending.uid) };
}

async function done(world: DeskWorld): Promise<Told> {
  const { told } = await world.pass();
  const left = world.visible('inbox').map(({ uid }) => uid);
  return { decided: told.map(tellOf), waiting: left };
}

async function expectForeseen(world: DeskWorld): Promise<Told> {
  const told = await foreseen(world);
  expect(await done(world)).toEqual(told);
  return told;
}

describe("a letter from the desk's account", () => {
  it('that is among sent mail closes its ticket, as a dry run and explain say', async () => {
    const world = await withTicket();
    world.server.deliver(written(DONE));
    save(world, DONE);
    const [said] = await explainNow(world.desk(), [written(DONE)]);
    expect(said?.decision).toMatchObject({ kind: 'close', changesState: true });
    const { decided } = await expectForeseen(world);
    expect(decided).toMatchObject([{ kind: 'close', changesState: true }]);
  });

  it('that may yet be saved there waits, and is told to wait; explain says what it could not see', async () => {
    const world = await withTicket();
    world.server.deliver(written(DONE));
    const { decided, waiting } = await expectForeseen(world);
    expect([decided, waiting.length]).toEqual([[], 1]);
    const [said] = await explainNow(world.desk(), [written(DONE)]);
    expect(said?.unseen.join()).toContain('a pass waits a minute for its copy in the folder of sent mail');
    world.clock.advance(60_000);
    expect((await expectForeseen(world)).decided).toMatchObject([
      { kind: said?.decision.kind, reasons: said?.decision.reasons },
    ]);
  });
});

describe('a dry run', () => {
  it('of a mailbox that no desk has taken on yet sees what the first pass will', async () => {
    const world = new DeskWorld();
    for (const subject of ['One', 'Two']) world.server.deliver(matter({ from: 'jane@example.org', subject }));
    const { decided } = await expectForeseen(world);
    expect(decided).toMatchObject([
      { kind: 'new', ticket: 1 },
      { kind: 'new', ticket: 2 },
    ]);
  });

  it('of more than one batch sees what each batch leaves to the next', async () => {
    const world = await quietDay();
    world.server.deliver(answer(world, { by: 'carl@example.org', ticket: 3, name: 'reopens' }));
    world.server.deliver(answer(world, { by: 'bob@example.org', ticket: 2, name: 'closes', done: true }));
    for (let count = 0; count < BATCH_MESSAGES; count += 1)
      world.server.deliver(matter({ from: `p${count}@example.org`, subject: `Many ${count}` }));
    world.server.deliver(answer(world, { by: 'carl@example.org', ticket: 3, name: 'joins' }));
    world.server.deliver(answer(world, { by: 'bob@example.org', ticket: 2, name: 'reopens' }));
    world.server.deliver(
      matter({
        from: 'p1@example.org',
        subject: 'More',
        lines: ['In-Reply-To: <many-1@example.org>'],
      }),
    );
    const { decided } = await expectForeseen(world);
    const kinds = decided.map((one) => (one as { kind: string }).kind);
    expect([kinds.slice(0, 2), kinds.slice(-3)]).toEqual([
      ['reopen', 'close'],
      ['update', 'reopen', 'update'],
    ]);
  }, 120_000);

  it('leaves out what the mail server cannot read, as long as the pass does', async () => {
    const world = await withOpen();
    world.server.deliver(matter({ from: 'bob@example.org', subject: 'Unread' }));
    const desk = world.desk();
    const fetch: typeof desk.store.fetch = async (folder, uids, options) =>
      folder === 'INBOX' ? [] : desk.store.fetch(folder, uids, options);
    const { decided, waiting } = await rehearse(withStore(desk, { fetch }));
    expect([decided, waiting.map(({ why }) => why)]).toEqual([[], ['the mail server cannot read it']]);
  });
});

const JANE = 'jane@example.org';

/** Mail of every kind, about tickets of `quietDay` and about each other. */
const KINDS: Readonly<Record<string, (world: DeskWorld, nth: number) => Buffer>> = {
  new: (_, nth) => matter({ from: `n${nth}@example.org`, subject: `Matter of day ${nth}` }),
  'without a Message-ID': (_, nth) => nameless(matter({ from: JANE, subject: `Nameless ${nth}` })),
  'late in a thread': (_, nth) =>
    letter({
      from: JANE,
      to: 'support@example.com',
      subject: `Re: Talk ${nth % 2}`,
      messageId: `talk-${nth}@example.org`,
      extra: [`In-Reply-To: <never-seen-${nth % 2}@example.org>`],
    }),
  update: (world, nth) => answer(world, { by: JANE, ticket: 1, name: `u${nth}` }),
  close: (world, nth) => answer(world, { by: 'bob@example.org', ticket: 2, name: `c${nth}`, done: true }),
  'answer to one that was closed': (world, nth) =>
    answer(world, { by: 'bob@example.org', ticket: 2, name: `a${nth}` }),
  reopen: (world, nth) => answer(world, { by: 'carl@example.org', ticket: 3, name: `r${nth}` }),
  'a relay': (world, nth) => answer(world, { by: 'steve@example.com', ticket: 1, name: `s${nth}` }),
  'the same again': (world) => answer(world, { by: JANE, ticket: 1, name: 'again' }),
  'an unknown number': (_, nth) =>
    matter({ from: `e${nth}@example.net`, subject: `Nothing ${nth}`, to: 'support+77@example.com' }),
  "a program's": (_, nth) =>
    matter({ from: 'disk@example.org', subject: `Disk ${nth}`, lines: ['Auto-Submitted: auto-generated'] }),
  bounce: (_, nth) =>
    letter({
      from: 'MAILER-DAEMON@example.org',
      to: 'support@example.com',
      subject: 'Undelivered Mail Returned to Sender',
      messageId: `bounce-${nth}@example.org`,
      body: 'It could not be delivered.\r\n\r\n<jane@example.org>: no such user\r\n\r\nMessage-ID: <matter-1@example.org>',
    }),
  "the desk's account, saved": (world, nth) => inAccount(world, nth, true),
  "the desk's account, not saved": (world, nth) => inAccount(world, nth, false),
};

function inAccount(world: DeskWorld, nth: number, saved: boolean): Buffer {
  const changes = {
    messageId: `account-${nth}@example.com`,
    extra: ['In-Reply-To: <matter-4@example.org>', 'Cc: support+4-done@example.com'],
  };
  if (saved) save(world, changes);
  return written(changes);
}

describe('any inbox', () => {
  let start: DeskWorld;

  beforeAll(async () => {
    start = await quietDay();
    start.server.create('Sent');
    save(start, { subject: 'Old news', messageId: 'old@example.com', extra: [] });
    await start.pass();
  });

  it('of a full day is foreseen', async () => {
    const { decided } = await expectForeseen(await fullInbox());
    expect(decided.length).toBe(8);
  });

  it('that is made up is foreseen, and what explain says of each alone is what a pass does with it alone', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...Object.keys(KINDS)), { minLength: 1, maxLength: 9 }),
        fc.boolean(),
        async (kinds, later) => {
          const world = start.clone();
          const mail = kinds.map((kind, nth) => KINDS[kind]?.(world, nth) ?? Buffer.alloc(0));
          const [first = Buffer.alloc(0)] = mail;
          const alone = world.clone();
          alone.server.deliver(first);
          for (const raw of mail) world.server.deliver(raw);
          if (later) for (const one of [world, alone]) one.clock.advance(61_000);
          await expectForeseen(world);
          const [said] = await explainNow(alone.desk(), [first]);
          const [made] = (await alone.pass()).told;
          if (made !== undefined)
            expect(explained(said?.decision ?? made.decision)).toEqual({
              ...explained(made.decision),
              ticket: made.decision.kind === 'new' ? null : made.decision.ticket,
            });
        },
      ),
      { numRuns: Number(process.env['RUNS'] ?? 60), seed: Number(process.env['SEED'] ?? 7) },
    );
  });
});

describe('explain', () => {
  const bare = letter({
    from: JANE,
    to: 'support@example.com',
    subject: 'Hello',
    messageId: 'hello@example.org',
  });
  const delivered = Buffer.concat([
    Buffer.from(
      'Delivered-To: support@example.com\r\nAuthentication-Results: mx.example.com; dmarc=pass\r\n',
    ),
    bare,
  ]);

  it('names what a file does not tell, and with a mailbox no more than that', async () => {
    const policy = { ...POLICY, authservId: 'mx.example.com' };
    const world = await withTicket();
    const [at, alone] = await explainNow({ ...world.desk(), policy }, [delivered, bare]);
    expect(at?.unseen).toEqual([
      expect.stringContaining('when it came'),
      expect.stringContaining('flags that the server has set'),
    ]);
    expect(alone?.unseen.slice(2)).toEqual([
      expect.stringContaining('no Delivered-To field'),
      expect.stringContaining('no Authentication-Results field'),
    ]);
  });

  it('without a mailbox names what that holds', async () => {
    const [plain, own] = await explainOffline(POLICY, [delivered, written(DONE)], new Date());
    expect(plain?.unseen.at(-1)).toContain('what the mailbox holds');
    expect(own?.unseen.at(-1)).toContain('which the folder of sent mail would show');
  });

  it('reads bodies as the pass does', async () => {
    const world = await quietDay();
    const bounce = KINDS['bounce']?.(world, 1) ?? Buffer.alloc(0);
    const [said] = await explainNow(world.desk(), [bounce]);
    world.server.deliver(bounce);
    const { told } = await world.pass(world.desk(openGate));
    expect(said?.decision.kind).toBe('bounce');
    expect(said?.decision.reasons).toEqual(told[0]?.decision.reasons);
  });
});
