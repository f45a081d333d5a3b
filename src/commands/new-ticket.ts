/** `new`: a ticket on a customer's behalf, from the terminal. */
import { checkNew, handInNew, type NewWanted } from '../worker/ask/handing-in.js';
import { readAttachedFiles } from './attached-files.js';
import { type CommandContext, onlyDesk } from './context.js';
import { type Writer, withWritten } from './draft.js';
import { type Become, exitCodeOf, refusals, seeThrough } from './hand-in.js';

export interface NewOptions extends NewWanted {
  readonly attach: readonly string[];
  readonly json: boolean;
  readonly writer: Writer;
}

export async function newTicket(context: CommandContext, options: NewOptions): Promise<number> {
  const config = onlyDesk(context);
  const session = context.session(config);
  try {
    await session.look((desk) => checkNew(desk, options), context.signal);
    const files = await readAttachedFiles(options.attach);
    const messageId = await withWritten(options.writer, about(options), (text) =>
      session.look((desk) => handInNew(desk, options, { text, files }), context.signal),
    );
    return say(context, options, {
      desk: config.name,
      become: await seeThrough(context, session, messageId),
    });
  } finally {
    await session.close();
  }
}

function about({ customer, subject, acknowledge }: NewOptions): readonly string[] {
  return [
    'What stands above this line opens the ticket; nothing is opened if there is nothing.',
    `For ${customer}: ${subject}`,
    acknowledge
      ? `${customer} gets an acknowledgement, without this text.`
      : `${customer} is not written to.`,
  ];
}

function say(
  context: CommandContext,
  { customer: requester, json }: NewOptions,
  result: { readonly desk: string; readonly become: Become | null },
): number {
  const { desk, become } = result;
  if (json) {
    const { decided, waiting = [], refused = [] } = become ?? {};
    const { ticket = null, acknowledge = null } = decided?.decision ?? {};
    const outcome = become === null ? 'waiting' : 'opened';
    const acknowledged = refused.length > 0 ? false : acknowledge;
    const fields = { desk, ticket, outcome, requester, acknowledged, waiting, refused };
    context.out.write(`${JSON.stringify(fields)}\n`);
  } else for (const line of sentences(context, requester, become)) context.out.write(`${line}\n`);
  return exitCodeOf(become);
}

function sentences(context: CommandContext, customer: string, become: Become | null): readonly string[] {
  if (become === null)
    return ['The new ticket lies in the inbox: the worker at this mailbox will give it its number.'];
  const { ticket, acknowledge } = become.decided.decision;
  const told =
    become.refused.length > 0 ? '' : `, ${acknowledge ? 'who is acknowledged' : 'who is not written to'}`;
  return [
    `Ticket ${ticket} is open for ${customer}${told}.`,
    ...refusals(context, become, { what: 'The acknowledgement', ticket }),
  ];
}
