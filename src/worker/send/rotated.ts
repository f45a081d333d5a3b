const MINUTE_MS = 60_000;

/** Each minute another one is the first, so that bad ones at the head do not hide good ones for ever. */
export function rotated<T>(all: readonly T[], now: Date): T[] {
  const turn = Math.floor(now.getTime() / MINUTE_MS) % Math.max(1, all.length);
  return [...all.slice(turn), ...all.slice(0, turn)];
}
