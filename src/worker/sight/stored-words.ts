/** The words of messages in a mailbox. */
import type { ReadStore } from '../../mailbox/store.js';
import { type ReadingLimits, readWords, type Words } from '../../message/body/words.js';
import { type Asking, fetchAsked } from './asked-parts.js';
import type { Pending } from './pending.js';

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
