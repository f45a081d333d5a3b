/** `split N K`: message K of ticket N, as `show N` counts them, becomes a ticket of its own. */
import { EXIT, Problem } from '../problem/problem.js';
import { askToSplit, openedBy, type SplitOutcome, type SplitWish } from '../worker/ask/asking-to-split.js';
import { passNow } from './change-state.js';
import { type CommandContext, onlyDesk } from './context.js';
import { noSuchTicket } from './ticket-number.js';

export interface SplitOptions extends SplitWish {
  readonly json: boolean;
}

export async function split(context: CommandContext, options: SplitOptions): Promise<number> {
  const { ticket, message, json } = options;
  const config = onlyDesk(context);
  const session = context.session(config);
  try {
    const answer = await session.look((desk) => askToSplit(desk, { ticket, message }), context.signal);
    if ('refused' in answer) throw refused(answer, options, config.name);
    const when = await passNow(context, session);
    const opened = await session.look((desk) => openedBy(desk, answer.asked), context.signal);
    const outcome = opened === null ? 'asked' : 'done';
    if (json) {
      context.out.write(`${JSON.stringify({ desk: config.name, ticket, message, opened, outcome })}\n`);
    } else {
      const text =
        opened === null
          ? `Another worker is at this mailbox: it will see to message ${message} of ticket ${ticket} ${when}.`
          : `Message ${message} of ticket ${ticket} is ticket ${opened} now.`;
      context.out.write(`${text}\n`);
    }
    return EXIT.done;
  } finally {
    await session.close();
  }
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
