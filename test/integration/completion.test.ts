/** What the shells complete, typed into each of them in a terminal: a command in its place tells what it was given in the end. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bashCompletion } from '../../src/manual/bash.js';
import { fishCompletion } from '../../src/manual/fish.js';
import type { ProgramLine } from '../../src/manual/line.js';
import { zshCompletion } from '../../src/manual/zsh.js';
import { hasTerminals } from './mutt-terminal.js';
import { findShell, type Shell, syntaxErrors } from './shells.js';
import { type Typing, typeAt } from './typing.js';
import { main } from './world.js';

const run = promisify(execFile);
const SHELLS = await Promise.all((['bash', 'zsh', 'fish'] as const).map(findShell));
const here = SHELLS.filter(({ missing }) => missing === '');
for (const { name, missing } of SHELLS)
  if (missing !== '') console.log(`Completion is not tried in ${name}: ${missing}`);
const terminals = await hasTerminals();

const STAND_IN = `#!/bin/sh\nprintf 'it was told'\nprintf ' [%s]' "$@"\nprintf ' and ended\\n'\n`;
const INTERRUPT = '\x03';

/** How each is made to know the script, in the ways that docs/commands.md tells. */
const WAYS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  bash: { 'in .bashrc': ['source "$HOME/script"'] },
  zsh: {
    'in a folder of fpath': ['fpath=("$HOME/functions" $fpath)', 'autoload -Uz compinit', 'compinit -u -D'],
    'in .zshrc': ['autoload -Uz compinit', 'compinit -u -D', 'source "$HOME/script"'],
  },
  fish: { 'in the folder of completions': [] },
};
const ARGS: Readonly<Record<string, readonly string[]>> = {
  bash: ['--noprofile', '--norc', '-i'],
  zsh: ['-f', '-i'],
  fish: ['-i'],
};

let folder: string;
let bin: string;

