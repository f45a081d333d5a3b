/**
 * The log: one line for each event, to standard error, as JSON or for reading.
 *
 * Secrets are never given to it in the first place. Three nets are below that: errors are written field by field from
 * a list of what is harmless, fields with telling names are blanked, and every secret that was made known is blanked
 * wherever it stands. Text from mail loses its control characters, so that no subject forges a line or a colour.
 */
import {
  type DestinationStream,
  type Logger,
  pino,
  stdTimeFunctions,
  destination as toDescriptor,
} from 'pino';
import { prettyFactory } from 'pino-pretty';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: 'json' | 'pretty' | 'auto';
  /** Default: standard error, written before the call returns. */
  readonly destination?: DestinationStream;
  /** Whether the destination is a terminal: decides `auto`, and colours. */
  readonly terminal: boolean;
  /** Secrets that are in use; it is read at each line, so more may be added later. */
  readonly secrets?: ReadonlySet<string>;
}

export interface LevelOptions {
  readonly command: string;
  /** How often `-v` was given. */
  readonly verbosity: number;
  readonly terminal: boolean;
  /** `log.level` of the configuration. */
  readonly configured: LogLevel;
}

const STDERR = 2;
const HIDDEN = '[hidden]';
const MIN_SECRET_CHARS = 4;
const MAX_CAUSES = 5;
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
 * nothing goes wrong, because cron mails whatever is printed; `-v` and `-vv` ask for more.
 */
export function chooseLevel({ command, verbosity, terminal, configured }: LevelOptions): LogLevel {
  if (verbosity > 1) return 'debug';
  if (verbosity === 1) return command === 'run' && configured === 'debug' ? 'debug' : 'info';
  if (command === 'run') return configured;
  return command === 'once' && terminal ? 'info' : 'warn';
}

/** The log of the whole program; parts of it take a child with their desk's name. */
export function createLog(options: LogOptions): Logger {
  const { level, format, terminal, secrets = new Set<string>() } = options;
  const plain = options.destination ?? standardError();
  const readable = format === 'pretty' || (format === 'auto' && terminal);
  const stream = readable ? readableStream(plain, terminal) : plain;
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      redact: { paths: TELLING.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: HIDDEN },
      formatters: { level: (label) => ({ level: label }), log: cleanFields },
      serializers: { err: describeError },
      hooks: {
        logMethod(args, method) {
          const cleaned = args.map((arg: unknown) => (typeof arg === 'string' ? clean(arg) : arg));
          Reflect.apply(method, this, cleaned);
        },
        streamWrite: (line) => hide(line, secrets),
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
function readableStream(plain: DestinationStream, colorize: boolean): DestinationStream {
  const format = prettyFactory({
    colorize,
    translateTime: 'SYS:HH:MM:ss',
    singleLine: true,
    ignore: 'desk',
    messageFormat: '{if desk}{desk}: {end}{msg}',
  });
  return { write: (line) => plain.write(format(line)) };
}

/** What is known to be harmless in an error, and its causes. A server's answer or a command may hold anything. */
function describeError(error: unknown): unknown {
  return describeCause(error, 0);
}

function describeCause(error: unknown, depth: number): unknown {
  if (!(error instanceof Error)) return clean(typeof error === 'string' ? error : typeof error);
  const { name, message, stack, cause } = error;
  const code: unknown = 'code' in error ? error.code : undefined;
  return {
    type: clean(name),
    message: clean(message),
    ...(typeof code === 'string' || typeof code === 'number' ? { code: clean(String(code)) } : {}),
    // A foreseen error says all it knows; where an unforeseen one comes from is for those who mend it.
    ...('temporary' in error ? {} : { stack: stackOnly(stack) }),
    ...(cause === undefined || depth >= MAX_CAUSES ? {} : { cause: describeCause(cause, depth + 1) }),
  };
}

/** The frames alone; the message above them stands beside them already. */
function stackOnly(stack: string | undefined): string {
  const lines = (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return lines.map(clean).join('\n');
}

function cleanFields(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, cleanValue(value, 0)]));
}

const MAX_CLEANED_DEPTH = 4;

function cleanValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return clean(value);
  if (typeof value === 'bigint') return String(value);
  if (depth >= MAX_CLEANED_DEPTH) return value;
  if (Array.isArray(value)) return value.map((item) => cleanValue(item, depth + 1));
  // Only plain objects; errors and dates have serializers of their own.
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, cleanValue(inner, depth + 1)]),
  );
}

/** Control characters, line separators and direction overrides as visible escapes. */
function clean(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Blanks secrets in a finished line, where they stand as JSON has written them. */
function hide(line: string, secrets: ReadonlySet<string>): string {
  let hidden = line;
  for (const secret of secrets) {
    if (secret.length >= MIN_SECRET_CHARS)
      hidden = hidden.replaceAll(JSON.stringify(secret).slice(1, -1), HIDDEN);
  }
  return hidden;
}
