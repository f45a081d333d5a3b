/** `run`: works until told to stop. Desks run side by side; one that fails never stops another. */
import { isatty } from 'node:tty';
import { EXIT, Problem } from '../problem/problem.js';
import { Allowance, HURRIES } from '../worker/run/allowance.js';
import { Desks } from '../worker/run/desks.js';
import { answerReloads, type Reloaded } from '../worker/run/reload-socket.js';
import { ServiceManager } from '../worker/watch/service-manager.js';
import { TroubleProgram } from '../worker/watch/trouble.js';
import { Watch } from '../worker/watch/watch.js';
import { ConfiguredDesks } from './configured-desks.js';
import type { CommandContext } from './context.js';
import type { DeskAtWork } from './desk-at-work.js';
import type { FleetHost, FleetOptions } from './run-fleet.js';

export async function run(context: CommandContext, told: FleetOptions): Promise<number> {
  const { config, log, signal } = context;
  const notifier = new ServiceManager({ env: config.env, log });
  const { onTrouble } = config;
  const trouble =
    onTrouble === null
      ? null
      : { program: new TroubleProgram({ onTrouble, config, log }), afterMs: onTrouble.afterMs };
  const desks = new Desks<DeskAtWork>({ signal, log });
  const fleet = await joinFleet(context, desks, told);
  const configured = new ConfiguredDesks(fleet?.context ?? context, {
    desks: fleet ?? desks,
    witness: { begins: () => void notifier.reloading(), ends: () => void notifier.ready() },
  });
  const watch = new Watch({ desks: () => desks.all, log, notifier, trouble });
  const begun = configured.begin();
  const stopHearing = onHangup(() => {
    log.info({}, 'SIGHUP: the configuration and its secrets are read again');
    void configured.reload({ mayHurry: true });
  });
  await begun;
  log.info({ desks: context.desks.length }, 'imapdesk is at work');
  signal.addEventListener('abort', () => void notifier.stopping(), { once: true });
  void notifier.ready();
  watch.start();
  try {
    await Promise.all([
      desks.ended(),
      fleet?.run(signal),
      healthPort(context, { desks, configured, fleet }),
      hearReloads(context, configured),
    ]);
  } finally {
    stopHearing();
    watch.stop();
    await trouble?.program.stop();
  }
  log.info({}, 'imapdesk has stopped');
  return EXIT.done;
}

/** Until told to stop. Without a socket all else works. */
async function hearReloads(
  { config, log, signal }: CommandContext,
  configured: ConfiguredDesks,
): Promise<void> {
  const hurries = new Allowance(HURRIES);
  const reload = (): Promise<Reloaded> => {
    log.info({}, 'somebody asks for a reload: the configuration and its secrets are read again');
    return configured.reload({ mayHurry: hurries.take() });
  };
  try {
    await answerReloads({ file: config.file, reload, signal });
  } catch (error) {
    log.warn({ err: error }, 'no socket for reloads: only SIGHUP has the configuration read again');
  }
}

/** null where this host works on all desks by itself. */
async function joinFleet(
  context: CommandContext,
  desks: Desks<DeskAtWork>,
  told: FleetOptions,
): Promise<FleetHost | null> {
  if (told.fleet === null && context.config.fleet === null) return null;
  if (context.named !== null)
    throw new Problem(
      'fleet-desk-named',
      '--desk: a host of a fleet works on the desks that it gets, whichever they are. Leave --desk out (--desks N is how many it takes at most), or work without a fleet: take "fleet" out of a copy of the configuration, and name that with -c',
      { exitCode: EXIT.usage },
    );
  const { FleetHost: Host } = await import('./run-fleet.js');
  return Host.open(context, desks, told);
}

interface Watched {
  readonly desks: Desks<DeskAtWork>;
  readonly configured: ConfiguredDesks;
  readonly fleet: FleetHost | null;
}

/** Serves the health port until told to stop, if one is configured. */
async function healthPort(
  { config, log, signal }: CommandContext,
  { desks, configured, fleet }: Watched,
): Promise<void> {
  if (config.health === null) return;
  const { port, host } = config.health;
  const { serveHealth } = await import('../worker/watch/health-port.js');
  const leftOut = () => configured.leftOut;
  await serveHealth({ host, port, desks: () => desks.all, leftOut, fleet: fleet?.health, log, signal });
}

/** On a terminal SIGHUP says that the terminal has gone, and ends the program as it does any other. */
function onHangup(refresh: () => void): () => void {
  if (isatty(process.stderr.fd)) return () => undefined;
  process.on('SIGHUP', refresh);
  return () => {
    process.off('SIGHUP', refresh);
  };
}
