/**
 * The log: one line for each event, to standard error, as JSON or for reading.
 *
 * Secrets are never given to it in the first place. Three nets are below that: errors are written field by field from
 * a list of what is harmless, fields with telling names are blanked, and every secret that was made known is blanked in
 * all that is not ours (`hidden.ts`): fields, foreign errors, values put into a sentence. The names of fields, numbers and
 * what `OURS` names are always ours. Text from mail loses its control characters, so that no subject forges a line or a
 * colour.
 */
import {
  type DestinationStream,
  type Logger,
  pino,
  stdTimeFunctions,
  destination as toDescriptor,
} from 'pino';
import { HIDDEN, hideIn, hideInOurs } from '../../problem/hidden.js';
import { INTERNAL_ERROR, Problem } from '../../problem/problem.js';
import { type LineStyle, readableLine } from '../../terminal/log-line.js';

/** `trace` is for what only -vv tells, and is told as `debug`. */
export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: 'json' | 'pretty' | 'auto';
  /** Default: standard error, written before the call returns. */
  readonly destination?: DestinationStream | undefined;
  /** Whether the destination is a terminal, where somebody watches: see `LineStyle`. */
  readonly terminal: boolean;
  /** How lines for people are; without it they have no colours, and as many words as there are. */
  readonly style?: Omit<LineStyle, 'watched'>;
  /** For whoever has something else at the bottom of the terminal: calls what writes a line. */
  readonly around?: (write: () => void) => void;
  /** Whether a program reads along, by which `auto` decides. */
  readonly forProgram?: boolean;
  /** Secrets that are in use; it is read at each line, so more may be added later. */
  readonly secrets?: ReadonlySet<string>;
}

export interface LevelOptions {
  readonly command: string;
  /** How often `-v` was given. */
  readonly verbosity: number;
  readonly terminal: boolean;
  /** Failures alone are told. */
  readonly quiet?: boolean;
  /** `log.level` of the configuration. */
  readonly configured: Exclude<LogLevel, 'trace' | 'silent'>;
}

const STDERR = 2;
const PLAIN: Omit<LineStyle, 'watched'> = { colours: false, detailed: true, namesDesks: true };
const MAX_CAUSES = 5;
/** Fields whose text is one of our words, or sentences of ours. */
const OURS: ReadonlySet<string> = new Set([
  'choice',
  'code',
  'command',
  'desk',
  'kind',
  'match',
  'purpose',
  'reasons',
  'since',
  'state',
]);
const TELLING = [
  'password',
  'pass',
  'secret',
  'token',
  'accessToken',
  'refreshToken',
  'auth',
  'authorization',
  'env',
];

/**
 * `run` writes what the configuration says, and `once` on a terminal what it does. Anything else is silent while
 * nothing goes wrong, because cron mails whatever is printed; `-v` and `-vv` ask for more. `deliver` is silent even then:
 * a mail server may take whatever a pipe prints for a failure. Why it fails it says at its end.
 */
export function chooseLevel({ command, verbosity, terminal, quiet, configured }: LevelOptions): LogLevel {
  if (command === 'deliver' && verbosity === 0) return 'silent';
  if (quiet === true) return 'error';
  if (verbosity > 1) return 'trace';
  if (command === 'run') {
    if (configured === 'debug') return 'trace';
    return verbosity === 1 ? 'debug' : configured;
  }
  if (verbosity === 1) return 'info';
  return command === 'once' && terminal ? 'info' : 'warn';
}

/** The log of the whole program; parts of it take a child with their desk's name. */
export function createLog(options: LogOptions): Logger {
  const { level, format, terminal, forProgram = false, secrets = new Set<string>() } = options;
  const plain = writtenAround(options.destination ?? standardError(), options.around);
  const readable = format === 'pretty' || (format === 'auto' && (terminal || !forProgram));
  const style = { ...(options.style ?? PLAIN), watched: terminal };
  const stream = readable ? readableStream(plain, style) : plain;
  const writer = cleaner(secrets);
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      redact: { paths: TELLING.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: HIDDEN },
      formatters: { level: (label) => ({ level: label === 'trace' ? 'debug' : label }), log: writer.fields },
      serializers: { err: writer.error },
      hooks: {
        logMethod(args, method) {
          // The first text is the sentence, all further ones are values for it.
          const sentence = args.findIndex((arg: unknown) => typeof arg === 'string');
          const cleaned = args.map((arg: unknown, index) =>
            typeof arg !== 'string' ? arg : index === sentence ? writer.sentence(arg) : writer.foreign(arg),
          );
          Reflect.apply(method, this, cleaned);
        },
      },
    },
    stream,
  );
}

