/** A folder, searched from its end in windows of UIDs: a page costs what it shows, and not what lies below it. */
import type { Query } from '../../mailbox/store.js';
import type { Desk } from '../workplace/desk.js';

export interface BackWindow {
  /** Newest first. */
  readonly uids: readonly number[];
  /** Below this UID nothing has been searched; 1 where all was. */
  readonly below: number;
}

/** From below `from`, or the end of the folder if that is lower. `width` is that of the first window; each further one is twice as wide. */
export async function* backWindows(
  { store }: Desk,
  folder: string,
  asked: { readonly from: number | null; readonly width: number; readonly query: Query },
): AsyncGenerator<BackWindow> {
  const { from, query } = asked;
  const { uidNext } = await store.state(folder);
  let below = Math.min(from ?? uidNext, uidNext);
  for (let { width } = asked; below > 1; width *= 2) {
    const start = Math.max(1, below - width);
    const uids = await store.search(folder, { and: [{ uidFrom: start }, { uidTo: below - 1 }, query] });
    below = start;
    yield { uids: [...uids].reverse(), below };
  }
}
