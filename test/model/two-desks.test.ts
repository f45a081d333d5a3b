/**
 * Two desks of this software on two machines, with the default tag and secrets of their own, write to each other. Each has
 * a ticket under the number that the other's tag names, so a tag that is taken for one's own would be seen. No limit
 * is ever met: whatever goes round would go round for good.
 */
import { describe, expect, it } from 'vitest';
import type { DeskPolicy } from '../../src/desk/policy.js';
import type { WorkingDesk } from '../../src/worker/workplace/desk.js';
import { FactsCache } from '../../src/worker/workplace/facts-cache.js';
import { deskPolicy } from '../unit/desk/desk.js';
import { DeskWorld } from './desk-world.js';
import { field } from './message-text.js';
import { answerTo, letter } from './sample-mail.js';

/** Two desks that answer each other without end are stopped here. */
const MANY_ROUNDS = 30;

interface Side {
  readonly world: DeskWorld;
  readonly desk: WorkingDesk;
  readonly domain: string;
  /** How much of what it has sent was carried away. */
  carried: number;
}

interface Circumstances {
  /** null for a host without plus-addressing. */
  readonly addresses: boolean;
  /** What a host on the way makes of a mail. */
  readonly road: (raw: Buffer) => Buffer;
}

interface Crossing {
  readonly to: string;
  readonly automatic: boolean;
  readonly subject: string;
}

const asItIs = (raw: Buffer): Buffer => raw;

let replaced = 0;
/** As hosts do that give every mail a Message-ID of their own, and take unknown fields away. */
function harshRoad(raw: Buffer): Buffer {
  replaced += 1;
  const text = raw
    .toString('latin1')
    .replace(/^X-Imapdesk-[^\r]*\r\n(?:[ \t][^\r]*\r\n)*/im, '')
    .replace(/^Message-ID:[^\r]*\r\n(?:[ \t][^\r]*\r\n)*/im, `Message-ID: <${replaced}@outlook.test>\r\n`);
  return Buffer.from(text, 'latin1');
}

class Conversation {
  readonly crossings: Crossing[] = [];
  readonly a: Side;
  readonly b: Side;
  readonly #inboxes = new Map<string, Buffer[]>();
  readonly #how: Circumstances;
  #words = 0;

  constructor(how: Circumstances) {
    this.#how = how;
    this.a = side(how, { name: 'Support', address: 'support@a.test', staff: ['steve', 'stella'] });
    this.b = side(how, { name: 'Help', address: 'help@b.test', staff: ['bob', 'ben'] });
  }

  async begin(): Promise<void> {
    for (const { world, desk } of [this.a, this.b]) await world.pass(desk);
  }

  /** So many numbers are given to other matters. */
  async decoys(at: Side, count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) {
      this.#words += 1;
      const messageId = `decoy-${this.#words}@other.test`;
      const from = `decoy-${this.#words}@other.test`;
      at.world.server.deliver(
        letter({ from, to: at.desk.policy.address, subject: `Decoy ${messageId}`, messageId }),
      );
    }
    await this.settle();
  }

  /** Passes and the post, until nothing moves any more. */
  async settle(): Promise<void> {
    for (let round = 0; round < MANY_ROUNDS; round += 1) {
      for (const { world, desk } of [this.a, this.b]) await world.pass(desk);
      if (!this.#carry(this.a) && !this.#carry(this.b)) return;
    }
    throw new Error('the two desks do not fall silent');
  }

  #carry(from: Side): boolean {
    const mails = from.world.post.sent.slice(from.carried);
    from.carried += mails.length;
    for (const { envelope, raw } of mails) {
      const to = [this.a, this.b].find(({ domain }) => envelope.to.endsWith(`@${domain}`));
      if (to === undefined) {
        this.#inboxes.set(envelope.to, [...(this.#inboxes.get(envelope.to) ?? []), raw]);
        continue;
      }
      const automatic = field(raw, 'Auto-Submitted') !== null;
      this.crossings.push({ to: envelope.to, automatic, subject: field(raw, 'Subject') ?? '' });
      to.world.server.deliver(this.#how.road(raw));
    }
    return mails.length > 0;
  }

  /** A staff member answers the newest mail in their inbox that is about the matter. */
  async answers(person: string, matter: string): Promise<void> {
    this.#words += 1;
    const notice = this.#inboxes.get(person)?.findLast((raw) => field(raw, 'Subject')?.includes(matter));
    if (notice === undefined) throw new Error(`${person} has heard nothing of it`);
    const to = person.endsWith('@staff-a.test') ? this.a : this.b;
    to.world.server.deliver(answerTo(notice, { from: person, messageId: `words-${this.#words}@${person}` }));
    await this.settle();
  }

  /** Under which numbers a desk has written about the matter. */
  numbersOf(at: Side, matter: string): readonly number[] {
    const told = at.world.post.sent.flatMap(({ raw }) => {
      const subject = field(raw, 'Subject') ?? '';
      const number = /\[issue([0-9]+)\]/.exec(subject)?.[1];
      return subject.includes(matter) && number !== undefined ? [Number(number)] : [];
    });
    return [...new Set(told)];
  }
}

