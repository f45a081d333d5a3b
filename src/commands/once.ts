/** `once`: one pass over each desk, then the end. For cron: without a terminal it prints nothing unless told to. */
import { accountKey } from '../config/account.js';
import type { DeskConfig } from '../config/complete.js';
import { explained } from '../desk/ticket/decision.js';
import { EXIT, joined, Problem } from '../problem/problem.js';
import { rehearse } from '../worker/ask/rehearsal.js';
import { type PassOutcome, total } from '../worker/pass/pass.js';
import type { DeskSession } from '../worker/run/session.js';
import { UndecidedMail } from '../worker/sight/older-mail.js';
import type { AdoptChoice, Told } from '../worker/workplace/desk.js';
import { type CommandContext, calledLeftOut } from './context.js';
import { count } from './count.js';
import { failureOf, worst } from './failure.js';
import { isStopped, type Person, personAt } from './questions.js';
import { askUndecided, tellUndecided, type Undecided } from './undecided.js';

export interface OnceOptions {
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly adopt: AdoptChoice | null;
  readonly writer: { readonly terminal: boolean };
}

interface DeskResult {
  readonly exitCode: number;
  readonly summary: Record<string, unknown>;
  /** Somebody has to say first what to do with it. */
  readonly undecided?: UndecidedMail;
}

export async function once(context: CommandContext, options: OnceOptions): Promise<number> {
  const passed = (
    await Promise.all(byAccount(context.desks).map((desks) => inTurn(context, desks, options)))
  ).flat();
  const results = await answered(context, passed, options);
  if (options.json) {
    const leftOut = context.leftOut.map((left) => ({
      desk: calledLeftOut(left),
      error: left.problem.message,
    }));
    const desks = [...results.map(({ summary }) => summary), ...leftOut];
    context.out.write(`${JSON.stringify({ summary: { desks } })}\n`);
  }
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
): Promise<readonly PassedDesk[]> {
  const passed: PassedDesk[] = [];
  for (const desk of desks) passed.push({ desk, result: await oneDesk(context, desk, options) });
  return passed;
}

interface PassedDesk {
  readonly desk: DeskConfig;
  readonly result: DeskResult;
}

/** Asks about one desk after the other once all others are done, and goes on with the answers. */
async function answered(
  context: CommandContext,
  passed: readonly PassedDesk[],
  options: OnceOptions,
): Promise<readonly DeskResult[]> {
  const person = personFor(context, options);
  const results: DeskResult[] = [];
  let isStopping = false;
  for (const { desk, result } of passed) {
    const { undecided: mail } = result;
    const adopt =
      mail === undefined || isStopping
        ? null
        : await answerTo(context, { desk, mail }, person).catch((error: unknown) => {
            if (!isStopped(error)) throw error;
            isStopping = true;
            return null;
          });
    if (mail !== undefined && person !== null && adopt === null)
      context.out.write(`${desk.name}: nothing was changed.\n`);
    results.push(adopt === null ? result : await oneDesk(context, desk, { ...options, adopt }));
  }
  return results;
}

/** Null where nothing is to be done. */
async function answerTo(
  context: CommandContext,
  undecided: Undecided,
  person: Person | null,
): Promise<AdoptChoice | null> {
  if (person !== null) return askUndecided(context, undecided, person);
  tellUndecided(context, undecided);
  return null;
}

/** Null where nobody can be asked, or nothing is to be changed. */
function personFor(
  { out, streams, signal }: CommandContext,
  { json, dryRun, writer }: OnceOptions,
): Person | null {
  if (json || dryRun || !writer.terminal || !out.terminal) return null;
  return personAt({ input: streams.input, output: streams.output, signal });
}

async function oneDesk(context: CommandContext, desk: DeskConfig, options: OnceOptions): Promise<DeskResult> {
  const { name } = desk;
  const session = context.session(desk, options);
  const log = context.log.child({ desk: name });
  try {
    if (options.dryRun) return await rehearsal(context, session, options);
    const heard = options.json ? printing(context, name) : undefined;
    const outcome = await session.tryPass(context.signal, heard);
    if ('busy' in outcome) {
      log.info({ by: outcome.busy }, 'another worker is at this account: nothing was done');
      return { exitCode: EXIT.done, summary: { desk: name, busy: outcome.busy } };
    }
    return finished(context, name, outcome);
  } catch (error) {
    const { exitCode, message } = failureOf(error);
    const failed = { exitCode, summary: { desk: name, error: message } };
    if (error instanceof UndecidedMail && !options.json) return { ...failed, undecided: error };
    const code = error instanceof Problem ? error.code : undefined;
    for (const part of message.split('\n')) log.error({ code }, part);
    return failed;
  } finally {
    await session.close();
  }
}

async function rehearsal(
  context: CommandContext,
  session: DeskSession,
  { json }: OnceOptions,
): Promise<DeskResult> {
  const { name } = session;
  const { decided, waiting } = await session.look((desk) => rehearse(desk), context.signal);
  if (json) {
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
