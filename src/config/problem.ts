/**
 * What is wrong with the configuration, for the person who wrote it. The message names fields by their path and
 * says what would be right; it never holds a value, since a value may be a password in the wrong place.
 */
export type ConfigProblemCode =
  | 'config-unreadable'
  | 'config-syntax'
  | 'config-invalid'
  | 'secret-unavailable'
  | 'secret-invalid'
  | 'template-invalid';

/** EX_CONFIG of sysexits. */
const EXIT_CONFIGURATION = 78;

export class ConfigProblem extends Error {
  override readonly name = 'ConfigProblem';
  readonly code: ConfigProblemCode;
  /** Trying again with the same configuration does not help. */
  readonly temporary = false;
  readonly exitCode = EXIT_CONFIGURATION;

  constructor(code: ConfigProblemCode, message: string) {
    super(message);
    this.code = code;
  }
}
