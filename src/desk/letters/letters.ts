/**
 * The letters of the desk: mail that it writes, to whom, why, and about which ticket. The tables say all that there is to
 * say of a purpose; `compose-letter.ts` composes by them, and the worker asks them what becomes of a letter.
 */
import type { DeskPolicy } from '../policy.js';
import type { Occasion, Row } from './row.js';
import { TO_PEOPLE } from './to-people.js';
import { TO_STAFF } from './to-staff.js';

export type { Occasion } from './row.js';

/** In the order in which the letters of a message are staged. */
export const PURPOSES = { ...TO_PEOPLE, ...TO_STAFF };

export type Purpose = keyof typeof PURPOSES;

type SaidOf<P extends Purpose> =
  (typeof PURPOSES)[P] extends Row<P, infer D, infer O> ? { D: D; O: O } : never;

export type Letter<P extends Purpose = Purpose> = {
  [One in P]: { readonly purpose: One } & SaidOf<One>['D'];
}[P];

/** The letters that can be written from what is known of their cause. */
export type LetterFrom<O> = {
  [One in Purpose]: O extends SaidOf<One>['O'] ? Letter<One> : never;
}[Purpose];

export function isPurpose(name: string): name is Purpose {
  return Object.hasOwn(PURPOSES, name);
}

/** Nothing here reads a body. */
export function lettersFor(policy: DeskPolicy, occasion: Occasion): readonly Letter[] {
  return Object.values(PURPOSES).flatMap((row): readonly Letter[] => row.caused?.(policy, occasion) ?? []);
}
