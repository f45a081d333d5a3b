/** `alert`: which alerts there are, and whether it is time for them; with `--test`, a message to each, and what became of it. */
import { randomUUID } from 'node:crypto';
import { openTeller } from '../alerts/open-teller.js';
import { type AlertConfig, alertsOf } from '../config/alerts.js';
import type { DeskConfig } from '../config/complete.js';
import { loadPhrases } from '../config/phrases.js';
import { type AlertMessage, alertMessage } from '../desk/alerts/alert-message.js';
import type { Outcome } from '../desk/alerts/outcome.js';
import { PHRASES } from '../desk/phrases.js';
import { isAlertTime, isQuiet } from '../hours/alert-hours.js';
import { EXIT, Problem } from '../problem/problem.js';
import { sendAlertMail } from '../worker/ask/alert-mail.js';
import { ruleOf } from '../worker/run/desk-alerts.js';
import { type CommandContext, tell } from './context.js';
import { failureOf, worst } from './failure.js';

export interface AlertOptions {
  /** Its name, or its place in the list from 1 on; null for all. */
  readonly alert: string | null;
  readonly test: boolean;
  readonly json: boolean;
}

/** An alert, and the first of the chosen desks that it is for. */
interface Chosen {
  readonly alert: AlertConfig;
  readonly desk: DeskConfig;
}

interface Tested {
  readonly outcome: Outcome;
  readonly exitCode: number;
}

export async function alert(context: CommandContext, options: AlertOptions): Promise<number> {
  const chosen = chosenAlerts(context, options.alert);
  if (!options.test) {
    for (const one of chosen) tell(context, options.json, described(one, new Date()));
    return EXIT.done;
  }
  const codes: number[] = [];
  for (const one of chosen) {
    const { outcome, exitCode } = await test(context, one);
    codes.push(exitCode);
    const { name } = one.alert;
    const { kind, why } = outcome;
    tell(context, options.json, {
      fields: { alert: name, desk: one.desk.name, outcome: kind, why },
      lines: [`${name}: ${kind === 'told' ? 'told' : `not told (${kind})`}: ${why}`],
    });
  }
  return worst(codes);
}

function chosenAlerts({ config, desks }: CommandContext, wanted: string | null): readonly Chosen[] {
  const named = config.alerts.filter(
    ({ name }, index) => wanted === null || name === wanted || String(index + 1) === wanted,
  );
  const chosen = named.flatMap((one): Chosen[] => {
    const desk = desks.find((candidate) => alertsOf([one], candidate).length > 0);
    return desk === undefined ? [] : [{ alert: one, desk }];
  });
  if (chosen.length > 0) return chosen;
  const names = config.alerts.map(({ name }) => `"${name}"`).join(', ');
  const what =
    config.alerts.length === 0
      ? 'the configuration has no alerts'
      : `it has ${names}; which desks they are for, "desks" says`;
  throw new Problem('no-such-alert', `there is no such alert: ${what}`, { exitCode: EXIT.usage });
}

function described({ alert: one, desk }: Chosen, now: Date): { fields: object; lines: readonly string[] } {
  const { hours } = ruleOf(one, desk);
  const [isTime, quiet] = [isAlertTime(hours, now), isQuiet(hours, now)];
  const events = [...one.events];
  const state = isTime ? (quiet ? 'quiet hours' : 'would tell now') : 'not now';
  return {
    fields: { alert: one.name, desk: desk.name, by: one.channel.kind, events, now: isTime && !quiet, quiet },
    lines: [`${one.name}  ${one.channel.kind}  ${events.join(', ')}  ${state}`],
  };
}

async function test(context: CommandContext, { alert: one, desk }: Chosen): Promise<Tested> {
  try {
    const outcome = await sendTest(context, { alert: one, desk });
    return { outcome, exitCode: outcome.kind === 'told' ? EXIT.done : EXIT.unavailable };
  } catch (error) {
    const { exitCode, message } = failureOf(error);
    return { outcome: { kind: 'refused', why: message }, exitCode };
  }
}

async function sendTest(context: CommandContext, { alert: one, desk }: Chosen): Promise<Outcome> {
  const { config, log, secrets, signal } = context;
  const message = await testMessage(one, desk);
  const teller = openTeller({ config, alert: one, log, secrets });
  if (teller !== null) return teller.tell(message, signal);
  const { mail } = ruleOf(one, desk);
  if (mail === null) throw new TypeError('An alert without a way out got past the schema.');
  const session = context.session(desk);
  try {
    await session.look((open) => sendAlertMail(open, message, mail), signal);
    return { kind: 'told', why: `the mail server has taken it for ${mail.to.join(', ')}` };
  } finally {
    await session.close();
  }
}

async function testMessage(one: AlertConfig, desk: DeskConfig): Promise<AlertMessage> {
  const phrase = await loadPhrases(PHRASES, desk.language, desk.templates);
  const event = { event: 'test' as const, ticket: null, at: new Date(), said: {} };
  return alertMessage({ name: desk.name, phrase }, { id: randomUUID(), alert: one.name, events: [event] });
}
