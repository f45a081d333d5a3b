/**
 * Subjects: the desk's own tag (`[issue42]`, `[issue42-done]`, `[issue42: closed]`), and the subjects of the mail that the
 * desk writes.
 */
import { cleanText, cutText } from './encoded-words.js';

export const MAX_SUBJECT_CHARACTERS = 250;
export const MAX_SUBJECT_TAGS = 10;
const MAX_TICKET_DIGITS = 9;
/** As many as a hand slips in, or an input method for Chinese and Japanese writes. */
const MAX_TAG_SPACES = 3;
/** What stands around a tag; people whose keyboard writes wide brackets type the others. */
const BRACKETS: ReadonlyMap<string, string> = new Map([
  ['[', ']'],
  ['［', '］'],
  ['【', '】'],
  ['〔', '〕'],
]);
/** What the desk says of a ticket in its tag, in whatever language; longer words are cut. */
const MAX_STATE_CHARACTERS = 40;
/** What follows the tag word: spaces or a number sign as people type them, the number, what is said of it, and the end. */
const AFTER_WORD =
  /(\s{0,3}(?:(#)\s{0,3})?)([1-9][0-9]*)(?:(-done)|: ([^[\]［］【】〔〕]{1,40}))?\s{0,3}([\]］】〕])/y;
const BRACKET = /[[\]［］【】〔〕]/g;
/** Stands for a subject of which nothing is left; what people read comes from the desk's language. */
export const NO_SUBJECT = '(no subject)';

/**
 * Marks of an answer, as mail clients of many languages write them, with counters (`Re[2]:`) and the wide colon.
 * Marks of forwarding are no part of it: they say something about the message.
 */
const REPLY_MARK =
  /(?:re|aw|antw|antwort|sv|vs|vá|ref|rif|res|odp|ynt|atb|bls|ats|απ|σχετ|на|回复|回覆|答复|答覆|返信|回信)(?:\[\d{1,3}\]|\(\d{1,3}\)|\d{1,3})? ?[:：] ?/iy;

export interface SubjectTag {
  readonly number: number;
  /** The tag asks to close the ticket. */
  readonly done: boolean;
  /** With a number sign, which is how other trackers write their own marks (`[Ticket#42]`). */
  readonly hash?: true;
}

/**
 * The own tags in a decoded subject, in order and without repeats: the desk's tag word in either case and ASCII digits
 * without leading zeros in brackets, as the desk writes them (`[issue42]`) or as people type them (`[ issue42 ]`,
 * `[issue 42]`, `[issue#42]`, `【issue42】`). Only what is written as the desk writes it, `-done` right behind the
 * number, asks to close. What notices say behind the number (`[issue42: closed]`) asks for nothing: it comes back in
 * answers. Whatever else stands in brackets is somebody else's.
 */
export function readTags(subject: string, tag: string): SubjectTag[] {
  const found = new Map<string, SubjectTag>();
  for (const { number, done, hash } of scanTags(subject, tag)) {
    if (found.size >= MAX_SUBJECT_TAGS) break;
    found.set(`${number} ${done} ${hash === true}`, { number, done, ...(hash === true ? { hash } : {}) });
  }
  return [...found.values()];
}

/** The subject without reply marks in front and without own tags; `(no subject)` if nothing is left. */
export function baseSubject(subject: string, tag: string): string {
  const rest = withoutTags(cleanText(subject, MAX_SUBJECT_CHARACTERS * 4), tag);
  const base = rest.slice(replyMarksLength(rest)).trim();
  return base === '' ? NO_SUBJECT : cutText(base, MAX_SUBJECT_CHARACTERS);
}

/** What stood around a tag may be another one without it, so this goes on until there is none. */
function withoutTags(subject: string, tag: string): string {
  let text = subject;
  for (;;) {
    let rest = '';
    let from = 0;
    for (const { start, end } of scanTags(text, tag)) {
      rest += `${text.slice(from, start)} `;
      from = end;
    }
    if (from === 0) return text;
    text = `${rest}${text.slice(from)}`.replace(/\s+/g, ' ').trim();
  }
}

/**
 * `[issue42] Printer on fire`: one tag, in front, and no reply mark; with a state `[issue42: closed] Printer on fire`. What
 * threads mail by its subject leaves out either (RFC 5256 §2.1, "subj-blob").
 */
export function withTag(
  subject: string,
  tag: string,
  { number, state = null }: { readonly number: number; readonly state?: string | null },
): string {
  const words = cutText(
    cleanText(state ?? '', MAX_STATE_CHARACTERS * 4).replace(BRACKET, ''),
    MAX_STATE_CHARACTERS,
  );
  const said = words.trim() === '' ? '' : `: ${words.trim()}`;
  return cutText(`[${tag}${number}${said}] ${baseSubject(subject, tag)}`, MAX_SUBJECT_CHARACTERS);
}

/** `Re: [issue42] Printer on fire`: one reply mark and one tag, whatever the subject had of them. */
export function replySubject(subject: string, tag: string, number: number): string {
  return cutText(`Re: [${tag}${number}] ${baseSubject(subject, tag)}`, MAX_SUBJECT_CHARACTERS);
}

/** The subject of an answer by its reply mark, which may stand behind own tags. */
export function isReplySubject(subject: string, tag: string): boolean {
  const found = [...scanTags(subject, tag)].at(0);
  const rest = found?.start === 0 ? subject.slice(found.end).trimStart() : subject;
  return replyMarksLength(rest) > 0;
}

function replyMarksLength(text: string): number {
  let at = 0;
  REPLY_MARK.lastIndex = 0;
  while (REPLY_MARK.test(text)) at = REPLY_MARK.lastIndex;
  return at;
}

interface FoundTag extends SubjectTag {
  readonly start: number;
  readonly end: number;
}

function* scanTags(subject: string, tag: string): Generator<FoundTag> {
  const word = foldAscii(tag);
  const folded = foldAscii(subject);
  for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + 1)) {
    const start = bracketBefore(folded, at);
    const found = start < 0 ? null : tagBehind(folded, { start, from: at + word.length });
    if (found !== null) yield found;
  }
}

/** The tag whose bracket opens at `start` and whose word ends at `from`. */
function tagBehind(text: string, { start, from }: { start: number; from: number }): FoundTag | null {
  AFTER_WORD.lastIndex = from;
  const match = AFTER_WORD.exec(text);
  const [all = '', between, sign, digits = '', done, state, close] = match ?? [];
  if (digits === '' || digits.length > MAX_TICKET_DIGITS) return null;
  if (BRACKETS.get(text[start] ?? '') !== close) return null;
  if (state !== undefined && between !== '') return null;
  return {
    number: Number(digits),
    done: done !== undefined && between === '',
    ...(sign === '#' ? { hash: true as const } : {}),
    start,
    end: from + all.length,
  };
}

/** Where the bracket opens in front of a tag word, or -1. */
function bracketBefore(text: string, at: number): number {
  let start = at - 1;
  while (start > at - 1 - MAX_TAG_SPACES && /\s/.test(text[start] ?? '')) start -= 1;
  return BRACKETS.has(text[start] ?? '') ? start : -1;
}

/** Other letters keep their case: some change their length or turn into ASCII letters (K, ſ). */
function foldAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
