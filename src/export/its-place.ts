/** Where a ticket's file or Maildir lies. Where its state has changed, it moves first: there is never a second one. */
import { EXIT, Problem } from '../problem/problem.js';
import { lookAtPath, moveTo } from './safe-file.js';
import type { Target } from './target.js';
import type { LyingTicket } from './what.js';

export interface ItsPlace {
  readonly path: string;
  /** In bytes, of a file; 0 where there is nothing yet. */
  readonly size: number;
  readonly moved: boolean;
}

/** `wrong` is thrown where what lies there is of another kind. */
export async function inItsPlace(
  target: Target,
  { entry: { number }, state }: LyingTicket,
  { kind, wrong }: { readonly kind: 'file' | 'folder'; readonly wrong: (path: string) => Problem },
): Promise<ItsPlace> {
  const path = target.pathOf(number, state);
  const former = target.pathOf(number, state === 'open' ? 'archived' : 'open');
  const [here, there] = [await lookAtPath(path), await lookAtPath(former)];
  const found = here ?? there;
  if (found === null) return { path, size: 0, moved: false };
  if (here !== null && there !== null) throw twoOfOne(path, former);
  if (found.kind !== kind) throw wrong(here === null ? former : path);
  if (here === null) await moveTo(former, path);
  return { path, size: found.size, moved: here === null };
}

function twoOfOne(path: string, other: string): Problem {
  return new Problem('export-changed', `${path} and ${other} are the same ticket: move one of them away`, {
    exitCode: EXIT.usage,
  });
}
