/**
 * A desk with its connections. They are opened when a pass needs them, kept between passes, and given up when one of
 * them breaks: the next pass opens new ones. Every pass runs under the account's lock.
 */

import { randomUUID } from 'node:crypto';
import { accountKey } from '../../config/account.js';
import type { DeskConfig } from '../../config/complete.js';
import { cacheFolder } from '../../config/own-folder.js';
import type { Courier } from '../../delivery/courier.js';
import type { SmtpOptions } from '../../delivery/smtp.js';
import type { DeskPolicy } from '../../desk/policy.js';
import type { ImapConnection, ImapOptions } from '../../mailbox/imap/connection.js';
import { rememberingStore, StoreMemory } from '../../mailbox/remembering.js';
import { beginDesk } from '../pass/begin-desk.js';
import { noteAlerts } from '../pass/note-alerts.js';
import type { PassOutcome } from '../pass/pass.js';
import { type Claim, ClaimedElsewhere, LEASE_MS, RENEWED_AFTER, unclaimed } from '../workplace/claim.js';
import type { Told, WorkingDesk } from '../workplace/desk.js';
import { FactsCache } from '../workplace/facts-cache.js';
import { type LocalCache, openCache } from '../workplace/local-cache.js';
import { ProcessPresence } from '../workplace/presence.js';
import { buildPolicy } from './build-policy.js';
import { type Busy, workerOf } from './busy.js';
import { claimedPass, claimedWork, registerClaim } from './claimed-pass.js';
import { type DeskAlerts, openAlerts, settingsOf, settleAlerts } from './desk-alerts.js';
import { DeskConnection } from './desk-connection.js';
import { DeskTurn } from './desk-turn.js';
import { acquireLock, type HeldLock } from './lock.js';
import { Rest } from './rest.js';
import { DeskServers } from './servers.js';
import type { SessionOptions } from './session-options.js';
import { SmtpSignIn } from './smtp-sign-in.js';
import { openStandby, type Standby } from './standby.js';
import { Traffic } from './traffic.js';
import { inTurn } from './turn.js';

/** How long a process that ends waits for the alerts that it has begun to tell. */
const ALERTS_WITHIN_MS = 15_000;

/** What a process that ends with its pass reads at the end of it is for the next one. */
const MOST_OF_ONE_PASS = 2_000;

type Heard = (told: Told) => void;

