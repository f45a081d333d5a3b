/** What became of a message of an alert. */

export interface Outcome {
  /**
   * `told`: it was taken. `again`: it was not, and may be later. `refused`: it never will be. `unknown`: no answer came, and it
   * may have been taken.
   */
  readonly kind: 'told' | 'again' | 'refused' | 'unknown';
  /** For the log and for people: no secret, and nothing that people wrote. */
  readonly why: string;
}
