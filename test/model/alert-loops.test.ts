/** Mail that comes back from where alerts go: gateways that answer each SMS, alerts that bounce, and desks that tell each other. */
import { describe, expect, it } from 'vitest';
import { composeBounce } from '../../src/demo/bounce.js';
import type { AlertRule } from '../../src/desk/alerts/alert-rule.js';
import type { DeskPolicy } from '../../src/desk/policy.js';
import type { WorkingDesk } from '../../src/worker/workplace/desk.js';
import { FactsCache } from '../../src/worker/workplace/facts-cache.js';
import { deskPolicy } from '../unit/desk/desk.js';
import { alerting, Receiver, rule } from './alert-world.js';
import { matter } from './busy-day.js';
import { DeskWorld, POLICY } from './desk-world.js';
import { field } from './message-text.js';
import type { Passed } from './pass-of.js';
import { answerTo } from './sample-mail.js';

const JANE = 'jane@example.org';
const STEVE = 'steve@example.com';
const GATEWAY = '1555@sms.example';
const OTHER_GATEWAY = '1666@pager.example';
const NIGHT = 'night@example.net';
const SMS = rule({ name: 'sms', mail: { to: [GATEWAY], sms: { subject: 'Desk' } } });
const OTHER_SMS = rule({ name: 'other sms', mail: { to: [OTHER_GATEWAY], sms: { subject: 'Desk' } } });
const MAIL = rule({ name: 'mail', mail: { to: [NIGHT], sms: null } });
const CHAT = rule({ name: 'chat' });

class Watched {
  readonly world = new DeskWorld();
  readonly receiver = new Receiver();
  readonly desk: WorkingDesk;

  constructor(rules: readonly AlertRule[], alerted: Partial<DeskPolicy['alerted']> = {}) {
    const policy = { ...POLICY, alerted: { mail: [NIGHT], sms: [GATEWAY, OTHER_GATEWAY], ...alerted } };
    const desk = { ...this.world.desk(), policy, cache: new FactsCache(policy) };
    this.desk = alerting(desk, { rules, line: this.receiver.line() });
  }

  /** What is filed of that mail. */
  async takes(raw: Buffer): Promise<Passed['told']> {
    this.world.server.deliver(raw);
    return this.passes();
  }

  async passes(): Promise<Passed['told']> {
    const filed: Passed['told'][number][] = [];
    for (let passes = 0; passes < 3; passes += 1) {
      filed.push(...(await this.world.pass(this.desk)).told);
      await this.desk.alertLine?.settle(1000);
    }
    return filed;
  }

  sentTo(address: string): readonly Buffer[] {
    return this.world.post.sent.filter(({ envelope }) => envelope.to === address).map(({ raw }) => raw);
  }

  /** The newest alert to that address. */
  alertTo(address: string): Buffer {
    const raw = this.sentTo(address).at(-1);
    if (raw === undefined) throw new Error(`no alert went to ${address}`);
    return raw;
  }
}

/** A desk with a ticket of Jane's, of which all alerts have told. */
async function told(
  rules: readonly AlertRule[],
  alerted: Partial<DeskPolicy['alerted']> = {},
): Promise<Watched> {
  const watched = new Watched(rules, alerted);
  await watched.passes();
  await watched.takes(matter({ from: JANE, subject: 'Printer' }));
  return watched;
}

let replaced = 0;
/** As hosts do that give every mail a Message-ID of their own, and take unknown fields away. */
function overHarshRoad(raw: Buffer): Buffer {
  replaced += 1;
  const text = raw
    .toString('latin1')
    .replace(/^X-Imapdesk-[^\r]*\r\n(?:[ \t][^\r]*\r\n)*/im, '')
    .replace(/^Message-ID:[^\r]*\r\n(?:[ \t][^\r]*\r\n)*/im, `Message-ID: <${replaced}@outlook.test>\r\n`);
  return Buffer.from(text, 'latin1');
}

