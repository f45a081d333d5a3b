/**
 * Parts of several messages of a folder. Those that ask for the same are answered by one command, so a batch of ordinary
 * mail costs one for each place in which such parts stand, as a rule one. The words of messages are read so as well.
 */
import type { DeskPolicy } from '../../desk/policy.js';
import type { ReadStore } from '../../mailbox/store.js';
import { type PartRequest, type ReadingLimits, readWords, type Words } from '../../message/body/words.js';
import type { Pending } from './pending.js';

/** Answers to one command are kept at once up to this. */
const MAX_BYTES_AT_ONCE = 8_388_608;

/** Where parts are asked for: a desk's mailbox, or messages at hand. */
export interface PartSource {
  readonly policy: DeskPolicy;
  readonly folders: { readonly inbox: string };
  readonly store: Pick<ReadStore, 'fetchPart'>;
}

export interface Asking {
  readonly uid: number;
  readonly request: PartRequest;
}

/** `answer` is given the bytes, null where the message has no such part or is gone, and may ask for more. */
async function fetchAsked<A extends Asking>(
  store: PartSource['store'],
  folder: string,
  reading: {
    readonly first: readonly A[];
    readonly answer: (one: A, bytes: Buffer | null) => Promise<readonly A[]>;
  },
): Promise<void> {
  let asking = reading.first;
  for (let group = sameRequest(asking); group[0] !== undefined; group = sameRequest(asking)) {
    const answered = new Set(group);
    const uids = group.map(({ uid }) => uid);
    const parts = await store.fetchPart(folder, uids, group[0].request);
    const more: A[] = [];
    for (const one of group) more.push(...(await reading.answer(one, parts.get(one.uid) ?? null)));
    asking = [...asking.filter((one) => !answered.has(one)), ...more];
  }
}

/** By UID, of those messages that have the part. */
export async function fetchParts(
  store: PartSource['store'],
  folder: string,
  asking: readonly Asking[],
): Promise<ReadonlyMap<number, Buffer>> {
  const found = new Map<number, Buffer>();
  const answer = ({ uid }: Asking, bytes: Buffer | null): Promise<readonly Asking[]> => {
    if (bytes !== null) found.set(uid, bytes);
    return Promise.resolve([]);
  };
  await fetchAsked(store, folder, { first: asking, answer });
  return found;
}

/** The first of them, and those that one command answers with it. */
function sameRequest<A extends Asking>(asking: readonly A[]): readonly A[] {
  const [first] = asking;
  if (first === undefined) return [];
  const { path, maxBytes } = first.request;
  return asking
    .filter(({ request }) => request.path === path && request.maxBytes === maxBytes)
    .slice(0, Math.ceil(MAX_BYTES_AT_ONCE / maxBytes));
}

interface Reading extends Asking {
  readonly reader: ReturnType<typeof readWords>;
}

/** By UID. Of a message that is gone nothing is read. */
export async function readStoredWords(
  store: Pick<ReadStore, 'fetchPart'>,
  folder: string,
  read: { readonly messages: readonly Pick<Pending, 'uid' | 'structure'>[]; readonly limits: ReadingLimits },
): Promise<ReadonlyMap<number, Words>> {
  const words = new Map<number, Words>();
  const goOn = async (
    { uid, reader }: Pick<Reading, 'uid' | 'reader'>,
    bytes: Buffer | null,
  ): Promise<readonly Reading[]> => {
    const step = await reader.next(bytes ?? Buffer.alloc(0));
    if (step.done !== true) return [{ uid, reader, request: step.value }];
    words.set(uid, step.value);
    return [];
  };
  const first: Reading[] = [];
  for (const { uid, structure } of read.messages)
    first.push(...(await goOn({ uid, reader: readWords(structure, read.limits) }, null)));
  await fetchAsked(store, folder, { first, answer: goOn });
  return words;
}
