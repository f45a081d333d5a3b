/**
 * Whether lines stand in the text of earlier messages, however a client has wrapped, marked or decorated them: letters
 * and digits are compared, nothing else. Short lines count only in their place, since an answer ("Yes", a model that
 * was asked about) may well be words of the question.
 */

export interface EarlierText {
  /** What follows may begin anywhere, the beginning of a message included. */
  startOver(): void;
  /** Asked line by line, in order. */
  holds(line: string): boolean;
}

/** Of a line of fewer letters the place in the text has to be right. */
const MIN_LINE_CHARACTERS = 12;
/** This many letters in a row are nobody's own words by accident. */
const MIN_PASSAGE_CHARACTERS = 40;
const MAX_TEXT_CHARACTERS = 131_072;
/** Lines that begin alike. */
const MAX_PLACES = 20;
/** Beyond this many lines nothing is compared any more, and every line is taken for new. */
const MAX_COMPARED_LINES = 4_000;
const MAX_LINE_CHARACTERS = 4_000;

export function earlierText(texts: readonly string[]): EarlierText {
  const { letters, starts, ends, tops } = lettersOf(texts);
  let at: number | null = null;
  let compared = 0;
  const placeOf = (line: string): number | null => {
    const fitsAt = (place: number): boolean =>
      letters.startsWith(line, place) &&
      (line.length >= MIN_LINE_CHARACTERS || ends.has(place + line.length));
    if (at !== null && fitsAt(at)) return at;
    if (at === null) return tops.find(fitsAt) ?? longPlace(letters, starts, line);
    return longPlace(letters, starts, line);
  };
  return {
    startOver() {
      at = null;
    },
    holds(line) {
      compared += 1;
      if (compared > MAX_COMPARED_LINES) return false;
      for (const form of formsOf(line)) {
        const place = form === '' ? null : placeOf(form);
        if (place === null) continue;
        at = place + form.length;
        return true;
      }
      return false;
    },
  };
}

function longPlace(letters: string, starts: ReadonlySet<number>, line: string): number | null {
  if (line.length < MIN_LINE_CHARACTERS) return null;
  // Looked for by its beginning: a long needle in a text of few letters takes their product.
  const head = line.slice(0, MIN_LINE_CHARACTERS);
  let place = letters.indexOf(head);
  for (let count = 0; place >= 0 && count < MAX_PLACES; count += 1) {
    const fits = starts.has(place) || line.length >= MIN_PASSAGE_CHARACTERS;
    if (fits && letters.startsWith(line, place)) return place;
    place = letters.indexOf(head, place + 1);
  }
  return null;
}

interface Letters {
  /** Of all texts, which line feeds part. */
  readonly letters: string;
  /** Where lines begin and end in them, and where the texts begin. */
  readonly starts: ReadonlySet<number>;
  readonly ends: ReadonlySet<number>;
  readonly tops: readonly number[];
}

function lettersOf(texts: readonly string[]): Letters {
  const starts = new Set<number>();
  const ends = new Set<number>();
  const tops: number[] = [];
  let letters = '';
  for (const text of texts) {
    tops.push(letters.length);
    const room = Math.max(MAX_TEXT_CHARACTERS - letters.length, 0);
    for (const line of text.slice(0, room).split('\n')) {
      starts.add(letters.length);
      letters += lettersOnly(line);
      ends.add(letters.length);
    }
    letters += '\n';
  }
  return { letters, starts, ends, tops };
}

/** As it stands, and without the targets of links that clients put beside their words. */
function formsOf(line: string): readonly string[] {
  const short = line.slice(0, MAX_LINE_CHARACTERS);
  const plain = short.replaceAll(/<[^<>]*>|\[(?:mailto|https?|tel):[^[\]]*\]/g, '');
  return plain === short ? [lettersOnly(short)] : [lettersOnly(short), lettersOnly(plain)];
}

function lettersOnly(text: string): string {
  return text.toLowerCase().replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, '');
}
