/** The completion for fish. */
import type { OptionLine, ProgramLine, Value } from './line.js';
import { type OptionSlot, ownOptions, plainWords, proposedArguments, valuedOptions } from './shell-words.js';

const FOLDERS = '(__fish_complete_directories)';

export function fishCompletion(program: ProgramLine): string {
  const { name, commands } = program;
  const complete = (...parts: readonly string[]): string => ['complete -c', name, ...parts].join(' ');
  const within = (command: string): string => `-n ${quoted(`__${name}_in ${command}`)}`;
  const at = (command: string, place: number, more = ''): string =>
    `-n ${quoted(`__${name}_at ${command} ${place}${more}`)}`;
  const lines = [
    complete('-f'),
    ...commands.map((command) => complete(at("''", 0), '-a', command.name, '-d', quoted(command.about))),
    ...program.options.map((option) => complete(...optionParts(option))),
    ...commands.flatMap((command) =>
      ownOptions(program, command).map((option) => complete(within(command.name), ...optionParts(option))),
    ),
    ...proposedArguments(program).map(({ command, place, repeats, value }) =>
      complete(at(command, place, repeats ? ' more' : ''), ...valueParts(value)),
    ),
  ];
  return `# Completion of ${name} for fish, made by: ${name} completion fish

${functions(program)}
${lines.join('\n')}
`;
}

/** What a line of that shell has to know before the word that is being typed. */
function functions(program: ProgramLine): string {
  const { name } = program;
  return `# The options of command $argv[1] that take a value.
function __${name}_valued
    printf '%s\\n' ${namesOf(program.options)}
    switch "$argv[1]"
${byCommand(valuedOptions(program))
  .map(([command, options]) => `        case ${command}\n            printf '%s\\n' ${namesOf(options)}\n`)
  .join('')}    end
end

# The command, and how many arguments it has already.
function __${name}_line
    set -l command ''
    set -l place 0
    set -l takes no
    set -l rest no
    for word in (commandline -opc)[2..-1]
        if test $takes = yes
            set takes no
        else if test $rest = no; and test "$word" = --
            set rest yes
        else if test $rest = no; and string match -q -- '-*' "$word"
            contains -- "$word" (__${name}_valued "$command"); and set takes yes
        else if test -z "$command"
            set command "$word"
        else
            set place (math $place + 1)
        end
    end
    printf '%s\\n' "$command" $place
end

function __${name}_in
    set -l line (__${name}_line)
    test "$line[1]" = "$argv[1]"
end

# Whether argument $argv[2] of command $argv[1] is to come, or, with a third word, one behind it.
function __${name}_at
    set -l line (__${name}_line)
    test "$line[1]" = "$argv[1]"; or return 1
    test $line[2] -eq $argv[2]; and return 0
    set -q argv[3]; and test $line[2] -gt $argv[2]
end
`;
}

function byCommand(slots: readonly OptionSlot[]): readonly (readonly [string, readonly OptionLine[]])[] {
  const all = new Map<string, OptionLine[]>();
  for (const { command, option } of slots) all.set(command, [...(all.get(command) ?? []), option]);
  return [...all];
}

function namesOf(options: readonly OptionLine[]): string {
  const valued = options.filter(({ placeholder }) => placeholder !== null);
  return valued.flatMap(({ names }) => names).join(' ');
}

function optionParts({ names, about, placeholder, value }: OptionLine): readonly string[] {
  const typed = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const takes = placeholder === null ? [] : ['-r', ...valueParts(value)];
  return [...typed, ...takes, '-d', quoted(about)];
}

function valueParts(value: Value): readonly string[] {
  switch (value.kind) {
    case 'words':
      return ['-f', '-a', quoted(plainWords(value.words).join(' '))];
    case 'file':
      return ['-F'];
    case 'folder':
      return ['-f', '-a', quoted(FOLDERS)];
    default:
      return ['-f'];
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
}
