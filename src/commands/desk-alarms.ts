/** The alerts about the desks of `run` themselves: that one is out of order, or works again. */
import { type AlertConfig, alertsOf } from '../config/alerts.js';
import type { DeskConfig } from '../config/complete.js';
import { loadPhrases } from '../config/phrases.js';
import { ConfigProblem } from '../config/problem.js';
import { PHRASES } from '../desk/phrases.js';
import { openLine, ruleOf } from '../worker/run/desk-alerts.js';
import type { DeskSession } from '../worker/run/session.js';
import { DeskAlarm } from '../worker/watch/desk-alarm.js';
import type { AlertLine } from '../worker/workplace/alert-line.js';
import type { CommandContext } from './context.js';

export interface OpenAlarm {
  readonly alarm: DeskAlarm;
  /** Waits a moment for what is in hand, and breaks it off. */
  stop(): Promise<void>;
}

const STOP_WITHIN_MS = 3_000;

/** null where nobody is to hear of this desk. */
export async function openAlarm(context: CommandContext, session: DeskSession): Promise<OpenAlarm | null> {
  const { config, log, secrets } = context;
  const alerts = alertsOf(config.alerts, session.config).filter(
    ({ events }) => events.has('unhealthy') || events.has('recovered'),
  );
  if (alerts.length === 0) return null;
  const line = openLine(alerts, { config, log, secrets });
  const alarm = await recalled(context, session, { alerts, line });
  return {
    alarm,
    stop: async () => {
      await line.settle(STOP_WITHIN_MS);
      line.stop();
    },
  };
}

/** The alarm, with what it told before. */
async function recalled(
  { log }: CommandContext,
  session: DeskSession,
  { alerts, line }: { readonly alerts: readonly AlertConfig[]; readonly line: AlertLine },
): Promise<DeskAlarm> {
  const { config, name } = session;
  const alarm = new DeskAlarm({
    writer: { name, phrase: await phrasesOf(config) },
    rules: alerts.map((alert) => ({ ...ruleOf(alert, config), unhealthyAfterMs: alert.unhealthyAfterMs })),
    line,
    notes: {
      // Without the desk's secret there are none, and the desk does not work either.
      read: (note) =>
        session.notes().then(
          (notes) => notes.read(note),
          () => null,
        ),
      write: (note, value) =>
        session.notes().then(
          (notes) => notes.write(note, value),
          () => undefined,
        ),
    },
    log: log.child({ desk: name }),
  });
  await alarm.recall();
  return alarm;
}

/** Texts of the user's own that are wrong are told of by the desk itself. */
async function phrasesOf({ language, templates }: DeskConfig): ReturnType<typeof loadPhrases> {
  try {
    return await loadPhrases(PHRASES, language, templates);
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error;
    return loadPhrases(PHRASES, language, null);
  }
}
