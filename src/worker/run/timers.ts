/** Waiting that ends with its signal. */
import { setTimeout as delay } from 'node:timers/promises';

/** Resolves when the signal is aborted; at once if it is. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((fulfil) => {
    signal.addEventListener('abort', () => fulfil(), { once: true });
  });
}

/** Resolves after `ms` milliseconds; rejects with the signal's reason if it is aborted first. */
export async function waitMs(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
