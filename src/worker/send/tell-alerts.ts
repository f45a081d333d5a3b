/**
 * Tells what alerts have to tell, at the end of a pass. In this order, so that a worker may die between any two steps:
 *
 * 1. What became of messages that were begun before is noted on their entries. Of those that nobody waits for any more it is
 *    not known (`tellings.ts`).
 * 2. What a message holds is marked as told; what counts no more, or is about an alert that is gone, is done.
 * 3. What was not taken is tried again: an entry for the next attempt is appended, the one before goes, the message is begun.
 * 4. New messages: what was told already by somebody else is left out, an entry for each is appended, the message is begun, its
 *    events are marked. By mail, letters are staged in place of that, and the entry is over.
 */
import type { AlertRule } from '../../desk/alerts/alert-rule.js';
import { planTellings } from '../../desk/alerts/plan-tellings.js';
import { waitingIn } from '../../desk/figures/voice.js';
import {
  type AlertRecord,
  BEING_SENT,
  type Registered,
  type TellingRecord,
  UNDER_WAY,
} from '../../mailbox/register/entry.js';
import { carryOut } from '../carry-out/carry-out.js';
import type { FlagChange } from '../effects/effects.js';
import { forgetTold, nameIn, readAlerts, toldByOthers, toldIn } from '../sight/alerts.js';
import { nothingSeen, type Survey } from '../sight/survey.js';
import { GIVEN_UP_AFTER_MS } from '../workplace/alert-line.js';
import type { WorkingDesk } from '../workplace/desk.js';
import { stageAlerts } from './alert-mail.js';
import {
  attemptOf,
  isBeingSent,
  isToBeSent,
  messageOf,
  nextAttemptAt,
  nextAttemptOf,
  type Telling,
  verdictOn,
} from './tellings.js';

type Alert = Registered<AlertRecord>;

interface Round {
  readonly desk: WorkingDesk;
  readonly survey: Survey;
  readonly rules: ReadonlyMap<string, AlertRule>;
  /** Untold, or kept in mind while a ticket waits. */
  alerts: readonly Alert[];
  tellings: readonly Telling[];
}

/** `pending` are the identities of what still lies in the inbox: what has not happened yet is not told. */
export async function tellAlerts(
  desk: WorkingDesk,
  survey: Survey,
  pending: () => Promise<ReadonlySet<string>>,
): Promise<void> {
  const { alerts, tellings } = survey;
  const { alertLine } = desk;
  // What somebody else has removed, nobody will note.
  const known = new Set(tellings.map(({ id }) => id));
  alertLine?.noted([...alertLine.answers.keys()].filter((id) => !known.has(id)));
  if (alerts.length + tellings.length === 0) return;
  const rules = new Map((desk.alerts ?? []).map((rule) => [rule.name, rule]));
  const round: Round = { desk, survey, rules, alerts, tellings };
  await noteAnswers(round);
  await putAside(round);
  if (desk.signal.aborted) return;
  await tryAgain(round);
  await tellNew(round, pending);
}

/** Step 1 alone, for a process that ends: what its messages have come to. */
export async function noteAlerts(desk: WorkingDesk): Promise<void> {
  const rules = new Map((desk.alerts ?? []).map((rule) => [rule.name, rule]));
  const { tellings } = await readAlerts(desk);
  await noteAnswers({ desk, survey: nothingSeen(desk), rules, alerts: [], tellings });
}

/** Step 1. */
async function noteAnswers(round: Round): Promise<void> {
  const { desk, survey, rules } = round;
  const sent = round.tellings.filter(isBeingSent);
  const verdicts = new Map(sent.map((one) => [one, verdictOn(desk, rules.get(one.alert), one)]));
  const withVerdict = (verdict: string): readonly Telling[] =>
    sent.filter((one) => verdicts.get(one) === verdict);
  const [over, again] = [withVerdict('over'), withVerdict('again')];
  const flags = [unflag(desk, over, [UNDER_WAY, BEING_SENT]), unflag(desk, again, [BEING_SENT])];
  await carryOut(desk, survey, { flags });
  // Nobody else notes them.
  desk.alertLine?.noted([...over, ...again].map(({ id }) => id));
  const left = new Map([
    ...over.map((one) => [one, without(one, [UNDER_WAY, BEING_SENT])] as const),
    ...again.map((one) => [one, without(one, [BEING_SENT])] as const),
  ]);
  round.tellings = round.tellings.map((one) => left.get(one) ?? one);
}

function unflag(
  { folders }: WorkingDesk,
  entries: readonly { readonly uid: number }[],
  flags: readonly string[],
): FlagChange {
  return { folder: folders.register, uids: entries.map(({ uid }) => uid), change: { remove: flags } };
}

function without(telling: Telling, gone: readonly string[]): Telling {
  return { ...telling, flags: new Set([...telling.flags].filter((flag) => !gone.includes(flag))) };
}

