/**
 * `close N` and `reopen N`: the request goes into the register, and a pass carries it out: here and now if nobody
 * else is at the account, else whoever is.
 */
import type { StateCommand } from '../mailbox/register/entry.js';
import { EXIT } from '../problem/problem.js';
import { askFor, isDone } from '../worker/ask/asking.js';
import type { DeskSession } from '../worker/run/session.js';
import { type CommandContext, onDesk, tell } from './context.js';
import { noSuchTicket } from './ticket-number.js';
import { type When, wakeForWork, wakeIfTroubled } from './wake.js';

export interface ChangeOptions {
  readonly command: StateCommand;
  readonly ticket: number;
  readonly json: boolean;
}

export function changeState(context: CommandContext, options: ChangeOptions): Promise<number> {
  const { command, ticket: asked, json } = options;
  return onDesk(context, async (session) => {
    const answer = await session.look((desk) => askFor(desk, command, asked), context.signal);
    if (answer === 'no-such-ticket') throw noSuchTicket(asked, session.name);
    const { ticket } = answer;
    const when = answer.outcome === 'already' ? null : await passNow(context, session);
    const isOver =
      when !== null && (await session.look((desk) => isDone(desk, command, asked), context.signal));
    const outcome = when === null ? 'already' : isOver ? 'done' : 'asked';
    const state = (command === 'close') !== (outcome === 'asked') ? 'archived' : 'open';
    const sentences = {
      done: `Ticket ${ticket} is ${command === 'close' ? 'closed' : 'open again'}.`,
      already: `Ticket ${ticket} is ${command === 'close' ? 'closed' : 'open'} already.`,
      asked: elsewhere(`see to ticket ${ticket}`, when),
    };
    tell(context, json, {
      fields: { desk: session.name, ticket, state, outcome },
      lines: [mergedBefore(asked, ticket) + sentences[outcome]],
    });
    return EXIT.done;
  });
}

/**
 * A pass that carries out what was asked for, unless another worker is at the account and does so itself. Answers when
 * that will be.
 */
export async function passNow(context: CommandContext, session: DeskSession): Promise<When> {
  const pass = await session.tryPass(context.signal);
  if ('busy' in pass) return wakeForWork(context, session.config);
  if (pass.delivery !== null)
    context.log.warn({ code: pass.delivery.code }, `mail waits in the outbox: ${pass.delivery.message}`);
  await wakeIfTroubled(session.config);
  return 'at its next poll';
}

export function elsewhere(what: string, when: When | null): string {
  return `Another worker is at this mailbox: it will ${what} ${when ?? 'at its next poll'}.`;
}

/** Who asked for a ticket that stands for another is told so first. */
export function mergedBefore(asked: number, ticket: number): string {
  return asked === ticket ? '' : `Ticket ${asked} was merged into ticket ${ticket}. `;
}
