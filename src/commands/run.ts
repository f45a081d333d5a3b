/** `run`: works until told to stop. Desks run side by side; one that fails never stops another. */

import type { DeskConfig } from '../config/complete.js';
import { EXIT } from '../desk/problem.js';
import { NotMoved } from '../mailbox/not-moved.js';
import { runDesks, runLoop } from '../worker/loop.js';
import type { PassOutcome } from '../worker/pass.js';
import type { CommandContext } from './context.js';

export async function run(context: CommandContext): Promise<number> {
  const desks = context.desks.map((desk) => ({
    name: desk.name,
    run: (signal: AbortSignal) => runDesk(context, desk, signal),
  }));
  context.log.info({ desks: desks.length }, 'imapdesk is at work');
  await runDesks(desks, { signal: context.signal, log: context.log });
  context.log.info({}, 'imapdesk has stopped');
  return EXIT.done;
}

async function runDesk(context: CommandContext, desk: DeskConfig, signal: AbortSignal): Promise<void> {
  const session = context.session(desk);
  const log = context.log.child({ desk: desk.name });
  try {
    await runLoop({
      pass: async (passSignal) => report(log, await session.pass(passSignal)),
      waitForMail: (waitSignal) => session.waitForMail(waitSignal),
      schedule: { expression: desk.poll, timezone: desk.timezone },
      signal,
      log,
    });
  } finally {
    await session.close();
  }
}

/** SMTP that is down is no reason to stop filing: mail waits, and the next poll tries again. */
function report(log: CommandContext['log'], { delivery, decided, sent, stopped }: PassOutcome): void {
  if (delivery !== null) log.error({ code: delivery.code }, `mail waits in the outbox: ${delivery.message}`);
  log.debug({ decided: decided.length, sent }, 'the pass is done');
  // The loop waits longer each time, and says so. What is stuck in the inbox keeps nothing else from being done.
  if (stopped !== null && !(stopped instanceof NotMoved)) throw stopped;
}
