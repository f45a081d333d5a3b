/** What the pages say, in both languages. */
import { describe, expect, it } from 'vitest';
import { english } from '../../../../src/web/words/english.js';
import { german } from '../../../../src/web/words/german.js';
import { chooseLanguage } from '../../../../src/web/words/language.js';

/** They are the same word in both. */
const ALIKE = new Set(['desks', 'tickets', 'searchPerson']);

/** They name no number as it was told. */
const SPANS = new Set(['span', 'under', 'from']);

describe('the words of the pages', () => {
  it('are all there in German, say something else, and name what they are told', () => {
    expect(Object.keys(german)).toEqual(Object.keys(english));
    for (const [name, word] of Object.entries(english)) {
      const other: unknown = Reflect.get(german, name);
      if (typeof word === 'string') {
        expect(word, name).not.toBe('');
        if (!ALIKE.has(name)) expect(other, name).not.toBe(word);
      } else if (!SPANS.has(name)) {
        const told = Array.from({ length: word.length }, (_, index) => 40 + index);
        const said = [word, other].map((one) => String(Reflect.apply(one as () => string, null, told)));
        for (const text of said) for (const value of told) expect(text, name).toContain(String(value));
        expect(said[0], name).not.toBe(said[1]);
      }
    }
  });

  it.each([
    [30_000, '0.5 minutes', '0,5 Minuten'],
    [90 * 60_000, '1.5 hours', '1,5 Stunden'],
    [3 * 86_400_000, '3 days', '3 Tage'],
  ])('say how long %d ms are', (ms, inEnglish, inGerman) => {
    expect([english.span(ms), german.span(ms)]).toEqual([inEnglish, inGerman]);
  });

  it('say of a group of times where it ends, or where the last one begins', () => {
    const said = [english, german].map((words) => [words.under(15 * 60_000), words.from(3 * 86_400_000)]);
    expect(said).toEqual([
      ['< 15 mins', '≥ 3 days'],
      ['< 15 Min.', '≥ 3 Tg.'],
    ]);
  });

  it.each([
    [undefined, 'en'],
    ['de', 'de'],
    ['de-CH, en;q=0.9', 'de'],
    ['fr, de;q=0.2, en;q=0.8', 'en'],
    ['fr-FR, fr;q=0.9', 'en'],
    ['en;q=0, de;q=0.1', 'de'],
    ['deutsch, *;q=x', 'en'],
    [`${'fr,'.repeat(100_000)}de`, 'en'],
  ])('are in the language that a browser asks for', (accepted, language) => {
    expect(chooseLanguage(accepted)).toBe(language);
  });
});
