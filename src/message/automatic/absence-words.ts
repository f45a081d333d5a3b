/**
 * Absence notes that say so only in the words of their subject, as client-side rules, Notes and the
 * answers of other desks do. What is judged here is what a subject has beyond that of the matter itself: the caller takes
 * own tags, reply marks and the matter's own subject away, and puts `MATTER` in the place of the latter.
 */
import {
  ABSENCE_WORDS,
  AUTO_REPLY_SUBJECT,
  AWAY_WORDS,
  LEAVE_WORDS,
  NOTE_WORDS,
  PROGRAM_REPLY_WORDS,
} from './automatic-subjects.js';
import { Formulas } from './formulas.js';

/** Stands for the matter's own subject: no cleaned text holds it. */
export const MATTER = '\u0001';

export interface AbsenceWords {
  /** `whole` and `opening` may be a person's who answers such a note; hardly anybody adds a `closing` by hand. */
  readonly where: 'whole' | 'opening' | 'closing';
  /** The words that say so, as they stand there. */
  readonly words: string;
  /** Whom a sentence speaks of, where nothing else says that a program wrote it: `Jane Roe`, `our admin`. */
  readonly whom?: string;
  /** At the end of other words, and no formula of programs: people write `Request: on holiday`. */
  readonly isPlain?: true;
}

/** `auto:` begins what people write about cars, too, and `away from` and `absence` are no formulas yet. */
const UNFINISHED = new Set(['auto:', 'away from', 'absence:', 'absence :']);
const PROGRAM_WORDS = withoutColon([...PROGRAM_REPLY_WORDS, ...NOTE_WORDS]);
const PEOPLES_WORDS = [...ABSENCE_WORDS.filter((words) => !UNFINISHED.has(words)), ...AWAY_WORDS];
const WORDS = [...PROGRAM_WORDS, ...withoutColon(PEOPLES_WORDS)];
/** `Out of office reply`, `Out of Office AutoReply`. */
const NOUN =
  '(?: (?:repl(?:y|ies)|response|message|notification|notice|note|auto-? ?reply|assistant|alert|antwort|nachricht|meldung|melding|bericht|mensaje|message automatique))?';
/** `… until Monday`, `… 5-12 January`, `… from Jane Roe`. Whoever goes on with a question or another sentence is a person. */
const UNTIL =
  "(?:,? \\d[\\d./– -]{0,24}(?:\\p{L}{3,12}\\.?)?(?: \\d{4})?|,? (?:until|till?|starting|returning|through|back|bis|ab|vom|zurück|jusqu['’]au|du|hasta|desde|fino al?|dal|até|tot(?: en met)?|vanaf|do|od|till|fra|t\\.o\\.m\\.) [^?!,;:：\\u0001]{1,40}|,? from (?=[^?!,;:：\\u0001]{0,30}\\d)[^?!,;:：\\u0001]{1,40}| (?:from|by|of|von|van|de|di)(?: [^\\s?!,;:：\\u0001]{1,30}){1,3})?";