describe('what a gateway answers', () => {
  const ANSWERS: readonly (readonly [string, (alert: Buffer) => Buffer])[] = [
    ['from the address of the SMS, as new mail', () => matter({ from: GATEWAY, subject: 'Delivered' })],
    [
      'from the address of the SMS, as an answer',
      (alert) => answerTo(alert, { from: GATEWAY, messageId: 'delivered@sms.example' }),
    ],
    [
      'from another address',
      (alert) => answerTo(alert, { from: 'robot@sms.example', messageId: 'delivered@sms.example' }),
    ],
    [
      'from another address, over a host that has replaced the id',
      (alert) =>
        answerTo(overHarshRoad(alert), { from: 'robot@sms.example', messageId: 'delivered@sms.example' }),
    ],
    [
      'as a program that opens tickets otherwise',
      (alert) => {
        const raw = answerTo(alert, { from: 'robot@sms.example', messageId: 'delivered@sms.example' });
        return Buffer.concat([Buffer.from('Auto-Submitted: auto-generated\r\n'), raw]);
      },
    ],
  ];

  it.each(ANSWERS)('%s lies in Review: nobody is answered, and no alert tells of it', async (_, answer) => {
    const desk = await told([SMS, OTHER_SMS, MAIL, CHAT]);
    const { world, receiver } = desk;
    const alert = desk.alertTo(GATEWAY);
    const before = world.post.sent.length;
    const [filed] = await desk.takes(answer(alert));
    expect(filed?.decision).toMatchObject({ kind: 'automatic', destination: 'review', acknowledge: false });
    expect(filed?.decision.reasons.join('\n')).toMatch(/alert/);
    expect(world.contents('review')).toHaveLength(1);
    expect(world.tickets()).toEqual(['1 open']);
    // Staff are told by the summary, and nobody else of anything.
    const people = [STEVE, 'ann@example.com'];
    expect(world.post.sent.slice(before).filter(({ envelope }) => !people.includes(envelope.to))).toEqual([]);
    expect(receiver.told()).toEqual(['chat: new 1']);
  });
});

it('an alert that comes back is filed as a bounce, and says so', async () => {
  const desk = await told([SMS, CHAT]);
  const before = desk.world.post.sent.length;
  const raw = desk.alertTo(GATEWAY);
  const bounce = composeBounce({ from: 'support@example.com', recipient: GATEWAY, raw, at: new Date(0) });
  const [filed] = await desk.takes(bounce);
  expect(filed?.decision).toMatchObject({ kind: 'bounce', destination: 'review' });
  expect(filed?.decision.reasons).toContain('what came back is an alert of this desk');
  expect(desk.world.sent(before).filter((line) => !line.startsWith('review-summary'))).toEqual([]);
  expect(desk.receiver.told()).toEqual(['chat: new 1']);
});

describe('who gets alerts by mail and is no staff', () => {
  it('opens a ticket that is not acknowledged, and that no alert by mail tells of', async () => {
    const desk = await told([SMS, MAIL, CHAT]);
    const before = desk.world.post.sent.length;
    const [filed] = await desk.takes(matter({ from: NIGHT, subject: 'The lift is stuck' }));
    expect(filed?.decision).toMatchObject({ kind: 'new', destination: 'open', acknowledge: false });
    expect(filed?.decision.reasons).toContain('not answered: alerts go to its sender');
    expect(filed?.decision.why).toEqual({ name: 'not-answered-alerted' });
    expect(desk.world.sent(before)).toEqual([`notice to ${STEVE}`, 'notice to ann@example.com']);
    expect(desk.receiver.told()).toEqual(['chat: new 1', 'chat: new 2']);
  });

  it('gets no error report', async () => {
    const desk = await told([MAIL]);
    const before = desk.world.post.sent.length;
    const to = 'support+77@example.com';
    const [filed] = await desk.takes(matter({ from: NIGHT, to, subject: 'The lift' }));
    expect(filed?.decision.kind).toBe('unknown-ticket');
    expect(desk.world.sent(before).filter((line) => line.includes(NIGHT))).toEqual([]);
  });

  it('may name a ticket in an answer to an alert, and is filed with it', async () => {
    const desk = await told([MAIL]);
    const raw = answerTo(desk.alertTo(NIGHT), { from: NIGHT, messageId: 'answer@example.net' });
    const named = raw.toString('latin1').replace(/^Subject: .*$/m, 'Subject: Re: [issue1] Printer');
    const [filed] = await desk.takes(Buffer.from(named, 'latin1'));
    expect(filed?.decision).toMatchObject({ kind: 'update', ticket: 1, notifyStaff: true });
  });
});

