/** `reply N`: a staff member's reply from the terminal, which goes the way of any mail of theirs. */
import type { ReplyKind } from '../desk/letters/staff-mail.js';
import { type Answerable, handInReply, lookAtTicket, type ReplyWanted } from '../worker/ask/handing-in.js';
import { readAttachedFiles } from './attached-files.js';
import { type CommandContext, onDesk, tell } from './context.js';
import { type Writer, withWritten } from './draft.js';
import { type Become, exitCodeOf, refusals, seeThrough } from './hand-in.js';
import { noSuchTicket } from './ticket-number.js';

export interface ReplyOptions {
  readonly ticket: number;
  readonly note: boolean;
  readonly close: boolean;
  readonly as: string | null;
  readonly attach: readonly string[] | null;
  readonly json: boolean;
  readonly writer: Writer;
}

export function reply(context: CommandContext, options: ReplyOptions): Promise<number> {
  const { ticket: number, note, close, as, writer } = options;
  const kind: ReplyKind = note ? 'note' : close ? 'close' : 'reply';
  const wanted: ReplyWanted = { number, kind, as };
  return onDesk(context, async (session) => {
    const seen = await session.look((desk) => lookAtTicket(desk, wanted, writer.terminal), context.signal);
    if (seen === null) throw noSuchTicket(number, session.name);
    const files = await readAttachedFiles(options.attach ?? []);
    const messageId = await withWritten(writer, aboutTicket(seen, kind), async (text) => {
      const id = await session.look((desk) => handInReply(desk, wanted, { text, files }), context.signal);
      if (id === null) throw noSuchTicket(number, session.name);
      return id;
    });
    const become = await seeThrough(context, session, messageId);
    tell(context, options.json, {
      fields: { desk: session.name, ticket: number, ...fieldsOf(become) },
      lines: sentences(context, wanted, become),
    });
    return exitCodeOf(become);
  });
}

const MAX_QUOTED_LINES = 100;

/** What stands below the line in the editor. */
function aboutTicket({ ticket, audience, last }: Answerable, kind: ReplyKind): readonly string[] {
  const { number, subject } = ticket.entry;
  const goes = audience.length === 0 ? 'nobody outside' : audience.join(', ');
  const quoted =
    last === null ? [] : ['', `${last.from} wrote:`, ...last.text.split('\n').slice(0, MAX_QUOTED_LINES)];
  return [
    'What stands above this line is sent; nothing is if there is nothing.',
    `Ticket ${number} (${ticket.state}): ${subject || '(no subject)'}`,
    kind === 'note' ? 'Your note goes to colleagues only.' : `Your reply goes to ${goes}.`,
    ...(kind === 'close' ? ['The ticket is closed with it.'] : []),
    ...(ticket.state === 'archived' ? ['The ticket is closed; this reopens it.'] : []),
    ...quoted,
  ];
}

type Outcome = 'sent' | 'refused' | 'outbox' | 'kept' | 'waiting';

function outcomeOf(become: Become | null): Outcome {
  if (become === null) return 'waiting';
  if (become.to.length === 0) return 'kept';
  if (become.refused.length > 0) return 'refused';
  return become.waiting.length > 0 ? 'outbox' : 'sent';
}

function fieldsOf(become: Become | null): Record<string, unknown> {
  const { to = [], waiting = [], refused = [], decided } = become ?? {};
  return { outcome: outcomeOf(become), kind: decided?.decision.kind ?? null, to, waiting, refused };
}

function sentences(
  context: CommandContext,
  { number: ticket, kind }: ReplyWanted,
  become: Become | null,
): readonly string[] {
  const what = kind === 'note' ? 'note' : 'reply';
  if (become === null)
    return [`Your ${what} to ticket ${ticket} lies in the inbox: the worker at this mailbox will see to it.`];
  const { decision } = become.decided;
  const yours = `Your ${what} to ticket ${ticket}`;
  return [
    ...whereItWent(yours, kind, become),
    ...refusals(context, become, { what: yours, ticket }),
    ...(decision.kind === 'close' ? [`Ticket ${ticket} is closed.`] : []),
    ...(decision.kind === 'reopen' ? [`Ticket ${ticket} is open again.`] : []),
  ];
}

function whereItWent(yours: string, kind: ReplyKind, become: Become): readonly string[] {
  const { decided, to, waiting, refused } = become;
  if (kind === 'note') return [`${yours} is there for your colleagues.`];
  if (to.length === 0) return [`${yours} went to nobody outside: ${decided.decision.reasons.join('; ')}.`];
  const gone = to.filter((address) => !waiting.includes(address) && !refused.includes(address));
  const parts = [
    ...(gone.length === 0 ? [] : [`went to ${gone.join(', ')}`]),
    ...(waiting.length === 0 ? [] : [`waits in the outbox for ${waiting.join(', ')}`]),
  ];
  return parts.length === 0 ? [] : [`${yours} ${parts.join(', and ')}.`];
}
