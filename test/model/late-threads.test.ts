/** Conversations that the desk comes into late, and old addresses, on a desk without faults. */
import { describe, expect, it } from 'vitest';
import { DeskWorld, openGate } from './desk-world.js';
import { field } from './message-text.js';
import { letter } from './sample-mail.js';

const DAY_MS = 86_400_000;
const ANN = 'ann@buyer.example';
const BEN = 'ben@buyer.example';
const CORA = 'cora@buyer.example';
const VIC = 'vic@seller.example';
const DESK = 'support@example.com';

interface Mail {
  readonly from: string;
  readonly to?: string;
  readonly subject?: string;
  readonly lines?: readonly string[];
}

class Desk {
  readonly world = new DeskWorld();
  #mails = 0;

  async begin(): Promise<this> {
    await this.world.pass();
    return this;
  }

  deliver({ from, to = DESK, subject = 'Re: Offer 7', lines = [] }: Mail): void {
    this.#mails += 1;
    const messageId = `mail-${this.#mails}@people.example`;
    this.world.server.deliver(letter({ from, to, subject, messageId, extra: lines }));
  }

  async take(...mails: readonly Mail[]): Promise<void> {
    for (const mail of mails) this.deliver(mail);
    await this.world.pass();
  }

  async close(ticket: number): Promise<void> {
    await this.world.request(openGate, 'close', ticket);
    await this.world.pass();
  }

  /** The signed address that the requester was answered with. */
  addressFor(person: string): string {
    const mail = this.world.post.sent.find(({ envelope }) => envelope.to === person);
    return field(mail?.raw ?? Buffer.alloc(0), 'Reply-To') ?? '';
  }

  /** The numbers of the tickets that links in the register name, one for each message. */
  links(): readonly string[] {
    return this.world
      .visible('register')
      .filter(({ content }) => field(content.raw, 'X-Imapdesk-Entry') === 'link')
      .map(({ content }) => field(content.raw, 'X-Imapdesk-Ticket') ?? '');
  }

  async expectQuiet(): Promise<void> {
    const before = [this.world.server.history.length, this.world.post.sent.length];
    await this.world.pass();
    await this.world.pass();
    expect([this.world.server.history.length, this.world.post.sent.length]).toEqual(before);
  }
}

const begun = (): Promise<Desk> => new Desk().begin();
const answering = (...ids: readonly string[]): readonly string[] => [
  `In-Reply-To: <${ids.at(-1)}>`,
  `References: ${ids.map((id) => `<${id}>`).join(' ')}`,
];

describe('a desk that is put into Cc in the middle', () => {
  const row = answering('w@buyer.example', 'x@seller.example');
  const three: readonly Mail[] = [
    { from: ANN, to: `${VIC}, ${BEN}, ${CORA}, ${DESK}`, lines: row },
    { from: BEN, to: `${VIC}, ${ANN}, ${CORA}, ${DESK}`, lines: row },
    { from: CORA, to: `${VIC}, ${DESK}`, lines: row },
  ];

  it.each(['in one pass', 'in a pass each'])(
    'has one ticket of the answers of three colleagues, %s',
    async (how) => {
      const desk = await begun();
      if (how === 'in one pass') await desk.take(...three);
      else for (const mail of three) await desk.take(mail);
      expect(desk.world.tickets()).toEqual(['1 open']);
      expect(desk.links()).toEqual(['<1>', '<1>']);
      expect(desk.world.sent().filter((sent) => sent.startsWith('acknowledgement'))).toEqual([
        `acknowledgement to ${ANN}`,
      ]);
      expect(desk.world.sent().filter((sent) => sent === 'notice to steve@example.com')).toHaveLength(3);
      await desk.expectQuiet();
    },
  );

  it('keeps them together when all that it remembers is in the mailbox', async () => {
    const desk = await begun();
    await desk.take(...three);
    await desk.close(1);
    expect(desk.world.tickets()).toEqual(['1 archived']);
    expect(desk.world.contents('open')).toEqual([]);
    await desk.expectQuiet();
  });

  it('has a ticket for each of two strangers who answer one newsletter', async () => {
    const desk = await begun();
    const lines = answering('n@shop.example');
    const to = `news@shop.example, ${DESK}`;
    await desk.take({ from: 'a@mail.example', to, lines }, { from: 'b@mail.example', to, lines });
    expect(desk.world.tickets()).toEqual(['1 open', '2 open']);
    await desk.take({ from: 'c@mail.example', lines });
    expect(desk.world.tickets()).toEqual(['1 open', '2 open', '3 open']);
  });

  it('reopens the ticket for one of its people, if it was closed of late', async () => {
    const desk = await begun();
    await desk.take(three[0] ?? { from: ANN });
    await desk.close(1);
    await desk.take(three[1] ?? { from: BEN });
    expect(desk.world.tickets()).toEqual(['1 open']);
    await desk.expectQuiet();
  });

  it('opens another one for somebody new, or after a month', async () => {
    const desk = await begun();
    await desk.take(three[0] ?? { from: ANN });
    await desk.close(1);
    await desk.take({ from: 'dan@buyer.example', to: `${VIC}, ${DESK}`, lines: row });
    expect(desk.world.tickets()).toEqual(['1 archived', '2 open']);
    desk.world.clock.advance(32 * DAY_MS);
    await desk.close(2);
    desk.world.clock.advance(32 * DAY_MS);
    await desk.take(three[1] ?? { from: BEN });
    expect(desk.world.tickets()).toEqual(['1 archived', '2 archived', '3 open']);
  });

  it('reads few of any number of answers to a newsletter, and no ticket of strangers', async () => {
    const desk = await begun();
    const lines = answering('n@shop.example');
    for (let reader = 0; reader < 60; reader += 1) desk.deliver({ from: `r${reader}@mail.example`, lines });
    await desk.world.pass();
    for (let ticket = 1; ticket <= 60; ticket += 1) await desk.world.request(openGate, 'close', ticket);
    await desk.world.pass();
    const few = await commandsFor(desk, { from: 'z@mail.example', lines });
    expect(desk.world.tickets().filter((ticket) => ticket.endsWith('open'))).toEqual(['61 open']);
    const read = few.filter((command) => command.startsWith('fetch Archived'));
    expect(read.map((command) => command.split(',').length)).toEqual([40]);
  });
});

