/** The notices and digests that staff were sent within the limit's window, by which their number is bounded. */
import { addressKey } from '../../message/header/addresses.js';
import { Tally } from './tally.js';

/** A notice to staff, for the message of that identity. */
interface SentNotice {
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
  readonly #notices = new Tally();
  readonly #noticed = new Set<string>();
  readonly #digests: SentDigest[] = [];

  /** How many notices of that purpose a member has got since, without those for this cause. */
  since(moment: number, of: Omit<SentNotice, 'at'>): number {
    return this.#notices.count(noticeGroup(of), { after: moment }, of);
  }

  note(notice: SentNotice): void {
    const name = `${noticeGroup(notice)}\n${notice.cause}`;
    if (this.#noticed.has(name)) return;
    this.#noticed.add(name);
    this.#notices.add(noticeGroup(notice), notice);
  }

  get digests(): readonly SentDigest[] {
    return this.#digests;
  }

  noteDigest(digest: SentDigest): void {
    this.#digests.push(digest);
  }
}

function noticeGroup({ purpose, to }: Pick<SentNotice, 'purpose' | 'to'>): string {
  return `${purpose} to ${addressKey(to) ?? to}`;
}
