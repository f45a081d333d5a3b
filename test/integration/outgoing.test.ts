/** The built command, with a mail server that says no: what `once` ends with, where mail lies, who is told. */
import { isAscii } from 'node:buffer';
import { buffer } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listenAt } from '../../src/demo/listening.js';
import { acquireLock } from '../../src/worker/run/lock.js';
import { DEEP } from '../servers/start.js';
import { compose, DeskBench } from './desk-bench.js';
import { deskConfig, readFolder, withImap } from './world.js';

const SIZE = 50_000;
const LIMIT = '554 5.7.1 Daily limit exceeded';

interface Step {
  readonly at: 'sender' | 'recipient' | 'message';
  readonly to: string;
}

interface Server {
  readonly port: number;
  readonly taken: { readonly to: string; readonly raw: Buffer }[];
  /** Answers an SMTP reply to refuse with, or null. */
  rule: (step: Step) => string | null;
  close(): Promise<void>;
}

/** Takes messages of 50 kB at most, in 7 bits. */
async function serve(): Promise<Server> {
  const state = { taken: [] as { to: string; raw: Buffer }[], rule: (_step: Step): string | null => null };
  const reply = (step: Step): Error | null => {
    const said = state.rule(step);
    return said === null
      ? null
      : Object.assign(new Error(said.slice(4)), { responseCode: Number(said.slice(0, 3)) });
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    closeTimeout: 1,
    size: SIZE,
    hide8BITMIME: true,
    onMailFrom: (_address, _session, callback) => callback(reply({ at: 'sender', to: '' })),
    onRcptTo: ({ address }, _session, callback) => callback(reply({ at: 'recipient', to: address })),
    onData(stream, session, callback) {
      const to = session.envelope.rcptTo[0]?.address ?? '';
      const take = (raw: Buffer): void => {
        const refused = reply({ at: 'message', to });
        if (refused === null) state.taken.push({ to, raw });
        callback(refused);
      };
      // A line that is closed in the middle of a message ends the stream with an error, and nothing is taken.
      buffer(stream).then(take, callback);
    },
  });
  const port = await listenAt(server);
  server.on('error', () => undefined);
  return Object.assign(state, { port, close: () => new Promise<void>((resolve) => server.close(resolve)) });
}

let bench: DeskBench;
let server: Server;

beforeEach(async () => {
  server = await serve();
  bench = await DeskBench.start();
  await bench.configure(
    deskConfig(bench.world, { smtp: { host: '127.0.0.1', port: server.port, security: 'none' } }),
  );
  await bench.ok('once');
  for (const from of ['jane@example.com', 'bob@example.com', 'carl@example.com', 'dora@example.com'])
    await bench.world.deliver('support', compose({ from }));
  await bench.ok('once');
});

afterEach(async () => {
  await bench.stop();
  await server.close();
});

async function lieIn(folder: string): Promise<readonly string[]> {
  return (await readFolder(bench.world, 'support', folder))
    .filter(({ flags }) => !flags.has('\\Answered'))
    .map(({ raw }) => /^X-Imapdesk-Stage-To: (.*)\r$/m.exec(raw.toString('latin1'))?.[1] ?? '?');
}

/** Staff answer a ticket by mail, to the address that their notice came with; the mail itself is not sent yet. */
async function answer(ticket: number, body: string): Promise<void> {
  const notice = server.taken.find(
    ({ to, raw }) => to === 'steve@example.org' && raw.includes(`[issue${ticket}]`),
  );
  const [to = ''] = /support\+[^@\s]+@example\.com/.exec(notice?.raw.toString('latin1') ?? '') ?? [];
  await bench.world.deliver(
    'support',
    compose({
      from: 'steve@example.org',
      to,
      fields: [
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: 8bit',
      ],
      text: body,
    }),
  );
}

function takenBy(to: string): readonly string[] {
  return server.taken.filter((mail) => mail.to === to).map(({ raw }) => raw.toString());
}

describe('a relay that is larger than the mail server takes', () => {
  it('is refused alone, staff are told its size and the limit, and all other mail goes on', async () => {
    await answer(1, 'It is all in here.\r\n'.repeat(6000));
    await answer(2, 'Hello Bob');
    const { code, stderr } = await bench.run('once');
    expect(code).toBe(1);
    expect(stderr).toContain('smtp-too-large');
    expect(takenBy('bob@example.com').at(-1)).toContain('Hello Bob');
    expect(await lieIn('Tickets/Review')).toEqual(['jane@example.com']);
    await bench.ok('once');
    expect(await lieIn('Tickets/Outbox')).toEqual([]);
    for (const member of ['steve@example.org', 'ann@example.org']) {
      const news = takenBy(member).filter((raw) => raw.includes('did NOT reach jane@example.com'));
      expect(news).toHaveLength(1);
      expect(news[0]).toMatch(
        /It is too large: it has 1\d\d kB, and the mail\s+server takes no more than 50 kB/,
      );
      expect(news[0]).toMatch(/send\s+a\s+link\s+instead/);
    }
  });
});

