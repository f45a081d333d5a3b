/**
 * What servers have said of the test message (Authentication-Results, RFC 8601). It had no such field when it was sent, and
 * nobody else knew of it: whatever stands above the first field of its own was added on its way.
 *
 * By whom is another matter, and a name is worth trust only where the desk would look for it in anybody's mail: in the run at
 * the top (`authentication-results.ts`), with a Received field below it. What stands above that field was added by the last
 * server, after it had taken the message; without one, the sender's own fields would stand in the same run.
 */
import { borderFields, borderResults, isBoundary } from '../../message/header/authentication-results.js';
import { type MethodResult, readResults } from '../../message/header/authentication-results-syntax.js';
import { type HeaderBlock, parseHeaderBlock } from '../../message/header/header-block.js';
import type { Desk } from '../workplace/desk.js';

export interface Stamp {
  /** The authserv-id, as it is written; '' where there is none, as Microsoft 365 leaves it out. */
  readonly by: string;
  readonly results: readonly MethodResult[];
  /** It stands where the desk would believe it. Never true without a name. */
  readonly isAtBorder: boolean;
}

export interface Way {
  /** From the top, those that can be read. */
  readonly stamps: readonly Stamp[];
  /** Who has written the Received field below those at the border, as far as it says so; null without such a field. */
  readonly takenBy: string | null;
}

/** `sent` is the header with which the message left. */
export function wayOf(block: HeaderBlock, sent: HeaderBlock): Way {
  const own = block.fields.findIndex(({ name }) => sent.byName.has(name));
  const added = block.fields.slice(0, own < 0 ? block.fields.length : own);
  const boundary = added.find(isBoundary);
  const atBorder = new Set(boundary === undefined ? [] : borderFields(block));
  const stamps = added
    .filter(({ name }) => name === 'authentication-results')
    .map((field) => {
      const { authservId, results } = readResults(field.value);
      return authservId === ''
        ? { by: '', results: readResults(`nobody; ${field.value}`).results, isAtBorder: false }
        : { by: authservId, results, isAtBorder: atBorder.has(field) };
    });
  return {
    stamps: stamps.filter(({ by, results }) => by !== '' || results.length > 0),
    takenBy: boundary === undefined ? null : (/\bby\s+([\w.:-]+)/i.exec(boundary.value)?.[1] ?? ''),
  };
}

interface Named {
  /** How many messages bear results by that name at the border. */
  readonly bearing: number;
  /** Of these, how many bear one of DMARC: no other counts for the desk. */
  readonly dmarc: number;
}

export interface NewestMail {
  readonly of: number;
  /** By the authserv-id in lower case. */
  readonly names: ReadonlyMap<string, Named>;
}

/** Of each folder. */
const LOOKED_AT_MESSAGES = 40;

/** Whose results the newest mail bears that came from elsewhere. They prove no name, but show what a proven one writes. */
export async function resultsOfNewest({ store, folders }: Desk): Promise<NewestMail> {
  const names = new Map<string, Named>();
  const { inbox, open, archived } = folders;
  const there = await store.statuses([inbox, open, archived]);
  let of = 0;
  for (const [folder, { uidNext }] of there) {
    const uids = await store.search(folder, { uidFrom: Math.max(1, uidNext - 10 * LOOKED_AT_MESSAGES) });
    for (const { header } of await store.fetch(folder, uids.slice(-LOOKED_AT_MESSAGES))) {
      const block = parseHeaderBlock(header);
      // What the desk has written itself has come over no border.
      if (!block.fields.some(isBoundary)) continue;
      of += 1;
      count(names, block);
    }
  }
  return { of, names };
}

/** One message, whose results may be spread over several fields of one name. */
function count(names: Map<string, Named>, block: HeaderBlock): void {
  const found = borderResults(block).map(({ authservId, results }) => ({
    name: authservId.toLowerCase(),
    dmarc: results.some(({ method }) => method === 'dmarc'),
  }));
  for (const name of new Set(found.map((one) => one.name))) {
    if (name === '') continue;
    const { bearing, dmarc } = names.get(name) ?? { bearing: 0, dmarc: 0 };
    const hasDmarc = found.some((one) => one.name === name && one.dmarc);
    names.set(name, { bearing: bearing + 1, dmarc: dmarc + (hasDmarc ? 1 : 0) });
  }
}
