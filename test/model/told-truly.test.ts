/** What staff are told of a message is what became of it: in the desk's own words, held against what was sent. */
import { simpleParser } from 'mailparser';
import { describe, expect, it } from 'vitest';
import { fill, loadTemplates } from '../../src/config/templates.js';
import { TEXTS } from '../../src/desk/letters/texts.js';
import type { DeskPolicy } from '../../src/desk/policy.js';
import { REQUESTER, signedDoneAddress, signedTicketAddress } from '../../src/desk/sign/ticket-address.js';
import { FactsCache } from '../../src/worker/workplace/facts-cache.js';
import { answer, matter, type Words } from './busy-day.js';
import { DeskWorld, openGate, POLICY, refusing } from './desk-world.js';
import { answerTo } from './sample-mail.js';

const ENGLISH = await loadTemplates(TEXTS, 'en', null);
const JANE = 'jane@example.org';
const STEVE = 'steve@example.com';
const ANN = 'ann@example.com';
const MINUTE_MS = 60_000;
const [MEMBER = { name: '', addresses: [] }] = POLICY.staff;

/** A desk that writes English, with one open ticket of Jane's. */
class Spoken {
  readonly world = new DeskWorld();
  readonly #policy: DeskPolicy;
  #seen = 0;

  constructor(changes: Partial<DeskPolicy> = {}) {
    const render: DeskPolicy['render'] = (name, variables) => fill(ENGLISH.get(name) ?? '', variables);
    this.#policy = { ...POLICY, render, ...changes };
  }

  static async start(changes: Partial<DeskPolicy> = {}): Promise<Spoken> {
    const spoken = new Spoken(changes);
    await spoken.pass();
    await spoken.tell(matter({ from: JANE, subject: 'Printer' }));
    return spoken;
  }

