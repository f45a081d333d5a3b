/** A server has refused, or put off, one message, with what people are told of it. */
import { Problem } from '../problem/problem.js';
import { type Meaning } from './responses.js';

/** Why a message was not taken. */
export type RefusedBecause =
  /** In the server's words, cleaned and on one line. */
  | { readonly kind: 'answer'; readonly answer: string }
  /** In bytes; the limit is null where the server does not tell it. */
  | { readonly kind: 'too-large'; readonly size: number; readonly limit: number | null }
  /** It has bytes above 127, the server can't carry those, and they can't be written otherwise. */
  | { readonly kind: 'eight-bit'; readonly signed: boolean }
  /** An address or a header field that only servers with SMTPUTF8 can carry. */
  | { readonly kind: 'not-ascii' }
  /** It is no address that SMTP could carry. */
  | { readonly kind: 'address' };

export class MailRefusal extends Problem {
  readonly because: RefusedBecause;
  /** The step and the codes of the answer: refusals with the same one may have one reason. */
  readonly sameness: string;

  constructor(
    meaning: Meaning,
    message: string,
    told: { readonly because: RefusedBecause; readonly sameness: string },
  ) {
    super(meaning.code, message, { temporary: meaning.temporary, scope: meaning.scope });
    this.because = told.because;
    this.sameness = told.sameness;
  }
}

/**
 * The server broke off, or would not begin, while it had one message in hand: its trouble, or that message's. Whoever sends
 * compares it with what the server makes of other mail.
 */
export class BrokenAtLetter extends Problem {
  /** What the server said last, or how it broke off. */
  readonly answer: string;
  /** What it is where other mail is taken, if that is something else than a broken line. */
  readonly deferral: MailRefusal | null;

  constructor(problem: Problem, told: { readonly answer: string; readonly deferral: MailRefusal | null }) {
    const { code, message, temporary, scope, exitCode, cause } = problem;
    super(code, message, { temporary, scope, exitCode, cause });
    this.answer = told.answer;
    this.deferral = told.deferral;
  }
}
