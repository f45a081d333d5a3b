/** The completion for zsh: a function for a folder of `$fpath`, or to be read in behind `compinit`. */
import { argumentsOf, type CommandLine, type OptionLine, type ProgramLine, type Value } from './line.js';
import { ownOptions, plainWords } from './shell-words.js';

export function zshCompletion(program: ProgramLine): string {
  const { name, commands } = program;
  return `#compdef ${name}
# Completion of ${name} for zsh, made by: ${name} completion zsh

_${name}() {
  local curcontext="$curcontext" context state state_descr line ret=1
  typeset -A opt_args
  local -a everywhere=(
${program.options.flatMap(specs).map(indented(4)).join('\n')}
  )
  _arguments -C -s -S $everywhere ':command:->command' '*:::argument:->argument' && ret=0
  case $state in
    command)
      local -a commands=(
${commands.map(({ name: one, about }) => indented(8)(quoted(`${one}:${about.replaceAll(/[\\:]/g, '\\$&')}`))).join('\n')}
      )
      _describe -t commands command commands && ret=0
      ;;
    argument)
      words=($line[1] "\${words[@]}")
      ((CURRENT += 1))
      curcontext="\${curcontext%:*:*}:${name}-$line[1]:"
      case $line[1] in
${commands.map((command) => caseOf(program, command)).join('')}      esac
      ;;
  esac
  return ret
}

if [ "$funcstack[1]" = _${name} ]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function caseOf(program: ProgramLine, command: CommandLine): string {
  const all = [
    ...ownOptions(program, command).flatMap(specs),
    ...argumentsOf(program, command).map(({ name, value, required, repeats }) => {
      const begins = repeats ? '*' : required ? '' : ':';
      return quoted(`${begins}:${escaped(name)}:${action(value)}`);
    }),
  ];
  const lines = ['_arguments -s -S $everywhere', ...all.map(indented(2))].map(indented(10));
  return `        ${command.name})\n${lines.join(' \\\n')} && ret=0\n          ;;\n`;
}

/** One for each name. What is of use once alone is not proposed again. */
function specs({ names, about, placeholder, value, repeats }: OptionLine): readonly string[] {
  const once = repeats ? '*' : `(${names.join(' ')})`;
  return names.map((name) => {
    const joined = placeholder === null ? '' : name.startsWith('--') ? '=' : '+';
    const takes = placeholder === null ? '' : `:${escaped(placeholder)}:${action(value)}`;
    return quoted(`${once}${name}${joined}[${escaped(about)}]${takes}`);
  });
}

function action(value: Value): string {
  switch (value.kind) {
    case 'words':
      return `(${plainWords(value.words).join(' ')})`;
    case 'file':
      return '_files';
    case 'folder':
      return '_files -/';
    default:
      return ' ';
  }
}

function escaped(text: string): string {
  return text.replaceAll(/[\\:[\]]/g, '\\$&');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function indented(by: number): (line: string) => string {
  return (line) => `${' '.repeat(by)}${line}`;
}
