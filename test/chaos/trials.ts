/**
 * Trials: a pass that a fault strikes, then a clean one, and a comparison with what a pass comes to that nothing
 * disturbs.
 */
import type { Account } from '../../src/demo/inbox.js';
import type { TakenMail } from '../../src/demo/smtp-end.js';
import type { WorldOptions } from '../../src/demo/world.js';
import { MARKED_TOGETHER } from '../../src/worker/send/hand-over.js';
import type { ServedWorld } from '../servers/start.js';
import { SERVERS } from '../servers/table.js';
import type { Dialect } from './dialect.js';
import { imapDialect } from './imap-dialect.js';
import { type Lane, type LaneOptions, Lanes } from './lanes.js';
import {
  likeness,
  lookInto,
  type Mailbox,
  mailings,
  misplaced,
  stateOf,
  unfinished,
  unmarked,
  wrongRepeats,
} from './outcome.js';
import { type Fault, type FaultProxy, startFaultProxy, type When } from './proxy.js';
import { freshPass, ONE_LINE, type Ports, type Scene } from './scene.js';
import { smtpDialect } from './smtp-dialect.js';

/** What a pass comes to, as far as it is the same for every one. */
export interface End {
  readonly state: readonly string[];
  /** A line for each mail that was sent. */
  readonly sent: readonly string[];
}

export interface Trial {
  readonly server: 'imap' | 'smtp';
  readonly fault: Fault;
}

/** The commands to each server, in order. */
export interface Commands {
  readonly imap: readonly string[];
  readonly smtp: readonly string[];
}

/** How a worker is run for one pass; it may fail. */
export type Worker = (account: Account, ports: Ports, struck: Promise<void>) => Promise<unknown>;

/** A worker within this process. */
export const inProcess: Worker = freshPass;

/** Commands after which the server is not as it was before: the others only look. */
const CHANGING = new Set(['APPEND', 'UID STORE', 'UID MOVE', 'UID COPY', 'UID EXPUNGE', 'CREATE', 'message']);

export interface Picked {
  readonly when: When;
  /** Of the commands that only look, each `oneIn`th, and before them each that follows one that changes something. */
  readonly oneIn: number;
}

/** Cuts at every command that changes something, and at some of the others. How both ends hear of it alternates. */
export function trialsAt(
  commands: Commands,
  server: 'imap' | 'smtp',
  { when, oneIn }: Picked,
): readonly Trial[] {
  return commands[server].flatMap((name, index): readonly Trial[] => {
    const afterChange = when === 'before' && CHANGING.has(commands[server][index - 1] ?? '');
    if (!CHANGING.has(name) && !afterChange && index % oneIn !== 0) return [];
    return [{ server, fault: { at: index + 1, when, how: index % 2 === 0 ? 'fin' : 'reset' } }];
  });
}

export class Trials {
  readonly #scene: Scene;
  readonly #lanes: Lanes;
  /** On a server without MOVE a cut may leave two copies. */
  readonly #mayDouble: boolean;
  /** What cuts have left, each of which was then given to a clean pass. */
  readonly #left = new Set<string>();

  private constructor(scene: Scene, lanes: Lanes, mayDouble: boolean) {
    this.#scene = scene;
    this.#lanes = lanes;
    this.#mayDouble = mayDouble;
  }

  static async start(scene: Scene, many: LaneOptions, options: WorldOptions = {}): Promise<Trials> {
    const mayDouble = !SERVERS[scene.kind].move || (options.hiddenCapabilities?.includes('MOVE') ?? false);
    return new Trials(scene, await Lanes.start(scene, many, options), mayDouble);
  }

  async stop(): Promise<void> {
    await this.#lanes.stop();
  }

  /** What an undisturbed pass comes to, and the commands that it takes; of those to the IMAP server, where their parts end. */
  async undisturbed(
    worker: Worker,
  ): Promise<{ end: End; commands: Commands; unfinished: readonly string[]; ends: FaultProxy['ends'] }> {
    const { first } = this.#lanes;
    const { world } = first;
    const account = await first.account();
    const from = world.sent.length;
    const { imap, smtp } = await throughProxies(world, null, (ports, struck) =>
      worker(account, ports, struck),
    );
    const mailbox = await lookInto(account, world.imap.port);
    const commands = { imap: imap?.commands ?? [], smtp: smtp?.commands ?? [] };
    return {
      end: this.#end(mailbox, world.sent.slice(from)),
      commands,
      unfinished: unfinished(mailbox),
      ends: imap?.ends ?? [],
    };
  }

