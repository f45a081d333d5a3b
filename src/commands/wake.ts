/** Wakes the worker that runs on a desk on this machine, after a command has left or mended something. */
import type { Config, DeskConfig } from '../config/complete.js';
import { askWorker, wakeWorker } from '../worker/run/desk-socket.js';

/** When another worker will see to what a command has left: it was woken, or none has heard it. */
export type When = 'at once' | 'at its next poll';

/** Tells the worker that there is work, here or on another host of the fleet. */
export async function wakeForWork({ config }: { readonly config: Config }, desk: DeskConfig): Promise<When> {
  if (await wakeWorker(desk)) return 'at once';
  return config.fleet !== null && (await wakeElsewhere(config, desk)) ? 'at once' : 'at its next poll';
}

/** Never rejects: whoever is not woken looks at its next poll. */
async function wakeElsewhere(config: Config, desk: DeskConfig): Promise<boolean> {
  const { wakeDesk } = await import('../fleet/wake.js');
  return wakeDesk(config, desk);
}

/** A worker in trouble tries again: our own pass went well, so its trouble may be over. */
export async function wakeIfTroubled(desk: DeskConfig): Promise<void> {
  const state = await askWorker(desk);
  if (state !== null && state.trouble !== null) await wakeWorker(desk);
}
