/** UID SEARCH in the selected folder. */
import type { ImapResponse } from 'imapflow';
import type { Query } from '../store.js';
import { searchCommands } from './query.js';
import type { Session } from './session.js';
import { sortedUids } from './uid-set.js';

/** imapflow hands over a line of plain numbers as such, and any other as tokens. */
function numbersOf(response: ImapResponse): number[] {
  if (response.numbers !== undefined) return response.numbers;
  return (response.attributes ?? []).map((attribute) => Number(attribute?.value));
}

/** Ascending. */
export async function searchUids(session: Session, query: Query): Promise<number[]> {
  const found = new Set<number>();
  for (const attributes of searchCommands(query)) {
    await session.wire.command('UID SEARCH', attributes, {
      SEARCH: (response) => {
        for (const uid of numbersOf(response)) found.add(uid);
        return Promise.resolve();
      },
    });
  }
  return sortedUids(found);
}