  async pass(desk = this.world.desk()): Promise<void> {
    await this.world.pass({ ...desk, policy: this.#policy, cache: new FactsCache(this.#policy) });
  }

  /** What is sent once these have come, as text by recipient. */
  async tell(...mails: readonly Buffer[]): Promise<readonly Told[]> {
    for (const raw of mails) this.world.server.deliver(raw);
    await this.pass();
    return this.news();
  }

  async news(): Promise<readonly Told[]> {
    const sent = this.world.post.sent.slice(this.#seen);
    this.#seen += sent.length;
    return Promise.all(
      sent.map(async ({ raw, envelope }) => {
        const { subject = '', text = '' } = await simpleParser(raw);
        return { to: envelope.to, subject, text };
      }),
    );
  }
}

const AUTHSERV = { authservId: 'mx.example.com' };

/** As the desk's own mail server marks it. */
function judged(raw: Buffer, dmarc: string): Buffer {
  return Buffer.concat([Buffer.from(`Authentication-Results: mx.example.com; dmarc=${dmarc}\r\n`), raw]);
}

interface Told {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

function textTo(told: readonly Told[], to: string, about: RegExp): string {
  const found = told.filter((one) => one.to === to && about.test(`${one.subject}\n${one.text}`));
  expect(found).toHaveLength(1);
  return found[0]?.text ?? '';
}

describe('a review notice says who was answered', () => {
  const toNobody = (words: Partial<Words>): Buffer =>
    matter({ from: JANE, subject: 'Lost', to: 'support+77@example.com', ...words });
  const reports = (told: readonly Told[]) =>
    told.filter(({ text }) => text.startsWith('Your message was meant'));
  const notice = (told: readonly Told[]): string => textTo(told, STEVE, /lies in Review/);

  it('the sender, where a number does not exist', async () => {
    const told = await (await Spoken.start()).tell(toNobody({}));
    expect(reports(told).map(({ to }) => to)).toEqual([JANE]);
    expect(notice(told)).toContain(`\n${JANE} is told by mail that there is no such ticket.\n`);
    expect(notice(told)).not.toContain('Nobody');
  });

  it('nobody and why, where a limit is reached', async () => {
    const spoken = await Spoken.start();
    await spoken.tell(toNobody({}));
    const told = await spoken.tell(toNobody({ subject: 'Lost again' }));
    expect(reports(told)).toEqual([]);
    expect(notice(told)).toContain(
      '\nNobody was answered: a limit for automatic answers is reached for now.\n',
    );
  });

  it.each<[string, Buffer, string]>([
    ['a mark', toNobody({ lines: ['X-Auto-Response-Suppress: All'] }), 'the message bears a mark by which'],
    ['two in From', toNobody({ from: `${JANE}, joe@example.org` }), 'the message has no single sender'],
    ['an address of few servers', toNobody({ from: 'jäne@example.org' }), 'not every mail server can carry'],
    ['the desk’s address', toNobody({ from: 'support@example.com' }), 'the message comes from the desk'],
    [
      'a failed authentication',
      judged(toNobody({}), 'fail (p=reject) header.from=example.org'),
      'the sender failed authentication',
    ],
  ])('nobody and why: %s', async (_, raw, why) => {
    const told = await (await Spoken.start(AUTHSERV)).tell(raw);
    expect(reports(told)).toEqual([]);
    expect(notice(told)).toContain(`\nNobody was answered: ${why}`);
  });

  it('nobody, where two tickets are named', async () => {
    const spoken = await Spoken.start();
    await spoken.tell(matter({ from: 'bob@example.org', subject: 'Keys' }));
    const to = 'support+1@example.com, support+2@example.com';
    const told = await spoken.tell(matter({ from: 'eve@example.net', subject: 'Both', to }));
    expect(told.map((one) => one.to)).toEqual([STEVE, ANN]);
    expect(notice(told)).toMatch(/names the tickets 1, 2[^]*\n\nNobody was answered\.\n/);
  });

  it('nobody, where the server refuses to file it', async () => {
    const spoken = await Spoken.start();
    const bad = refusing(/^append Outbox .*Four/, { explained: false });
    spoken.world.server.deliver(matter({ from: JANE, subject: 'Four' }));
    for (const subject of ['One', 'Two', 'Three']) {
      spoken.world.server.deliver(matter({ from: JANE, subject }));
      await spoken.pass(spoken.world.desk(bad, openGate));
      spoken.world.clock.advance(MINUTE_MS);
    }
    await spoken.news();
    const told = await spoken.tell();
    expect(told.map((one) => one.to)).toEqual([STEVE, ANN]);
    expect(notice(told)).toMatch(/could not be filed[^]*\n\nNobody was answered\.\n/);
  });

  it('nobody, where the server cannot read it', async () => {
    const spoken = await Spoken.start();
    const { content } = spoken.world.server.deliver(matter({ from: JANE, subject: 'Bad' }));
    spoken.world.server.unreadable.add(content.origin);
    for (let pass = 0; pass < 4; pass += 1) {
      await spoken.pass();
      spoken.world.clock.advance(MINUTE_MS);
    }
    const told = await spoken.news();
    expect(told.map((one) => one.to)).toEqual([STEVE, ANN]);
    expect(notice(told)).toMatch(/The mail server cannot read it\.\n\nNobody was answered\.\n/);
  });

  it('and a program that writes to such a number gets no report', async () => {
    const spoken = await Spoken.start();
    const told = await spoken.tell(toNobody({ lines: ['Auto-Submitted: auto-replied'] }));
    expect(reports(told)).toEqual([]);
    expect(textTo(told, STEVE, /Automatic mail/)).toContain('Nobody was answered.');
  });
});

describe('what a member may not do is told with the way to be allowed', () => {
  const HINT = 'Once the desk has an `authservId` (`imapdesk check` proposes it)';
  const about = /NOT passed on/;
  const role = { kind: 'staff' as const, member: MEMBER };
  const steves = signedTicketAddress(POLICY, 1, role) ?? '';
  const closing = signedDoneAddress(POLICY, 1, { ...role, limited: true }) ?? '';
  const PASS = 'pass header.from=example.com';

  it('a reply from an address that the desk does not know', async () => {
    const told = await (await Spoken.start()).tell(
      matter({ from: 'steve@home.example', subject: 'It is on', to: steves }),
    );
    const text = textTo(told, STEVE, about);
    expect(text).toContain('from the mail address that the notice was sent to');
    expect(text).toContain('added to `staff`');
    expect(text).not.toContain('authservId');
    expect(told.some(({ to }) => to === JANE)).toBe(false);
  });

  it('and the same reply from the address of the notice goes to the requester', async () => {
    const told = await (await Spoken.start()).tell(matter({ from: STEVE, subject: 'It is on', to: steves }));
    expect(told.map(({ to }) => to)).toContain(JANE);
    expect(told.filter(({ text }) => about.test(text))).toEqual([]);
  });

  it('a reply that failed authentication', async () => {
    const raw = matter({ from: STEVE, subject: 'It is on', to: steves });
    const told = await (await Spoken.start(AUTHSERV)).tell(judged(raw, 'fail header.from=example.com'));
    expect(textTo(told, STEVE, about)).toContain('failed authentication (DMARC)');
    expect(textTo(told, ANN, /failed authentication \(DMARC\), as forged mail does/)).not.toContain(HINT);
  });

  it('words to the closing address, which close all the same', async () => {
    const spoken = await Spoken.start();
    const told = await spoken.tell(matter({ from: STEVE, subject: 'It is on', to: closing }));
    const text = textTo(told, STEVE, about);
    expect(text).toContain('It came to the address that closes the ticket.');
    expect(text).toContain(HINT);
    expect(spoken.world.tickets()).toEqual(['1 archived']);
  });

  it('and with authservId and a pass they go to the requester', async () => {
    const raw = matter({ from: STEVE, subject: 'It is on', to: closing });
    const proven = await (await Spoken.start(AUTHSERV)).tell(judged(raw, PASS));
    expect(proven.filter(({ text }) => about.test(text))).toEqual([]);
    expect(proven.find(({ to, text }) => to === JANE && text === 'Hello.\n')).toBeDefined();
    const unproven = await (await Spoken.start(AUTHSERV)).tell(raw);
    expect(textTo(unproven, STEVE, about)).not.toContain(HINT);
  });

  it('a reply on a ticket that has nobody outside', async () => {
    const spoken = await Spoken.start();
    await spoken.tell(matter({ from: `${JANE}, joe@example.org`, subject: 'Keys' }));
    const told = await spoken.tell(answer(spoken.world, { by: STEVE, ticket: 2 }));
    const text = textTo(told, STEVE, about);
    expect(text).toContain('The ticket has nobody outside whom mail can reach.');
    expect(text).not.toContain('not known to be you');
  });

  it('a close under a member’s address without proof', async () => {
    const spoken = await Spoken.start();
    const close = matter({ from: STEVE, subject: '[issue1-done] Done' });
    const told = await spoken.tell(close);
    for (const member of [STEVE, ANN]) {
      const text = textTo(told, member, /asks to close the ticket/);
      expect(text).toContain(
        'This message bears the address of Steve, and nothing proves that Steve wrote it',
      );
      expect(text).toContain(HINT);
      expect(text).not.toContain('someone new');
    }
    expect(spoken.world.tickets()).toEqual(['1 open']);
    const trusting = await Spoken.start(AUTHSERV);
    await trusting.tell(judged(close, PASS));
    expect(trusting.world.tickets()).toEqual(['1 archived']);
  });

  it('a ticket that would be somebody else’s', async () => {
    const spoken = await Spoken.start();
    const raw = matter({ from: STEVE, subject: 'Order [for kim@example.net]' });
    const text = textTo(await spoken.tell(raw), ANN, /bears the address of Steve/);
    expect(text).toContain('[for …] in its subject counts for nothing: the ticket is that of Steve. Once');
    const trusting = await Spoken.start(AUTHSERV);
    const told = await trusting.tell(judged(raw, PASS));
    expect(told.map(({ to }) => to)).toContain('kim@example.net');
    expect(told.filter(({ text: other }) => other.includes('proves'))).toEqual([]);
    const plain = await spoken.tell(matter({ from: STEVE, subject: 'My own printer' }));
    expect(plain.filter(({ text: other }) => other.includes('proves'))).toEqual([]);
  });

  it('without the hint where it cannot help', async () => {
    const told = await (await Spoken.start({ forwarded: true })).tell(
      matter({ from: STEVE, subject: '[issue1] Hello' }),
    );
    const text = textTo(told, ANN, /nothing proves/);
    expect(text).not.toContain('authservId');
  });

  it('a stranger’s close is not told as a member’s', async () => {
    const told = await (await Spoken.start()).tell(
      matter({ from: 'eve@example.net', subject: '[issue1-done] Done' }),
    );
    const text = textTo(told, STEVE, /asks to close the ticket/);
    expect(text).toContain('This message is from someone new to the ticket.');
    expect(text).not.toContain('proves');
    expect(text).toMatch(/A mail to \S+-done@example\.com closes the ticket\./);
  });

  it('mail that may not reopen a ticket, and the reply that does', async () => {
    const spoken = await Spoken.start();
    const [acknowledgement] = spoken.world.post.sent.filter(({ envelope }) => envelope.to === JANE);
    const done = answerTo(acknowledgement?.raw ?? Buffer.alloc(0), {
      from: JANE,
      messageId: 'done@example.org',
      done: true,
    });
    await spoken.tell(done);
    expect(spoken.world.tickets()).toEqual(['1 archived']);
    const told = await spoken.tell(matter({ from: 'eve@example.net', subject: '[issue1] Me, too' }));
    expect(textTo(told, STEVE, /Me, too|Hello/)).toContain(
      'It does not reopen the ticket, which stays closed. Your reply reopens it.',
    );
    expect(spoken.world.tickets()).toEqual(['1 archived']);
    await spoken.tell(answer(spoken.world, { by: STEVE, ticket: 1 }));
    expect(spoken.world.tickets()).toEqual(['1 open']);
  });

  it('and a requester’s own address proves enough', async () => {
    const to = signedTicketAddress(POLICY, 1, REQUESTER) ?? '';
    const told = await (await Spoken.start()).tell(matter({ from: JANE, subject: 'More', to }));
    expect(textTo(told, STEVE, /Hello/)).not.toMatch(/proves|someone new|may not/);
  });
});
