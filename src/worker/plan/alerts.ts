/** What alerts have to tell, noted in the register before what it is about is moved (`send/tell-alerts.ts` tells it). */
import type { AlertRule } from '../../desk/alerts/alert-rule.js';
import { isOfAlerts } from '../../desk/alerts/alerted.js';
import { eventOf, type Happening, type Said } from '../../desk/alerts/happening.js';
import { waitingIn } from '../../desk/figures/voice.js';
import { firstMinute, isAlertTime } from '../../hours/alert-hours.js';
import type { AlertRecord } from '../../mailbox/register/entry.js';
import type { Facts } from '../../message/facts/facts.js';
import { sameAddress } from '../../message/header/addresses.js';
import type { Effects, NewEntry } from '../effects/effects.js';
import { nameIn, notedBefore } from '../sight/alerts.js';
import type { Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import type { Decided } from './decide-batch.js';
import { noticeWords } from './notice-words.js';
import { type BodiesRead, readWords } from './read-bodies.js';

const MAX_SUBJECT_CHARS = 100;
const MAX_SENDER_CHARS = 100;
const MAX_WORDS_CHARS = 300;

interface Event extends Omit<Happening, 'said'> {
  readonly cause: Decided;
}

/** For each alert that tells of it an entry of its own, if it is time for it now. A pass that dies decides again, and finds them. */
export async function alertEntries(
  desk: Desk,
  survey: Survey,
  { decided, foreseen }: { readonly decided: readonly Decided[]; readonly foreseen: BodiesRead },
): Promise<readonly NewEntry[]> {
  const { alerts = [], now } = desk;
  const at = now();
  const events = alerts.length === 0 ? [] : decided.flatMap((cause) => eventIn(cause, at));
  if (events.length === 0) return [];
  const known = knownIn(survey);
  const wanted = alerts.flatMap((rule) =>
    events
      .filter(({ event }) => rule.events.has(event) && isAlertTime(rule.hours, at))
      .filter(({ cause }) => !couldGoRound(desk, rule, cause.pending.facts))
      .filter((event) => !known.has(keyOf(rule, event)))
      .map((event) => ({ rule, event })),
  );
  const telling = wanted.filter(({ rule }) => rule.include.has('words')).map(({ event }) => event.cause);
  const words = await wordsOf(desk, telling, foreseen);
  return wanted.map(({ rule, event: { cause, ...event } }) => {
    const said = saidOf(rule, cause, words.get(cause.pending.uid));
    return { record: { kind: 'alert', alert: rule.name, ...event, said } };
  });
}

function eventIn(cause: Decided, at: Date): readonly Event[] {
  const { decision, pending } = cause;
  const event = pending.quiet ? null : eventOf(decision, pending.facts);
  if (event === null || decision.ticket === null) return [];
  return [{ event, ticket: decision.ticket, identity: pending.facts.identity, at, cause }];
}

/**
 * Tickets that have waited too long for an answer since the last look, each once until somebody answers. What was noted before,
 * of a ticket that was closed meanwhile, is kept in mind again.
 */
export async function planWaiting(desk: Desk, survey: Survey): Promise<Effects> {
  const records = waitingRecords(desk, survey);
  if (records.length === 0) return {};
  const before = await notedBefore(desk, records);
  const entries = records.filter((record) => !before.has(nameIn(record))).map((record) => ({ record }));
  const uids = [...before.values()];
  return { entries, flags: [{ folder: desk.folders.register, uids, change: { remove: ['\\Answered'] } }] };
}

function waitingRecords(desk: Desk, survey: Survey): readonly AlertRecord[] {
  const rules = (desk.alerts ?? []).filter(({ events }) => events.has('waiting'));
  if (rules.length === 0) return [];
  const known = knownIn(survey);
  const at = desk.now();
  const records: AlertRecord[] = [];
  for (const ticket of survey.ledger.tickets) {
    const { entry, state } = ticket;
    const waits = (state === 'open' ? waitingIn(desk.policy, ticket)?.here : null) ?? null;
    if (waits === null) continue;
    const event = { event: 'waiting' as const, ticket: entry.number, identity: waits.identity, at };
    const due = rules
      .filter((rule) => !known.has(keyOf(rule, event)) && !couldGoRound(desk, rule, waits))
      .filter((rule) => isDue(desk, rule, waits.receivedAt));
    const subject = entry.subject.slice(0, MAX_SUBJECT_CHARS);
    for (const { name, include } of due) {
      const said = include.has('subject') ? { subject } : {};
      records.push({ kind: 'alert', alert: name, ...event, said });
    }
  }
  return records;
}

/**
 * By mail nobody is told of their own mail, nor of mail of anybody else to whom an alert goes: what an SMS gateway answers to
 * each mail must not cause the next SMS, there or at another gateway, whether or not it says that a program wrote it.
 */
function couldGoRound({ policy }: Desk, { mail }: AlertRule, facts: Facts): boolean {
  if (mail === null) return false;
  const { address } = facts.sender;
  return (
    isOfAlerts(policy, facts) || (address !== null && mail.to.some((told) => sameAddress(told, address)))
  );
}

/** What is not due yet, or comes at another time than the alert's, is looked at again then. */
function isDue({ now, cache }: Desk, rule: AlertRule, since: Date): boolean {
  const at = now();
  const dueAt = Math.max(since.getTime() + rule.waitingMs, at.getTime());
  const moment = firstMinute(new Date(dueAt), (one) => isAlertTime(rule.hours, one)).getTime();
  if (moment <= at.getTime()) return true;
  cache.waitFor(moment);
  return false;
}

function knownIn({ alerts }: Survey): ReadonlySet<string> {
  return new Set(alerts.map(nameIn));
}

function keyOf(
  { name: alert }: AlertRule,
  { event, identity }: Pick<Happening, 'event' | 'identity'>,
): string {
  return nameIn({ alert, event, identity });
}

function saidOf({ include }: AlertRule, { pending, occasion }: Decided, words: string | undefined): Said {
  const subject = occasion.ticket?.entry.subject ?? pending.facts.subject;
  return {
    ...(include.has('subject') ? { subject: subject.slice(0, MAX_SUBJECT_CHARS) } : {}),
    ...(include.has('sender') ? { sender: pending.facts.sender.shown.slice(0, MAX_SENDER_CHARS) } : {}),
    ...(include.has('words') && words !== undefined ? { words } : {}),
  };
}

/** By UID: the first words that are the sender's own, on one line. */
async function wordsOf(
  desk: Desk,
  causes: readonly Decided[],
  foreseen: BodiesRead,
): Promise<ReadonlyMap<number, string>> {
  if (causes.length === 0) return new Map();
  const words = await readWords(desk, causes, { folder: desk.folders.inbox, foreseen });
  const shown = await noticeWords(desk, causes, words);
  return new Map(
    [...shown].map(([uid, { text }]) => [uid, text.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_WORDS_CHARS)]),
  );
}
