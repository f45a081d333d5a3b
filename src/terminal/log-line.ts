/**
 * A line of the log for people, from the fields of its JSON: when, how grave, the sentence, in it what a foreseen problem
 * says, and in brackets what a person needs besides. Codes, Message-IDs and the like are left to programs. An error that
 * nobody foresaw shows where it comes from, on lines of its own.
 */
import { textOf } from '../problem/failure.js';
import { joined, unended } from '../problem/problem.js';

type Fields = Readonly<Record<string, unknown>>;

/** What the line has in another place, and what only programs need. */
const LEFT_OUT: ReadonlySet<string> = new Set(
  'level time msg desk err code failures kind lastedMs match messageId pauseMs since'.split(' '),
);
/** Fields that need no name before them. */
const SENTENCES: ReadonlySet<string> = new Set(['reasons', 'why']);
/** As Node names what the system refuses: its own words say all. */
const SYSTEM_CODE = /^E[A-Z0-9]+$/;

/** The foreground colours of ECMA-48 (SGR), and one of aixterm's, which all terminals have. */
const COLOURS = { red: 31, green: 32, yellow: 33, blue: 34, cyan: 36, default: 39, grey: 90 } as const;
type Colour = keyof typeof COLOURS;
const COLOUR_OF_LEVEL: Readonly<Record<string, Colour>> = {
  error: 'red',
  warn: 'yellow',
  info: 'green',
  debug: 'blue',
};
/** What was decided: what begins, what goes on, what changes a ticket, what a person must look at, what is only filed. */
const COLOUR_OF_KIND: Readonly<Record<string, Colour>> = {
  new: 'green',
  update: 'cyan',
  close: 'blue',
  reopen: 'blue',
  review: 'yellow',
  'unknown-ticket': 'yellow',
  automatic: 'grey',
  bounce: 'grey',
  duplicate: 'grey',
  own: 'grey',
};
/** Of what was decided the first reasons say what people want to know. */
const MOST_REASONS = 2;

export interface LineStyle {
  /** Somebody watches: what is the same in each line is left out, the day and the level of what is no trouble. */
  readonly watched: boolean;
  readonly colours: boolean;
  /** With UIDs and all reasons, where somebody watches; otherwise they are always there. */
  readonly detailed: boolean;
  /** Whether the lines of one desk need its name, since there are others. */
  readonly namesDesks: boolean;
}

/** With its line end. */
export function readableLine(entry: Fields, style: LineStyle): string {
  return style.watched ? watchedLine(entry, style) : writtenLine(entry, style);
}

function writtenLine(entry: Fields, { colours }: LineStyle): string {
  const level = textOf(entry['level']);
  const paint = painter(colours);
  const shownLevel = paint(level.toUpperCase(), COLOUR_OF_LEVEL[level]);
  const { day, time } = localTime(new Date(textOf(entry['time'])));
  const words = paint(wordsIn(entry, { brief: false, namesDesk: true }), 'cyan');
  return `[${day} ${time}] ${shownLevel}: ${words}\n`;
}

function watchedLine(entry: Fields, { colours, detailed, namesDesks }: LineStyle): string {
  const level = textOf(entry['level']);
  const paint = painter(colours);
  const { time } = localTime(new Date(textOf(entry['time'])));
  const shownLevel = level === 'info' ? '' : `${paint(level.toUpperCase(), COLOUR_OF_LEVEL[level])}: `;
  const words = wordsIn(entry, { brief: !detailed, namesDesk: namesDesks });
  const kind = textOf(entry['kind']);
  const shown = kind === '' ? words : words.replace(kind, () => paint(kind, COLOUR_OF_KIND[kind]));
  return `${paint(time, 'grey')} ${shownLevel}${shown}\n`;
}

/** The same as a sentence alone, for whoever tells of a desk's work in lines of their own. */
export function sentenceOf(entry: Fields): string {
  const level = textOf(entry['level']);
  return `${level === 'info' ? '' : `${level}: `}${wordsIn(entry, { brief: true, namesDesk: false })}`;
}

function painter(colours: boolean): (text: string, colour: Colour | undefined) => string {
  return (text, colour) =>
    colours && colour !== undefined ? `${escape(colour)}${text}${escape('default')}` : text;
}

function escape(colour: Colour): string {
  return `\u001b[${COLOURS[colour]}m`;
}

function localTime(at: Date): { readonly day: string; readonly time: string } {
  return {
    day: [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-'),
    time: [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':'),
  };
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

interface Wording {
  readonly brief: boolean;
  readonly namesDesk: boolean;
}

function wordsIn(entry: Fields, { brief, namesDesk }: Wording): string {
  const { desk, msg, err } = entry;
  const sentence = err === undefined ? textOf(msg) : `${unended(textOf(msg))}: ${wordsOf(err)}`;
  const details = Object.entries(entry).flatMap(([name, value]) =>
    brief && name === 'uid' ? [] : detail(sentence, name, brief ? atFirst(name, value) : value),
  );
  const about = desk === undefined || !namesDesk ? '' : `${textOf(desk)}: `;
  return `${about}${sentence}${details.length === 0 ? '' : ` (${joined(details)})`}${framesOf(err)}`;
}

function atFirst(name: string, value: unknown): unknown {
  return name === 'reasons' && Array.isArray(value) ? value.slice(0, MOST_REASONS) : value;
}

function detail(sentence: string, name: string, value: unknown): readonly string[] {
  if (LEFT_OUT.has(name) || value === null || value === '') return [];
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (all.some((one) => typeof one === 'object')) return [];
  if (SENTENCES.has(name)) return all.map(String);
  const words = `${name} ${all.map(String).join(', ')}`;
  return sentence.endsWith(words) ? [] : [words];
}

function wordsOf(err: unknown): string {
  if (!isObject(err)) return String(err);
  const { type, message } = err;
  return isForeseen(err) ? textOf(message) : `${textOf(type)}: ${textOf(message)}`;
}

function isForeseen({ stack, code }: Fields): boolean {
  return stack === undefined || SYSTEM_CODE.test(textOf(code));
}

/** Of causes too: they end where the log has cut them. */
function framesOf(err: unknown): string {
  if (!isObject(err) || isForeseen(err)) return '';
  const cause =
    err['cause'] === undefined ? '' : `\n  because ${wordsOf(err['cause'])}${framesOf(err['cause'])}`;
  return `\n${textOf(err['stack'])}${cause}`;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
