/**
 * One host of a fleet: keeps its leases, takes its share of the desks, and gives back what is too much.
 *
 * - A desk is worked while its lease goes on. It is *loose* where nobody has its lease, or where Redis is away and the lease
 *   is over by this host's own clock: it is worked all the same until another host has it, since a claim in the mailbox keeps
 *   two workers from harm, and a desk that nobody works is the greater evil.
 * - A host that stood still for longer than a lease (suspended, stopped by SIGSTOP) stops all its desks before anything else,
 *   and takes none before it has asked: it goes on with those of its leases that are still its own. Where nobody answers for
 *   as long as a lease, it goes on with what it had. A clock that was set forward looks the same.
 * - What is to be given back is stopped first: the next host finds nobody at it.
 */
import { Failing } from './failing.js';
import { HeldDesks } from './held-desks.js';
import { LEASE_MS, type Meeting } from './leases.js';
import type { MemberOptions, MemberState } from './member-options.js';
import { type Moment, momentOf, msSince } from './moment.js';
import { Offering } from './offering.js';
import { idsOf, PassedOver } from './passed-over.js';
import { leastOf, planShare } from './planner.js';
import { Releases } from './releases.js';
import { Taking } from './taking.js';

/** How often hosts meet. */
export const MEET_MS = 5_000;
const RENEW_MS = 10_000;
/** A process that has done nothing for so long was stopped, or hangs: whatever it waited for, it was not Redis. */
const STOOD_STILL_MS = 8_000;
/** The process stood still while it waited for an answer: what was to follow is out of date. */
class Overslept extends Error {
  override readonly name = 'Overslept';
}

export class Member {
  readonly #options: MemberOptions;
  readonly #desks = new HeldDesks();
  readonly #releases: Releases;
  readonly #passedOver: PassedOver;
  readonly #taking: Taking;
  readonly #failing: Failing;
  readonly #offering: Offering;
  #known: ReadonlySet<string> = new Set();
  /** What it worked on before it stood still, until somebody has answered. */
  #former: readonly string[] = [];
  #beat: Moment;
  #renewed: Moment;
  /** How often it has stood still. */
  #epoch = 0;
  #meeting: Meeting | null = null;
  #wants = 0;
  /** Since when Redis has not answered, and something waits to be taken. */
  #away: Moment | null = null;
  #waiting: Moment | null = null;

