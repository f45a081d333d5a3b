/**
 * The lines with which mail clients introduce what they quote: `On Monday Jane Roe <jane@example.com> wrote:`, in the
 * order and language of whoever set the client up, and wrapped over several lines where addresses are long.
 */
import type { KnownPeople } from './known-people.js';
import { isQuoted } from './quote-mark.js';

export interface Introduction {
  /** Its first line; it ends above the line that was asked about. */
  readonly from: number;
  /** It names somebody whom the ticket knows. */
  readonly known: boolean;
  /** It has a date beside the name, as clients write it: so it may introduce what bears no quotation marks, too. */
  readonly dated: boolean;
}

/** It is wrapped over no more lines. */
const MAX_INTRODUCTION_LINES = 4;
const MAX_INTRODUCTION_CHARACTERS = 600;

const COLON = /[:：]\s?\*?$/u;
/** Without a colon, but with a date before it: as old versions of Gmail write it in some languages. */
const ADDRESS_AT_THE_END = /<[^<>\s]+@[^<>\s]+>$/u;
const VERB =
  /wrote|writes|said|schrieb|schreibt|schreef|écrit|ha scritto|escribió|escribio|escreveu|escribiu|va escriure|skrev|kirjoitti|skrifaði|napisał|napsal|napísal|je napisao|napisal|пишет|пише|писал|написа|írta|yazdı|a scris|έγραψε|kirjutas|rašė|rakstīja|viết|menulis|כתב|كتب|写道|寫道|書きました|メール|작성|썼습니다|quoting|zitat|citando|citat/iu;
/** Beside a date: whoever is answered is the desk. */
const YOU =
  /you wrote|you said|schrieben sie|du geschrieben|schriebst du|vous avez écrit|tu as écrit|вы (?:на)?писали|usted escribió|lei ha scritto/iu;
const DATE = /\d{4}|\d{1,2} ?[:.h] ?\d{2}|\d{1,2}[./-] ?\d{1,2}[./-]|\d{1,2}[.,]? \p{L}{3}/u;
/** How a date or a quotation begins. */
const OPENER =
  /^[-*"“«(\s]*(?:\d|(?:on|at|in|am|le|el|il|em|op|den|dne|dňa|dnia|dana|w|στις|на|в|pada|vào|ngày|quoting|zitat|citando|في|ב|于|在)[\s,]|בתאריך|\p{L}{2,12}[.,]* \d)/iu;
const ENDS_SENTENCE = /\p{L}{4,}[.!?]$/u;

/** The introduction whose last line is the one above `end`; null if there is none. */
export function introductionAbove(
  lines: readonly string[],
  end: number,
  people: KnownPeople,
): Introduction | null {
  if (!endsIntroduction(lineAt(lines, end - 1))) return null;
  const found: (Introduction & { readonly rank: number })[] = [];
  let words = '';
  for (let from = end - 1; from >= end - MAX_INTRODUCTION_LINES; from -= 1) {
    const line = lineAt(lines, from);
    if (line === '' || isQuoted(line) || (from < end - 1 && ENDS_SENTENCE.test(line))) break;
    words = `${line} ${words}`.trim();
    if (words.length > MAX_INTRODUCTION_CHARACTERS) break;
    const kind = kindOf(words, people);
    const rank = rankOf({ line, above: lineAt(lines, from - 1) }, people);
    if (kind !== null) found.push({ from, ...kind, rank });
  }
  const known = found.filter((one) => one.known);
  return best(known.length > 0 ? known : found);
}

function endsIntroduction(line: string): boolean {
  return (
    COLON.test(line.slice(-3)) || (line.endsWith('>') && /\d/.test(line) && ADDRESS_AT_THE_END.test(line))
  );
}

function best<T extends { readonly rank: number }>(found: readonly T[]): T | null {
  return found.reduce<T | null>((one, other) => (one !== null && one.rank >= other.rank ? one : other), null);
}

function rankOf({ line, above }: { line: string; above: string }, people: KnownPeople): number {
  if (OPENER.test(line)) return above === '' || isQuoted(above) ? 3 : 2;
  return people(line) === 'known' ? 1 : 0;
}

function kindOf(words: string, people: KnownPeople): Pick<Introduction, 'known' | 'dated'> | null {
  const naming = people(words);
  const says = VERB.test(words);
  const dated = DATE.test(words);
  if (naming === 'other') return { known: false, dated };
  if (naming === 'known') return says || dated || words.includes('@') ? { known: true, dated } : null;
  return says && dated ? { known: YOU.test(words), dated } : null;
}

function lineAt(lines: readonly string[], index: number): string {
  const line = lines[index];
  return line === undefined || line.length > MAX_INTRODUCTION_CHARACTERS ? '' : line.trim();
}
