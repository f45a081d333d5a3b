/** `merge N M`: from then on M stands for N, and the messages of both lie together. */
import { EXIT, Problem } from '../problem/problem.js';
import { askToMerge, type MergeOutcome, type MergeWish, seeMerged } from '../worker/ask/asking-to-merge.js';
import { passNow } from './change-state.js';
import { type CommandContext, onlyDesk } from './context.js';
import { noSuchTicket } from './ticket-number.js';
import type { When } from './wake.js';

export interface MergeOptions extends MergeWish {
  readonly json: boolean;
}

export async function merge(context: CommandContext, options: MergeOptions): Promise<number> {
  const { into, from, joinPeople } = options;
  const config = onlyDesk(context);
  const session = context.session(config);
  try {
    const answer = await session.look((desk) => askToMerge(desk, { into, from, joinPeople }), context.signal);
    if ('refused' in answer) throw refused(answer, options, config.name);
    const { ticket } = answer;
    if (answer.outcome === 'already')
      return say(context, options, { desk: config.name, ticket, outcome: 'already' });
    const when = await passNow(context, session);
    const outcome = await session.look((desk) => seeMerged(desk, { from, ticket }), context.signal);
    if (typeof outcome === 'object')
      throw refused({ refused: 'merged-before', into: outcome.other }, options, config.name);
    return say(context, options, { desk: config.name, ticket, outcome, when });
  } finally {
    await session.close();
  }
}

function refused(
  answer: Extract<MergeOutcome, { readonly refused: string }>,
  { into, from }: MergeOptions,
  desk: string,
): Problem {
  switch (answer.refused) {
    case 'no-such-ticket':
      return noSuchTicket(answer.number, desk);
    case 'itself':
      return cannot(`ticket ${from} cannot be merged into itself`);
    case 'circle':
      return cannot(
        `ticket ${from} cannot be merged into ticket ${into}, which was merged into ticket ${answer.into} before`,
      );
    case 'merged-before':
      return cannot(`ticket ${from} was merged into ticket ${answer.into} before`);
  }
}

function cannot(why: string): Problem {
  return new Problem('cannot-merge', why, { exitCode: EXIT.usage });
}

function say(
  context: CommandContext,
  { into, from, json }: MergeOptions,
  result: { desk: string; ticket: number; outcome: 'done' | 'already' | 'asked'; when?: When },
): number {
  const { desk, ticket, outcome } = result;
  if (json) {
    context.out.write(`${JSON.stringify({ desk, ticket, merged: from, outcome })}\n`);
    return EXIT.done;
  }
  const before = into === ticket ? '' : `Ticket ${into} was merged into ticket ${ticket}. `;
  const text = {
    done: `Ticket ${from} is part of ticket ${ticket} now.`,
    already: `Ticket ${from} is part of ticket ${ticket} already.`,
    asked: `Another worker is at this mailbox: it will bring the messages of ticket ${from} to ticket ${ticket} ${result.when ?? 'at its next poll'}.`,
  }[outcome];
  context.out.write(`${before}${text}\n`);
  return EXIT.done;
}
