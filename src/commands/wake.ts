/** Wakes the worker that runs on a desk on this machine, after a command has left or mended something. */
import type { DeskConfig } from '../config/complete.js';
import { askWorker, wakeWorker } from '../worker/run/desk-socket.js';

/** When another worker will see to what a command has left: it was woken, or none has heard it. */
export type When = 'at once' | 'at its next poll';

/** Tells the worker that there is work. */
export async function wakeForWork(desk: DeskConfig): Promise<When> {
  return (await wakeWorker(desk)) ? 'at once' : 'at its next poll';
}

/** A worker in trouble tries again: our own pass went well, so its trouble may be over. */
export async function wakeIfTroubled(desk: DeskConfig): Promise<void> {
  const state = await askWorker(desk);
  if (state !== null && state.trouble !== null) await wakeWorker(desk);
}
