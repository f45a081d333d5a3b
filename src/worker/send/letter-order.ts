/** In which order letters are tried. */
import { brokenAt, type History, historyIn } from '../sight/letter-history.js';
import type { Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import type { Letter } from '../workplace/outbox-copy.js';

const MINUTE_MS = 60_000;

/** Each minute another one is the first, so that bad ones at the head do not hide good ones for ever. */
export function rotated<T>(all: readonly T[], now: Date): T[] {
  const turn = Math.floor(now.getTime() / MINUTE_MS) % Math.max(1, all.length);
  return [...all.slice(turn), ...all.slice(0, turn)];
}

/** People of whom a letter was refused already come last, and each one's letters stay in order. */
export function putLast(waiting: Letter[], histories: ReadonlyMap<string, History>): void {
  const tried = ({ messageId }: Letter): boolean => historyIn(histories, messageId).attempts > 0;
  const last = new Set(waiting.filter(tried).map(who));
  const rank = (letter: Letter): number => (last.has(who(letter)) ? 1 : 0);
  waiting.sort((a, b) => rank(a) - rank(b));
}

function who({ stage }: Letter): string {
  return stage.to?.toLowerCase() ?? '';
}

/** Letters at which the mail server has broken off come after all others. */
export function sendLast(desk: Desk, survey: Survey, waiting: Letter[]): void {
  const broken = brokenAt(survey);
  const last = waiting.filter(({ messageId }) => messageId !== null && broken.has(messageId));
  const others = waiting.filter((letter) => !last.includes(letter));
  waiting.splice(0, waiting.length, ...others, ...rotated(last, desk.now()));
}