/** Step 2. */
async function putAside(round: Round): Promise<void> {
  const { desk, survey, rules, alerts, tellings } = round;
  const told = toldIn(tellings);
  const isOver = (one: Alert): boolean =>
    !rules.has(one.alert) || (one.event === 'waiting' ? !stillWaits(round, one) : told.has(nameIn(one)));
  const over = alerts.filter(isOver);
  const kept = alerts.filter((one) => !isOver(one));
  const marked = kept.filter((one) => told.has(nameIn(one)) && !one.flags.has(UNDER_WAY));
  const counted = tellings.filter((one) => isBeingSent(one) || isToBeSent(one) || counts(round, one));
  const uncounted = tellings.filter((one) => !counted.includes(one));
  const gone = counted.filter((one) => isToBeSent(one) && !rules.has(one.alert));
  for (const { alert } of gone)
    desk.log.warn({ alert }, `the alert "${alert}" is gone, and does not tell any more`);
  await carryOut(desk, survey, {
    flags: [
      { folder: desk.folders.register, uids: marked.map(({ uid }) => uid), change: { add: [UNDER_WAY] } },
    ],
    done: [...over, ...uncounted, ...gone].map(({ uid }) => ({ uid })),
  });
  if (uncounted.length > 0) await carryOut(desk, survey, await forgetTold(desk));
  round.alerts = kept.filter((one) => !told.has(nameIn(one)) && !one.flags.has(UNDER_WAY));
  round.tellings = counted.filter((one) => !gone.includes(one));
}

function stillWaits({ desk, survey }: Round, { ticket, identity }: AlertRecord): boolean {
  const found = survey.ledger.ticket(survey.ledger.endOf(ticket));
  return found?.state === 'open' && waitingIn(desk.policy, found)?.here?.identity === identity;
}

/** Whether the limit of its alert counts it still. */
function counts({ desk, rules }: Round, { alert, since }: TellingRecord): boolean {
  const rule = rules.get(alert);
  return rule !== undefined && since.getTime() + rule.atMost.withinMs > desk.now().getTime();
}

/** Step 3. */
async function tryAgain(round: Round): Promise<void> {
  const { desk, survey, rules, tellings } = round;
  const now = desk.now().getTime();
  const due: Telling[] = [];
  const letters: Telling[] = [];
  for (const telling of tellings.filter(isToBeSent)) {
    const rule = rules.get(telling.alert);
    const next = nextAttemptAt(telling);
    if (rule?.mail != null) letters.push(telling);
    else if (next > now || desk.alertLine === undefined) desk.cache.waitFor(Math.max(next, now));
    else due.push(telling);
  }
  await mail(round, letters);
  if (due.length === 0) return;
  const entries = due.map((telling) => nextAttemptOf(desk, telling));
  const before = due.map(({ uid }) => uid);
  await carryOut(desk, survey, { entries, removed: [{ folder: desk.folders.register, uids: before }] });
  for (const telling of due) begin(desk, telling);
}

/** Step 4. */
async function tellNew(round: Round, pending: () => Promise<ReadonlySet<string>>): Promise<void> {
  const { desk, survey, rules, alerts, tellings } = round;
  if (alerts.length === 0) return;
  const waiting = await pending();
  const happened = alerts.filter(({ identity, event }) => event === 'waiting' || !waiting.has(identity));
  const known = await toldByOthers(desk, happened);
  await carryOut(desk, survey, { done: known.map(({ uid }) => ({ uid })) });
  const planned: { readonly rule: AlertRule; readonly events: readonly Alert[] }[] = [];
  for (const rule of rules.values()) {
    if (rule.mail === null && desk.alertLine === undefined) continue;
    const untold = happened.filter((one) => one.alert === rule.name && !known.includes(one));
    const toldAt = tellings.filter(({ alert }) => alert === rule.name).map(({ since }) => since);
    const { messages, again } = planTellings(rule, { untold, toldAt, now: desk.now() });
    if (again !== null) desk.cache.waitFor(again.getTime());
    planned.push(...messages.map((events) => ({ rule, events })));
  }
  if (planned.length === 0) return;
  const entries = planned.map(({ rule, events }) => attemptOf(desk, rule, events));
  await carryOut(desk, survey, { entries });
  // Nothing comes between the note and the message: who dies here leaves one of which it is not known whether it was sent.
  for (const { record } of entries)
    if (record.kind === 'telling' && rules.get(record.alert)?.mail === null) begin(desk, record);
  await markTold(
    round,
    planned.flatMap(({ events }) => events),
  );
  if (planned.some(({ rule }) => rule.mail !== null)) {
    const { tellings: appended } = await readAlerts(desk);
    await mail(
      round,
      appended.filter((one) => isToBeSent(one) && rules.get(one.alert)?.mail != null),
    );
  }
}

/** What a ticket waits for is kept in mind as long as it does. */
async function markTold({ desk, survey }: Round, events: readonly Alert[]): Promise<void> {
  const kept = events.filter(({ event }) => event === 'waiting').map(({ uid }) => uid);
  const over = events.filter(({ event }) => event !== 'waiting').map(({ uid }) => ({ uid }));
  const flags = [{ folder: desk.folders.register, uids: kept, change: { add: [UNDER_WAY] } }];
  await carryOut(desk, survey, { flags, done: over });
}

/** Nothing of it is waited for. */
function begin(desk: WorkingDesk, telling: TellingRecord): void {
  desk.alertLine?.begin(telling.alert, messageOf(desk, telling));
  desk.cache.waitFor(desk.now().getTime() + GIVEN_UP_AFTER_MS);
}

async function mail({ desk, survey, rules }: Round, tellings: readonly Telling[]): Promise<void> {
  if (tellings.length === 0) return;
  const written = tellings.map((one) => ({
    message: messageOf(desk, one),
    to: rules.get(one.alert)?.mail ?? null,
  }));
  await carryOut(desk, survey, await stageAlerts(desk, written));
  await carryOut(desk, survey, { flags: [unflag(desk, tellings, [UNDER_WAY])] });
}
