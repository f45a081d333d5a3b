/**
 * Three hosts of a fleet, each in a network of its own, with clocks ten minutes apart, while mail comes in all the time: one is
 * killed, one stands still for longer than its leases, one is cut off, Redis is restarted and emptied, one stops and another
 * comes. Each mail is acknowledged once, no number is given twice, and no mail waits for more than a minute.
 *
 * With DEEP=1: it takes seven minutes.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acknowledged, type FleetBench, startFleetBench } from '../integration/fleet-bench.js';
import { readFolder } from '../integration/world.js';
import { DEEP } from '../servers/start.js';
import { type Host, haveNamespaces, makeHost } from './fleet-hosts.js';

const DESKS = 15;
/** A mail to one desk or another. */
const EVERY_MS = 700;
const MOST_MS = 60_000;
/** Letters that a worker has handed over, and not marked as sent yet, when it is killed. */
const IN_FLIGHT = 4;

/** When each mail was first acknowledged, by subject. */
interface Noted {
  readonly at: Map<string, number>;
  /** Letters that have been looked at. */
  read: number;
}

interface Mail {
  readonly subject: string;
  readonly at: number;
}

/** Writes a mail now and then, and watches for how long each waits for its acknowledgement. */
class MailComing {
  readonly mails: Mail[] = [];
  readonly #bench: FleetBench;
  #timer: NodeJS.Timeout | null = null;
  readonly #underWay = new Set<Promise<void>>();

  constructor(bench: FleetBench) {
    this.#bench = bench;
  }

  start(): void {
    this.#timer = setInterval(() => {
      const number = this.mails.length + 1;
      const desk = this.#bench.desks[number % this.#bench.desks.length] ?? 'desk1';
      const mail = { subject: `mail${number}x`, at: Date.now() };
      this.mails.push(mail);
      const writing = this.#bench.write(desk, mail.subject).finally(() => this.#underWay.delete(writing));
      this.#underWay.add(writing);
    }, EVERY_MS);
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await Promise.all(this.#underWay);
  }
}

describe.runIf(DEEP)('three hosts', () => {
  let bench: FleetBench;
  let hosts: readonly Host[];
  let folder: string;
  let apart: boolean;
  const noted: Noted = { at: new Map(), read: 0 };

  beforeAll(async () => {
    apart = await haveNamespaces();
    folder = await mkdtemp(join(tmpdir(), 'imapdesk-fleet-'));
    bench = await startFleetBench(DESKS);
    const { imap, smtp } = bench.world;
    const options = {
      ports: [imap.port, smtp.port, bench.redis.port],
      config: bench.config.path,
      folder,
    };
    const clocks = [null, '+10m', '-10m', null];
    hosts = await Promise.all(clocks.map((clock, index) => makeHost(index + 1, options, { clock, apart })));
  }, 120_000);
  afterAll(async () => {
    for (const host of hosts) await host.stop();
    await bench.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

  it('lose hosts, links and Redis, and no mail', async () => {
    const [first, second, third, fourth] = hosts as [Host, Host, Host, Host];
    const mail = new MailComing(bench);
    const seen = setInterval(() => noteAnswers(bench, noted), 200);
    const story: string[] = [];
    const from = Date.now();
    const then = async (what: string, deed: () => Promise<unknown> | void, ms: number): Promise<void> => {
      story.push(`${Math.round((Date.now() - from) / 1000)} s: ${what}`);
      await deed();
      await wait(ms);
    };
    try {
      await then('two hosts begin', () => Promise.all([first.start(), second.start()]), 15_000);
      mail.start();
      await then('a third one comes', () => third.start(), 30_000);
      await then('the second is killed', () => second.signal('SIGKILL'), 55_000);
      await then('it comes back', () => second.start(), 30_000);
      await then('the third stands still', () => third.signal('SIGSTOP'), 45_000);
      await then('it goes on', () => third.signal('SIGCONT'), 25_000);
      await then('Redis is restarted, empty', () => bench.redis.restart(), 25_000);
      await then('Redis is emptied', () => bench.redis.flush(), 25_000);
      await then('the link of the first is cut', () => first.link('down'), 50_000);
      await then('it is whole again', () => first.link('up'), 35_000);
      await then('Redis is away', () => bench.redis.end(), 45_000);
      await then('it is back', () => bench.redis.start(), 20_000);
      await then(
        'a fourth one comes, and the second stops',
        async () => {
          await fourth.start();
          second.signal('SIGTERM');
          expect(await second.ended()).toBe(0);
        },
        25_000,
      );
      await mail.stop();
      const last = Date.now();
      while (noted.at.size < mail.mails.length && Date.now() - last < MOST_MS) await wait(200);
    } finally {
      clearInterval(seen);
      await mail.stop();
    }
    noteAnswers(bench, noted);
    const waits = mail.mails
      .map(({ subject, at }) => ({
        subject,
        ms: (noted.at.get(subject) ?? Number.POSITIVE_INFINITY) - at,
        at,
      }))
      .sort((one, other) => other.ms - one.ms);
    console.info(
      [
        `${mail.mails.length} mails to ${DESKS} desks, ${apart ? 'hosts in networks of their own' : 'hosts without networks of their own'}`,
        ...story,
        ...waits
          .slice(0, 8)
          .map(
            ({ subject, ms, at }) =>
              `${subject} at ${Math.round((at - from) / 1000)} s: ${Math.round(ms)} ms`,
          ),
        `half of them within ${waits[Math.floor(waits.length / 2)]?.ms ?? 0} ms`,
      ].join('\n'),
    );
    expect(waits.filter(({ ms }) => !(ms <= MOST_MS))).toEqual([]);
    expect(mail.mails.filter(({ subject }) => new Set(acknowledged(bench, subject)).size !== 1)).toEqual([]);
    // A letter in flight when its worker was killed is sent again, as the same letter.
    const again = mail.mails.filter(({ subject }) => acknowledged(bench, subject).length > 1);
    expect(again.length).toBeLessThanOrEqual(IN_FLIGHT);
    for (const desk of bench.desks) expect(await numbersTwice(bench, desk)).toEqual([]);
    const told = hosts.flatMap(({ lines }) => lines.map(({ line }) => String(line['msg'])));
    expect(told.some((line) => line.includes('stood still for longer than its leases'))).toBe(true);
    expect(told.some((line) => line.includes('the fleet has not answered for longer than a lease'))).toBe(
      true,
    );
  }, 900_000);
});

/** Reads what was sent since it was called last. */
function noteAnswers(bench: FleetBench, noted: Noted): void {
  for (const { raw, to } of bench.world.sent.slice(noted.read)) {
    noted.read += 1;
    const head = raw.subarray(0, 4_000).toString('latin1');
    const subject = /^Subject: .*\b(mail\d+x)\r$/m.exec(head)?.[1];
    if (subject !== undefined && to.some((address) => address.startsWith('jane')) && !noted.at.has(subject))
      noted.at.set(subject, Date.now());
  }
}

/** Of the desk's register: numbers that two live ticket entries have. */
async function numbersTwice(
  bench: FleetBench,
  desk: FleetBench['desks'][number],
): Promise<readonly string[]> {
  const entries = await readFolder(bench.world, desk, 'Tickets/Register');
  const numbers = entries
    .filter(({ text }) => /^X-Imapdesk-Entry: ticket\r$/m.test(text))
    .map(({ text }) => /^X-Imapdesk-Ticket: (\S+)\r$/m.exec(text)?.[1] ?? '?');
  return numbers.filter((number, index) => numbers.indexOf(number) !== index);
}
