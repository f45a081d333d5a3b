/** What notices hold of the message that they tell of, by whom they are for and by what it is. */
import { describe, expect, it } from 'vitest';
import { composeBounce } from '../../src/demo/bounce.js';
import type { StaffMember } from '../../src/desk/policy.js';
import type { WorkingDesk } from '../../src/worker/workplace/desk.js';
import { DeskWorld } from './desk-world.js';
import { field, splitMessage } from './message-text.js';
import { answerTo, type Letter, letter } from './sample-mail.js';

const STEVE: StaffMember = { name: 'Steve', addresses: ['steve@example.com'] };
const ANN: StaffMember = { name: 'Ann', addresses: ['ann@example.com'] };
const TWELVE_LINES = Array.from({ length: 70 }, (_, index) => `line ${index}`).join('\r\n');
const WORDS = ['[excerpt]{{excerpt}}', '[left]{{left}}', '[by]{{writtenBy}}', '[at]{{attachedTo}}'];

/** A desk whose texts of notices name what they are given. */
function deskOf(world: DeskWorld, changes: Partial<WorkingDesk['policy']> = {}): WorkingDesk {
  const desk = world.desk();
  const render = (name: string, given: Readonly<Record<string, unknown>>): string =>
    [
      name,
      ...WORDS.map((word) => word.replace(/\{\{(\w+)\}\}/, (_, key: string) => String(given[key]))),
    ].join('\n');
  return { ...desk, policy: { ...desk.policy, staff: [STEVE, ANN], render, ...changes } };
}

function printer(changes: Partial<Letter> = {}): Buffer {
  const about = { from: 'jane@example.org', to: 'support@example.com', subject: 'Printer' };
  return letter({ ...about, messageId: 'printer@example.org', body: TWELVE_LINES, ...changes });
}

/** What a desk sends for these messages, by recipient. */
async function sentFor(
  raw: readonly Buffer[],
  changes: Partial<WorkingDesk['policy']> = {},
): Promise<ReadonlyMap<string, readonly Buffer[]>> {
  const world = new DeskWorld();
  await world.pass(deskOf(world, changes));
  for (const one of raw) {
    world.server.deliver(one);
    await world.pass(deskOf(world, changes));
  }
  const sent = new Map<string, Buffer[]>();
  for (const { envelope, raw: mail } of world.post.sent)
    sent.set(envelope.to, [...(sent.get(envelope.to) ?? []), mail]);
  return sent;
}

function holds(notice: Buffer | undefined, raw: Buffer): boolean {
  return notice?.includes(splitMessage(raw).body) ?? false;
}

const textOf = (mail: Buffer | undefined): string => mail?.toString('latin1') ?? '';

describe('a notice', () => {
  it('holds the message itself, and says below who wrote it', async () => {
    const raw = printer();
    const sent = await sentFor([raw]);
    for (const member of [STEVE, ANN]) {
      const [notice] = sent.get(member.addresses[0] ?? '') ?? [];
      expect(holds(notice, raw)).toBe(true);
      expect(textOf(notice)).toContain('[by]jane@example.org');
      expect(textOf(notice)).not.toContain('[excerpt]line');
      expect(field(notice ?? raw, 'Auto-Submitted')).toBe('auto-generated');
    }
  });

  it('is an excerpt where the desk says so, and of what is larger than notices may be; it says where the rest is', async () => {
    const raw = printer();
    for (const notices of [
      { show: 'excerpt', maxBytes: 5_000_000 },
      { show: 'whole', maxBytes: raw.length - 1 },
    ] as const) {
      const [notice] = (await sentFor([raw], { notices })).get('steve@example.com') ?? [];
      expect(holds(notice, raw)).toBe(false);
      expect(textOf(notice)).toContain('[excerpt]line 0');
      expect(textOf(notice)).toContain('10 more lines; the whole mail is in Open (ticket 1)');
    }
    const [notice] =
      (await sentFor([raw], { notices: { show: 'whole', maxBytes: raw.length } })).get('steve@example.com') ??
      [];
    expect(holds(notice, raw)).toBe(true);
  });

  it('is for each member as that member wants it', async () => {
    const raw = printer();
    const staff = [{ ...STEVE, notices: 'excerpt' as const }, ANN];
    const sent = await sentFor([raw], { staff });
    expect(holds(sent.get('steve@example.com')?.[0], raw)).toBe(false);
    expect(textOf(sent.get('steve@example.com')?.[0])).toContain('[excerpt]line 0');
    expect(holds(sent.get('ann@example.com')?.[0], raw)).toBe(true);
  });

  it.each([
    ['has no text', ''],
    ['has a line that not every server takes', 'x'.repeat(1_000)],
  ])('is an excerpt of a message that %s', async (_, body) => {
    const [notice] = (await sentFor([printer({ body })])).get('steve@example.com') ?? [];
    expect(textOf(notice)).toContain('[by]null');
    expect(textOf(notice)).toContain(body === '' ? '[excerpt]\r\n' : '[excerpt]xxx');
  });
});

