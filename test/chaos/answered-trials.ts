/**
 * Trials in the style of trials.ts, of servers that answer something else than they should: once, or for as long as some
 * passes take. While it lasts the command must not pretend that all is well; a clean pass after it must come to what an
 * undisturbed one comes to, with each letter sent once.
 */
import type { Account } from '../../src/demo/inbox.js';
import type { TakenMail } from '../../src/demo/smtp-end.js';
import type { WorldOptions } from '../../src/demo/world.js';
import type { ServedWorld } from '../servers/start.js';
import {
  type AnsweredTrial,
  differs,
  mailing,
  mayRepeat,
  mayWaitInSilence,
  refusesForGood,
  withoutReports,
  wrongMail,
} from './answered-end.js';
import { type AnsweringProxy, type Rule, startAnsweringProxy } from './answering-proxy.js';
import { nameOfAnswer } from './answers.js';
import type { DeskCommand, Ran } from './command-worker.js';
import { imapLine } from './imap-line.js';
import { type Lane, type LaneOptions, Lanes } from './lanes.js';
import { likeness, lookInto, type Mailbox, misplaced, signIn, stateOf, unfinished } from './outcome.js';
import type { Scene } from './scene.js';
import { smtpLine } from './smtp-line.js';
import { difference, type End } from './trials.js';

export interface Violation {
  readonly trial: AnsweredTrial;
  readonly what: string;
}

/** Of the commands to each server, in order. */
export interface Keys {
  readonly imap: readonly string[];
  readonly smtp: readonly string[];
}

interface Wanted {
  readonly end: End;
  readonly command: DeskCommand;
}

const MINUTE_MS = 61_000;
/**
 * What counts as silence in trials of it. It bounds every answer of a server that is at work, too, so it is far longer
 * than one takes on a busy machine: a late answer would be a second strike, which the trial does not allow for.
 */
const SILENCE_MS = 5000;

export class AnsweredTrials {
  readonly #scene: Scene;
  readonly #lanes: Lanes;
  /** On a server without MOVE two copies may be left. */
  readonly #mayDouble: boolean;
  /** What answers have left, each of which was then given to a clean pass. */
  readonly #left = new Map<string, readonly string[]>();

  private constructor(scene: Scene, lanes: Lanes, mayDouble: boolean) {
    this.#scene = scene;
    this.#lanes = lanes;
    this.#mayDouble = mayDouble;
  }

  static async start(scene: Scene, many: LaneOptions, options: WorldOptions = {}): Promise<AnsweredTrials> {
    const mayDouble = options.hiddenCapabilities?.includes('MOVE') ?? false;
    return new AnsweredTrials(scene, await Lanes.start(scene, many, options), mayDouble);
  }

  async stop(): Promise<void> {
    await this.#lanes.stop();
  }

  /** What an undisturbed pass comes to, and the keys of its commands, in order. */
  async undisturbed(
    command: DeskCommand,
  ): Promise<{ end: End; keys: Keys; unfinished: readonly string[]; ran: Ran }> {
    const { first } = this.#lanes;
    const { world } = first;
    const account = await first.account();
    const from = world.sent.length;
    const proxies = await Promise.all([watch(world, 'imap', null), watch(world, 'smtp', null)]);
    const [imap, smtp] = proxies;
    const ports = { imap: imap.port, smtp: smtp.port };
    const ran = await command({ account, ports, now: new Date(), maxSilenceMs: null });
    await Promise.all(proxies.map((proxy) => proxy.close()));
    const mailbox = await lookInto(account, world.imap.port);
    const end = this.#end(mailbox, world.sent.slice(from));
    return { end, keys: { imap: imap.keys, smtp: smtp.keys }, unfinished: unfinished(mailbox), ran };
  }