describe('staff to whom an alert goes', () => {
  const TO_STEVE = rule({ name: 'steve', mail: { to: [STEVE], sms: null } });

  it('are answered like anybody, and others are told of their mail', async () => {
    const desk = await told([TO_STEVE, MAIL]);
    const before = desk.sentTo(NIGHT).length;
    const [filed] = await desk.takes(matter({ from: STEVE, subject: 'My chair' }));
    expect(filed?.decision).toMatchObject({ kind: 'new', acknowledge: true });
    expect(desk.sentTo(NIGHT)).toHaveLength(before + 1);
  });

  it('open a ticket by answering an alert, and no alert by mail tells of it', async () => {
    const desk = await told([TO_STEVE, MAIL]);
    const before = desk.sentTo(NIGHT).length;
    const alert = desk.world.post.sent.findLast(
      ({ envelope, raw }) => envelope.to === STEVE && !(field(raw, 'Subject') ?? '').includes('['),
    );
    const raw = answerTo(alert?.raw ?? Buffer.alloc(0), { from: STEVE, messageId: 'mine@example.com' });
    const [filed] = await desk.takes(raw);
    expect(filed?.decision).toMatchObject({ kind: 'new', acknowledge: false });
    expect(desk.sentTo(NIGHT)).toHaveLength(before);
  });
});

describe('two desks of two installations whose alerts go to each other', () => {
  interface Side {
    readonly world: DeskWorld;
    readonly desk: WorkingDesk;
    carried: number;
  }

  function side(address: string, other: string): Side {
    const domain = address.slice(address.indexOf('@') + 1);
    const policy = deskPolicy({
      address,
      secrets: [`the secret of ${address}, long enough to sign with`],
      staff: [{ name: 'Staff', addresses: [`staff@people-${domain}`] }],
      addresses: null,
    });
    const world = new DeskWorld();
    const desk = { ...world.desk(), policy, cache: new FactsCache(policy) };
    const rules = [rule({ mail: { to: [other], sms: null } })];
    return { world, desk: alerting(desk, { rules, line: new Receiver().line() }), carried: 0 };
  }

  it.each([
    ['as they are', (raw: Buffer) => raw],
    ['over hosts that replace Message-IDs and take our field away', overHarshRoad],
  ])('fall silent after one, %s', async (_, road) => {
    // Neither knows the other by an address that its own alerts go to.
    const sides = [side('support@a.test', 'forwarded@b.test'), side('help@b.test', 'forwarded@a.test')];
    for (const { world, desk } of sides) await world.pass(desk);
    const [a, b] = sides;
    a?.world.server.deliver(matter({ from: JANE, to: 'support@a.test', subject: 'Printer' }));
    const crossed: string[] = [];
    for (let round = 0; round < 20; round += 1)
      for (const here of sides) {
        await here.world.pass(here.desk);
        const there = here === a ? b : a;
        for (const { envelope, raw } of here.world.post.sent.slice(here.carried))
          if (/@[ab]\.test$/.test(envelope.to)) {
            crossed.push(`${envelope.to}: ${field(raw, 'Auto-Submitted')}`);
            there?.world.server.deliver(road(raw));
          }
        here.carried = here.world.post.sent.length;
      }
    expect(crossed).toEqual(['forwarded@b.test: auto-generated']);
    // It is there to be seen, as any program's mail.
    expect(b?.world.tickets()).toEqual(['1 open']);
  });
});
