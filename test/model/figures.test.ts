/** Who waits for an answer, and what became of tickets, as the mailbox of a played desk tells it. */
import { describe, expect, it } from 'vitest';
import { type Figures, figuresOf } from '../../src/desk/figures/figures.js';
import { ticketLives } from '../../src/worker/sight/lives.js';
import { takeSurvey } from '../../src/worker/sight/survey.js';
import { waitingTickets } from '../../src/worker/sight/waiting.js';
import { DeskWorld, FOLDERS, openGate } from './desk-world.js';
import { field } from './message-text.js';
import { answerTo, letter } from './sample-mail.js';
import { askToMerge } from './second-thoughts.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const JANE = 'jane@example.org';
const STEVE = 'steve@example.com';

class Story {
  readonly world = new DeskWorld();
  #ids = 0;

  static async begin(): Promise<Story> {
    const story = new Story();
    await story.world.pass();
    return story;
  }

  get now(): Date {
    return this.world.clock.now();
  }

  /** A mail of its own; answers when it came. */
  async write(from: string, subject: string, extra: readonly string[] = []): Promise<Date> {
    const messageId = `story-${++this.#ids}@example.org`;
    return this.#deliver(letter({ from, to: 'support@example.com', subject, messageId, extra }));
  }

  /** An answer to the last mail that somebody has got from the desk. */
  async answer(from: string, changes: (raw: string) => string = (raw) => raw): Promise<Date> {
    const last = this.world.post.sent.findLast(({ envelope }) => envelope.to === from);
    if (last === undefined) throw new Error(`${from} has got nothing`);
    const raw = answerTo(last.raw, { from, messageId: `story-${++this.#ids}@example.org` });
    return this.#deliver(Buffer.from(changes(raw.toString('latin1')), 'latin1'));
  }

  async #deliver(raw: Buffer): Promise<Date> {
    const at = this.now;
    this.world.server.deliver(raw);
    await this.world.pass();
    return at;
  }

  async ask(command: 'close' | 'reopen', ticket: number): Promise<void> {
    await this.world.request(openGate, command, ticket);
    await this.world.pass();
  }

  later(ms: number): void {
    this.world.clock.advance(ms);
  }

  async waiting(): Promise<readonly (readonly [number, string | null, Date])[]> {
    const desk = this.world.desk();
    this.world.lookAway();
    const found = await waitingTickets(desk, await takeSurvey(desk));
    return found.map(({ ticket, last, since }) => [ticket.entry.number, last.facts.sender.address, since]);
  }

  async who(): Promise<readonly string[]> {
    return (await this.waiting()).map(([number, address]) => `${number} ${address}`);
  }

  async figures(from: Date, to: Date = this.now): Promise<Figures> {
    const desk = this.world.desk();
    this.world.lookAway();
    const lives = await ticketLives(desk, await takeSurvey(desk), from);
    return figuresOf(lives, { from, to }, (at) => at.getUTCHours());
  }
}

const near = (ms: number): unknown => expect.closeTo(ms, -6);

describe('who waits', () => {
  it('is who has the last word, since the first of their words that nobody has answered', async () => {
    const story = await Story.begin();
    const first = await story.write(JANE, 'Modem');
    story.later(HOUR_MS);
    const other = await story.write('bob@example.org', 'Router');
    expect(await story.who()).toEqual([`1 ${JANE}`, '2 bob@example.org']);
    story.later(HOUR_MS);
    await story.answer(JANE);
    expect(await story.who()).toEqual([`1 ${JANE}`, '2 bob@example.org']);
    const [[, , since] = []] = await story.waiting();
    expect(since?.getTime()).toBeLessThan(other.getTime());
    expect(since?.getTime()).toBeGreaterThanOrEqual(first.getTime());
    // Steve answers Bob, whose notice was not the last one: by the subject.
    const notice = story.world.post.sent.find(
      ({ envelope, raw }) => envelope.to === STEVE && (field(raw, 'Subject') ?? '').includes('Router'),
    );
    story.world.server.deliver(
      answerTo(notice?.raw ?? Buffer.alloc(0), { from: STEVE, messageId: 'r@example.com' }),
    );
    await story.world.pass();
    expect(story.world.sent().filter((one) => one.endsWith('to bob@example.org'))).toHaveLength(2);
    expect((await story.waiting()).map(([number]) => number)).toEqual([1]);
  });

  it('is nobody whose last words a program wrote, and whoever was only acknowledged waits', async () => {
    const story = await Story.begin();
    await story.write(JANE, 'Modem');
    story.later(HOUR_MS);
    await story.answer(STEVE);
    expect(await story.waiting()).toEqual([]);
    await story.answer(JANE, (raw) =>
      raw.replace('MIME-Version', 'Auto-Submitted: auto-replied\r\nMIME-Version'),
    );
    expect(await story.waiting()).toEqual([]);
    await story.answer(JANE);
    expect(await story.who()).toEqual([`1 ${JANE}`]);
    await story.write('robot@example.org', 'Report', ['Auto-Submitted: auto-generated']);
    expect(await story.who()).toEqual([`1 ${JANE}`]);
  });

  it('sends no sign in place of words', async () => {
    const story = await Story.begin();
    await story.write(JANE, 'Modem');
    await story.answer(STEVE);
    await story.answer(JANE, (raw) =>
      raw
        .replace('text/plain; charset=utf-8', 'multipart/alternative; boundary=b')
        .replace(
          /\r\n\r\n[^]*$/,
          '\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nJane reacted\r\n--b\r\nContent-Type: text/vnd.google.email-reaction+json\r\n\r\n{"version":1,"emoji":"\\ud83d\\udc4d"}\r\n--b--\r\n',
        ),
    );
    expect(story.world.visible('open').length).toBeGreaterThan(3);
    expect(await story.waiting()).toEqual([]);
  });

  it('is asked for with as few calls as tickets are listed', async () => {
    const story = await Story.begin();
    for (let index = 0; index < 12; index += 1)
      await story.write(`person${index}@example.org`, `Matter ${index}`);
    for (let index = 0; index < 12; index += 1) await story.answer(`person${index}@example.org`);
    const desk = story.world.desk();
    const survey = await takeSurvey(desk);
    const before = story.world.server.history.length;
    const calls: string[] = [];
    const store = new Proxy(desk.store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          calls.push(String(name));
          return Reflect.apply(value, target, args);
        };
      },
    });
    expect(await waitingTickets({ ...desk, store }, survey)).toHaveLength(12);
    expect(calls).toEqual(['fetch']);
    expect(story.world.server.history.length).toBe(before);
  });
});

