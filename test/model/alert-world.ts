/** Desks of the model that have alerts, and whoever is told by them. */
import type { AlertMessage } from '../../src/desk/alerts/alert-message.js';
import type { AlertRule } from '../../src/desk/alerts/alert-rule.js';
import type { Outcome } from '../../src/desk/alerts/outcome.js';
import { parseWeek } from '../../src/hours/week.js';
import { AlertLine } from '../../src/worker/workplace/alert-line.js';
import type { WorkingDesk } from '../../src/worker/workplace/desk.js';

const HOUR_MS = 3_600_000;

export function rule(changes: Partial<AlertRule> = {}): AlertRule {
  return {
    name: 'night',
    hours: { timezone: 'UTC', when: null, holidays: new Set(), quiet: null },
    events: new Set(['new', 'update', 'reopened']),
    atMost: { count: 100, withinMs: HOUR_MS },
    waitingMs: 4 * HOUR_MS,
    include: new Set(),
    mail: null,
    knowsIds: false,
    ...changes,
  };
}

export function week(written: string) {
  const parsed = parseWeek(written);
  if (parsed === null) throw new TypeError(`${written} is no time of the week`);
  return parsed;
}

/** Receives what all workers of a world send, and answers as it is told to. */
export class Receiver {
  readonly messages: (AlertMessage & { readonly rule: string })[] = [];
  answer: () => Promise<Outcome> = () => Promise.resolve({ kind: 'told', why: '' });
  /** Those of them that it took. */
  readonly taken: (typeof this.messages)[number][] = [];

  /** A worker's way to it. */
  line(): AlertLine {
    return new AlertLine({
      send: async (alert, message) => {
        const sent = { ...message, rule: alert };
        this.messages.push(sent);
        const outcome = await this.answer();
        if (outcome.kind === 'told') this.taken.push(sent);
        return outcome;
      },
    });
  }

  /** `night: new 1`, for each event of each message; a message of several is one line. */
  told(): readonly string[] {
    return this.messages.map(
      ({ rule: name, events }) =>
        `${name}: ${events.map(({ event, ticket }) => `${event} ${ticket}`).join(', ')}`,
    );
  }
}

/** The same desk with alerts. */
export function alerting(
  desk: WorkingDesk,
  { rules, line }: { readonly rules: readonly AlertRule[]; readonly line: AlertLine },
): WorkingDesk {
  return { ...desk, alerts: rules, alertLine: line };
}
