/** What the rules about automatic mail say of a message. */

export type AutomaticKind =
  | 'auto-reply'
  | 'bounce'
  | 'delivery-notice'
  | 'read-receipt'
  /** A mailing list passed it on: a person may have written it. It is not answered, and that is all. */
  | 'list'
  /** Sent to many, as `list`: not answered, and that is all. */
  | 'bulk'
  | 'report'
  /** Only the body says so: a sign set to a message, in place of words (`reaction.ts`). */
  | 'reaction'
  /** A program wrote it on its own account: nobody's reply. */
  | 'generated'
  /** Only the desk can say so, from its own signed field. */
  | 'own';

export interface Automatic {
  readonly kind: AutomaticKind;
  /** One sentence for each rule that fits, the deciding one first. */
  readonly because: readonly string[];
}

/** Another view of a message that a tracker, a list or another program carried. */
export interface Answered {
  readonly automatic: Automatic | null;
  /** The signs of the program that are left out of it. */
  readonly because: readonly string[];
  /** None of them is anything but a tracker's own field. */
  readonly byTracker: boolean;
}

export interface Classification {
  /** null for a person's mail. */
  readonly automatic: Automatic | null;
  /** No automatic answer, although a person may have written it. */
  readonly suppressAnswer: boolean;
  /** Why: one sentence for each rule that says so; empty if none does. */
  readonly suppressBecause: readonly string[];
  /** Only words of its subject say that it is automatic, and the subject of what it answers may have them as well. */
  readonly inWords: boolean;
  /** What it is if it answers a person: what programs write into people's answers too does not count. */
  readonly asAnswer: Answered | null;
  /** The header leaves open whether mail was returned; the body may tell (`looksLikeBounce`). */
  readonly mayBeBounce: boolean;
  /**
   * A mailbox rule sent it, and only the name of the rule's mailbox says that it passes on what somebody wrote: enough for
   * an answer, and not for a relay.
   */
  readonly perhapsOfRule?: true;
}