describe('the figures of a desk', () => {
  it('tell what was opened, answered, closed and reopened, and when', async () => {
    const story = await Story.begin();
    const from = story.now;
    await story.write(JANE, 'Modem');
    story.later(2 * HOUR_MS);
    await story.answer(STEVE);
    story.later(HOUR_MS);
    await story.ask('close', 1);
    const closed = await story.figures(from);
    expect(closed).toMatchObject({ opened: 1, closed: 1, reopened: 0, open: 0 });
    expect(closed.firstAnswer.byTime.filter(({ tickets }) => tickets > 0)).toEqual([
      { underMs: 4 * HOUR_MS, tickets: 1 },
    ]);
    expect(closed.firstAnswer).toMatchObject({
      count: 1,
      medianMs: near(2 * HOUR_MS),
      ninetiethMs: near(2 * HOUR_MS),
    });
    expect(closed.toClose).toMatchObject({ count: 1, medianMs: near(3 * HOUR_MS) });
    story.later(DAY_MS);
    const middle = story.now;
    await story.answer(JANE);
    story.later(HOUR_MS);
    expect(await story.figures(middle)).toMatchObject({
      opened: 0,
      closed: 0,
      reopened: 1,
      open: 1,
      toClose: { count: 0 },
    });
    await story.ask('close', 1);
    expect(await story.figures(from)).toMatchObject({
      opened: 1,
      closed: 2,
      reopened: 1,
      open: 0,
      toClose: { count: 1, medianMs: near(DAY_MS + 4 * HOUR_MS) },
    });
    expect(await story.figures(middle)).toMatchObject({ opened: 0, closed: 1, reopened: 1, open: 0 });
    expect(await story.figures(from, middle)).toEqual({ ...closed, hours: expect.any(Array) });
  });

  it('know no second closing where mail is filed with a closed ticket', async () => {
    const story = await Story.begin();
    const from = story.now;
    await story.write(JANE, 'Modem');
    await story.ask('close', 1);
    story.later(HOUR_MS);
    await story.answer(JANE, (raw) =>
      raw.replace('MIME-Version', 'Auto-Submitted: auto-replied\r\nMIME-Version'),
    );
    expect(story.world.tickets()).toEqual(['1 archived']);
    expect(await story.figures(from)).toMatchObject({ closed: 1, reopened: 0, open: 0 });
  });

  it('follow what people drag, and date a silent reopening by the closing before it', async () => {
    const story = await Story.begin();
    const from = story.now;
    await story.write(JANE, 'Modem');
    const person = story.world.server.connect({ ...openGate, actor: 'person' });
    const drag = async (way: readonly ['open' | 'archived', 'open' | 'archived']): Promise<void> => {
      const uids = story.world
        .visible(way[0])
        .filter(({ content }) => field(content.raw, 'Subject') === 'Modem')
        .map(({ uid }) => uid);
      await person.move(FOLDERS[way[0]], uids, FOLDERS[way[1]]);
      await story.world.pass();
    };
    story.later(HOUR_MS);
    await drag(['open', 'archived']);
    expect(await story.figures(from)).toMatchObject({ closed: 1, toClose: { medianMs: near(HOUR_MS) } });
    story.later(DAY_MS);
    await drag(['archived', 'open']);
    expect(await story.figures(from)).toMatchObject({ opened: 1, closed: 1, reopened: 1, open: 1 });
    await drag(['open', 'archived']);
    expect(await story.figures(from)).toMatchObject({ opened: 1, closed: 2, reopened: 1, open: 0 });
  });

  it('take tickets that were merged for one', async () => {
    const story = await Story.begin();
    const from = story.now;
    await story.write(JANE, 'Modem');
    await story.write('bob@example.org', 'Router');
    await askToMerge(story.world, { into: 1, from: 2 });
    await story.world.pass();
    await story.ask('close', 1);
    expect(await story.figures(from)).toMatchObject({ opened: 1, closed: 1, open: 0 });
  });
});
