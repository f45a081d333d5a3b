/**
 * A line of the log for people, from the fields of its JSON: when, how grave, the sentence, in it what a foreseen problem
 * says, and in brackets what a person needs besides. Codes, Message-IDs and the like are left to programs. An error that
 * nobody foresaw shows where it comes from, on lines of its own.
 */
import { textOf } from '../../problem/failure.js';
import { joined, unended } from '../../problem/problem.js';

type Fields = Readonly<Record<string, unknown>>;

/** What the line has in another place, and what only programs need. */
const LEFT_OUT: ReadonlySet<string> = new Set(
  'level time msg desk err code failures kind match messageId pauseMs since'.split(' '),
);
/** Fields that need no name before them. */
const SENTENCES: ReadonlySet<string> = new Set(['reasons', 'why']);
/** As Node names what the system refuses: its own words say all. */
const SYSTEM_CODE = /^E[A-Z0-9]+$/;

/** The foreground colours of ECMA-48 (SGR). */
const COLOURS = { red: 31, green: 32, yellow: 33, blue: 34, cyan: 36, default: 39 } as const;
type Colour = keyof typeof COLOURS;
const COLOUR_OF_LEVEL: Readonly<Record<string, Colour>> = {
  error: 'red',
  warn: 'yellow',
  info: 'green',
  debug: 'blue',
};

/** With its line end. On a terminal it is in colours, and without the day. */
export function readableLine(entry: Fields, terminal: boolean): string {
  const level = textOf(entry['level']);
  const inColour = (text: string, colour: Colour): string =>
    terminal ? `${escape(colour)}${text}${escape('default')}` : text;
  const shownLevel = inColour(level.toUpperCase(), COLOUR_OF_LEVEL[level] ?? 'default');
  const when = localTime(new Date(textOf(entry['time'])));
  return `[${terminal ? when.time : `${when.day} ${when.time}`}] ${shownLevel}: ${inColour(wordsIn(entry), 'cyan')}\n`;
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

function wordsIn(entry: Fields): string {
  const { desk, msg, err } = entry;
  const sentence = err === undefined ? textOf(msg) : `${unended(textOf(msg))}: ${wordsOf(err)}`;
  const details = Object.entries(entry).flatMap(([name, value]) => detail(sentence, name, value));
  const about = desk === undefined ? '' : `${textOf(desk)}: `;
  return `${about}${sentence}${details.length === 0 ? '' : ` (${joined(details)})`}${framesOf(err)}`;
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
