/** `merge N M`: from then on M stands for N, and the messages of both lie together. */
import { EXIT, Problem } from '../problem/problem.js';

import { askToMerge, type MergeOutcome, type MergeWish, seeMerged } from '../worker/ask/asking.js';
import { elsewhere, mergedBefore, passNow } from './change-state.js';
import { type CommandContext, onDesk, tell } from './context.js';

import { noSuchTicket } from './ticket-number.js';

export interface MergeOptions extends MergeWish {
  readonly json: boolean;
}

export function merge(context: CommandContext, options: MergeOptions): Promise<number> {
  const { into, from, joinPeople, json } = options;
  return onDesk(context, async (session) => {
    const answer = await session.look((desk) => askToMerge(desk, { into, from, joinPeople }), context.signal);
    if ('refused' in answer) throw refused(answer, options, session.name);
    const { ticket } = answer;
    const when = answer.outcome === 'already' ? null : await passNow(context, session);
    const outcome =
      when === null
        ? 'already'
        : await session.look((desk) => seeMerged(desk, { from, ticket }), context.signal);
    if (typeof outcome === 'object')
      throw refused({ refused: 'merged-before', into: outcome.other }, options, session.name);
    const sentences = {
      done: `Ticket ${from} is part of ticket ${ticket} now.`,
      already: `Ticket ${from} is part of ticket ${ticket} already.`,
      asked: elsewhere(`bring the messages of ticket ${from} to ticket ${ticket}`, when),
    };
    tell(context, json, {
      fields: { desk: session.name, ticket, merged: from, outcome },
      lines: [mergedBefore(into, ticket) + sentences[outcome]],
    });
    return EXIT.done;
  });
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
