/** The shells that people type at: each at work in a terminal, or reading what it is given without running it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findTool } from './tools.js';
import { type Typing, typeAt } from './typing.js';

const run = promisify(execFile);

export const SHELLS = ['bash', 'dash', 'zsh', 'fish'] as const;
export type ShellName = (typeof SHELLS)[number];

/** Without anybody's settings; those of fish lie below HOME. */
const BARE: Readonly<Record<ShellName, readonly string[]>> = {
  bash: ['--noprofile', '--norc'],
  dash: [],
  zsh: ['-f'],
  fish: [],
};

export interface Shell {
  readonly name: ShellName;
  readonly program: string;
  /** Why tests in it are left out; empty if they are not. */
  readonly missing: string;
}

export async function findShell(name: ShellName): Promise<Shell> {
  if (name === 'zsh' || name === 'fish') {
    const { program, reason } = await findTool(name);
    return { name, program: program ?? '', missing: program === null ? reason : '' };
  }
  const found = await run(name, ['-c', 'exit 0']).then(
    () => true,
    () => false,
  );
  return { name, program: name, missing: found ? '' : `no ${name} here` };
}

/** What the shell says of the syntax of `text`; '' where nothing is wrong with it. */
export async function syntaxErrors({ name, program }: Shell, text: string): Promise<string> {
  const args = name === 'fish' ? ['--no-execute', '-c', text] : ['-n', '-c', text];
  return run(program, [...BARE[name], ...args]).then(
    ({ stderr }) => stderr,
    ({ stderr }: { stderr: string }) => stderr,
  );
}

export interface Session {
  readonly typing: Typing;
  /** Types a line, and waits until it is done; what it printed, its own echo included. */
  run(line: string): Promise<{ readonly code: number; readonly printed: string }>;
  /** Types a line that then asks something: `done` is to be called when it has been answered. */
  begin(line: string): void;
  done(): Promise<{ readonly code: number; readonly printed: string }>;
}

/** A shell in a terminal, as somebody has it who opens a window. */
export function openShell(
  { name, program }: Shell,
  { env, cwd }: { readonly env: Readonly<Record<string, string>>; readonly cwd: string },
): Session {
  const typing = typeAt([program, ...BARE[name], '-i'], { cwd, env: { ...env, TERM: 'dumb', ENV: '' } });
  let typed = 0;
  let from = 0;
  const begin = (line: string): void => {
    from = typing.text().length;
    typing.type(`${line}\r`);
  };
  const done = async (): Promise<{ code: number; printed: string }> => {
    typed += 1;
    // Not as it is typed, which is shown too.
    typing.type(`echo "line ${typed}"' ended with '$${name === 'fish' ? 'status' : '?'}\r`);
    const ended = new RegExp(`line ${typed} ended with (\\d+)`);
    await typing.see(ended);
    const printed = typing.text().slice(from);
    return { code: Number(ended.exec(printed)?.[1]), printed };
  };
  return {
    typing,
    begin,
    done,
    async run(line) {
      begin(line);
      return done();
    },
  };
}
