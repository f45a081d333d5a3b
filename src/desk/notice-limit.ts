/**
 * Bounds the notices to one staff member: beyond the limit of a window there is one digest in their place, which
 * says that more has come in.
 */
import { sameAddress } from '../message/addresses.js';
import type { Ledger } from './ledger.js';
import type { Letter } from './letters.js';
import { isFull } from './limits.js';
import type { DeskPolicy } from './policy.js';

export function boundNotices(
  policy: DeskPolicy,
  ledger: Ledger,
  about: { letters: readonly Letter[]; cause: string },
): readonly Letter[] {
  const { noticesPerMember } = policy.limits;
  return about.letters.flatMap((letter): readonly Letter[] => {
    if (letter.purpose === 'not-relayed') return boundReport(ledger, letter, about.cause);
    if (letter.purpose !== 'notice' && letter.purpose !== 'review-notice') return [letter];
    const others = ledger.notices.filter(
      ({ to, cause, purpose }) => purpose === 'notice' && cause !== about.cause && sameAddress(to, letter.to),
    );
    if (!isFull(others, noticesPerMember, ledger.now)) {
      ledger.noteNotice({ purpose: 'notice', to: letter.to, cause: about.cause, at: ledger.now });
      return [letter];
    }
    const window = Math.floor(ledger.now.getTime() / noticesPerMember.withinMs);
    if (ledger.digests.some((digest) => digest.window === window && sameAddress(digest.to, letter.to)))
      return [];
    ledger.noteDigest({ to: letter.to, window });
    return [{ purpose: 'digest', to: letter.to, member: letter.member, window }];
  });
}

const ONE_AN_HOUR = { count: 1, withinMs: 3_600_000 };

/** What a member is told of replies that went nowhere: a program that answers such a report gets no second one. */
function boundReport(
  ledger: Ledger,
  letter: Letter & { readonly to: string },
  cause: string,
): readonly Letter[] {
  const earlier = ledger.notices.filter(
    (one) => one.purpose === 'not-relayed' && one.cause !== cause && sameAddress(one.to, letter.to),
  );
  if (isFull(earlier, ONE_AN_HOUR, ledger.now)) return [];
  ledger.noteNotice({ purpose: 'not-relayed', to: letter.to, cause, at: ledger.now });
  return [letter];
}
