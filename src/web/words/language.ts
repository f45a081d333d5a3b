/** Which language a page is in: as the configuration says, or as the browser asks for (RFC 9110 §12.5.4). */
import { english, type Words } from './english.js';
import { german } from './german.js';

export type PageLanguage = 'en' | 'de';

const WORDS: Readonly<Record<PageLanguage, Words>> = { en: english, de: german };

export function wordsOf(language: PageLanguage): Words {
  return WORDS[language];
}

const MAX_HEADER_CHARACTERS = 1000;

/** English where none of both is asked for. */
export function chooseLanguage(accepted: string | undefined): PageLanguage {
  const wished = (accepted ?? '').slice(0, MAX_HEADER_CHARACTERS).split(',').map(readWish);
  const best = wished
    .filter(({ language, weight }) => language !== null && weight > 0)
    .sort((a, b) => b.weight - a.weight)[0];
  return best?.language ?? 'en';
}

function readWish(wish: string): { readonly language: PageLanguage | null; readonly weight: number } {
  const [range = '', ...parameters] = wish.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.map((part) => /^q=([01](?:\.\d{0,3})?)$/.exec(part)?.[1]).find(Boolean);
  const language = /^(en|de)(?:-|$)/.exec(range)?.[1];
  return { language: language === 'en' || language === 'de' ? language : null, weight: Number(weight ?? 1) };
}
