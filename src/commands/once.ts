/** `once`: one pass over each desk, then the end. For cron: without a terminal it prints nothing unless told to. */
import { accountKey } from '../config/account.js';
import type { DeskConfig } from '../config/complete.js';
import { explained } from '../desk/ticket/decision.js';
import { EXIT, joined, Problem } from '../problem/problem.js';
import { rehearse } from '../worker/ask/rehearsal.js';
import { type PassOutcome, total } from '../worker/pass/pass.js';
import type { DeskSession } from '../worker/run/session.js';
import type { AdoptChoice, Told } from '../worker/workplace/desk.js';
import type { CommandContext } from './context.js';
import { count } from './count.js';
import { failureOf, worst } from './failure.js';

export interface OnceOptions {
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly adopt: AdoptChoice | null;
}

interface DeskResult {
  readonly exitCode: number;
  readonly summary: Record<string, unknown>;
}

export async function once(context: CommandContext, options: OnceOptions): Promise<number> {
  const results = (
    await Promise.all(byAccount(context.desks).map((desks) => inTurn(context, desks, options)))
  ).flat();
  if (options.json)
    context.out.write(`${JSON.stringify({ summary: { desks: results.map(({ summary }) => summary) } })}\n`);
  return worst(results.map(({ exitCode }) => exitCode));
}

/** Desks on one account share its lock, so they take turns; all others work side by side. */
function byAccount(desks: readonly DeskConfig[]): readonly (readonly DeskConfig[])[] {
  const groups = new Map<string, DeskConfig[]>();
  for (const desk of desks) {
    const key = accountKey(desk.imap);
    groups.set(key, [...(groups.get(key) ?? []), desk]);
  }
  return [...groups.values()];
}

async function inTurn(
  context: CommandContext,
  desks: readonly DeskConfig[],
  options: OnceOptions,
): Promise<readonly DeskResult[]> {
  const results: DeskResult[] = [];
  for (const desk of desks) {
    results.push(await oneDesk(context, desk.name, { ...options, session: context.session(desk, options) }));
  }
  return results;
}

async function oneDesk(
  context: CommandContext,
  name: string,
  options: OnceOptions & { session: DeskSession },
): Promise<DeskResult> {
  const { session } = options;
  const log = context.log.child({ desk: name });
  try {
    if (options.dryRun) return await dryRun(context, name, options);
    const heard = options.json ? printing(context, name) : undefined;
    const outcome = await session.tryPass(context.signal, heard);
    if ('busy' in outcome) {
      log.info({ by: outcome.busy }, 'another worker is at this account: nothing was done');
      return { exitCode: EXIT.done, summary: { desk: name, busy: outcome.busy } };
    }
    return finished(context, name, outcome);
  } catch (error) {
    const { exitCode, message } = failureOf(error);
    const code = error instanceof Problem ? error.code : undefined;
    for (const part of message.split('\n')) log.error({ code }, part);
    return { exitCode, summary: { desk: name, error: message } };
  } finally {
    await session.close();
  }
}

async function dryRun(
  context: CommandContext,
  name: string,
  options: OnceOptions & { session: DeskSession },
): Promise<DeskResult> {
  const { decided, waiting } = await options.session.look((desk) => rehearse(desk), context.signal);
  if (options.json) {
    decided.forEach(printing(context, name));
    for (const { pending, why } of waiting) context.out.write(jsonLine({ waits: why }, name, pending));
  } else {
    for (const one of decided) context.out.write(`${name}  ${line(one)}\n`);
    for (const { pending, why } of waiting) context.out.write(`${name}  uid ${pending.uid}  waits: ${why}\n`);
    if (decided.length + waiting.length === 0) context.out.write(`${name}  nothing is pending\n`);
  }
  return { exitCode: EXIT.done, summary: { desk: name, dryRun: true, decided: decided.length } };
}

function line({ decision, pending }: Pick<Told, 'decision' | 'pending'>): string {
  const ticket = decision.ticket === null ? '' : ` ticket ${decision.ticket}`;
  return `uid ${pending.uid}  ${decision.kind}${ticket}: ${joined(decision.reasons)}`;
}

function printing(context: CommandContext, desk: string): (told: Told) => void {
  return ({ decision, pending }) => context.out.write(jsonLine(explained(decision), desk, pending));
}

function jsonLine(what: object, desk: string, { uid, facts }: Told['pending']): string {
  return `${JSON.stringify({ ...what, desk, uid, messageId: facts.messageId })}\n`;
}

/** Why a pass that went well ends with 1: one line, since cron mails no more than what is printed. */
function setAside({ failed, refused }: PassOutcome): string | null {
  const what = [
    ...(failed === 0 ? [] : [`${count(failed, 'message')} could not be filed`]),
    ...(refused === 0 ? [] : [`${count(refused, 'letter')} will not be taken by the mail server`]),
  ];
  return what.length === 0 ? null : `${what.join(', and ')}: see the review folder`;
}

function finished(context: CommandContext, name: string, outcome: PassOutcome): DeskResult {
  const { decided, sent, refused, failed, delivery, stopped } = outcome;
  const log = context.log.child({ desk: name });
  if (stopped !== null) log.error({ code: stopped.code }, `new mail waits in the inbox: ${stopped.message}`);
  if (delivery !== null) log.error({ code: delivery.code }, `mail waits in the outbox: ${delivery.message}`);
  const set = setAside(outcome);
  if (set !== null) log.error({ failed, refused }, set);
  log.info({ decided: total(decided), sent, refused }, 'the pass is done');
  const summary = {
    desk: name,
    decided: total(decided),
    sent,
    refused,
    failed,
    waiting: delivery?.message ?? null,
    stopped: stopped?.message ?? null,
  };
  if (stopped !== null) return { exitCode: stopped.exitCode, summary };
  if (delivery !== null) return { exitCode: delivery.exitCode, summary };
  return { exitCode: failed > 0 || refused > 0 ? EXIT.someToReview : EXIT.done, summary };
}