describe('a notice that the mail server refuses for what stands in it', () => {
  async function sentBy(rule: DeskWorld['post']['rule']) {
    const world = new DeskWorld();
    await world.pass(deskOf(world));
    world.server.deliver(printer());
    world.post.rule = rule;
    await world.pass(deskOf(world));
    await world.pass(deskOf(world));
    return world;
  }

  it.each(['552 5.3.4 Too large', '550 5.7.0 A virus'])('(%s) goes without it, once', async (reply) => {
    const world = await sentBy(({ raw }) => (raw.includes('line 69') ? { step: 'message', reply } : null));
    const notices = world.post.sent.filter(({ envelope }) => envelope.to === 'steve@example.com');
    expect(notices).toHaveLength(1);
    const text = textOf(notices[0]?.raw);
    expect(text).toMatch(/line 59\r\n\r\nThe mail server does not take the message itself along/);
    expect(text).toContain('[by]jane@example.org');
    expect(world.contents('review')).toEqual([]);
    expect(world.visible('outbox').every(({ flags }) => flags.has('\\Answered'))).toBe(true);
  });

  it('lies in Review if it is refused all the same', async () => {
    const refusal = { step: 'message', reply: '552 5.3.4 Too large' } as const;
    const world = await sentBy(({ to }) => (to === 'steve@example.com' ? refusal : null));
    expect(world.addressees('review')).toEqual(['steve@example.com']);
    expect(world.sent()).toContain('notice to ann@example.com');
  });
});

describe('of what a program wrote', () => {
  const AUTOMATIC = ['Auto-Submitted: auto-generated'];

  it('a notice holds what opens a ticket, as a form does', async () => {
    const raw = printer({ extra: AUTOMATIC });
    expect(holds((await sentFor([raw])).get('steve@example.com')?.[0], raw)).toBe(true);
  });

  it('a notice holds an excerpt of a bounce', async () => {
    const world = new DeskWorld();
    await world.pass(deskOf(world));
    world.server.deliver(printer());
    await world.pass(deskOf(world));
    const raw = world.post.sent.find(({ envelope }) => envelope.to === 'jane@example.org')?.raw;
    const about = { from: 'support@example.com', recipient: 'jane@example.org', at: new Date(0) };
    world.server.deliver(composeBounce({ ...about, raw: raw ?? Buffer.alloc(0) }));
    await world.pass(deskOf(world));
    const notices = world.post.sent.filter(({ envelope }) => envelope.to === 'steve@example.com');
    expect(notices).toHaveLength(2);
    expect(textOf(notices[1]?.raw)).toContain('[by]null');
  });
});

describe('who reads the folders', () => {
  const staff = [{ ...STEVE, notices: 'none' as const }, ANN];

  it('gets no notice, neither of tickets nor of Review', async () => {
    const unknown = printer({ to: 'support+99@example.com', messageId: 'unknown@example.org' });
    const sent = await sentFor([printer(), unknown], { staff });
    expect(sent.get('steve@example.com')).toBeUndefined();
    expect(sent.get('ann@example.com')).toHaveLength(2);
  });

  it('answers for the desk all the same, and hears of an answer that was not passed on', async () => {
    const world = new DeskWorld();
    const desk = () => deskOf(world, { staff });
    await world.pass(desk());
    world.server.deliver(printer());
    await world.pass(desk());
    const notice = world.post.sent.find(({ envelope }) => envelope.to === 'ann@example.com')?.raw;
    // Made for Ann, and written by Steve: it goes to nobody outside.
    world.server.deliver(
      answerTo(notice ?? Buffer.alloc(0), { from: 'steve@example.com', messageId: 's@example.com' }),
    );
    await world.pass(desk());
    expect(world.post.sent.filter(({ envelope }) => envelope.to === 'jane@example.org')).toHaveLength(1);
    expect(world.sent(2)).toContain('not-relayed to ann@example.com');
  });
});