  constructor(options: MemberOptions) {
    this.#options = options;
    this.#passedOver = new PassedOver(options.clock);
    this.#failing = new Failing({ ...options, desks: this.#desks, passedOver: this.#passedOver });
    this.#releases = new Releases(options, { desks: this.#desks, failing: this.#failing });
    this.#offering = new Offering({ id: options.self.id, clock: options.clock, desks: this.#desks });
    this.#taking = new Taking({
      ...options,
      failing: this.#failing,
      desks: this.#desks,
      passedOver: this.#passedOver,
      ask: (question) => this.#ask(question),
      apply: () => this.#apply(),
    });
    this.#beat = this.#moment();
    this.#renewed = this.#beat;
  }

  /** The desks of the configuration, at the beginning and whenever it was read again. */
  know(desks: ReadonlySet<string>): void {
    const fresh = [...desks].filter((desk) => !this.#known.has(desk));
    const gone = [...this.#known].filter((desk) => !desks.has(desk));
    this.#offering.knows(fresh);
    if (fresh.length + gone.length > 0) this.#passedOver.forget();
    this.#known = desks;
    for (const desk of this.#desks.loose) if (!desks.has(desk)) this.#desks.drop(desk);
    void this.#release(this.#desks.leased().filter((desk) => !desks.has(desk)));
  }

  get state(): MemberState {
    return {
      held: this.#desks.held,
      loose: this.#desks.loose.length,
      hosts: this.#meeting?.hosts.length ?? 0,
      waiting: this.#meeting?.waiting ?? 0,
      awayMs: this.#away === null ? null : this.#since(this.#away),
    };
  }

  /**
   * To be called every second or so: where this process has stood still for too long, or its clock was set forward by as
   * much, its desks are stopped. Answers whether that is so: the next round cannot come too soon.
   */
  beat(): boolean {
    const stillMs = this.#since(this.#beat);
    this.#beat = this.#moment();
    if (stillMs < STOOD_STILL_MS) return false;
    if (this.#desks.loose.length === 0 && this.#desks.leasedSuch((lease) => this.#isOver(lease)).length === 0)
      return false;
    this.#epoch += 1;
    this.#former = this.#desks.clear();
    this.#away = this.#beat;
    this.#apply();
    this.#options.log.warn(
      { desks: this.#former.length, stillMs: Math.round(stillMs) },
      'this process stood still for longer than its leases, or its clock was set forward: its desks are stopped until the fleet has answered',
    );
    return true;
  }

  /** One round: leases are renewed, the hosts meet, desks are taken and given back. Never rejects. */
  async round(): Promise<void> {
    this.beat();
    try {
      await this.#regain();
      await this.#renew();
      await this.#share(await this.#offer(await this.#meet()));
    } catch (error) {
      if (!(error instanceof Overslept)) this.#noAnswer(error);
    }
  }

  /** Stops its desks, and gives back each that has stopped. Never rejects. */
  async leave(): Promise<void> {
    const { leases, log } = this.#options;
    for (const desk of this.#desks.loose) this.#desks.drop(desk);
    // First of all: whoever counts on this host would leave a share of its desks to it.
    const left = leases.leave().catch((error: unknown) => {
      log.warn({ err: error }, 'the other hosts could not be told that this one stops');
    });
    await Promise.all([left, this.#release(this.#desks.leased())]);
  }

  /** Of what it had before it stood still, it goes on with what is still its own: where only its clock was set, with all. */
  async #regain(): Promise<void> {
    const former = this.#former;
    if (former.length === 0) return;
    const before = this.#moment();
    const { free, elsewhere } = await this.#ask(() => this.#options.leases.renew(former));
    const lost = new Set([...free, ...elsewhere]);
    const kept = former.filter((desk) => !lost.has(desk));
    this.#former = [];
    this.#desks.took(kept, before);
    this.#apply();
    if (kept.length === 0) return;
    this.#options.log.info(
      { desks: kept.length },
      'these desks are still those of this host: it goes on with them',
    );
    void this.#release(kept.filter((desk) => !this.#known.has(desk)));
  }

  async #renew(): Promise<void> {
    const desks = this.#desks.all();
    const { loose } = this.#desks;
    const isDue = loose.length > 0 || this.#since(this.#renewed) >= RENEW_MS - MEET_MS / 2;
    if (desks.length === 0 || !isDue) return;
    const before = this.#moment();
    const renewed = await this.#ask(() => this.#options.leases.renew(desks));
    this.#renewed = before;
    this.#desks.renewed(desks, renewed, before);
    if (renewed.elsewhere.length === 0) return;
    const { log } = this.#options;
    log.warn({ desks: renewed.elsewhere.length }, 'other hosts have taken over desks of this one');
    this.#apply();
  }

  async #meet(): Promise<Meeting> {
    const { leases, self } = this.#options;
    const [{ held }, failing] = [this.#desks, this.#failing.count];
    const said = { capacity: this.#capacity, held, failing, wants: this.#wants };
    const meeting = await this.#ask(() => leases.meet({ ...self, ...said }));
    this.#tellAnswer(meeting);
    this.#away = null;
    this.#former = [];
    this.#meeting = meeting;
    const takeable = this.#passedOver.others(meeting.waiting);
    this.#waiting = takeable === 0 ? null : (this.#waiting ?? this.#moment());
    return meeting;
  }

  /** How many desks it asks for at most: it knows no others, or got what it does not know. */
  get #capacity(): number | null {
    const { capacity } = this.#options.self;
    if (this.#meeting === null) return capacity;
    const { waiting, taken } = this.#meeting;
    const { size } = this.#known;
    return leastOf(capacity, size < waiting + taken ? size : null, this.#passedOver.most(this.#meeting));
  }

  #tellAnswer(meeting: Meeting): void {
    const { log } = this.#options;
    const before = idsOf(this.#meeting?.hosts ?? []);
    if (this.#away !== null && before !== '')
      log.info({ awayMs: Math.round(this.#since(this.#away)) }, 'the fleet answers again');
    if (before !== idsOf(meeting.hosts))
      log.info({ hosts: meeting.hosts.map(({ host }) => host) }, 'hosts of the fleet at work');
  }

  async #offer(meeting: Meeting): Promise<Meeting> {
    const offered = this.#offering.due(this.#known, meeting);
    if (offered.length === 0) return meeting;
    await this.#ask(() => this.#options.leases.offer(offered));
    this.#offering.offered(offered);
    return this.#meet();
  }

  async #share(meeting: Meeting): Promise<void> {
    const { self, isStrained } = this.#options;
    const given = this.#failing.toGiveBack(meeting);
    if (given.length > 0) void this.#release(given, 1);
    await this.#ask(() => this.#failing.mend());
    const plan = planShare({
      ...meeting,
      self: { ...self, capacity: this.#capacity, held: this.#desks.staying },
      most: self.capacity,
      desks: this.#known.size,
      takeable: this.#passedOver.others(meeting.waiting),
      waitingMs: this.#waiting === null ? 0 : this.#since(this.#waiting),
    });
    const { took, passedOver } = await this.#taking.take(plan.take, { known: this.#known, meeting });
    const wants = isStrained?.() === true || passedOver ? 0 : Math.max(plan.wants - took, 0);
    if (plan.giveBack > 0) void this.#release(this.#desks.latest(plan.giveBack));
    if (took === 0 && wants === this.#wants && !passedOver) return;
    this.#wants = wants;
    await this.#meet();
  }

  /** Stops them, and gives back each that has stopped. Never rejects. */
  async #release(desks: readonly string[], moves: 0 | 1 = 0): Promise<void> {
    this.#failing.leaves(desks, moves);
    this.#desks.leave(desks);
    this.#apply();
    await this.#releases.release(desks);
  }

  /** Redis is away: leases that are over by our own clock are loose from now on. */
  #noAnswer(error: unknown): void {
    const { log } = this.#options;
    if (this.#away === null)
      log.warn({ err: error }, 'the fleet does not answer: this host goes on with the desks that it has');
    this.#away ??= this.#moment();
    const over = this.#desks.leasedSuch((lease) => this.#isOver(lease));
    this.#desks.loosen(over);
    if (over.length > 0)
      log.error(
        { desks: this.#desks.loose.length },
        'the fleet has not answered for longer than a lease: this host goes on with the desks that it has, and claims in the mailboxes keep hosts apart',
      );
    this.#goOnWithFormer();
  }

  /** Nobody has answered after the process stood still: a desk without a worker is worse than one with two that claim it. */
  #goOnWithFormer(): void {
    if (this.#former.length === 0 || this.#away === null || !this.#isOver(this.#away)) return;
    this.#desks.loosen(this.#former.filter((desk) => this.#known.has(desk)));
    this.#former = [];
    this.#apply();
  }

  /** Whatever is answered after the process stood still is out of date. */
  async #ask<T>(question: () => Promise<T>): Promise<T> {
    const epoch = this.#epoch;
    const answer = await question().catch((error: unknown) => {
      this.#inTime(epoch);
      throw error;
    });
    this.#inTime(epoch);
    return answer;
  }

  #inTime(epoch: number): void {
    this.beat();
    if (epoch !== this.#epoch) throw new Overslept('this process stood still');
  }

  #apply(): void {
    const { work, log } = this.#options;
    try {
      work(new Set(this.#desks.working()));
    } catch (error) {
      log.error({ err: error }, 'the desks of this host could not be changed');
    }
  }

  #isOver(moment: Moment): boolean {
    return this.#since(moment) >= LEASE_MS;
  }

  #since(moment: Moment): number {
    return msSince(moment, this.#options.clock);
  }

  #moment(): Moment {
    return momentOf(this.#options.clock);
  }
}