const scriptOf = async (shell: string): Promise<string> =>
  (await run(process.execPath, [main, 'completion', shell])).stdout;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imapdesk-completion-'));
  bin = join(folder, 'bin');
  const desk = join(folder, 'desk');
  await mkdir(bin);
  await mkdir(join(desk, 'attachments'), { recursive: true });
  for (const name of ['config.json', 'message one.eml', 'attached.txt', '42'])
    await writeFile(join(desk, name), '');
  await writeFile(join(bin, 'imapdesk'), STAND_IN);
  await chmod(join(bin, 'imapdesk'), 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A shell in a terminal, with a home of its own, that knows the script. */
async function open({ name, program }: Shell, way: readonly string[], made?: string): Promise<Typing> {
  const home = await mkdtemp(join(folder, 'home-'));
  const script = made ?? (await scriptOf(name));
  // Without it fish makes completions of all manual pages, and is still at it when we have ended.
  await mkdir(join(home, '.local/share/fish/generated_completions'), { recursive: true });
  for (const place of ['functions/_imapdesk', '.config/fish/completions/imapdesk.fish', 'script']) {
    await mkdir(join(home, place, '..'), { recursive: true });
    await writeFile(join(home, place), script);
  }
  const env = {
    HOME: home,
    XDG_CONFIG_HOME: '',
    XDG_DATA_HOME: '',
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    TERM: 'xterm',
  };
  const typing = typeAt([program, ...(ARGS[name] ?? [])], { cwd: join(folder, 'desk'), env });
  for (const line of [...way, `printf '%s to be told\\n' ready`]) typing.type(`${line}\r`);
  await typing.see(/ready to be told/);
  return typing;
}

/** What the command is given where that is typed, then Enter. */
async function told(typing: Typing, line: string): Promise<string> {
  const from = typing.text().length;
  typing.type(`${line}\r`);
  await typing.see(/it was told.* and ended/);
  const [, words = ''] = /it was told (.*) and ended/.exec(typing.text().slice(from)) ?? [];
  return words.replaceAll('/]', ']');
}

const LINES = [
  ['a command', 'imapdesk lis\t', '[list]'],
  ['a command behind an option with a value', 'imapdesk -c con\t lis\t', '[-c] [config.json] [list]'],
  ['a file behind =', 'imapdesk --config=con\t list', '[--config=config.json] [list]'],
  ['a command behind a value with the name of one', 'imapdesk --desk list sho\t', '[--desk] [list] [show]'],
  ['an option of a command', 'imapdesk list --wai\t', '[list] [--waiting]'],
  ['an option of all commands', 'imapdesk list --qu\t', '[list] [--quiet]'],
  ['no option of another command', 'imapdesk list --dry\t', '[list] [--dry]'],
  ['a choice', 'imapdesk once --adopt re\t', '[once] [--adopt] [recent]'],
  ['a choice behind =', 'imapdesk once --adopt=re\t', '[once] [--adopt=recent]'],
  ['a choice of an argument', 'imapdesk completion z\t', '[completion] [zsh]'],
  ['a file with a space in its name', 'imapdesk explain mes\t', '[explain] [message one.eml]'],
  [
    'one file after another',
    'imapdesk explain 42 --json attached\t',
    '[explain] [42] [--json] [attached.txt]',
  ],
  ['a folder, and no file', 'imapdesk show 42 --save att\t', '[show] [42] [--save] [attachments]'],
  ['no file where a number is wanted', 'imapdesk show 4\t', '[show] [4]'],
  [
    'nothing behind a host with a port',
    'imapdesk init --imap a.example:99\t',
    '[init] [--imap] [a.example:99]',
  ],
  [
    'an option behind that',
    'imapdesk init --imap a.example:993 --forc\t',
    '[init] [--imap] [a.example:993] [--force]',
  ],
  ['a command to be told of', 'imapdesk help sho\t', '[help] [show]'],
] as const;

describe.skipIf(!terminals).each(here)('$name', (shell) => {
  describe.each(Object.entries(WAYS[shell.name] ?? {}))('%s', (_name, way) => {
    it('completes commands, options, choices, files and folders', async () => {
      const typing = await open(shell, way);
      try {
        for (const [what, line, expected] of LINES)
          expect([what, await told(typing, line)]).toEqual([what, expected]);
      } finally {
        typing.child.kill('SIGKILL');
      }
    });
  });

  it('shows the commands that there are, and what each does where it has a place for that', async () => {
    const [way = []] = Object.values(WAYS[shell.name] ?? {});
    const typing = await open(shell, way);
    try {
      typing.type('imapdesk re\t\t');
      if (shell.name === 'bash') await typing.see(/reopen +repair +reply +retry/);
      else await typing.see(/open\b.*reopens an archived ticket/);
      typing.type(INTERRUPT);
    } finally {
      typing.child.kill('SIGKILL');
    }
  });

  it('reads the script without a complaint', async () => {
    expect(await syntaxErrors(shell, await scriptOf(shell.name))).toBe('');
  });
});

/** All that a shell or roff might take for an order. */
const STRANGE = `a 'quote', "two", [brackets] {b} (c) a:colon -- back\\slash \\fB $HOME \`tick\` %d * ? ~ ! # & ; < > | .`;
const strange: ProgramLine = {
  name: 'imapdesk',
  version: '1',
  usage: 'imapdesk [options] [command]',
  about: STRANGE,
  options: [],
  commands: [
    {
      name: 'strange',
      usage: 'imapdesk strange',
      about: STRANGE,
      options: [
        {
          names: ['--odd'],
          term: '--odd <host[:port]>',
          about: STRANGE,
          inFull: STRANGE,
          placeholder: 'host[:port]',
          value: { kind: 'other' },
          repeats: false,
        },
      ],
      takes: [],
    },
    { name: 'strong', usage: 'imapdesk strong', about: 'plain', options: [], takes: [] },
  ],
};

describe.skipIf(!terminals).each(here)('$name', (shell) => {
  it('shows a description as it stands, whatever is in it', async () => {
    const script = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion, dash: () => '' }[
      shell.name
    ](strange);
    expect(await syntaxErrors(shell, script)).toBe('');
    const [way = []] = Object.values(WAYS[shell.name] ?? {});
    const typing = await open(shell, ['stty columns 250', ...way], script);
    try {
      expect(await told(typing, 'imapdesk strange --o\t5')).toMatch(/^\[strange\] \[--odd(?:=|\] \[)5\]$/);
      if (shell.name === 'bash') return;
      typing.type('imapdesk st\t\t');
      await typing.see(new RegExp(STRANGE.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')));
    } finally {
      typing.child.kill('SIGKILL');
    }
  });
});

it('a shell that is not known is an error that names those that are', async () => {
  const failed = run(process.execPath, [main, 'completion', 'ksh']);
  await expect(failed).rejects.toMatchObject({ code: 64, stderr: expect.stringMatching(/bash, zsh, fish/) });
});
