/**
 * Blanks secrets in text, whatever form somebody gave them.
 *
 * Two kinds of text need two rules. In foreign text (what a server said, what stands in mail) every secret is blanked,
 * however short. Our own words are written by us and hold none; blanking a word there because it is somebody's password
 * says what the password is ("the [hidden] is done"). So in a sentence of ours, which may hold foreign text inside, only a
 * secret is blanked that is none of our words.
 */
import { Needles } from './needles.js';

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
  return text === '' ? text : hide(text, indexOf(secrets).all);
}

/** For sentences of ours, whatever is quoted in them. */
export function hideInOurs(text: string, secrets: Iterable<string>): string {
  return text === '' ? text : hide(text, indexOf(secrets).noneOfOurs);
}

/** By the collection that holds them: a thousand secrets are put in order once, and not for each line of a log. */
const indexes = new WeakMap<Iterable<string>, Indexes>();

function indexOf(secrets: Iterable<string>): Indexes {
  const known = indexes.get(secrets);
  if (known?.follow(secrets) === true) return known;
  const made = new Indexes();
  made.follow(secrets);
  indexes.set(secrets, made);
  return made;
}

class Indexes {
  readonly all = new Index();
  readonly noneOfOurs = new Index();
  readonly #of: string[] = [];

  /** Takes in what has come to them since; false where something has gone. */
  follow(secrets: Iterable<string>): boolean {
    let at = 0;
    for (const secret of secrets) {
      if (at === this.#of.length) this.#add(secret);
      else if (this.#of[at] !== secret) return false;
      at += 1;
    }
    return at === this.#of.length;
  }

  #add(secret: string): void {
    this.#of.push(secret);
    if (secret === '') return;
    this.all.add(secret);
    if (!mayBeOurs(secret)) this.noneOfOurs.add(secret);
  }
}

class Index {
  /** In all forms in which they may be written. */
  readonly written = new Needles();
  /** As they are, for what was decoded; the short ones apart. */
  readonly decoded = new Needles();
  readonly short = new Set<string>();

  add(secret: string): void {
    for (const form of formsOf(secret)) this.written.add(form);
    if (secret.length < MIN_DECODED_CHARACTERS) this.short.add(secret);
    else this.decoded.add(secret);
  }
}

/** What is already blanked stays whole, should the secret be "hidden" or a part of it. */
function hide(text: string, { written, decoded, short }: Index): string {
  if (written.isEmpty) return text;
  return hideEncoded(text, decoded, short)
    .split(HIDDEN)
    .map((piece) => written.replacedIn(piece, HIDDEN))
    .join(HIDDEN);
}

/** Whether a sentence, a name or a number of ours may hold it: words, and short pieces of anything. */
function mayBeOurs(secret: string): boolean {
  if (secret.length > LONGEST_WORDS_CHARACTERS) return false;
  if (/^\d*$/.test(secret) || OUR_SIGNS.test(secret)) return true;
  return secret.length < SHORTEST_MIXTURE_CHARACTERS;
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
  return [...new Set(forms)];
}

/** A lone surrogate is no text, and no URL can hold it. */
function urlForm(secret: string): string {
  return encodeURIComponent(secret.replaceAll(/\p{Cs}/gu, ''));
}

/** Sign-ins send secrets in base64: alone (LOGIN), after the user (PLAIN, RFC 4616), inside more (XOAUTH2). */
function hideEncoded(text: string, long: Needles, short: ReadonlySet<string>): string {
  return text.replaceAll(BASE64, (word) => {
    const decoded = Buffer.from(word, 'base64').toString('utf8');
    const last = decoded.slice(decoded.lastIndexOf('\0') + 1);
    return short.has(last) || long.isIn(decoded) ? HIDDEN : word;
  });
}
