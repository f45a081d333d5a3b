/** `run`: works until told to stop. Desks run side by side; one that fails never stops another. */
import { isatty } from 'node:tty';
import { EXIT } from '../desk/problem.js';
import { DeskWorker } from '../worker/desk-worker.js';
import { runDesks } from '../worker/loop.js';
import type { CommandContext } from './context.js';

export async function run(context: CommandContext): Promise<number> {
  const { log, signal } = context;
  const workers = context.desks.map(
    (desk) => new DeskWorker({ desk, session: context.session(desk), log: log.child({ desk: desk.name }) }),
  );
  const stopHearing = onHangup(() => {
    log.info({}, 'SIGHUP: secrets are read anew, and every desk is tried at once');
    for (const worker of workers) worker.refresh();
  });
  log.info({ desks: workers.length }, 'imapdesk is at work');
  try {
    await runDesks(workers, { signal, log });
  } finally {
    stopHearing();
  }
  log.info({}, 'imapdesk has stopped');
  return EXIT.done;
}

/** On a terminal SIGHUP says that the terminal has gone, and ends the program as it does any other. */
function onHangup(refresh: () => void): () => void {
  if (isatty(process.stderr.fd)) return () => undefined;
  process.on('SIGHUP', refresh);
  return () => {
    process.off('SIGHUP', refresh);
  };
}
