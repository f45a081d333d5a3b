/** How saved pages look: what all of them have in common. */
import { createHash } from 'node:crypto';
import type { Viewing } from '../pages/layout.js';
import type { Places } from '../pages/places.js';
import { type PageLanguage, wordsOf } from '../words/language.js';

export interface Look {
  readonly language: PageLanguage;
  readonly desk: { readonly name: string; readonly timezone: string };
}

/** Raised where pages are made differently: then those that are there are made anew. */
const VERSION = 1;

export function viewingOf({ language, desk }: Look, places: Places): Viewing {
  return { language, words: wordsOf(language), places, desk, who: null };
}

/** Pages of one look have one mark. */
export function markOf({ language, desk: { name, timezone } }: Look): string {
  const about = JSON.stringify([VERSION, language, name, timezone]);
  return createHash('sha256').update(about).digest('hex').slice(0, 16);
}
