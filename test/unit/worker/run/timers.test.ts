import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { following } from '../../../../src/worker/run/timers.js';

it('follows a signal, with its reason, until it is aborted itself, and leaves nothing in it', () => {
  const first = new AbortController();
  const follower = following(first.signal);
  const gone = following(first.signal);
  gone.abort();
  expect([follower.signal.aborted, gone.signal.aborted, first.signal.aborted]).toEqual([false, true, false]);
  expect(getEventListeners(first.signal, 'abort')).toHaveLength(1);
  const why = new Error('why');
  first.abort(why);
  expect(follower.signal.reason).toBe(why);
  expect(gone.signal.reason).not.toBe(why);
  expect(following(first.signal).signal.reason).toBe(why);
  expect(getEventListeners(first.signal, 'abort')).toEqual([]);
});
