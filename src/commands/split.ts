/** `split N K`: message K of ticket N, as `show N` counts them, becomes a ticket of its own. */
import { EXIT, Problem } from '../problem/problem.js';

import { askToSplit, openedBy, type SplitOutcome, type SplitWish } from '../worker/ask/asking.js';
import { elsewhere, passNow } from './change-state.js';
import { type CommandContext, onDesk, tell } from './context.js';

import { noSuchTicket } from './ticket-number.js';

export interface SplitOptions extends SplitWish {
  readonly json: boolean;
}

export function split(context: CommandContext, options: SplitOptions): Promise<number> {
  const { ticket, message, json } = options;
  return onDesk(context, async (session) => {
    const answer = await session.look((desk) => askToSplit(desk, { ticket, message }), context.signal);
    if ('refused' in answer) throw refused(answer, options, session.name);
    const when = await passNow(context, session);
    const opened = await session.look((desk) => openedBy(desk, answer.asked), context.signal);
    const outcome = opened === null ? 'asked' : 'done';
    tell(context, json, {
      fields: { desk: session.name, ticket, message, opened, outcome },
      lines: [
        opened === null
          ? elsewhere(`see to message ${message} of ticket ${ticket}`, when)
          : `Message ${message} of ticket ${ticket} is ticket ${opened} now.`,
      ],
    });
    return EXIT.done;
  });
}

function refused(
  answer: Exclude<SplitOutcome, { readonly asked: string }>,
  { ticket, message }: SplitOptions,
  desk: string,
): Problem {
  switch (answer.refused) {
    case 'no-such-ticket':
      return noSuchTicket(ticket, desk);
    case 'no-such-message':
      return new Problem(
        'no-such-message',
        `ticket ${ticket} has ${answer.messages} messages, and none is number ${message}; "imapdesk show ${ticket}" shows them`,
        { exitCode: EXIT.usage },
      );
    case 'not-this-message':
      return new Problem(
        'cannot-split',
        `message ${message} cannot be taken out of ticket ${ticket}: ${answer.why}`,
        { exitCode: EXIT.usage },
      );
  }
}