function side(how: Circumstances, about: { name: string; address: string; staff: readonly string[] }): Side {
  const [local = '', domain = ''] = about.address.split('@');
  const policy: DeskPolicy = deskPolicy({
    name: about.name,
    address: about.address,
    secrets: [`the secret of ${about.address}, long enough to sign with`],
    staff: about.staff.map((name) => ({ name, addresses: [`${name}@staff-${domain}`] })),
    authservId: `mx.${domain}`,
    addresses: how.addresses
      ? { ticket: `${local}+{id}@${domain}`, done: `${local}+{id}-done@${domain}` }
      : null,
  });
  const world = new DeskWorld();
  const desk: WorkingDesk = { ...world.desk(), policy, cache: new FactsCache(policy) };
  return { world, desk, domain, carried: 0 };
}

const MATTER = 'Order of toner';
/** Each waits for the other's words. */
const TURNS = ['steve@staff-a.test', 'bob@staff-b.test', 'stella@staff-a.test', 'ben@staff-b.test'];

const HOW: readonly (readonly [string, Circumstances])[] = [
  ['as they are', { addresses: true, road: asItIs }],
  ['without plus-addressing', { addresses: false, road: asItIs }],
  ['over hosts that replace Message-IDs and take our field away', { addresses: true, road: harshRoad }],
  ['without plus-addressing, over such hosts', { addresses: false, road: harshRoad }],
];

describe.each(HOW)('two desks, %s', (_, how) => {
  async function talk(conversation: Conversation, turns: number, first = 0): Promise<void> {
    for (let turn = 0; turn < turns; turn += 1)
      await conversation.answers(TURNS[(turn + first) % TURNS.length] ?? '', MATTER);
  }

  /** On either side one ticket of the matter, nothing in Review, and no number that was reported. */
  function expectOneTicketEach(conversation: Conversation, numbers: { a: number; b: number }): void {
    const { a, b } = conversation;
    expect(conversation.numbersOf(a, MATTER)).toEqual([numbers.a]);
    expect(conversation.numbersOf(b, MATTER)).toEqual([numbers.b]);
    for (const { world } of [a, b]) {
      expect(world.contents('review')).toEqual([]);
      expect(world.contents('inbox')).toEqual([]);
      expect(world.sent().filter((line) => /^(?:error-report|review-notice|not-relayed)/.test(line))).toEqual(
        [],
      );
      expect(world.tickets().every((one) => one.endsWith('open'))).toBe(true);
    }
  }

  it('hold a conversation of ten mails that one of them began', async () => {
    const conversation = new Conversation(how);
    const { a, b } = conversation;
    await conversation.begin();
    await conversation.decoys(a, 2);
    await conversation.decoys(b, 6);
    // Bob opens a ticket in B for the desk A, as `imapdesk new` does, and writes the first mail by answering.
    const opening = letter({
      from: 'bob@staff-b.test',
      to: 'help@b.test',
      subject: MATTER,
      messageId: 'opening@staff-b.test',
      extra: ['Cc: support@a.test'],
    });
    const results = 'Authentication-Results: mx.b.test; dmarc=pass header.from=staff-b.test\r\n';
    b.world.server.deliver(Buffer.concat([Buffer.from(results), opening]));
    await conversation.settle();
    expect(b.world.tickets()).toHaveLength(7);
    await conversation.answers('ben@staff-b.test', MATTER);
    await conversation.decoys(a, 6);
    await conversation.decoys(b, 1);
    await talk(conversation, 9);
    expectOneTicketEach(conversation, { a: 3, b: 7 });
    expect(a.world.tickets()).toHaveLength(9);
    expect(b.world.tickets()).toHaveLength(8);
    // Ten mails of people, and the one acknowledgement of the ticket that the first of them opened.
    expect(conversation.crossings.filter(({ automatic }) => !automatic)).toHaveLength(10);
    expect(conversation.crossings.filter(({ automatic }) => automatic)).toHaveLength(1);
    expect(new Set(conversation.crossings.map(({ subject }) => subject))).toEqual(
      new Set([`Re: [issue7] ${MATTER}`, `Re: [issue3] ${MATTER}`]),
    );
  });

  it('hold one of ten mails that a customer of both began', async () => {
    const conversation = new Conversation(how);
    const { a, b } = conversation;
    await conversation.begin();
    await conversation.decoys(a, 2);
    await conversation.decoys(b, 6);
    for (const { world } of [a, b]) {
      world.server.deliver(
        letter({
          from: 'carol@customer.test',
          to: 'support@a.test, help@b.test',
          subject: MATTER,
          messageId: 'matter@customer.test',
        }),
      );
    }
    await conversation.settle();
    await conversation.decoys(a, 6);
    await conversation.decoys(b, 1);
    await talk(conversation, 10);
    expectOneTicketEach(conversation, { a: 3, b: 7 });
    expect(a.world.tickets()).toHaveLength(9);
    expect(b.world.tickets()).toHaveLength(8);
    expect(conversation.crossings.filter(({ automatic }) => !automatic)).toHaveLength(10);
    expect(conversation.crossings.filter(({ automatic }) => automatic)).toEqual([]);
  });
});
