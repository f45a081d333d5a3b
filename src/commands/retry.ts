/** `retry N` and `retry --all`: what lies in Review because the mail server refused it is sent once more. */

import type { Staging } from '../desk/letters/staging.js';
import { EXIT, Problem } from '../problem/problem.js';
import {
  type Kept,
  outcomesOf,
  planRetry,
  type Refused,
  type RetryOutcome,
  sendAgain,
} from '../worker/ask/retry.js';
import { passNow } from './change-state.js';
import { type CommandContext, onDesk, tell } from './context.js';
import { noSuchTicket } from './ticket-number.js';

export interface RetryOptions {
  readonly ticket: number | null;
  readonly all: boolean;
  readonly json: boolean;
}

const WHY_KEPT: Readonly<Record<Kept, string>> = {
  'not-signed':
    'it was changed, cannot be read, was not written by this desk, or an older secret is missing from "secret"',
  'not-known':
    'the register does not know that the mail server refused it; if it was never sent, move it to the outbox by hand',
  'sent-already': 'it was sent',
};

export async function retry(context: CommandContext, { ticket, all, json }: RetryOptions): Promise<number> {
  if ((ticket === null) !== all)
    throw new Problem('retry-what', 'say which: the number of a ticket, or --all', { exitCode: EXIT.usage });
  return onDesk(context, async (session) => {
    const plan = await session.look((desk) => planRetry(desk, ticket), context.signal);
    if (plan === 'no-such-ticket') throw noSuchTicket(ticket ?? 0, session.name);
    await session.look((desk) => sendAgain(desk, plan.again), context.signal);
    if (plan.again.length > 0) await passNow(context, session);
    const outcomes = await session.look((desk) => outcomesOf(desk, plan.again), context.signal);
    const retried = plan.again.map((one, index) => ({ one, outcome: outcomes[index] ?? 'waiting' }));
    tell(context, json, {
      fields: {
        desk: session.name,
        ticket: plan.ticket,
        retried: retried.map(({ one, outcome }) => ({ ...named(one.stage), outcome, because: one.because })),
        kept: plan.kept.map(({ stage, why }) => ({ ...named(stage), why })),
      },
      lines: lines(session.config.folders, retried, plan.kept),
    });
    return outcomes.includes('refused') ? EXIT.someToReview : EXIT.done;
  });
}

function named({ ticket, purpose, to }: Staging): Pick<Staging, 'ticket' | 'purpose' | 'to'> {
  return { ticket, purpose, to };
}

function lines(
  folders: { readonly outbox: string; readonly review: string },
  retried: readonly { readonly one: Refused; readonly outcome: RetryOutcome }[],
  kept: readonly { readonly stage: Staging; readonly why: Kept }[],
): readonly string[] {
  if (retried.length + kept.length === 0)
    return [`Nothing in ${folders.review} was refused by the mail server.`];
  const became: Readonly<Record<RetryOutcome, string>> = {
    sent: 'sent',
    waiting: `waits in ${folders.outbox}`,
    refused: `refused again; it lies in ${folders.review}`,
    gone: `neither in ${folders.outbox} nor in ${folders.review} any more, and not known to be sent`,
  };
  return [
    ...retried.map(({ one, outcome }) => `${shown(one.stage)}: ${became[outcome]}`),
    ...kept.map(({ stage, why }) => `${shown(stage)}: not sent, because ${WHY_KEPT[why]}`),
  ];
}

function shown({ ticket, purpose, to }: Staging): string {
  return `${ticket === null ? '' : `ticket ${ticket}, `}${purpose} to ${to ?? 'nobody'}`;
}
