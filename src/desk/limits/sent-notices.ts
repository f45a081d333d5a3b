/** The notices and digests that staff were sent within the limit's window, by which their number is bounded. */
import { addressKey, sameAddress } from '../../message/header/addresses.js';
import type { Earlier, EarlierLetter, Hash } from './earlier.js';
import { Tally } from './tally.js';

/** A notice to staff, for the message of that identity. */
export interface SentNotice {
  readonly purpose: 'notice' | 'not-relayed';
  readonly to: string;
  readonly cause: string;
  readonly at: Date;
}

/** Windows are counted from 1970. */
interface SentDigest {
  readonly to: string;
  readonly window: number;
}

export class SentNotices {
  /** Those from before the pass, where they are not noted one by one. */
  earlier: Earlier | null = null;
  readonly #notices = new Tally();
  /** Each once: a member gets thousands. */
  readonly #groups = new Map<string, readonly [string]>();
  readonly #digests: SentDigest[] = [];

  /** How many notices of that purpose a member has got since, without those for this cause. */
  since(moment: number, of: Omit<SentNotice, 'at'>): number {
    const group = noticeGroup(of);
    const earlier = this.earlier?.count(group, { after: moment }, of) ?? 0;
    return earlier + this.#notices.count(group, { after: moment }, of);
  }

  note(notice: SentNotice): void {
    const named = noticeGroup(notice);
    const groups = this.#groups.get(named) ?? ([named] as const);
    const [group] = groups;
    if (this.#notices.has(group, notice.cause) || this.earlier?.has(group, notice.cause) === true) return;
    this.#groups.set(group, groups);
    this.#notices.add(group, groups, notice);
  }

  get digests(): readonly SentDigest[] {
    return this.#digests;
  }

  /** Whether the member has got one in that window, which is so many milliseconds long. */
  hasDigest({ to, window }: SentDigest, windowMs: number): boolean {
    if (this.#digests.some((digest) => digest.window === window && sameAddress(digest.to, to))) return true;
    const span = { after: window * windowMs - 1, until: (window + 1) * windowMs - 1 };
    return (this.earlier?.count(digestGroup(to), span, { cause: '' }) ?? 0) > 0;
  }

  noteDigest(digest: SentDigest): void {
    this.#digests.push(digest);
  }
}

/** As it is remembered after its pass. */
export function noticeToRemember(
  notice: Omit<SentNotice, 'purpose'> & { readonly purpose: SentNotice['purpose'] | 'digest' },
  hash: Hash,
): EarlierLetter {
  const { purpose, to, cause, at } = notice;
  const name = hash(purpose === 'digest' ? digestGroup(to) : noticeGroup({ purpose, to }));
  return { name, cause: hash(cause), groups: [name], at: at.getTime() };
}

function digestGroup(to: string): string {
  return `digest to ${addressKey(to) ?? to}`;
}

function noticeGroup({ purpose, to }: Pick<SentNotice, 'purpose' | 'to'>): string {
  return `${purpose} to ${addressKey(to) ?? to}`;
}