function standardError(): DestinationStream {
  const stream = toDescriptor({ dest: STDERR, sync: true });
  // Whoever read the log has gone; that is no reason to stop.
  stream.on('error', () => undefined);
  return stream;
}

/** Formats line by line in place: a stream of its own would lose the last lines when the process ends. */
function readableStream(plain: DestinationStream, style: LineStyle): DestinationStream {
  return { write: (line) => plain.write(readableLine(JSON.parse(line), style)) };
}

function writtenAround(plain: DestinationStream, around: LogOptions['around']): DestinationStream {
  return around === undefined ? plain : { write: (line) => around(() => plain.write(line)) };
}

interface Cleaner {
  readonly foreign: (text: string) => string;
  readonly sentence: (text: string) => string;
  readonly fields: (fields: Record<string, unknown>) => Record<string, unknown>;
  readonly error: (error: unknown) => unknown;
}

/** What a secret may stand in, and in which form it may be written; `secrets` is read anew each time. */
function cleaner(secrets: ReadonlySet<string>): Cleaner {
  const foreign = (text: string): string => clean(hideIn(text, secrets));
  const ours = (text: string): string => clean(hideInOurs(text, secrets));
  const sentence = (text: string): string => {
    const at = text.indexOf(INTERNAL_ERROR);
    if (at < 0) return ours(text);
    const from = at + INTERNAL_ERROR.length;
    return ours(text.slice(0, from)) + foreign(text.slice(from));
  };
  const error = (thrown: unknown): unknown => describeCause(thrown, { foreign, ours }, 0);
  const cleanAll = (given: object, depth: number): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(given).map(([name, value]) => [
        name,
        // That one has a serializer of its own, which comes after this.
        name === 'err' && depth === 0 ? value : cleanValue(value, OURS.has(name) ? ours : foreign, depth),
      ]),
    );
  const cleanValue = (value: unknown, text: (value: string) => string, depth: number): unknown => {
    if (typeof value === 'string') return text(value);
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'object' || value === null || value instanceof Date) return value;
    if (value instanceof Error) return error(value);
    if (depth >= MAX_CLEANED_DEPTH) return '[…]';
    if (Array.isArray(value)) return value.map((item) => cleanValue(item, text, depth + 1));
    return cleanAll(value, depth + 1);
  };
  return { foreign, sentence, fields: (given) => cleanAll(given, 0), error };
}

const MAX_CLEANED_DEPTH = 4;

/**
 * What is known to be harmless in an error, and its causes. A server's answer or a command may hold anything. What a
 * Problem says is ours, with a server's words in it that were cleaned before.
 */
function describeCause(
  error: unknown,
  text: Readonly<Record<'foreign' | 'ours', (text: string) => string>>,
  depth: number,
): unknown {
  if (!(error instanceof Error)) return text.foreign(typeof error === 'string' ? error : typeof error);
  const { name, message, stack, cause } = error;
  const foreseen = error instanceof Problem;
  const say = foreseen ? text.ours : text.foreign;
  const code: unknown = 'code' in error ? error.code : undefined;
  return {
    type: say(name),
    message: say(message),
    ...(typeof code === 'string' || typeof code === 'number' ? { code: say(String(code)) } : {}),
    // A foreseen error says all it knows; where an unforeseen one comes from is for those who mend it.
    ...(foreseen ? {} : { stack: framesOf(stack, message).map(text.ours).join('\n') }),
    ...(cause === undefined || depth >= MAX_CAUSES ? {} : { cause: describeCause(cause, text, depth + 1) }),
  };
}

/** The places alone, which are ours; the message before them, which may look like one, stands beside them already. */
function framesOf(stack: string | undefined, message: string): readonly string[] {
  const lines = (stack ?? '').replace(message, () => '').split('\n');
  return lines.filter((line) => /^\s+at /.test(line));
}

/** Control characters, line separators and direction overrides as visible escapes. */
function clean(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
