/** Subjects: the desk's own tag (`[issue42]`, `[issue42-done]`), and the subjects of the mail that the desk writes. */
import { cleanText, cutText } from './encoded-words.js';

export const MAX_SUBJECT_CHARACTERS = 250;
export const MAX_SUBJECT_TAGS = 10;
const MAX_TICKET_DIGITS = 9;
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
}

/**
 * The own tags in a decoded subject, in order and without repeats: exactly the desk's tag word in either case,
 * ASCII digits without leading zeros, closed at once by `]` or `-done]`. Whatever else stands in brackets is
 * somebody else's.
 */
export function readTags(subject: string, tag: string): SubjectTag[] {
  const found = new Map<string, SubjectTag>();
  for (const { text, number, done } of scanTags(subject, tag)) {
    if (found.size < MAX_SUBJECT_TAGS) found.set(text, { number, done });
  }
  return [...found.values()];
}

/** The subject without reply marks in front and without own tags; `(no subject)` if nothing is left. */
export function baseSubject(subject: string, tag: string): string {
  let rest = '';
  let from = 0;
  const text = cleanText(subject, MAX_SUBJECT_CHARACTERS * 4);
  for (const found of scanTags(text, tag)) {
    // The space keeps what stood around a tag from becoming another one.
    rest += `${text.slice(from, found.start)} `;
    from = found.end;
  }
  rest = `${rest}${text.slice(from)}`.replace(/\s+/g, ' ').trim();
  const base = rest.slice(replyMarksLength(rest)).trim();
  return base === '' ? NO_SUBJECT : cutText(base, MAX_SUBJECT_CHARACTERS);
}

/** `[issue42] Printer on fire`: one tag, in front, and no reply mark. */
export function withTag(subject: string, tag: string, number: number): string {
  return cutText(`[${tag}${number}] ${baseSubject(subject, tag)}`, MAX_SUBJECT_CHARACTERS);
}

/** `Re: [issue42] Printer on fire`: one reply mark and one tag, whatever the subject had of them. */
export function replySubject(subject: string, tag: string, number: number): string {
  return cutText(`Re: [${tag}${number}] ${baseSubject(subject, tag)}`, MAX_SUBJECT_CHARACTERS);
}

function replyMarksLength(text: string): number {
  let at = 0;
  REPLY_MARK.lastIndex = 0;
  while (REPLY_MARK.test(text)) at = REPLY_MARK.lastIndex;
  return at;
}

interface FoundTag extends SubjectTag {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function* scanTags(subject: string, tag: string): Generator<FoundTag> {
  const open = `[${foldAscii(tag)}`;
  const folded = foldAscii(subject);
  const rest = /([1-9][0-9]*)(-done)?\]/y;
  for (let start = folded.indexOf(open); start >= 0; start = folded.indexOf(open, start + 1)) {
    rest.lastIndex = start + open.length;
    const match = rest.exec(folded);
    const digits = match?.[1] ?? '';
    if (match === null || digits.length > MAX_TICKET_DIGITS) continue;
    yield {
      text: match[0],
      number: Number(digits),
      done: match[2] !== undefined,
      start,
      end: rest.lastIndex,
    };
  }
}

/** Other letters keep their case: some change their length or turn into ASCII letters (K, ſ). */
function foldAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
