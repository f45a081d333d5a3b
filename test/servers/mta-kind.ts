/** What each kind of mail server with a pipe has to say about itself (`mta.ts`). */
import { chown } from 'node:fs/promises';

export type Fate = 'delivered' | 'deferred' | 'bounced';

/** What a kind of mail server has to say about itself. */
export interface MtaKind {
  readonly name: string;
  readonly version: string;
  readonly needsRoot: boolean;
  /** Accounts of its own, besides root and `imapdesk`; `owner` stands for the unprivileged user that is there. */
  readonly accounts: readonly string[];
  /** Writes its configuration into `place.folder`, and answers how to start it and to have its queue tried now. */
  prepare(place: MtaPlace): Promise<MtaPrepared>;
  /** What its log says of each delivery so far, the last word of each recipient. */
  fates(log: string): ReadonlyMap<string, Fate>;
}

export interface MtaPlace {
  /** An absolute path of 15 characters. */
  readonly folder: string;
  /** The folder that stands for `/`. */
  readonly root: string;
  readonly port: number;
  /** The port that takes all mail that is not for the pipe. */
  readonly relay: number;
  /** Blocks of its configuration, by the first line of each: what is tried. */
  readonly blocks: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly owner: { readonly uid: number; readonly gid: number };
}

export interface MtaPrepared {
  readonly command: readonly string[];
  readonly retry: readonly string[];
  /** The group as which `retry` runs. */
  readonly group?: number;
  /** Where it writes its log; its output if left out. */
  readonly logFile?: string;
}

/** Each of the accounts has a number of its own, from this one down: below that of nobody. */
export const FIRST_UID = 64_533;

/** The number of one of `MtaKind.accounts`. */
export function uidOf(kind: Pick<MtaKind, 'accounts'>, name: string): number {
  return FIRST_UID - kind.accounts.indexOf(name);
}

export async function own(path: string, { uid, gid }: MtaPlace['owner']): Promise<void> {
  if (process.getuid?.() === 0) await chown(path, uid, gid);
}
