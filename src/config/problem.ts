/**
 * What is wrong with the configuration, for the person who wrote it. The message names fields by their path and
 * says what would be right; it never holds a value, since a value may be a password in the wrong place.
 */
import { EXIT, Problem } from '../problem/problem.js';

export type ConfigProblemCode =
  | 'config-unreadable'
  | 'config-syntax'
  | 'config-invalid'
  | 'secret-unavailable'
  | 'secret-invalid'
  | 'secret-exposed'
  | 'template-invalid';

/** Trying again with the same configuration does not help. */
export class ConfigProblem extends Problem {
  constructor(code: ConfigProblemCode, message: string) {
    super(code, message, { exitCode: EXIT.configuration });
  }
}
