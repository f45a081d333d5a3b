/**
 * What the mail itself says of tickets, read for a repair: which messages lie in the desk's folders, which of them
 * the desk wrote and for what, and the highest number that anything signed by the desk carries anywhere.
 */
import { readStaging, rowOf, type Staging, verifyStaged } from '../../desk/letters/staging.js';
import { isOwn } from '../../desk/sign/origin.js';
import { readSignedId } from '../../desk/sign/ticket-address.js';
import { marks } from '../../desk/ticket/marks.js';
import type { Query } from '../../mailbox/store.js';
import type { Facts } from '../../message/facts/facts.js';
import { parseHeaderBlock } from '../../message/header/header-block.js';
import { chunksOf } from '../workplace/batches.js';
import type { Desk } from '../workplace/desk.js';
import type { FiledMessage } from '../workplace/facts-cache.js';

const EVIDENCE_FOLDERS = ['open', 'archived', 'review', 'outbox'] as const;
type EvidenceFolder = (typeof EVIDENCE_FOLDERS)[number];

export interface Found extends FiledMessage {
  readonly folder: EvidenceFolder;
  readonly own: boolean;
  /** As its fields claim. */
  readonly stage: Staging | null;
}

export interface Evidence {
  readonly found: readonly Found[];
  readonly highest: number;
  /** Messages that look like the desk's own and that none of the secrets signed. */
  readonly unverified: number;
  /** Folders that are none of the desk's and hold copies as it keeps them: one of them may be a renamed one. */
  readonly elsewhere: readonly string[];
}

/** Header blocks that are read together. */
const READ_TOGETHER = 500;

const LOOKS_OWN: Query = {
  or: [
    { header: 'Message-ID', contains: 'imapdesk.' },
    { header: 'References', contains: 'imapdesk.' },
    { header: 'In-Reply-To', contains: 'imapdesk.' },
  ],
};

/** `there` are the folders that the mailbox has. The desk's own folders are read whole, all others searched. */
export async function gatherEvidence(desk: Desk, there: ReadonlySet<string>): Promise<Evidence> {
  const found: Found[] = [];
  const own = new Map<string, EvidenceFolder>(EVIDENCE_FOLDERS.map((role) => [desk.folders[role], role]));
  const elsewhere = new Set<string>();
  let highest = 0;
  let unverified = 0;
  for (const folder of there) {
    if (folder === desk.folders.register) continue;
    const role = own.get(folder);
    const uids = await desk.store.search(folder, role === undefined ? LOOKS_OWN : { and: [] });
    for (const message of await readMessages(desk, folder, uids)) {
      highest = Math.max(highest, ...signedNumbers(desk, message.facts));
      // What was sent has lost its staging fields, so a folder of sent mail is not meant.
      if (role === undefined && message.own && message.stage !== null) elsewhere.add(folder);
      if (role === undefined) continue;
      found.push({ ...message, folder: role });
      if (!message.own && message.facts.messageId?.startsWith('imapdesk.') === true) unverified += 1;
    }
  }
  return { found, highest, unverified, elsewhere: [...elsewhere] };
}

async function readMessages(
  desk: Desk,
  folder: string,
  uids: readonly number[],
): Promise<readonly Omit<Found, 'folder'>[]> {
  const messages: Omit<Found, 'folder'>[] = [];
  for (const [index, some] of chunksOf(uids, READ_TOGETHER).entries()) {
    desk.signal.throwIfAborted();
    desk.progress?.({ work: `reading ${folder}`, done: index * READ_TOGETHER, total: uids.length });
    for (const message of await desk.store.fetch(folder, some)) {
      const facts = desk.cache.factsOf(message);
      const stage = readStaging(parseHeaderBlock(message.header));
      messages.push({ uid: message.uid, facts, own: isOwn(desk.policy, facts), stage });
    }
  }
  return messages;
}

/** Of the numbers that a message names those that the desk signed: a stranger's guess does not count. */
function signedNumbers({ policy }: Desk, facts: Facts): number[] {
  const numbers = marks(policy, facts).flatMap(({ number, role }) => (role === null ? [] : [number]));
  const id = facts.messageId === null ? null : readSignedId(policy, facts.messageId);
  return id === null ? numbers : [...numbers, id.number];
}

export interface FirstLetter {
  readonly stage: Staging;
  readonly copy: Found;
}

/**
 * The acknowledgements and filing notes, by number: each names the message that opened its ticket. The whole copy is
 * looked at, so that what somebody changed or made up says nothing.
 */
export async function firstLettersOf(
  desk: Desk,
  found: readonly Found[],
  wanted: (number: number) => boolean,
): Promise<ReadonlyMap<number, FirstLetter>> {
  const openings = new Map<number, FirstLetter>();
  for (const copy of found) {
    const { stage, own } = copy;
    if (!own || stage?.ticket == null || !wanted(stage.ticket) || openings.has(stage.ticket)) continue;
    if (rowOf(stage).opens !== true) continue;
    const source = (await desk.store.fetchSource(desk.folders[copy.folder], [copy.uid])).get(copy.uid);
    const opened = source === undefined ? null : verifyStaged(desk.policy, source);
    if (opened !== null) openings.set(stage.ticket, { stage: opened.stage, copy });
  }
  return openings;
}