  async run(trials: readonly AnsweredTrial[], wanted: Wanted): Promise<readonly Violation[]> {
    const wrong: Violation[] = [];
    await this.#lanes.share(trials, async (lane, trial) => {
      for (const what of await this.#try(lane, trial, wanted)) wrong.push({ trial, what });
    });
    return wrong;
  }

  async #try(lane: Lane, trial: AnsweredTrial, wanted: Wanted): Promise<readonly string[]> {
    const { world } = lane;
    const account = await lane.account();
    const from = world.sent.length;
    const began = Date.now();
    const { runs, struck } = await this.#disturb(world, account, { trial, wanted, began });
    const middle = await lookInto(account, world.imap.port);
    const first = world.sent.slice(from);
    const soFar = [
      ...(struck ? [] : ['it was not struck']),
      ...this.#misplaced(middle, trial).map((violation) => `while it lasts, ${violation}`),
      ...(runs.at(-1)?.exitCode === 0 ? this.#pretence(trial, wanted.end, { middle, first }) : []),
      ...runs.flatMap(unexplained),
    ];
    return [
      ...new Set([
        ...soFar,
        ...(await this.#mend(lane, { account, middle, first, from, began }, { trial, wanted })),
      ]),
    ];
  }

  async #disturb(
    world: ServedWorld<string>,
    account: Account,
    { trial, wanted, began }: { trial: AnsweredTrial; wanted: Wanted; began: number },
  ): Promise<{ runs: readonly Ran[]; struck: boolean }> {
    const proxy = await watch(world, trial.server, trial.rule);
    const ports = { imap: world.imap.port, smtp: world.smtp.port, [trial.server]: proxy.port };
    const maxSilenceMs = trial.rule.answer.how === 'silence' ? SILENCE_MS : null;
    const runs: Ran[] = [];
    try {
      for (let pass = 0; pass < trial.passes; pass += 1) {
        const now = new Date(began + pass * MINUTE_MS);
        runs.push(await wanted.command({ account, ports, now, maxSilenceMs }));
      }
    } finally {
      await proxy.close();
    }
    return { runs, struck: proxy.struck > 0 };
  }

  /** Exit code 0 says that everything was done, or put where somebody was told that it lies. */
  #pretence(
    trial: AnsweredTrial,
    end: End,
    { middle, first }: { middle: Mailbox; first: readonly TakenMail[] },
  ): readonly string[] {
    if (mayWaitInSilence(trial)) return [];
    const left = refusesForGood(trial) ? unfinished(middle)[0] : differs(end, this.#end(middle, first));
    return left === undefined ? [] : [`it ended with 0, and not all was done: ${left}`];
  }

  async #mend(
    { world }: Lane,
    left: { account: Account; middle: Mailbox; first: readonly TakenMail[]; from: number; began: number },
    { trial, wanted }: { trial: AnsweredTrial; wanted: Wanted },
  ): Promise<readonly string[]> {
    const { account, middle, first, from, began } = left;
    // Of two mailboxes that are alike, a clean pass makes the same.
    const repeats = mayRepeat(trial, middle, first);
    const what = [likeness(middle), ...first.map(mailing).toSorted(), ...repeats].join('\n');
    const known = this.#left.get(what);
    if (known !== undefined) return known;
    const lacks: string[] = [];
    const clean = async (pass: number): Promise<void> => {
      const now = new Date(began + (trial.passes + pass) * MINUTE_MS);
      const ports = { imap: world.imap.port, smtp: world.smtp.port };
      const { exitCode, lines } = await wanted.command({ account, ports, now, maxSilenceMs: null });
      if (exitCode !== 0) lacks.push(`the clean pass ended with ${exitCode}: ${lines.join(' / ')}`);
    };
    await clean(1);
    const again = refusesForGood(trial) ? await sendAgain(account, world.imap.port) : NOTHING;
    if (again.letters > 0) await clean(2);
    const last = await lookInto(account, world.imap.port);
    const reached = this.#end(last, world.sent.slice(from));
    const { end, told } = refusesForGood(trial)
      ? withoutReports(reached, wanted.end)
      : { end: reached, told: [] };
    const wrong = [
      ...lacks,
      ...(told.length === again.toTell
        ? []
        : [`of ${again.toTell} letters staff were told ${told.length} times`]),
      ...this.#misplaced(last, trial),
      ...unfinished(last).map((message) => `left over: ${message}`),
      ...difference('state', wanted.end.state, end.state),
      ...wrongMail(wanted.end.sent, { sent: end.sent, repeats }),
    ];
    this.#left.set(what, wrong);
    return wrong;
  }

  #misplaced(mailbox: Mailbox, { rule }: AnsweredTrial): readonly string[] {
    const wrong = misplaced(mailbox, this.#scene.delivered, rule.answer.how === 'copied-not-moved');
    // Who cannot MOVE copies, and a connection that ends then, or a NO to copies that were made, leaves them.
    const leaves = this.#mayDouble && !['refuse', 'ok-not-done'].includes(rule.answer.how);
    return leaves ? wrong.filter((violation) => violation.endsWith(' 0 times')) : wrong;
  }

  #end(mailbox: Mailbox, sent: readonly TakenMail[]): End {
    const { delivered } = this.#scene;
    return {
      state: stateOf(mailbox, { delivered, mergeCopies: this.#mayDouble }),
      sent: sent.map(mailing).toSorted(),
    };
  }
}

/** Whoever is told that a run has failed must be told why, in one line. */
function unexplained({ exitCode, lines }: Ran): readonly string[] {
  if (exitCode === 0 || (lines.length > 0 && lines.every((line) => line !== '' && !line.includes('\n'))))
    return [];
  return [`it ended with ${exitCode} and did not say why in one line`];
}

function watch(
  world: ServedWorld<string>,
  server: 'imap' | 'smtp',
  rule: Rule | null,
): Promise<AnsweringProxy> {
  const follow = server === 'imap' ? imapLine : smtpLine;
  return startAnsweringProxy({ port: world[server].port, follow }, rule);
}

interface Again {
  readonly letters: number;
  /** Those of them that staff have to hear of: they may believe that these arrived. */
  readonly toTell: number;
}

const NOTHING: Again = { letters: 0, toTell: 0 };

/** What somebody does with letters that were refused: drags them from Review to the outbox. */
async function sendAgain(account: Account, port: number): Promise<Again> {
  const client = await signIn(account, port);
  try {
    await client.mailboxOpen('Tickets/Review');
    const staged = async (purpose: string | true): Promise<readonly number[]> =>
      (await client.search({ header: { 'X-Imapdesk-Stage': purpose } }, { uid: true })) || [];
    const letters = await staged(true);
    const relays = [...(await staged('relay')), ...(await staged('confirmation'))];
    if (letters.length > 0) await client.messageMove(letters.join(','), 'Tickets/Outbox', { uid: true });
    return { letters: letters.length, toTell: relays.length };
  } finally {
    await client.logout();
  }
}

export function nameOfTrial({ server, rule, passes }: AnsweredTrial): string {
  const often = rule.lasting ? `for ${passes} passes` : 'once';
  return `${server} ${rule.key} #${rule.from} ${nameOfAnswer(rule.answer)} ${often}`;
}
