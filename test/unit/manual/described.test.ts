/** The command line as data, and the scripts and the page that are made of it. */
import { readFileSync } from 'node:fs';
import { Argument, Command, Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { described } from '../../../src/described.js';
import { bashCompletion } from '../../../src/manual/bash.js';
import { fishCompletion } from '../../../src/manual/fish.js';
import { manualPage } from '../../../src/manual/page.js';
import { EXIT_CODES } from '../../../src/manual/words.js';
import { zshCompletion } from '../../../src/manual/zsh.js';
import { EXIT } from '../../../src/problem/problem.js';

function program(): Command {
  const made = new Command('desk').description('A desk.').version('1.2.3', '--version', 'print the version');
  made.option('-c, --config <file>', 'configuration').configureHelp({ showGlobalOptions: true });
  made
    .command('open')
    .description('opens it')
    .addArgument(new Argument('[letters...]', 'what comes in'))
    .addOption(new Option('--how <way>', 'which way').choices(['wide', 'a bit']).default('wide'))
    .addOption(new Option('--into <folder>', 'where to; may be given several times'))
    .addOption(new Option('--from <mbox-file>', 'what from'))
    .addOption(new Option('--secret', 'for nobody').hideHelp());
  made.command('hidden', { hidden: true }).description('for nobody');
  return made;
}

const line = described(program());
const [open] = line.commands;

describe('the command line as data', () => {
  it('has what --help shows, and what is hidden there in no place', () => {
    expect(line).toMatchObject({ name: 'desk', version: '1.2.3', usage: 'desk [options] [command]' });
    expect(line.commands.map(({ name, usage }) => [name, usage])).toEqual([
      ['open', 'desk open [options] [letters...]'],
      ['help', 'desk help [command]'],
    ]);
    const made = [
      bashCompletion(line),
      zshCompletion(line),
      fishCompletion(line),
      manualPage(line, new Date(0)),
    ];
    for (const one of made) {
      expect(one).toContain('open');
      expect(one).not.toMatch(/hidden|secret|for nobody/);
    }
  });

  it('knows by the name of a value what it is', () => {
    expect(open?.options.map(({ names, value, repeats }) => [names.at(-1), value, repeats])).toEqual([
      ['--how', { kind: 'words', words: ['wide', 'a bit'] }, false],
      ['--into', { kind: 'folder' }, true],
      ['--from', { kind: 'file' }, false],
      ['--help', { kind: 'other' }, false],
    ]);
    expect(open?.takes).toEqual([
      { name: 'letters', inFull: 'what comes in', value: { kind: 'other' }, required: false, repeats: true },
    ]);
    expect(open?.options[0]?.inFull).toBe('which way (choices: "wide", "a bit", default: "wide")');
  });

  it('proposes no word that a shell would want in quotes', () => {
    expect(bashCompletion(line)).toContain("'open --how') kind=words words='wide' ;;");
  });
});

describe('the exit codes of the manual page', () => {
  const page = readFileSync(new URL('../../../docs/commands.md', import.meta.url), 'utf8');

  it('are those that docs/commands.md tells, in the same words', () => {
    const [, table = ''] = /^\| exit code \| meaning \|\n\|.*\n((?:\|.*\n)+)/m.exec(page) ?? [];
    const rows = table
      .trim()
      .split('\n')
      .map((row) =>
        row
          .split('|')
          .slice(1, 3)
          .map((cell) => cell.trim()),
      );
    expect(EXIT_CODES).toEqual(rows);
  });

  it('have all that a command may end with', () => {
    const told = EXIT_CODES.map(([code]) => Number(code));
    expect(told).toEqual(expect.arrayContaining(Object.values(EXIT)));
  });
});