const END = '[.!。:：]?(?: \\([^()?\\u0001]{1,60}\\)\\.?)?(?: ?\\*+)?$';
/** Gateways and lists put a mark of theirs in front: `[EXTERN]`. */
const OPEN = /^(?:\[[^\]]{1,40}\] ?){0,2}(?:\*+ ?)?[[(（]?/u;
const CLOSE = '[\\])）]?';

const REST = new RegExp(`^${CLOSE}${NOUN}${UNTIL}${END}`, 'iu');
const WHOLE = new Formulas({ words: [...WORDS, ...withoutColon(LEAVE_WORDS)], before: OPEN, after: REST });
const WHOLE_OF_PROGRAM = new Formulas({ words: PROGRAM_WORDS, before: OPEN, after: REST });
/** At most two more words before what parts it from the matter: `Out of office until Monday: Printer`. */
const OPENING = new Formulas({
  words: WORDS,
  before: OPEN,
  after: new RegExp(
    `^${CLOSE}${NOUN}(?: (?:from|by|of|von|van|de|di)(?= ))?(?: [^:：\\s\\u0001]{1,30}){0,2}(?: ?[:：]| [-–—|]| ?(?=\\u0001))`,
    'iu',
  ),
});
const BARE_OPENING = /^(auto|away|absence) ?: ?(?:re ?: ?)?(?=\u0001)/iu;
const CLOSING = new Formulas({
  words: WORDS,
  before: /(?: (?:[-–—|]|--) ?| ?[:：] ?| ?[(（[【])/u,
  after: new RegExp(`^${NOUN}[)）\\]】]?[.!。]?$`, 'iu'),
});
/** The same, where nothing but the formula is asked for. */
const FORMULA = new Formulas({ words: PROGRAM_WORDS, before: /^/u, after: /^$/u });
const CLOSING_OF_PROGRAM = new Formulas({
  words: PROGRAM_WORDS,
  before: /(?: (?:[-–—|]|--) | ?[(（[【])/u,
  after: new RegExp(`^${NOUN}[)）\\]】]?$`, 'iu'),
});

const AWAY =
  'out of (?:the |his |her |their |my )?office|away from (?:the |his |her |their |my )?(?:office|desk|e-?mails?|computer)|on (?:vacation|leave|holidays?)|(?:außer|ausser) haus|nicht (?:im (?:büro|haus|hause)|am platz|erreichbar)|abwesend|im urlaub|absente?(?:\\(e\\))?(?: du bureau)?|en (?:congés?|vacances)|fuera de (?:la |mi |su )?oficina|de vacaciones|fuori (?:ufficio|sede)|in ferie|fora do escritório|de férias|afwezig|niet (?:aanwezig|op kantoor)|met vakantie|poza biurem|na urlopie|(?:inte|ikke) på kontoret|ikke til stede|på (?:semester|ferie)|bortrest|poissa(?: toimistosta)?|lomalla|mimo kancelář|na dovolené|házon kívül|szabadságon|不在(?:です)?';
const SOON =
  '(?:currently |temporarily |now |zurzeit |zur zeit |derzeit |momentan |actuellement |actualmente |attualmente |momenteel )?';
/** Notes: `Jane Roe is out of the office.`, `AUTO: Jane Roe is out of the office (returning 12/01/2026)`. */
const SENTENCE = new RegExp(
  `^(auto ?: ?)?([^:：?!,;\\u0001]{1,80}?) (?:is|will be|ist|wird|est|sera|está|estará|è|sarà|is|jest|är|er|on|je|van) ${SOON}(${AWAY})${UNTIL}${END}`,
  'iu',
);
const MYSELF =
  "(?:i am|i'm|i’m|i will be|i'll be|ich bin|je suis|je serai|estoy|sono|estou|ik ben|jag är|jeg er|olen|jestem|jsem)";
const OF_MYSELF = new RegExp(`^(?:auto ?: ?)?${MYSELF} ${SOON}(${AWAY})${UNTIL}${END}`, 'iu');
/** Gmail's and others' first line as a subject: `I'm out of office Re: Printer`. */
const MYSELF_OPENING = new RegExp(
  `^${MYSELF} ${SOON}(${AWAY})[.!]?(?: ?[:：–-])? ?(?:re ?: ?)?(?=\\u0001)`,
  'iu',
);

/** null where nothing in it is the formula of an absence note or another automatic reply. In bounded work for a bounded text. */
export function absenceWords(text: string): AbsenceWords | null {
  const whole = WHOLE.in(text);
  if (whole !== null) return { where: 'whole', words: whole.words };
  const sentence = OF_MYSELF.exec(text);
  if (sentence !== null) return { where: 'whole', words: sentence[1] ?? '' };
  const ofSomebody = SENTENCE.exec(text);
  if (ofSomebody !== null) return somebodyAway(ofSomebody);
  const opening = openingOf(text);
  if (opening !== undefined) return { where: 'opening', words: opening };
  const closing = CLOSING.in(text);
  return closing === null ? null : closingBy(closing.words);
}

function openingOf(text: string): string | undefined {
  return OPENING.in(text)?.words ?? (BARE_OPENING.exec(text) ?? MYSELF_OPENING.exec(text))?.[1];
}

function somebodyAway([, auto, whom = '', words = '']: RegExpExecArray): AbsenceWords {
  return { where: 'whole', words, ...(auto === undefined ? { whom } : {}) };
}

function closingBy(words: string): AbsenceWords {
  return { where: 'closing', words, ...(FORMULA.test(words) ? {} : { isPlain: true }) };
}

/** `Automatic reply to your message`, `Autoreply from Acme Support`. */
const PHRASE = new Formulas({
  words: PROGRAM_WORDS,
  before: OPEN,
  after: new RegExp(
    `^${CLOSE} (?:to|from|for|by|re|regarding|concerning|von|vom|zu|auf|für|de|du|à|da|di|del|per|van|op|från|fra|till|til|od|do) `,
    'iu',
  ),
});

/** A program's words with what they are about, or whose they are; people complain with them, too. */
export function isProgramsPhrase(text: string): boolean {
  return PHRASE.test(text);
}

/** Words that only programs write, and nothing else: not even the name of a mail client makes a person of their writer. */
export function isAbsenceNoteWhole(subject: string): boolean {
  return WHOLE_OF_PROGRAM.test(subject) || SENTENCE.test(subject);
}

/** `Printer - Automatic reply`, `Printer (Out of office)`. */
export function endsLikeAutoReply(subject: string): boolean {
  return CLOSING_OF_PROGRAM.test(subject);
}

/** How the subject begins, where that is like an automatic reply, whatever follows. */
export function autoReplyOpening(text: string): string | null {
  const end = AUTO_REPLY_SUBJECT.in(text)?.end ?? null;
  return end === null ? null : text.slice(0, end);
}

function withoutColon(words: readonly string[]): readonly string[] {
  return words.map((one) => one.replace(/ ?:$/, ''));
}
