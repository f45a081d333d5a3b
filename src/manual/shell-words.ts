/** What the completions of all shells have in common: names, and words that need no quotes. */
import { argumentsOf, type CommandLine, type OptionLine, type ProgramLine, type Value } from './line.js';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** Needs no quotes in any shell. Others are not proposed: somebody who wants one types it. */
const PLAIN = /^[\w.,@%+/-]+$/;

/** One of a command's options or arguments, for a shell to ask about. */
interface Slot {
  readonly command: string;
  readonly value: Value;
}

export interface OptionSlot extends Slot {
  readonly option: OptionLine;
}

export interface ArgumentSlot extends Slot {
  /** From 0. */
  readonly place: number;
  readonly repeats: boolean;
}

export function plainWords(words: readonly string[]): readonly string[] {
  return words.filter((word) => PLAIN.test(word));
}

/** A command's own; what every command takes is left out. */
export function ownOptions(program: ProgramLine, command: CommandLine): readonly OptionLine[] {
  const known = new Set(program.options.flatMap(({ names }) => names));
  return command.options.filter(({ names }) => !names.every((name) => known.has(name)));
}

/** Of all commands, the options that take a value. */
export function valuedOptions(program: ProgramLine): readonly OptionSlot[] {
  return program.commands.flatMap((command) =>
    ownOptions(program, command).flatMap((option) => slotOf(command.name, option)),
  );
}

function slotOf(command: string, option: OptionLine): OptionSlot[] {
  return option.placeholder === null ? [] : [{ command, option, value: option.value }];
}

/** Of all commands, the arguments for which a shell can propose something. */
export function proposedArguments(program: ProgramLine): readonly ArgumentSlot[] {
  return program.commands.flatMap((command) =>
    argumentsOf(program, command).flatMap(({ value, repeats }, place) =>
      value.kind === 'other' ? [] : [{ command: command.name, place, repeats, value }],
    ),
  );
}
