/**
 * Alerts about a desk itself: that it is out of order, and that it works again. The mailbox may be what is out of order, so they
 * are kept in this process, and in a small local file, by which a worker that is started anew does not tell the same trouble
 * twice.
 *
 * - A trouble is told once, when it has lasted long enough and the alert's hours let it: also when these begin later.
 * - The end is told by whoever told the trouble, whatever the hour, but not in quiet hours.
 * - A trouble that nobody has taken notice of when it ends is not told any more, and neither is its end.
 */
import { randomUUID } from 'node:crypto';
import { type AlertMessage, alertMessage } from '../../desk/alerts/alert-message.js';
import type { AlertRule } from '../../desk/alerts/alert-rule.js';
import type { DeskPolicy } from '../../desk/policy.js';
import { isAlertTime, isQuiet } from '../../hours/alert-hours.js';
import { fieldsOf } from '../../problem/failure.js';
import type { Condition } from '../run/worker-state.js';
import { type AlertLine } from '../workplace/alert-line.js';

const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 3_600_000;
const NOTE = 'alarm';
const NOT_TOLD = { unknown: 'may not have been taken, and is not sent twice', refused: 'was not taken' };

export interface AlarmRule extends AlertRule {
  readonly unhealthyAfterMs: number;
}

/** As `LocalCache` has them. */
interface Notes {
  read(name: string): Promise<unknown>;
  write(name: string, value: unknown): Promise<void>;
}

export interface DeskAlarmOptions {
  readonly writer: Pick<DeskPolicy, 'name' | 'phrase'>;
  readonly rules: readonly AlarmRule[];
  readonly line: AlertLine;
  readonly notes: Notes;
  readonly log: { info(fields: object, text: string): void; error(fields: object, text: string): void };
}

/** A message that was not taken yet. */
interface Errand {
  readonly message: AlertMessage;
  readonly event: 'unhealthy' | 'recovered';
  attempt: number;
  /** When it is tried again; null while it is in hand. */
  next: number | null;
}

interface Bell {
  readonly rule: AlarmRule;
  /** The trouble was told, or is about to be. */
  rung: boolean;
  errands: Errand[];
}

export class DeskAlarm {
  readonly #options: DeskAlarmOptions;
  readonly #bells: readonly Bell[];
  #since: number | null = null;

  constructor(options: DeskAlarmOptions) {
    this.#options = options;
    this.#bells = options.rules
      .filter(({ events, mail }) => mail === null && (events.has('unhealthy') || events.has('recovered')))
      .map((rule) => ({ rule, rung: false, errands: [] }));
  }

  /** What a worker before this one has told. */
  async recall(): Promise<void> {
    const { rung } = fieldsOf<{ rung: unknown }>(await this.#options.notes.read(NOTE));
    if (!Array.isArray(rung)) return;
    for (const bell of this.#bells) bell.rung = rung.includes(bell.rule.name);
  }

  /** To be called often. Nothing of what follows is waited for. */
  look(condition: Condition | null, now: Date): void {
    this.#since = condition === null ? null : (this.#since ?? new Date(condition.since).getTime());
    for (const bell of this.#bells) {
      this.#hear(bell, now);
      if (condition === null) this.#end(bell, now);
      else this.#ring(bell, condition, now);
      for (const errand of bell.errands)
        if (errand.next !== null && errand.next <= now.getTime()) this.#send(errand);
    }
  }

  #ring(bell: Bell, { code }: Condition, now: Date): void {
    const { rule } = bell;
    const lastsMs = now.getTime() - (this.#since ?? now.getTime());
    if (bell.rung || lastsMs < rule.unhealthyAfterMs) return;
    if (!isAlertTime(rule.hours, now) || isQuiet(rule.hours, now)) return;
    this.#note(bell, true);
    if (rule.events.has('unhealthy')) this.#tell(bell, { event: 'unhealthy', code }, now);
  }

  #end(bell: Bell, now: Date): void {
    const { rule, errands } = bell;
    if (!bell.rung || isQuiet(rule.hours, now)) return;
    this.#note(bell, false);
    const untold = errands.some(({ event }) => event === 'unhealthy');
    bell.errands = errands.filter(({ event }) => event !== 'unhealthy');
    if (!untold && rule.events.has('recovered')) this.#tell(bell, { event: 'recovered' }, now);
  }

  #tell(bell: Bell, what: { readonly event: Errand['event']; readonly code?: string }, at: Date): void {
    const event = { ...what, ticket: null, at, said: {} };
    const about = { id: randomUUID(), alert: bell.rule.name, events: [event] };
    const message = alertMessage(this.#options.writer, about);
    bell.errands.push({ message, event: what.event, attempt: 0, next: at.getTime() });
  }

  #send(errand: Errand): void {
    errand.attempt += 1;
    errand.next = null;
    this.#options.line.begin(errand.message.alert, errand.message);
  }

  /** What has become of what is in hand. */
  #hear(bell: Bell, now: Date): void {
    const { line, log } = this.#options;
    for (const errand of bell.errands) {
      const { id } = errand.message;
      const answer = line.answers.get(id);
      if (answer === undefined) continue;
      line.noted([id]);
      const { kind, why } = answer;
      const fields = { alert: bell.rule.name, event: errand.event, attempt: errand.attempt };
      if (kind === 'again' || (kind === 'unknown' && bell.rule.knowsIds)) {
        const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (errand.attempt - 1), LONGEST_PAUSE_MS);
        errand.next = now.getTime() + pauseMs;
        log.error(fields, `the alert "${bell.rule.name}" was not taken, and is tried again: ${why}`);
        continue;
      }
      bell.errands = bell.errands.filter((one) => one !== errand);
      if (kind === 'told') log.info(fields, `an alert was told by "${bell.rule.name}"`);
      else log.error(fields, `the alert "${bell.rule.name}" ${NOT_TOLD[kind]}: ${why}`);
    }
  }

  #note(bell: Bell, rung: boolean): void {
    bell.rung = rung;
    const names = this.#bells.filter((one) => one.rung).map(({ rule }) => rule.name);
    void this.#options.notes.write(NOTE, { rung: names });
  }
}
