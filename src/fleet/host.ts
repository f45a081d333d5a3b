/** The rounds of one host of a fleet, in time: until told to stop, and then it gives its desks back. */
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { MEET_MS, type Member } from './member.js';

const BEAT_MS = 1_000;
/** Hosts that hear that something is free do not ask in the same instant. */
const FREE_WITHIN_MS = 300;
/** A process whose loop has been busy for this part of the time, in so many rounds on end, asks others for no desk. */
const BUSY = 0.95;
const STRAINED_AFTER = 6;

export class HostRounds {
  #hurry = new AbortController();

  /** Something may be taken: the next round comes soon. */
  hurry(): void {
    this.#hurry.abort();
  }

  async run(member: Member, signal: AbortSignal): Promise<void> {
    const beats = setInterval(() => {
      if (member.beat()) this.hurry();
    }, BEAT_MS);
    try {
      while (!signal.aborted) {
        this.#hurry = new AbortController();
        await member.round();
        await pause(MEET_MS * (0.9 + 0.2 * Math.random()), [signal, this.#hurry.signal]);
        if (this.#hurry.signal.aborted) await pause(Math.random() * FREE_WITHIN_MS, [signal]);
      }
    } finally {
      clearInterval(beats);
    }
    await member.leave();
  }
}

async function pause(ms: number, signals: readonly AbortSignal[]): Promise<void> {
  await wait(ms, undefined, { signal: AbortSignal.any([...signals]) }).catch(() => undefined);
}

/** To be asked once in each round: whether this process has been too busy for several of them. */
export function strainGauge(): () => boolean {
  let before = performance.eventLoopUtilization();
  let busy = 0;
  return () => {
    const { utilization } = performance.eventLoopUtilization(before);
    before = performance.eventLoopUtilization();
    busy = utilization > BUSY ? busy + 1 : 0;
    return busy >= STRAINED_AFTER;
  };
}
