/** The command line as data: what `--help` shows of it, for the completions of shells and the manual page. */

/** What may stand where a value is asked for. */
export type Value =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'file' }
  | { readonly kind: 'folder' }
  /** Anything else: nothing is proposed. */
  | { readonly kind: 'other' };

export interface OptionLine {
  /** As it is typed: `-c`, `--config`, or both. */
  readonly names: readonly string[];
  /** As `--help` shows it: `-c, --config <file>`. */
  readonly term: string;
  /** In one sentence. */
  readonly about: string;
  /** The same with choices and default. */
  readonly inFull: string;
  /** What its value is called; null for one that takes none. */
  readonly placeholder: string | null;
  readonly value: Value;
  /** Whether it is of use more than once. */
  readonly repeats: boolean;
}

export interface ArgumentLine {
  readonly name: string;
  readonly inFull: string;
  readonly value: Value;
  readonly required: boolean;
  /** The last one may be given several times. */
  readonly repeats: boolean;
}

export interface CommandLine {
  readonly name: string;
  /** Without the word "Usage". */
  readonly usage: string;
  readonly about: string;
  readonly options: readonly OptionLine[];
  readonly takes: readonly ArgumentLine[];
}

export interface ProgramLine extends Pick<CommandLine, 'name' | 'usage' | 'about' | 'options'> {
  readonly version: string;
  /** Those that `--help` shows, in its order. */
  readonly commands: readonly CommandLine[];
}

/** The command that tells of another one, by its name. */
const HELP = 'help';

/** What may stand as the arguments of a command. */
export function argumentsOf(program: ProgramLine, command: CommandLine): readonly ArgumentLine[] {
  if (command.name !== HELP) return command.takes;
  const words = program.commands.map(({ name }) => name);
  return command.takes.map((one) => ({ ...one, value: { kind: 'words', words } }));
}
