import { describe, expect, it } from 'vitest';
import { Wakeup } from '../../../../src/worker/run/wakeup.js';

const NEVER = new AbortController().signal;

describe('Wakeup', () => {
  it('ends a wait', async () => {
    const wakeup = new Wakeup();
    const waiting = wakeup.wait(NEVER);
    wakeup.wake();
    await waiting;
    expect(wakeup.pending).toBe(true);
  });

  it('remembers one call, however many there were, until it is cleared', async () => {
    const wakeup = new Wakeup();
    wakeup.wake();
    wakeup.wake();
    await wakeup.wait(NEVER);
    wakeup.clear();
    expect(wakeup.pending).toBe(false);
    const stop = new AbortController();
    const waiting = wakeup.wait(stop.signal);
    stop.abort();
    await waiting;
    expect(wakeup.pending).toBe(false);
  });

  it('does not wait on a signal that is aborted already', async () => {
    await new Wakeup().wait(AbortSignal.abort());
  });

  it('tells a hurry from a wake-up, and forgets it when it is cleared', async () => {
    const wakeup = new Wakeup();
    wakeup.wake();
    expect(wakeup.hurried.aborted).toBe(false);
    wakeup.clear();
    const { hurried } = wakeup;
    const waiting = wakeup.wait(NEVER);
    wakeup.hurry();
    wakeup.hurry();
    await waiting;
    expect([hurried.aborted, wakeup.hurried.aborted, wakeup.pending]).toEqual([true, true, true]);
    wakeup.clear();
    expect([wakeup.hurried.aborted, wakeup.pending]).toEqual([false, false]);
  });
});
