/** Waiting that ends with its signal. */
import { setTimeout as delay } from 'node:timers/promises';

export interface Follower {
  /** Aborted with the signal that it follows, for the same reason, or by `abort`. */
  readonly signal: AbortSignal;
  /** Follows no longer. To be called in the end, whatever happens. */
  abort(): void;
}

/**
 * For what is waited for at every poll of every desk. `AbortSignal.any` costs twice as much (Node 20), and leaves a weak reference
 * in the signal each time, which stays until memory is collected.
 */
export function following(signal: AbortSignal): Follower {
  const controller = new AbortController();
  const follow = (): void => controller.abort(signal.reason);
  if (signal.aborted) follow();
  else signal.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    abort: () => {
      signal.removeEventListener('abort', follow);
      controller.abort();
    },
  };
}

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
