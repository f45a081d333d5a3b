/**
 * Blanks secrets in text, whatever form somebody gave them.
 *
 * Two kinds of text need two rules. In foreign text (what a server said, what stands in mail) every secret is blanked,
 * however short. Our own words are written by us and hold none; blanking a word there because it is somebody's password
 * says what the password is ("the [hidden] is done"). So in a sentence of ours, which may hold foreign text inside, only a
 * secret is blanked that is none of our words.
 */

export const HIDDEN = '[hidden]';

/** Below this many characters, what decodes to something with the secret in it may do so by chance. */
const MIN_DECODED_CHARACTERS = 4;
/** Our longest word, with room: no sentence of ours holds a longer piece of text without one of these signs. */
const LONGEST_WORDS_CHARACTERS = 24;
const SHORTEST_MIXTURE_CHARACTERS = 7;
/** The signs of our own sentences, names of fields and codes. */
const OUR_SIGNS = /^[\p{L}\p{M}\s'".,:;_/=()@<>*-]*$/u;
const BASE64 = /[A-Za-z0-9+/_-]{6,}={0,2}/g;

/** For text that is not ours. */
export function hideIn(text: string, secrets: Iterable<string>): string {
  const known = [...secrets].filter((secret) => secret !== '').sort((a, b) => b.length - a.length);
  if (known.length === 0 || text === '') return text;
  let hidden = hideEncoded(text, known);
  for (const form of known.flatMap(formsOf)) hidden = hideForm(hidden, form);
  return hidden;
}

/** For sentences of ours, whatever is quoted in them. */
export function hideInOurs(text: string, secrets: Iterable<string>): string {
  return hideIn(
    text,
    [...secrets].filter((secret) => !mayBeOurs(secret)),
  );
}

/** Whether a sentence, a name or a number of ours may hold it: words, and short pieces of anything. */
function mayBeOurs(secret: string): boolean {
  if (secret.length > LONGEST_WORDS_CHARACTERS) return false;
  if (/^\d*$/.test(secret) || OUR_SIGNS.test(secret)) return true;
  return secret.length < SHORTEST_MIXTURE_CHARACTERS;
}

/** What is already blanked stays whole, should the secret be "hidden" or a part of it. */
function hideForm(text: string, form: string): string {
  return text
    .split(HIDDEN)
    .map((piece) => piece.replaceAll(form, HIDDEN))
    .join(HIDDEN);
}

/** As it is, as a quoted string (RFC 9051 §4.3) or JSON would have it, and as URLs would. */
function formsOf(secret: string): readonly string[] {
  const inUrl = urlForm(secret);
  const forms = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    inUrl,
    inUrl.replaceAll('%20', '+'),
    inUrl.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  ];
  return [...new Set(forms)].sort((a, b) => b.length - a.length);
}

/** A lone surrogate is no text, and no URL can hold it. */
function urlForm(secret: string): string {
  return encodeURIComponent(secret.replaceAll(/\p{Cs}/gu, ''));
}

/** Sign-ins send secrets in base64: alone (LOGIN), after the user (PLAIN, RFC 4616), inside more (XOAUTH2). */
function hideEncoded(text: string, secrets: readonly string[]): string {
  return text.replaceAll(BASE64, (word) => {
    const decoded = Buffer.from(word, 'base64').toString('utf8');
    const isHeld = secrets.some(
      (secret) =>
        decoded === secret ||
        decoded.endsWith(`\0${secret}`) ||
        (secret.length >= MIN_DECODED_CHARACTERS && decoded.includes(secret)),
    );
    return isHeld ? HIDDEN : word;
  });
}
