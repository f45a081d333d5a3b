/** The command line as data, by what its parser knows: nothing about a command is written down a second time. */
import type { Argument, Command, Help, Option } from 'commander';
import type { ArgumentLine, CommandLine, OptionLine, ProgramLine, Value } from './manual/line.js';

/** A placeholder says what it stands for by its last word: `<file>`, `[files...]`, `<mbox-file>`, `<folder>`. */
const FILE = /(?:^|-)files?$/;
const FOLDER = /(?:^|-)(?:folder|directory|dir)$/;
const SEVERAL_TIMES = /several times|\btwice\b/;

export function described(program: Command): ProgramLine {
  const help = program.createHelp();
  return {
    ...lineOf(program, help),
    version: program.version() ?? '',
    commands: help.visibleCommands(program).map((command) => {
      const line = lineOf(command, help);
      // The parser's own "help" does not know whose it is.
      return command.parent === null ? { ...line, usage: `${program.name()} ${line.usage}` } : line;
    }),
  };
}

function lineOf(command: Command, help: Help): CommandLine {
  return {
    name: command.name(),
    usage: help.commandUsage(command),
    about: help.commandDescription(command),
    options: help.visibleOptions(command).map((option) => optionLine(option, help)),
    takes: command.registeredArguments.map((argument) => argumentLine(argument, help)),
  };
}

function optionLine(option: Option, help: Help): OptionLine {
  const placeholder = /[<[](.+?)(?:\.\.\.)?[\]>]$/.exec(option.flags)?.[1] ?? null;
  return {
    names: [option.short, option.long].filter((name) => name !== undefined),
    term: help.optionTerm(option),
    about: option.description,
    inFull: help.optionDescription(option),
    placeholder,
    value: valueOf(placeholder ?? '', option.argChoices),
    repeats: option.variadic || SEVERAL_TIMES.test(option.description),
  };
}

function argumentLine(argument: Argument, help: Help): ArgumentLine {
  const name = argument.name();
  return {
    name,
    inFull: help.argumentDescription(argument),
    value: valueOf(name, argument.argChoices),
    required: argument.required,
    repeats: argument.variadic,
  };
}

function valueOf(placeholder: string, choices: readonly string[] | undefined): Value {
  if (choices !== undefined) return { kind: 'words', words: choices };
  if (FILE.test(placeholder)) return { kind: 'file' };
  return { kind: FOLDER.test(placeholder) ? 'folder' : 'other' };
}
