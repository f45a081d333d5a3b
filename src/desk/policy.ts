/**
 * What a desk's configuration means to the code that decides: plain values, secrets resolved, templates loaded.
 */
export interface StaffMember {
  readonly name: string;
  /** Canonical addresses; the first one gets the notices and stands for the member in signatures. */
  readonly addresses: readonly string[];
}

export interface AddressTemplates {
  /** With `{id}` once, such as `support+{id}@example.com`. */
  readonly ticket: string;
  readonly done: string;
}

export interface RateLimit {
  readonly count: number;
  readonly withinMs: number;
}

export type TextName =
  | 'acknowledgement'
  | 'filing-note'
  | 'notice'
  | 'error-report'
  | 'confirmation-closed'
  | 'adoption-summary'
  | 'review-notice'
  | 'not-relayed';

export interface DeskPolicy {
  readonly name: string;
  /** The desk's own canonical address. */
  readonly address: string;
  /** The first signs, all verify. */
  readonly secrets: readonly [string, ...string[]];
  readonly staff: readonly StaffMember[];
  /** null on a host without plus-addressing: ids and tags match there. */
  readonly addresses: AddressTemplates | null;
  readonly tag: string;
  /** Set where the border's Authentication-Results can be trusted. */
  readonly authservId: string | null;
  readonly confirmClose: 'requester' | 'none';
  readonly errorReportsPerSender: RateLimit;
  /** Fills a template of the desk. */
  readonly render: (name: TextName, variables: Readonly<Record<string, unknown>>) => string;
}
