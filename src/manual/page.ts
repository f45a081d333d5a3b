/** The manual page, in the macros of man(7), which groff and mandoc both read. */
import type { ArgumentLine, CommandLine, OptionLine, ProgramLine } from './line.js';
import { DESCRIPTION, ENVIRONMENT, EXAMPLES, EXIT_CODES, FILES, type Told } from './words.js';

/** Of a line of text, in the source of the page; roff fills the lines of what is shown by itself. */
const MAX_LINE = 80;
/** A character that means something to roff, or that it would print as another one. */
const SPECIAL: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
  '"': '\\(dq',
};

export function manualPage(program: ProgramLine, made: Date): string {
  const { name, version, about } = program;
  const day = made.toISOString().slice(0, 10);
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['NAME', [`${text(name)} \\- ${text(lowered(about))}`]],
    ['SYNOPSIS', [usage(program.usage)]],
    ['DESCRIPTION', paragraphs(DESCRIPTION)],
    ['OPTIONS', ['Every command takes these, before or behind its name.', ...options(program.options)]],
    ['COMMANDS', program.commands.flatMap((command) => commandPart(program, command))],
    ['EXIT STATUS', listed(EXIT_CODES)],
    ['ENVIRONMENT', listed(ENVIRONMENT)],
    ['FILES', listed(FILES)],
    ['EXAMPLES', EXAMPLES.flatMap(([typed, does]) => tagged(bold(`${name} ${typed}`), does))],
    [
      'SEE ALSO',
      filled(`The pages in the folder docs of the package, which npm puts below lib/node_modules/${name}.`),
    ],
  ];
  return [
    `.\\" Made by: ${name} man`,
    `.TH "${name.toUpperCase()}" "1" "${day}" "${name} ${version}"`,
    ...sections.flatMap(([title, lines]) => [`.SH "${title}"`, ...lines]),
    '',
  ].join('\n');
}

function commandPart(program: ProgramLine, { name, about, usage: line, takes, options: all }: CommandLine) {
  const known = new Set(program.options.map(({ term }) => term));
  return [
    `.SS "${text(`${program.name} ${name}`)}"`,
    ...filled(sentence(about)),
    '.PP',
    usage(line),
    ...takes.filter(({ inFull }) => inFull !== '').flatMap(argument),
    ...options(all.filter(({ term }) => !known.has(term))),
  ];
}

function argument({ name, inFull }: ArgumentLine): readonly string[] {
  return tagged(italic(name), inFull);
}

function options(all: readonly OptionLine[]): readonly string[] {
  return all.flatMap(({ term, inFull }) => tagged(optionTerm(term), inFull));
}

/** `-c, --config <file>`: what is typed as it stands is bold, and what it stands for is not. */
function optionTerm(term: string): string {
  const [, names = '', value = ''] = /^(.*?)(?: ([<[].*))?$/.exec(term) ?? [];
  const typed = names.split(', ').map(bold).join(', ');
  return value === '' ? typed : `${typed} ${italic(value)}`;
}

/** `imapdesk list [options]`. */
function usage(line: string): string {
  return line
    .split(' ')
    .map((word) => (/^[<[]/.test(word) ? italic(word) : bold(word)))
    .join(' ');
}

function paragraphs(all: readonly string[]): readonly string[] {
  return all.flatMap((one, index) => (index === 0 ? filled(one) : ['.PP', ...filled(one)]));
}

function listed(all: readonly Told[]): readonly string[] {
  return all.flatMap(([term, meaning]) => tagged(bold(term), meaning));
}

function tagged(term: string, meaning: string): readonly string[] {
  return ['.TP', term, ...filled(meaning)];
}

function bold(words: string): string {
  return `\\fB${text(words)}\\fR`;
}

function italic(words: string): string {
  return `\\fI${text(words)}\\fR`;
}

/** A paragraph, in lines. None of them begins with a dot, which would make it an order to roff. */
function filled(words: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text(words).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > MAX_LINE) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? word.replace(/^\./, '\\&.') : ` ${word}`;
  }
  return [...lines, line];
}

/** In one line. */
function text(words: string): string {
  return words
    .trim()
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\\-'`^~"]/g, (character) => SPECIAL[character] ?? character)
    .replaceAll(/[^\x20-\x7e]/gu, (character) => `\\[u${hex(character)}]`);
}

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}

function lowered(words: string): string {
  return (words.charAt(0).toLowerCase() + words.slice(1)).replace(/\.$/, '');
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${words.endsWith('.') ? '' : '.'}`;
}
