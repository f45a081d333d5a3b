/** Whether a few words of a mail name somebody whom a ticket knows: by address where one stands there, else by name. */

/** What a text says of a person: somebody known, an address of somebody else, or nobody that can be told. */
type Naming = 'known' | 'other' | 'nobody';

export type KnownPeople = (words: string) => Naming;

/** Names of one or two letters stand in too many words. */
const MIN_NAME_CHARACTERS = 3;
const MAX_WORDS_CHARACTERS = 1_000;
const ADDRESS = /[^\s<>()[\]"',;:|@]{1,64}@[^\s<>()[\]"',;:|@]{1,255}/gu;
/** Scripts that part no words: a name in them is looked for as it stands. */
const UNPARTED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+/gu;

/** `known` are addresses and names, in any case; an address counts with any tag behind a plus. */
export function knownPeople(known: readonly string[]): KnownPeople {
  const addresses = new Set(known.filter((one) => one.includes('@')).map(addressForm));
  const names = known
    .filter((one) => !one.includes('@') && one.length >= MIN_NAME_CHARACTERS)
    .map((name) => wordsOf(name));
  return (text) => {
    const words = text.slice(0, MAX_WORDS_CHARACTERS);
    const named = [...words.matchAll(ADDRESS)].map(([address]) => addressForm(address));
    if (named.some((address) => addresses.has(address))) return 'known';
    if (named.length > 0) return 'other';
    const there = new Set(wordsOf(words));
    return names.some((name) => name.length > 0 && name.every((word) => stands(word, there, words)))
      ? 'known'
      : 'nobody';
  };
}

function stands(word: string, there: ReadonlySet<string>, text: string): boolean {
  return there.has(word) || (word.search(UNPARTED) >= 0 && text.includes(word));
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .replace(UNPARTED, ' $& ')
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== '');
}

function addressForm(address: string): string {
  return address
    .toLowerCase()
    .replace(/\+[^@]*@/, '@')
    .replace(/[.>]+$/, '');
}
