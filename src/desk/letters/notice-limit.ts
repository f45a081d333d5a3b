/**
 * Bounds the notices to one staff member: beyond the limit of a window there is one digest in their place, which
 * says that more has come in.
 */
import type { DeskPolicy } from '../policy.js';
import type { Ledger } from '../ticket/ledger.js';
import type { Letter } from './letters.js';
import { rowOf } from './staging.js';

export function boundNotices(
  policy: DeskPolicy,
  ledger: Ledger,
  about: { letters: readonly Letter[]; cause: string },
): readonly Letter[] {
  const { noticesPerMember } = policy.limits;
  const isHushed = about.letters.some(
    (letter) =>
      letter.purpose === 'not-relayed' &&
      letter.hushes === true &&
      reportsOfLate(ledger, letter.to, about.cause) > 0,
  );
  return about.letters.flatMap((letter): readonly Letter[] => {
    if (!('member' in letter)) return [letter];
    const { countsAs } = rowOf(letter);
    if (countsAs === 'not-relayed') return boundReport(ledger, letter, about.cause);
    if (countsAs !== 'notice') return [letter];
    if (isHushed) return [];
    const since = ledger.now.getTime() - noticesPerMember.withinMs;
    const notice = { purpose: 'notice', to: letter.to, cause: about.cause } as const;
    if (ledger.notices.since(since, notice) < noticesPerMember.count) {
      ledger.notices.note({ ...notice, at: ledger.now });
      return [letter];
    }
    const window = Math.floor(ledger.now.getTime() / noticesPerMember.withinMs);
    if (ledger.notices.hasDigest({ to: letter.to, window }, noticesPerMember.withinMs)) return [];
    ledger.notices.noteDigest({ to: letter.to, window });
    return [{ purpose: 'digest', to: letter.to, member: letter.member, window }];
  });
}

const HOUR_MS = 3_600_000;

/** What a member is told of replies that went nowhere: a program that answers such a report gets no second one. */
function boundReport(
  ledger: Ledger,
  letter: Letter & { readonly to: string },
  cause: string,
): readonly Letter[] {
  if (reportsOfLate(ledger, letter.to, cause) > 0) return [];
  ledger.notices.note({ purpose: 'not-relayed', to: letter.to, cause, at: ledger.now });
  return [letter];
}

function reportsOfLate(ledger: Ledger, to: string, cause: string): number {
  return ledger.notices.since(ledger.now.getTime() - HOUR_MS, { purpose: 'not-relayed', to, cause });
}