export class DeskSession {
  readonly name: string;
  readonly config: DeskConfig;
  readonly traffic = new Traffic();
  readonly turn: DeskTurn;
  readonly #options: SessionOptions;
  readonly #presence: ProcessPresence;
  readonly #servers: DeskServers;
  readonly #signIn: SmtpSignIn;
  #cache: FactsCache | null = null;
  #policy: DeskPolicy | null = null;
  #courier: Courier | null = null;
  #rest: Rest | null = null;
  readonly #alerts: DeskAlerts | null;
  readonly #connection: DeskConnection;
  readonly #memory: StoreMemory;
  readonly #standby: Standby | null;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#presence = new ProcessPresence({ command: options.command, place: options.place });
    this.#servers = new DeskServers(options, this.traffic);
    this.#signIn = new SmtpSignIn({
      read: () => this.smtpOptions(),
      mayRenew: (used) => this.#servers.mayRenew(used),
      now: options.now ?? ((): Date => new Date()),
      connections: options.desk.smtp.connections,
    });
    this.name = options.desk.name;
    const { imap, address } = options.desk;
    const host = options.hosts?.at(imap) ?? null;
    this.turn = new DeskTurn({ host, desk: `${accountKey(imap)} ${address}` });
    const { turn, traffic } = this;
    this.#connection = new DeskConnection({ servers: this.#servers, turn, traffic });
    this.config = options.desk;
    this.#alerts = openAlerts(options.desk, options);
    this.#standby = openStandby(options, { presence: this.#presence, traffic, server: this.#connection });
    const { register, outbox } = options.desk.folders;
    const most = options.command === 'run' ? Number.POSITIVE_INFINITY : MOST_OF_ONE_PASS;
    this.#memory = new StoreMemory([register, outbox], { reread: [outbox], most });
  }

  /** One pass, if nobody else is at this account; `heard` is told of each message that it files. */
  async tryPass(signal: AbortSignal, heard?: Heard): Promise<PassOutcome | Busy> {
    const lock = await acquireLock(this.config.imap, { command: this.#options.command });
    if (!lock.held) return { busy: lock.by };
    try {
      return await this.#passUnder(lock, signal, heard);
    } catch (error) {
      if (!(error instanceof ClaimedElsewhere)) throw error;
      return { busy: workerOf(error) };
    }
  }

  /** One pass, as soon as nobody else is at this account. */
  async pass(signal: AbortSignal, heard?: Heard): Promise<PassOutcome> {
    const { command, log } = this.#options;
    const { traffic } = this;
    const turn = { account: this.config.imap, command, log, traffic, signal, lookMs: this.#standby?.lookMs };
    const at = { server: this.#connection, hangUp: () => this.#hangUp() };
    return inTurn({ ...turn, ...at }, (lock) => this.#passUnder(lock, signal, heard));
  }

  /** What a command needs that looks, and changes nothing but by appending a request. */
  async look<T>(
    work: (desk: WorkingDesk, connection: ImapConnection) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    return this.#guarded(async () => {
      const connection = await this.#open(signal);
      return work(await this.#desk(connection, signal), connection);
    });
  }

  /** The same for work that must meet no pass, here or elsewhere; under the account's lock. */
  async lookAlone<T>(work: (desk: WorkingDesk) => Promise<T>, signal: AbortSignal): Promise<T> {
    this.#presence.enter();
    try {
      return await this.look((desk) => claimedWork(desk, this.#claimOf(desk), work), signal);
    } finally {
      this.#presence.leave();
    }
  }

  /** Resolves when something new may be in the inbox; rejects if the connection is lost. See DeskConnection. */
  async waitForMail(signal: AbortSignal): Promise<void> {
    const wait = (until: AbortSignal): Promise<void> =>
      this.#connection.waitForMail(this.config.folders.inbox, until);
    await this.#guarded(() => this.#standby?.waiting(wait, signal) ?? wait(signal));
  }

  /** Calls back whenever an alert was answered: a pass is to note it. */
  onAlertAnswered(wake: () => void): void {
    if (this.#alerts !== null) this.#alerts.alertLine.onAnswer = wake;
  }

  /** Alerts that were begun are waited for, so many milliseconds, and what became of them is noted. */
  async close(alertsWithinMs = ALERTS_WITHIN_MS): Promise<void> {
    if (await settleAlerts(this.#alerts, alertsWithinMs)) await this.#noteAlerts();
    await this.#standby?.leave();
    await this.#hangUp();
  }

  /** Whoever else is at this account finds out that nobody waits for them any more. */
  async #noteAlerts(): Promise<void> {
    const { log, command } = this.#options;
    const lock = await acquireLock(this.config.imap, { command });
    if (!lock.held) return;
    await this.lookAlone(noteAlerts, new AbortController().signal).catch((error: unknown) => {
      log.debug({ err: error }, 'what alerts have come to could not be noted');
    });
    await lock.release();
  }

  async #hangUp(): Promise<void> {
    const courier = this.#courier;
    this.#courier = null;
    await Promise.all([this.#connection.close(), courier?.close()]);
  }

  /** The next pass reads every secret anew. Not to be called during a pass. */
  async forgetSecrets(): Promise<void> {
    this.#policy = null;
    this.#cache = null;
    this.#rest = null;
    this.#signIn.forget();
    this.#servers.forget();
    await this.#hangUp();
  }

  async #passUnder(lock: HeldLock, signal: AbortSignal, heard?: Heard): Promise<PassOutcome> {
    try {
      this.#presence.enter();
      return await this.#guarded(async () => {
        const connection = await this.#open(signal);
        const desk = { ...(await this.#desk(connection, signal)), heard };
        await this.#standby?.mayWork(desk, connection);
        const rest = this.#restOf(desk);
        const isNews = this.#alerts !== null && this.#alerts.alertLine.answers.size > 0;
        const mayRest = this.#options.adopt === null && !isNews;
        const rested = mayRest ? await rest.outcome(desk) : null;
        if (rested === null) await beginDesk(desk);
        await this.#standby?.stand();
        if (rested !== null) return this.#settled(rested);
        const outcome = await this.#claimed(desk);
        await rest.passed(desk, outcome);
        return this.#settled(outcome);
      });
    } finally {
      this.#presence.leave();
      await lock.release();
    }
  }

  /** Where a secret or a text cannot be read, nobody signs in for nothing. */
  async #open(signal: AbortSignal): Promise<ImapConnection> {
    await this.policy();
    return this.#connection.open(signal);
  }

  #settled(outcome: PassOutcome): PassOutcome {
    this.turn.settled();
    return outcome;
  }

  #claimed(desk: WorkingDesk): Promise<PassOutcome> {
    const everyMs = (this.#options.leaseMs ?? LEASE_MS) * RENEWED_AFTER;
    const work = (claim: Claim): Promise<PassOutcome> => claimedPass(desk, claim, everyMs);
    return this.#standby?.during(this.#claimOf(desk), work) ?? work(this.#claimOf(desk));
  }

  #restOf({ policy }: WorkingDesk): Rest {
    const about = [this.config, settingsOf(this.#alerts)];
    const { withoutModseq } = this.#servers.known;
    return (this.#rest ??= new Rest({ about, cache: this.#localCache(policy), withoutModseq }));
  }

  #claimOf(desk: WorkingDesk): Claim {
    return registerClaim(desk, { presence: this.#presence, leaseMs: this.#options.leaseMs });
  }

  /** After any failure the connections are given up: what is on them is not known any more. */
  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      // Who only waits for another worker need not sign in again each time.
      if (!(error instanceof ClaimedElsewhere)) await this.#hangUp();
      throw error;
    } finally {
      this.#options.progress?.(null);
    }
  }

  imapOptions(signal: AbortSignal): Promise<ImapOptions> {
    return this.#servers.imapOptions(signal);
  }

  smtpOptions(): Promise<SmtpOptions> {
    return this.#servers.smtpOptions();
  }

  async policy(): Promise<DeskPolicy> {
    this.#policy ??= await buildPolicy(this.#options.config, this.config);
    for (const secret of this.#policy.secrets) this.#options.secrets.add(secret);
    return this.#policy;
  }

  /** Small files of this desk on this machine. */
  async notes(): Promise<LocalCache> {
    return this.#localCache(await this.policy());
  }

  #localCache({ secrets }: DeskPolicy): LocalCache {
    const { cacheFolder: folder = cacheFolder(), log } = this.#options;
    const { imap, folders } = this.config;
    return openCache({ folder, account: accountKey(imap), deskFolders: folders, secret: secrets[0], log });
  }

  async #desk(connection: ImapConnection, signal: AbortSignal): Promise<WorkingDesk> {
    const courier = (this.#courier ??= this.#signIn.open());
    const policy = await this.policy();
    const { config } = this;
    return {
      policy,
      folders: config.folders,
      store: rememberingStore(connection.store, { memory: this.#memory }),
      courier,
      sent: config.sent,
      envelopeFrom: config.smtp.envelopeFrom,
      hold: config.mail === 'hold',
      adopt: { ...config.adopt, choice: this.#options.adopt },
      now: this.#options.now ?? ((): Date => new Date()),
      newId: () => randomUUID(),
      log: this.#options.log,
      cache: (this.#cache ??= new FactsCache(policy, this.#localCache(policy))),
      claim: unclaimed,
      progress: this.#options.progress,
      signal,
      ...this.#alerts,
    };
  }
}
