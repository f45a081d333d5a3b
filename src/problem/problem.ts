/**
 * An error that crosses a boundary: it has a stable code, says whether trying again may help, and which of the
 * exit codes (sysexits) a command ends with. Its message is for people: it names what is wrong and what to do,
 * and never holds a secret or a part of a message.
 */
export const EXIT = {
  done: 0,
  someToReview: 1,
  usage: 64,
  unavailable: 69,
  tryLater: 75,
  signInRefused: 77,
  configuration: 78,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/**
 * What a refusal is about. A server that says no says something about itself until it is shown to be about one
 * message: so nothing is concluded about a message from a refusal with any other scope.
 */
export type Scope = 'message' | 'folder' | 'account' | 'server';

/** Begins what is said of an error that nobody foresaw; the rest of such a line is not ours. */
export const INTERNAL_ERROR = 'an error inside imapdesk, please report it: ';

export interface ProblemOptions {
  readonly temporary?: boolean;
  /** `server` if left out. */
  readonly scope?: Scope;
  /** False for a refusal without a reason: it may be about one message after all, if somebody shows it. */
  readonly explained?: boolean;
  readonly exitCode?: ExitCode;
  readonly cause?: unknown;
}

export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: string;
  /** For now, not for good: trying again may help. */
  readonly temporary: boolean;
  readonly scope: Scope;
  readonly explained: boolean;
  readonly exitCode: ExitCode;

  constructor(code: string, message: string, options: ProblemOptions = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.temporary = options.temporary ?? false;
    this.scope = options.scope ?? 'server';
    this.explained = options.explained ?? true;
    this.exitCode = options.exitCode ?? (this.temporary ? EXIT.tryLater : EXIT.unavailable);
  }
}

/** What a server said, without its own full stop, for a sentence of ours that goes on. */
export function unended(said: string): string {
  return said.replace(/[.\s]+$/, '');
}

/** Reasons in one sentence, none with a full stop of its own. */
export function joined(reasons: readonly string[]): string {
  return reasons.map(unended).join('; ');
}