describe('a server that refuses every message', () => {
  it('is told by once, nothing goes to Review, and everything leaves when it is over', async () => {
    for (const ticket of [1, 2, 3, 4]) await answer(ticket, `Hello ${ticket}`);
    const before = server.taken.length;
    server.rule = ({ at }) => (at === 'message' ? LIMIT : null);
    for (let passes = 0; passes < 2; passes += 1) {
      const { code, stderr } = await bench.run('once');
      expect(code).toBe(69);
      expect(stderr.trim().split('\n').at(-1)).toContain(
        'the mail server refuses all mail: 554 5.7.1 Daily limit exceeded',
      );
    }
    expect(await lieIn('Tickets/Review')).toEqual([]);
    expect(server.taken).toHaveLength(before);
    server.rule = () => null;
    await bench.ok('once');
    expect(await lieIn('Tickets/Outbox')).toEqual([]);
    for (const name of ['jane', 'bob', 'carl', 'dora'])
      expect(takenBy(`${name}@example.com`)).toHaveLength(2);
  });

  it('ends once with 75 where it takes no sender for now, and says so in one line', async () => {
    await answer(1, 'Hello');
    server.rule = ({ at }) => (at === 'sender' ? '451 4.3.0 Try later' : null);
    const { code, stderr } = await bench.run('once');
    expect(code).toBe(75);
    expect(stderr.trim().split('\n')).toEqual([expect.stringContaining('451 4.3.0 Try later')]);
    server.rule = () => null;
    await bench.ok('once');
    expect(takenBy('jane@example.com')).toHaveLength(2);
  });
});

describe('a server that limits mail to the outside', () => {
  it('goes on with the staff, gives no customer up, and each is sent theirs once when it is over', async () => {
    const said = '550 5.7.1 Daily sending limit exceeded';
    server.rule = ({ at, to }) => (at === 'message' && !to.endsWith('@example.org') ? said : null);
    const customers = ['a', 'b', 'c', 'd', 'e'].map((name) => `${name}@example.net`);
    for (const from of customers) await bench.world.deliver('support', compose({ from }));
    const before = takenBy('steve@example.org').length;
    const { code, stderr } = await bench.run('once');
    expect(code).toBe(69);
    expect(stderr.trim().split('\n').at(-1)).toContain(
      `the mail server refuses mail to 5 people for the same reason: ${said}`,
    );
    expect((await bench.run('once')).code).toBe(69);
    expect(takenBy('steve@example.org')).toHaveLength(before + 5);
    expect(await lieIn('Tickets/Review')).toEqual([]);
    expect((await lieIn('Tickets/Outbox')).toSorted()).toEqual(customers);
    server.rule = () => null;
    await bench.ok('once');
    expect(await lieIn('Tickets/Outbox')).toEqual([]);
    for (const customer of customers) expect(takenBy(customer)).toHaveLength(1);
  });
});

describe('8-bit text for a server without 8BITMIME', () => {
  it('is converted on the way, and stays as it is in the ticket', async () => {
    await answer(1, 'Grüße aus dem Büro');
    await bench.ok('once');
    const relayed =
      server.taken.filter(({ to }) => to === 'jane@example.com').at(-1)?.raw ?? Buffer.from('ä');
    expect(isAscii(relayed)).toBe(true);
    expect(relayed.toString()).toContain('Gr=C3=BC=C3=9Fe aus dem B=C3=BCro');
    const open = await readFolder(bench.world, 'support', 'Tickets/Open');
    const kept = open.filter(({ raw }) => raw.includes('X-Imapdesk-Stage: relay'));
    expect(kept.map(({ raw }) => raw.toString().includes('Grüße aus dem Büro'))).toEqual([true]);
  });
});

describe('retry', () => {
  async function refuseJane(): Promise<void> {
    await answer(1, 'Hello Jane');
    server.rule = ({ at, to }) =>
      at === 'recipient' && to === 'jane@example.com' ? '550 5.1.1 No such user' : null;
    expect((await bench.run('once')).code).toBe(1);
    expect(await lieIn('Tickets/Review')).toEqual(['jane@example.com']);
  }

  it('sends what was refused once more, and says what became of it', async () => {
    await refuseJane();
    const again = await bench.run('retry', '1', '--json');
    expect(again.code).toBe(1);
    expect(JSON.parse(again.stdout)).toEqual({
      desk: 'Example Support',
      ticket: 1,
      retried: [
        {
          ticket: 1,
          purpose: 'relay',
          to: 'jane@example.com',
          outcome: 'refused',
          because: expect.stringContaining('550 5.1.1 No such user'),
        },
      ],
      kept: [],
    });
    server.rule = () => null;
    expect(await bench.ok('retry', '--all')).toBe('ticket 1, relay to jane@example.com: sent\n');
    expect(takenBy('jane@example.com').at(-1)).toContain('Hello Jane');
    expect(await bench.ok('retry', '1')).toBe('Nothing in Tickets/Review was refused by the mail server.\n');
    expect(takenBy('jane@example.com')).toHaveLength(2);
  });

  it.runIf(DEEP)('is what dragging it to the outbox does', async () => {
    await refuseJane();
    server.rule = () => null;
    await withImap(bench.world, 'support', async (client) => {
      await client.mailboxOpen('Tickets/Review');
      await client.messageMove('1:*', 'Tickets/Outbox');
    });
    await bench.ok('once');
    expect(takenBy('jane@example.com').at(-1)).toContain('Hello Jane');
    expect(await lieIn('Tickets/Outbox')).toEqual([]);
  });

  it.runIf(DEEP)('is left to the worker that is at the account', async () => {
    await refuseJane();
    server.rule = () => null;
    const { host, port } = bench.world.imap;
    const account = { host, port, user: bench.world.accounts.support.user };
    const lock = await acquireLock(account, { command: 'a test' });
    expect(await bench.ok('retry', '1')).toBe(
      'ticket 1, relay to jane@example.com: waits in Tickets/Outbox\n',
    );
    if (lock.held) await lock.release();
    await bench.ok('once');
    expect(takenBy('jane@example.com').at(-1)).toContain('Hello Jane');
  });

  it('wants a ticket or --all, and knows its tickets', async () => {
    expect(await bench.run('retry')).toMatchObject({ code: 64 });
    expect(await bench.run('retry', '1', '--all')).toMatchObject({ code: 64 });
    expect(await bench.run('retry', '77')).toMatchObject({ code: 64 });
  });
});
