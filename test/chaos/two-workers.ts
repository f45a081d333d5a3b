/**
 * Two workers on one desk that do not see each other's lock: as on two machines, each with another name for the server.
 * A round gives both the same mailbox at the same moment, and kills one of them in some rounds: what it has claimed then
 * stands until its lease is over.
 */
import { parseConfig } from '../../src/config/load.js';
import type { Account } from '../../src/demo/inbox.js';
import type { TakenMail } from '../../src/demo/smtp-end.js';
import { DeskSession } from '../../src/worker/run/session.js';
import { MARKED_TOGETHER } from '../../src/worker/send/hand-over.js';
import { createLog } from '../../src/worker/watch/log.js';
import { field } from '../model/message-text.js';
import type { ServedWorld } from '../servers/start.js';
import { imapDialect } from './imap-dialect.js';
import { type Lane, type LaneOptions, Lanes } from './lanes.js';
import { lookInto, misplaced, stateOf, unfinished } from './outcome.js';
import { startFaultProxy } from './proxy.js';
import { configFor, type Scene } from './scene.js';

/** A shorter one would be over for somebody who is at work on a busy machine. */
const LEASE_MS = 8_000;
/** At most, with the connections that a desk has by default. */
const IN_FLIGHT = MARKED_TOGETHER + 4;
const MOST_PASSES = 600;
const BETWEEN_PASSES_MS = 50;

export interface Round {
  /** After which command of the first worker its connection is cut; null for none. */
  readonly killAt: number | null;
}

export interface Rounds {
  readonly wrong: readonly string[];
  /** How many rounds killed a worker that had begun. */
  readonly kills: number;
  /** Letters that were sent again after a death. */
  readonly again: number;
}

export class Duel {
  readonly #scene: Scene;
  readonly #lanes: Lanes;

  private constructor(scene: Scene, lanes: Lanes) {
    this.#scene = scene;
    this.#lanes = lanes;
  }

  static async start(scene: Scene, many: LaneOptions): Promise<Duel> {
    return new Duel(scene, await Lanes.start(scene, many));
  }

  async stop(): Promise<void> {
    await this.#lanes.stop();
  }

  async run(rounds: readonly Round[]): Promise<Rounds> {
    const total = { wrong: [] as string[], kills: 0, again: 0 };
    await this.#lanes.share(rounds, async (lane, round) => {
      const { wrong, killed, again } = await this.#round(lane, round);
      const name = round.killAt === null ? 'side by side' : `killed at command ${round.killAt}`;
      total.wrong.push(...wrong.map((violation) => `${name}: ${violation}`));
      total.kills += killed ? 1 : 0;
      total.again += again;
    });
    return total;
  }

  async #round(
    lane: Lane,
    { killAt }: Round,
  ): Promise<{ wrong: readonly string[]; killed: boolean; again: number }> {
    const { world } = lane;
    const account = await lane.account();
    const from = world.sent.length;
    const killed = await this.#work(world, account, killAt);
    const mailbox = await lookInto(account, world.imap.port);
    const { delivered } = this.#scene;
    const sent = world.sent.slice(from);
    const twice = sent.length - new Set(sent.map(nameOf)).size;
    const wrong = [
      // Without MOVE a dead worker may leave a message and its copy.
      ...misplaced(mailbox, delivered, killed && !world.traits.move),
      ...unfinished(mailbox).map((message) => `left over: ${message}`),
      ...numbers(stateOf(mailbox, { delivered })),
      ...unanswered(delivered, sent),
      // What a dead worker has sent and not marked is sent again.
      ...(twice > (killed ? IN_FLIGHT : 0) ? [`${twice} letters were sent twice`] : []),
    ];
    return { wrong, killed, again: twice };
  }

  /** Both at once; answers whether the first was killed. */
  async #work(world: ServedWorld<string>, account: Account, killAt: number | null): Promise<boolean> {
    const fault = killAt === null ? null : ({ at: killAt, when: 'after', how: 'reset' } as const);
    const proxy = await startFaultProxy({ serverPort: world.imap.port, dialect: imapDialect, fault });
    let killed = false;
    const noteDeath = async (): Promise<void> => {
      await proxy.happened;
      killed = true;
    };
    void noteDeath();
    const smtp = world.smtp.port;
    try {
      await Promise.all([
        workUntilDone(sessionOn(account, { imap: proxy.port, smtp }, 'one machine'), () => killed),
        workUntilDone(sessionOn(account, { imap: world.imap.port, smtp }, 'another machine'), () => false),
      ]);
    } finally {
      await proxy.close();
    }
    return killed;
  }
}

function nameOf({ raw, to }: TakenMail): string {
  return `${field(raw, 'Message-ID') ?? ''} ${to.join()}`;
}

function sessionOn(account: Account, ports: { imap: number; smtp: number }, place: string): DeskSession {
  const config = parseConfig(JSON.stringify(configFor(account, ports)), { path: '/config.json', env: {} });
  const [desk] = config.desks;
  if (desk === undefined) throw new Error('no desk');
  const destination = { write: () => undefined };
  const log = createLog({ level: 'error', format: 'json', terminal: false, destination });
  const secrets = new Set<string>();
  return new DeskSession({
    config,
    desk,
    log,
    command: 'test',
    adopt: null,
    secrets,
    place,
    leaseMs: LEASE_MS,
  });
}

/** Passes until one finds nothing to do and nobody else at work. One that is killed does nothing more. */
async function workUntilDone(session: DeskSession, isKilled: () => boolean): Promise<void> {
  const { signal } = new AbortController();
  try {
    for (let pass = 0; pass < MOST_PASSES; pass += 1) {
      const outcome = await session.tryPass(signal).catch((error: unknown) => error as Error);
      if (isKilled()) return;
      if (outcome instanceof Error) throw outcome;
      if (!('busy' in outcome) && outcome.decided.size + outcome.sent === 0) return;
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_PASSES_MS));
    }
    throw new Error('The desk does not come to rest.');
  } finally {
    await session.close();
  }
}

/** Of each number one entry, and one ticket for each message that opened one. */
function numbers(state: readonly string[]): readonly string[] {
  const tickets = state.flatMap((line) => /^Register: ticket (\S+) (\S+)/.exec(line)?.slice(1, 3) ?? []);
  return tickets
    .filter((each, index) => tickets.indexOf(each) !== index)
    .map((each) => `${each} is there twice`);
}

/** Each new matter was acknowledged, and staff were told of it. */
function unanswered(delivered: readonly Buffer[], sent: readonly TakenMail[]): readonly string[] {
  return delivered.flatMap((raw) => {
    const subject = field(raw, 'Subject') ?? '';
    const about = sent.filter((letter) => (field(letter.raw, 'Subject') ?? '').includes(subject));
    const reached = new Set(about.flatMap(({ to }) => to));
    const wanted = [field(raw, 'From') ?? '', 'steve@example.org'];
    return wanted.flatMap((to) => (reached.has(to) ? [] : [`${subject}: nothing to ${to}`]));
  });
}
