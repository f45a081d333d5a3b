/** The bytes of a ticket's messages, a few megabytes at a time, wherever they are by the time they are asked for. */
import type { Desk } from '../worker/workplace/desk.js';
import type { LyingMessage } from './what.js';

/** Small messages come together; a large one comes alone. */
const FETCHED_TOGETHER_BYTES = 4_194_304;

/** Somebody moved the message between the look and the fetch. */
export class MovedMeanwhile extends Error {
  override readonly name = 'MovedMeanwhile';
}

export interface FetchedMessage {
  readonly message: LyingMessage;
  readonly raw: Buffer;
}

/** In the order given. Throws MovedMeanwhile where one is not there. */
export async function* fetchMessages(
  desk: Desk,
  messages: readonly LyingMessage[],
): AsyncGenerator<FetchedMessage> {
  for (const some of batches(messages)) {
    const folder = some[0]?.folder ?? 'open';
    const sources = await desk.store.fetchSource(
      desk.folders[folder],
      some.map(({ uid }) => uid),
    );
    for (const message of some) {
      const raw = sources.get(message.uid);
      if (raw === undefined) throw new MovedMeanwhile('a message was moved');
      yield { message, raw };
    }
  }
}

function* batches(messages: readonly LyingMessage[]): Generator<readonly LyingMessage[]> {
  let batch: LyingMessage[] = [];
  let bytes = 0;
  for (const message of messages) {
    const isFull = bytes + message.size > FETCHED_TOGETHER_BYTES || batch[0]?.folder !== message.folder;
    if (batch.length > 0 && isFull) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(message);
    bytes += message.size;
  }
  if (batch.length > 0) yield batch;
}
