/** `run`: works until told to stop. Desks run side by side; one that fails never stops another. */
import { isatty } from 'node:tty';
import { loadNodemailer } from '../delivery/smtp-line.js';
import { loadParser } from '../message/body/html-text.js';
import { EXIT } from '../problem/problem.js';
import { loadTellers } from '../worker/run/desk-alerts.js';
import { DeskWorker } from '../worker/run/desk-worker.js';
import { runDesks } from '../worker/run/loop.js';
import { longestSilenceMs } from '../worker/run/poll.js';
import { loadSignIn } from '../worker/run/servers.js';
import { ServiceManager } from '../worker/watch/service-manager.js';
import { TroubleProgram } from '../worker/watch/trouble.js';
import { Watch } from '../worker/watch/watch.js';
import type { CommandContext } from './context.js';
import { openAlarms } from './desk-alarms.js';

/** How much later than the poll a pass may have ended before a desk counts as unhealthy. */
const PASS_MAY_TAKE_MS = 10 * 60_000;

export async function run(context: CommandContext): Promise<number> {
  const { config, log, signal } = context;
  // What a pass loads late: in weeks it may have been replaced by another version, or be gone.
  const needsSignIn = config.desks.some(({ auth }) => auth !== null);
  await Promise.all([
    loadNodemailer(),
    loadParser(),
    ...(needsSignIn ? [loadSignIn()] : []),
    ...(config.alerts.length > 0 ? [loadTellers()] : []),
  ]);
  const sessions = context.desks.map((desk) => context.session(desk));
  const workers = sessions.map(
    (session) => new DeskWorker({ desk: session.config, session, log: log.child({ desk: session.name }) }),
  );
  const alarms = await openAlarms(context, sessions);
  const notifier = new ServiceManager({ env: config.env, log });
  const { onTrouble } = config;
  const trouble =
    onTrouble === null
      ? null
      : { program: new TroubleProgram({ onTrouble, config, log }), afterMs: onTrouble.afterMs };
  const desks = workers.map(({ vitals }) => vitals);
  const watch = new Watch({ desks, log, notifier, trouble, alarms: alarms.byDesk });
  const stopHearing = onHangup(() => {
    log.info({}, 'SIGHUP: secrets are read anew, and every desk is tried at once');
    void notifier.reloading();
    for (const worker of workers) worker.refresh();
    void notifier.ready();
  });
  log.info({ desks: workers.length }, 'imapdesk is at work');
  signal.addEventListener('abort', () => void notifier.stopping(), { once: true });
  void notifier.ready();
  watch.start();
  try {
    await Promise.all([runDesks(workers, { signal, log }), healthPort(context, workers)]);
  } finally {
    stopHearing();
    watch.stop();
    await Promise.all([trouble?.program.stop(), alarms.stop()]);
  }
  log.info({}, 'imapdesk has stopped');
  return EXIT.done;
}

/** Serves the health port until told to stop, if one is configured. */
async function healthPort(
  { config, desks, log, signal }: CommandContext,
  workers: readonly DeskWorker[],
): Promise<void> {
  if (config.health === null) return;
  const { port, host, maxPassAgeMs, maxLetterAgeMs } = config.health;
  const watched = workers.map(({ vitals }, index) => ({
    vitals,
    limits: {
      maxPassAgeMs: maxPassAgeMs ?? longestSilenceMs(desks[index]?.poll ?? '* * * * *') + PASS_MAY_TAKE_MS,
      maxLetterAgeMs: vitals.hold ? null : maxLetterAgeMs,
    },
  }));
  const { serveHealth } = await import('../worker/watch/health-port.js');
  await serveHealth({ host, port, desks: watched, log, signal });
}

/** On a terminal SIGHUP says that the terminal has gone, and ends the program as it does any other. */
function onHangup(refresh: () => void): () => void {
  if (isatty(process.stderr.fd)) return () => undefined;
  process.on('SIGHUP', refresh);
  return () => {
    process.off('SIGHUP', refresh);
  };
}
