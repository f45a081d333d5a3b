/** `completion`: the script by which a shell completes what is typed. */
import { bashCompletion } from '../manual/bash.js';
import { fishCompletion } from '../manual/fish.js';
import type { ProgramLine } from '../manual/line.js';
import type { Shell } from '../manual/shell-words.js';
import { zshCompletion } from '../manual/zsh.js';
import { EXIT } from '../problem/problem.js';
import type { Surroundings } from './context.js';

const SCRIPTS: Readonly<Record<Shell, (program: ProgramLine) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

export function completion({ out }: Surroundings, shell: Shell, program: ProgramLine): number {
  out.write(SCRIPTS[shell](program));
  return EXIT.done;
}
