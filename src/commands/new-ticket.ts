/** `new`: a ticket on a requester's behalf, from the terminal. */
import { checkNew, handInNew, type NewWanted } from '../worker/ask/handing-in.js';
import { readAttachedFiles } from './attached-files.js';
import { type CommandContext, onDesk, tell } from './context.js';
import { type Writer, withWritten } from './draft.js';
import { type Become, exitCodeOf, refusals, seeThrough } from './hand-in.js';

export interface NewOptions extends NewWanted {
  readonly attach: readonly string[] | null;
  readonly json: boolean;
  readonly writer: Writer;
}

export function newTicket(context: CommandContext, options: NewOptions): Promise<number> {
  return onDesk(context, async (session) => {
    await session.look((desk) => checkNew(desk, options), context.signal);
    const files = await readAttachedFiles(options.attach ?? []);
    const messageId = await withWritten(options.writer, about(options), (text) =>
      session.look((desk) => handInNew(desk, options, { text, files }), context.signal),
    );
    const become = await seeThrough(context, session, messageId);
    tell(context, options.json, {
      fields: { desk: session.name, ...fieldsOf(options.requester, become) },
      lines: sentences(context, options.requester, become),
    });
    return exitCodeOf(become);
  });
}

function about({ requester, subject, acknowledge }: NewOptions): readonly string[] {
  return [
    'What stands above this line opens the ticket; nothing is opened if there is nothing.',
    `For ${requester}: ${subject}`,
    acknowledge
      ? `${requester} gets an acknowledgement, without this text.`
      : `${requester} is not written to.`,
  ];
}

function fieldsOf(requester: string, become: Become | null): Record<string, unknown> {
  const { decided, waiting = [], refused = [] } = become ?? {};
  const { ticket = null, acknowledge = null } = decided?.decision ?? {};
  const outcome = become === null ? 'waiting' : 'opened';
  const acknowledged = refused.length > 0 ? false : acknowledge;
  return { ticket, outcome, requester, acknowledged, waiting, refused };
}

function sentences(context: CommandContext, requester: string, become: Become | null): readonly string[] {
  if (become === null)
    return ['The new ticket lies in the inbox: the worker at this mailbox will give it its number.'];
  const { ticket, acknowledge } = become.decided.decision;
  const told =
    become.refused.length > 0 ? '' : `, ${acknowledge ? 'who is acknowledged' : 'who is not written to'}`;
  return [
    `Ticket ${ticket} is open for ${requester}${told}.`,
    ...refusals(context, become, { what: 'The acknowledgement', ticket }),
  ];
}