describe('mail of Outlook on a phone, without References', () => {
  const index = (more: string): readonly string[] => [
    `Thread-Index: ${Buffer.from(`0101dbf69898${'c2860f55'.repeat(4)}${more}`, 'hex').toString('base64')}`,
  ];

  it('is one ticket of one person, also when it was closed since', async () => {
    const desk = await begun();
    await desk.take({ from: ANN, subject: 'Offer 7', lines: index('') });
    await desk.take({ from: ANN, subject: 'Re: Offer 7', lines: index('8000000010') });
    expect(desk.world.tickets()).toEqual(['1 open']);
    await desk.close(1);
    await desk.take({ from: ANN, subject: 'Re: Offer 7', lines: index('80000000108000000020') });
    expect(desk.world.tickets()).toEqual(['1 open']);
    await desk.take({ from: BEN, subject: 'Re: Offer 7', lines: index('80000000108000000030') });
    expect(desk.world.tickets()).toEqual(['1 open', '2 open']);
    await desk.expectQuiet();
  });
});

describe('an address of an old ticket in an address book', () => {
  it('brings a new ticket that names the old one, while an answer still reopens that', async () => {
    const desk = await begun();
    await desk.take({ from: ANN, subject: 'Printer' });
    const to = desk.addressFor(ANN);
    expect(to).toMatch(/<support\+1\.[0-9a-z]{8}@/);
    await desk.close(1);
    desk.world.clock.advance(40 * DAY_MS);
    await desk.take({ from: ANN, to, subject: 'Coffee machine' });
    expect(desk.world.tickets()).toEqual(['1 archived', '2 open']);
    const entry = desk.world
      .visible('register')
      .find(({ content }) => field(content.raw, 'X-Imapdesk-Follows') !== null);
    expect(field(entry?.content.raw ?? Buffer.alloc(0), 'X-Imapdesk-Follows')).toBe('<1>');
    await desk.take({ from: ANN, to, subject: 'Re: Printer', lines: answering('mail-1@people.example') });
    expect(desk.world.tickets()).toEqual(['1 open', '2 open']);
    await desk.expectQuiet();
  });
});

/** What a pass asks of the server for one mail. */
async function commandsFor(desk: Desk, mail: Mail): Promise<readonly string[]> {
  desk.deliver(mail);
  const calls: string[] = [];
  const gate = {
    actor: 'worker',
    begin: (what: string) => {
      calls.push(what);
      return openGate.begin(what);
    },
  };
  await desk.world.pass(desk.world.desk(gate, openGate));
  return calls;
}

describe('what is asked of the server', () => {
  it('is not more for mail that names nothing, or names what is found', async () => {
    const desk = await begun();
    await desk.take({ from: ANN, subject: 'Printer' });
    const looks = async (mail: Mail): Promise<number> =>
      (await commandsFor(desk, mail)).filter((command) => command.startsWith('search Archived')).length;
    const outlook = `Thread-Index: ${Buffer.from(`0101dbf69898${'c2'.repeat(16)}`, 'hex').toString('base64')}`;
    const opening = await looks({ from: BEN, subject: 'Fax' });
    expect(await looks({ from: BEN, subject: 'Scanner', lines: [outlook] })).toBe(opening);
    // By its Message-ID as ever, and by who else names it.
    const unseen = answering('x@seller.example');
    expect(await looks({ from: CORA, subject: 'Re: Phone', lines: unseen })).toBe(opening + 2);
    const joining = await looks({ from: BEN, subject: 'Call', to: 'support+1@example.com' });
    const held = answering('mail-1@people.example');
    expect(await looks({ from: ANN, subject: 'Re: Printer', lines: held })).toBe(joining + 1);
    // What is open is known already.
    expect(await looks({ from: CORA, subject: 'Re: Phone', lines: unseen })).toBe(joining + 1);
  });
});
