/** In which order letters are tried. */

import { type History, historyIn } from '../sight/letter-history.js';
import type { Letter } from './letter.js';

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