  /** Returns what was wrong, a sentence for each thing. */
  async run(
    trials: readonly Trial[],
    wanted: { end: End; commands: Commands; worker: Worker },
  ): Promise<readonly string[]> {
    const wrong: string[] = [];
    await this.#lanes.share(trials, async (lane, trial) => {
      const violations = await this.#try(lane, trial, wanted);
      wrong.push(...violations.map((violation) => `${nameOf(trial, wanted.commands)}: ${violation}`));
    });
    return wrong;
  }

  async #try(
    lane: Lane,
    trial: Trial,
    wanted: { end: End; commands: Commands; worker: Worker },
  ): Promise<readonly string[]> {
    const { world } = lane;
    const { delivered } = this.#scene;
    const account = await lane.account();
    const from = world.sent.length;
    const proxies = await throughProxies(world, trial, (ports, struck) =>
      wanted.worker(account, ports, struck).catch(() => undefined),
    );
    const middle = await lookInto(account, world.imap.port);
    const first = world.sent.slice(from);
    const mayRepeat = unmarked(middle, first);
    const struck = [
      ...strayed(trial, proxies, wanted.commands),
      ...misplaced(middle, delivered, this.#mayDouble).map((violation) => `after the cut, ${violation}`),
      ...tooMany(trial, mayRepeat.length, wanted.commands),
    ];
    // Most commands only read: the cut before one leaves what the cut after it leaves, and what has been mended once
    // is mended the same way again.
    const left = [likeness(middle), ...mailings(first)].join('\n');
    if (this.#left.has(left)) return struck;
    this.#left.add(left);
    await wanted.worker(account, { imap: world.imap.port, smtp: world.smtp.port }, NEVER);
    const last = await lookInto(account, world.imap.port);
    const second = world.sent.slice(from + first.length);
    const end = this.#end(last, [...first, ...second]);
    return [
      ...struck,
      ...misplaced(last, delivered, this.#mayDouble),
      ...unfinished(last).map((message) => `left over: ${message}`),
      ...difference('state', wanted.end.state, end.state),
      ...difference('mail', wanted.end.sent, end.sent),
      ...wrongRepeats({ first, second, mayRepeat }),
    ];
  }

  #end(mailbox: Mailbox, sent: readonly TakenMail[]): End {
    const { delivered } = this.#scene;
    return { state: stateOf(mailbox, { delivered, mergeCopies: this.#mayDouble }), sent: mailings(sent) };
  }
}

const NEVER = new Promise<void>(() => undefined);

/** What the proxies have seen; no proxy stands before a server that is to be left alone. */
interface Watched {
  readonly imap: FaultProxy | null;
  readonly smtp: FaultProxy | null;
}

async function throughProxies(
  world: ServedWorld<string>,
  trial: Trial | null,
  work: (ports: Ports, struck: Promise<void>) => Promise<unknown>,
): Promise<Watched> {
  const watch = async (server: 'imap' | 'smtp', dialect: () => Dialect): Promise<FaultProxy | null> =>
    trial !== null && trial.server !== server
      ? null
      : startFaultProxy({ serverPort: world[server].port, dialect, fault: trial?.fault ?? null });
  const [imap, smtp] = [await watch('imap', imapDialect), await watch('smtp', smtpDialect)];
  const ports = { imap: imap?.port ?? world.imap.port, smtp: smtp?.port ?? world.smtp.port };
  try {
    await work(ports, Promise.race([imap?.happened ?? NEVER, smtp?.happened ?? NEVER]));
  } finally {
    await Promise.all([imap?.close(), smtp?.close()]);
  }
  return { imap, smtp };
}

/** Up to the fault the pass must have gone its usual way: else another command was struck than was meant. */
function strayed(trial: Trial, proxies: Watched, usual: Commands): readonly string[] {
  const { at } = trial.fault;
  const gone = (proxies[trial.server]?.commands ?? []).slice(0, at).join(' ');
  return gone === usual[trial.server].slice(0, at).join(' ')
    ? []
    : [`it was not struck there; its commands were ${gone}`];
}

/** Whether the answer to a message may be lost: an envelope may come before the answer to the message before it (RFC 2920). */
function isBehindMessage(commands: readonly string[], { when, at }: Trial['fault']): boolean {
  if (when === 'after') return commands[at - 1] === 'message';
  let before = at - 1;
  while (['MAIL', 'RCPT', 'DATA'].includes(commands[before] ?? '')) before -= 1;
  return before < at - 1 && commands[before] === 'message';
}

/** The worker marks what it has sent, several at a time. Only a cut on its way there may keep it from that. */
function tooMany({ server, fault }: Trial, unmarkedMails: number, commands: Commands): readonly string[] {
  const unheard = isBehindMessage(commands.smtp, fault) ? 1 : 0;
  const most = server === 'smtp' && fault.how !== 'halt' ? unheard : MARKED_TOGETHER + ONE_LINE.connections;
  return unmarkedMails > most ? [`${unmarkedMails} mails were taken and not marked as sent`] : [];
}

export function difference(
  what: string,
  wanted: readonly string[],
  found: readonly string[],
): readonly string[] {
  const [more, less] = [[...found], [...wanted]];
  for (const line of wanted) if (more.includes(line)) more.splice(more.indexOf(line), 1);
  for (const line of found) if (less.includes(line)) less.splice(less.indexOf(line), 1);
  return [
    ...more.map((line) => `${what} has too much: ${line}`),
    ...less.map((line) => `${what} lacks: ${line}`),
  ];
}

function nameOf({ server, fault }: Trial, commands: Commands): string {
  const where = fault.bytes === undefined ? fault.when : `after ${fault.bytes} bytes of`;
  return `${fault.how} ${where} ${server} command ${fault.at} (${commands[server][fault.at - 1]})`;
}
