/**
 * The completion for bash, from 3.2 on (that of macOS), which needs no other package. Where a file is asked for it proposes
 * nothing itself, so that readline does, which knows how to quote names. An older bash proposes files also where it should not.
 */
import type { OptionLine, ProgramLine, Value } from './line.js';
import { ownOptions, plainWords, proposedArguments, valuedOptions } from './shell-words.js';

export function bashCompletion(program: ProgramLine): string {
  const { name } = program;
  const common = program.options;
  return `# Completion of ${name} for bash, made by: ${name} completion bash

# What may follow option $2 of command $1; fails if that takes no value.
__${name}_option() {
  case "$1 $2" in
${valuedOptions(program)
  .map(({ command, option, value }) => choice(patterns(option, `${command} `), value))
  .join('')}${common
  .filter(({ placeholder }) => placeholder !== null)
  .map((option) => choice(`*${patterns(option, ' ').replaceAll('|', '|*')}`, option.value))
  .join('')}    *) return 1 ;;
  esac
}

# What may stand as argument $2 of command $1, counted from 0.
__${name}_argument() {
  case "$1 $2" in
${proposedArguments(program)
  .map(({ command, place, repeats, value }) => choice(`'${command} '${repeats ? '*' : place}`, value))
  .join('')}    *) kind=other ;;
  esac
}

__${name}_options() {
  case "$1" in
${program.commands
  .map((command) => [command.name, namesOf(ownOptions(program, command))] as const)
  .filter(([, names]) => names !== '')
  .map(([command, names]) => `    ${command}) words='${names}' ;;\n`)
  .join('')}    *) words= ;;
  esac
  words="$words ${namesOf(common)}"
}

${completing(program)}

complete -o default -F _${name} ${name}
`;
}

/** The function that bash calls. */
function completing({ name, commands }: ProgramLine): string {
  const words = plainWords(commands.map((command) => command.name)).join(' ');
  return `_${name}() {
  local IFS=$' \\t\\n' kind=words words= command= option= rest= place=0 at=1 word
  local current=\${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  while [ "$at" -lt "$COMP_CWORD" ]; do
    word=\${COMP_WORDS[at]}
    at=$((at + 1))
    if [ -n "$option" ]; then
      # "=" and ":" are words of their own to bash.
      [ "$word" = = ] || option=
    elif [ "$word" = = ] || [ "$word" = : ]; then
      at=$((at + 1))
    elif [ -z "$rest" ] && [ "$word" = -- ]; then
      rest=yes
    elif [ -z "$rest" ] && [ "\${word#-}" != "$word" ]; then
      if __${name}_option "$command" "$word"; then option=$word; fi
    elif [ -z "$command" ]; then
      command=$word
    else
      place=$((place + 1))
    fi
  done
  if [ -n "$option" ]; then
    __${name}_option "$command" "$option"
    [ "$current" != = ] || current=
  elif [ "$at" -gt "$COMP_CWORD" ] || [ "$current" = : ]; then
    kind=other
  elif [ -z "$rest" ] && [ "\${current#-}" != "$current" ]; then
    kind=words
    __${name}_options "$command"
  elif [ -z "$command" ]; then
    kind=words words='${words}'
  else
    __${name}_argument "$command" "$place"
  fi
  case $kind in
    file) return ;;
    folder) compopt +o default -o dirnames 2>/dev/null ;;
    *) compopt +o default 2>/dev/null ;;
  esac
  if [ "$kind" = words ]; then COMPREPLY=($(compgen -W "$words" -- "$current")); fi
}`;
}

function choice(pattern: string, value: Value): string {
  const words = value.kind === 'words' ? ` words='${plainWords(value.words).join(' ')}'` : '';
  return `    ${pattern}) kind=${value.kind}${words} ;;\n`;
}

function patterns({ names }: OptionLine, before: string): string {
  return names.map((name) => `'${before}${name}'`).join('|');
}

function namesOf(options: readonly OptionLine[]): string {
  return options.flatMap(({ names }) => names).join(' ');
}
