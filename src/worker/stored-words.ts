/**
 * The words of messages in a mailbox. Those that ask for the same part are answered by one command, so a batch of
 * ordinary mail costs one for each place in which its texts stand, as a rule one.
 */
import type { MailStore } from '../mailbox/store.js';
import type { MessagePart } from '../message/structure.js';
import { type PartRequest, type ReadingLimits, readWords, type Words } from '../message/words.js';

/** Answers to one command are kept at once up to this. */
const MAX_BYTES_AT_ONCE = 8_388_608;

export interface ToRead {
  readonly uid: number;
  readonly structure: MessagePart | null;
}

interface Asking {
  readonly uid: number;
  readonly reader: ReturnType<typeof readWords>;
  readonly request: PartRequest;
}

/** By UID. Of a message that is gone by then nothing is read. */
export async function readStoredWords(
  store: Pick<MailStore, 'fetchPart'>,
  folder: string,
  read: { readonly messages: readonly ToRead[]; readonly limits: ReadingLimits },
): Promise<ReadonlyMap<number, Words>> {
  const words = new Map<number, Words>();
  let asking: Asking[] = [];
  const goOn = async ({ uid, reader }: Pick<Asking, 'uid' | 'reader'>, bytes: Buffer): Promise<void> => {
    const step = await reader.next(bytes);
    if (step.done === true) words.set(uid, step.value);
    else asking.push({ uid, reader, request: step.value });
  };
  for (const { uid, structure } of read.messages)
    await goOn({ uid, reader: readWords(structure, read.limits) }, Buffer.alloc(0));
  for (let [first] = asking; first !== undefined; [first] = asking) {
    const { request } = first;
    const group = sameRequest(asking, request);
    asking = asking.filter((one) => !group.includes(one));
    const uids = group.map(({ uid }) => uid);
    const parts = await store.fetchPart(folder, uids, request);
    for (const one of group) await goOn(one, parts.get(one.uid) ?? Buffer.alloc(0));
  }
  return words;
}

function sameRequest(asking: readonly Asking[], { path, maxBytes }: PartRequest): readonly Asking[] {
  return asking
    .filter(({ request }) => request.path === path && request.maxBytes === maxBytes)
    .slice(0, Math.ceil(MAX_BYTES_AT_ONCE / maxBytes));
}
