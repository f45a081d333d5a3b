/** `run`: works until told to stop. Desks run side by side; one that fails never stops another. */
import { isatty } from 'node:tty';
import { loadNodemailer } from '../delivery/smtp-line.js';
import { loadParser } from '../message/body/html-text.js';
import { EXIT } from '../problem/problem.js';
import { loadTellers } from '../worker/run/desk-alerts.js';
import { Desks } from '../worker/run/desks.js';
import { loadSignIn } from '../worker/run/servers.js';
import { ServiceManager } from '../worker/watch/service-manager.js';
import { TroubleProgram } from '../worker/watch/trouble.js';
import { Watch } from '../worker/watch/watch.js';
import { type CommandContext, tellLeftOut } from './context.js';
import { DeskAtWork } from './desk-at-work.js';

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
  const notifier = new ServiceManager({ env: config.env, log });
  const { onTrouble } = config;
  const trouble =
    onTrouble === null
      ? null
      : { program: new TroubleProgram({ onTrouble, config, log }), afterMs: onTrouble.afterMs };
  const desks = new Desks<DeskAtWork>({ signal, log });
  const watch = new Watch({ desks: () => desks.all, log, notifier, trouble });
  const stopHearing = onHangup(() => {
    log.info({}, 'SIGHUP: secrets are read anew, and every desk is tried at once');
    void notifier.reloading();
    for (const desk of desks.all) desk.refresh();
    void notifier.ready();
  });
  tellLeftOut(context, context.leftOut);
  log.info({ desks: context.desks.length }, 'imapdesk is at work');
  signal.addEventListener('abort', () => void notifier.stopping(), { once: true });
  void notifier.ready();
  desks.set(
    context.desks.map((desk) => ({ id: desk.name, version: '', open: () => new DeskAtWork(context, desk) })),
  );
  watch.start();
  try {
    await Promise.all([desks.ended(), healthPort(context, desks)]);
  } finally {
    stopHearing();
    watch.stop();
    await trouble?.program.stop();
  }
  log.info({}, 'imapdesk has stopped');
  return EXIT.done;
}

/** Serves the health port until told to stop, if one is configured. */
async function healthPort({ config, log, signal }: CommandContext, desks: Desks<DeskAtWork>): Promise<void> {
  if (config.health === null) return;
  const { port, host } = config.health;
  const { serveHealth } = await import('../worker/watch/health-port.js');
  await serveHealth({ host, port, desks: () => desks.all, log, signal });
}

/** On a terminal SIGHUP says that the terminal has gone, and ends the program as it does any other. */
function onHangup(refresh: () => void): () => void {
  if (isatty(process.stderr.fd)) return () => undefined;
  process.on('SIGHUP', refresh);
  return () => {
    process.off('SIGHUP', refresh);
  };
}
