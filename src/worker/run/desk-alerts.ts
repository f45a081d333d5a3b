/** The alerts of one desk at work: what they tell of, and the ways out of those that go by no mail. */
import type { TellerOptions } from '../../alerts/open-teller.js';
import type { Teller } from '../../alerts/teller.js';
import { type AlertConfig, alertsOf } from '../../config/alerts.js';
import type { DeskConfig } from '../../config/complete.js';
import type { AlertMail, AlertRule } from '../../desk/alerts/alert-rule.js';
import { AlertLine } from '../workplace/alert-line.js';

/** As a desk has them. */
export interface DeskAlerts {
  readonly alerts: readonly AlertRule[];
  readonly alertLine: AlertLine;
}

/** null for a desk that has none. */
export function openAlerts(desk: DeskConfig, options: Omit<TellerOptions, 'alert'>): DeskAlerts | null {
  const alerts = alertsOf(options.config.alerts, desk);
  return alerts.length === 0
    ? null
    : { alerts: alerts.map((alert) => ruleOf(alert, desk)), alertLine: openLine(alerts, options) };
}

/** What a pass depends on, as plain values. */
export function settingsOf(alerts: DeskAlerts | null): unknown {
  return (alerts?.alerts ?? []).map(({ hours, events, include, ...rule }) => ({
    ...rule,
    hours: { ...hours, holidays: [...hours.holidays] },
    events: [...events],
    include: [...include],
  }));
}

/** Waits for what is in hand, so many milliseconds, and breaks off the rest; whether anything is to be noted then. */
export async function settleAlerts(alerts: DeskAlerts | null, withinMs: number): Promise<boolean> {
  if (alerts === null || alerts.alertLine.isIdle) return false;
  const { alertLine } = alerts;
  await alertLine.settle(withinMs);
  alertLine.stop();
  await alertLine.settle(withinMs);
  return true;
}

export function openLine(alerts: readonly AlertConfig[], options: Omit<TellerOptions, 'alert'>): AlertLine {
  const tellers = new Map<string, Teller | null>();
  return new AlertLine({
    send: async (name, message, signal) => {
      const { openTeller } = await loadTellers();
      const alert = alerts.find((one) => one.name === name);
      if (alert !== undefined && !tellers.has(name)) tellers.set(name, openTeller({ ...options, alert }));
      const outcome = await tellers.get(name)?.tell(message, signal);
      return outcome ?? { kind: 'refused', why: 'there is no such alert' };
    },
  });
}

/** What most passes do not need. For a process that lasts: what is loaded late may be gone by then. */
export const loadTellers = () => import('../../alerts/open-teller.js');

export function ruleOf(
  { name, hours, events, atMost, waitingMs, include, channel }: AlertConfig,
  desk: Pick<DeskConfig, 'name' | 'timezone'>,
): AlertRule {
  return {
    name,
    hours: { ...hours, timezone: desk.timezone },
    events,
    atMost,
    waitingMs,
    include: new Set(include),
    mail: mailOf(channel, desk),
    knowsIds: channel.kind === 'webhook' && channel.webhook.shape === 'imapdesk',
  };
}

function mailOf(channel: AlertConfig['channel'], desk: Pick<DeskConfig, 'name'>): AlertMail | null {
  if (channel.kind === 'mail') return { to: channel.to, sms: null };
  if (channel.kind === 'sms-mail')
    return { to: [channel.to], sms: { subject: channel.subject ?? desk.name } };
  return null;
}
