/** `man`: the manual page, as man(1) reads it. */
import type { ProgramLine } from '../manual/line.js';
import { manualPage } from '../manual/page.js';
import { EXIT } from '../problem/problem.js';
import type { Surroundings } from './context.js';

const MS_IN_SECOND = 1000;

/** Its day is that of SOURCE_DATE_EPOCH, where a build that is to be the same each time sets it. */
export function man({ env, out }: Surroundings, program: ProgramLine): number {
  const given = Number.parseInt(env['SOURCE_DATE_EPOCH'] ?? '', 10);
  out.write(manualPage(program, Number.isNaN(given) ? new Date() : new Date(given * MS_IN_SECOND)));
  return EXIT.done;
}
