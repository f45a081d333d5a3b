/**
 * `close N` and `reopen N`: the request goes into the register, and a pass carries it out: here and now if nobody
 * else is at the account, else whoever is.
 */

import type { StateCommand } from '../mailbox/register/entry.js';
import { EXIT } from '../problem/problem.js';
import { askFor, isDone } from '../worker/ask/asking.js';
import type { DeskSession } from '../worker/run/session.js';
import { type CommandContext, onlyDesk } from './context.js';
import { noSuchTicket } from './ticket-number.js';
import { type When, wakeForWork, wakeIfTroubled } from './wake.js';

export interface ChangeOptions {
  readonly command: StateCommand;
  readonly ticket: number;
  readonly json: boolean;
}

type Outcome = 'done' | 'already' | 'asked';

export async function changeState(context: CommandContext, options: ChangeOptions): Promise<number> {
  const { command, ticket } = options;
  const config = onlyDesk(context);
  const session = context.session(config);
  try {
    const answer = await session.look((desk) => askFor(desk, command, ticket), context.signal);
    if (answer === 'no-such-ticket') throw noSuchTicket(ticket, config.name);
    const result = { desk: config.name, ticket: answer.ticket };
    if (answer.outcome === 'already') return say(context, options, { ...result, outcome: 'already' });
    const when = await passNow(context, session);
    const done = await session.look((desk) => isDone(desk, command, ticket), context.signal);
    return say(context, options, { ...result, outcome: done ? 'done' : 'asked', when });
  } finally {
    await session.close();
  }
}

/**
 * A pass that carries out what was asked for, unless another worker is at the account and does so itself. Answers when
 * that will be.
 */
export async function passNow(context: CommandContext, session: DeskSession): Promise<When> {
  const pass = await session.tryPass(context.signal);
  if ('busy' in pass) return wakeForWork(session.config);
  if (pass.delivery !== null)
    context.log.warn({ code: pass.delivery.code }, `mail waits in the outbox: ${pass.delivery.message}`);
  await wakeIfTroubled(session.config);
  return 'at its next poll';
}

function say(
  context: CommandContext,
  options: ChangeOptions,
  result: { desk: string; ticket: number; outcome: Outcome; when?: When },
): number {
  const { command, json } = options;
  const { ticket } = result;
  const closed = (command === 'close') !== (result.outcome === 'asked');
  if (json) {
    const state = closed ? 'archived' : 'open';
    context.out.write(`${JSON.stringify({ desk: result.desk, ticket, state, outcome: result.outcome })}\n`);
    return EXIT.done;
  }
  const past = command === 'close' ? 'closed' : 'open again';
  const text = {
    done: `Ticket ${ticket} is ${past}.`,
    already: `Ticket ${ticket} is ${command === 'close' ? 'closed' : 'open'} already.`,
    asked: `Another worker is at this mailbox: it will see to ticket ${ticket} ${result.when ?? 'at its next poll'}.`,
  }[result.outcome];
  const merged =
    options.ticket === ticket ? '' : `Ticket ${options.ticket} was merged into ticket ${ticket}. `;
  context.out.write(`${merged}${text}\n`);
  return EXIT.done;
}
