/** Messages of others that name or quote a person: they stay, and are shown so that somebody can look. */
import type { Facts } from '../../message/facts/facts.js';
import { lookUpStrangers, type Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import type { ErasableMessage } from './erasure.js';

/** So many of a folder are shown one by one, the newest; the rest is counted. */
const MAX_SHOWN = 200;

export interface Mention {
  readonly folder: string;
  /** null for one that belongs to no ticket. */
  readonly ticket: number | null;
  readonly facts: Facts;
}

export interface Mentions {
  readonly shown: readonly Mention[];
  /** More than are shown. */
  readonly others: number;
}

export const NO_MENTIONS: Mentions = { shown: [], others: 0 };

/**
 * Searched for by the server, as text (RFC 9051 §6.4.4, TEXT): it finds what is spelt out in a header or, decoded or not as it
 * likes, in a body. `erased` are what goes, and no mention. An address beyond ASCII is not searched for: few servers can.
 */
export async function mentionsOf(
  desk: Desk,
  survey: Survey,
  what: {
    readonly address: string;
    readonly folders: readonly string[];
    readonly erased: readonly ErasableMessage[];
  },
): Promise<Mentions> {
  const { address, folders, erased } = what;
  if (!/^[\u0021-\u007e]+$/.test(address)) return NO_MENTIONS;
  const { store, cache } = desk;
  const gone = new Set(erased.map(({ folder, uid }) => `${folder} ${uid}`));
  const shown: Mention[] = [];
  let others = 0;
  for (const folder of folders) {
    const found = (await store.search(folder, { text: address })).filter(
      (uid) => !gone.has(`${folder} ${uid}`),
    );
    const newest = found.slice(-MAX_SHOWN);
    others += found.length - newest.length;
    const messages = await cache.read(store, folder, newest);
    await lookUpStrangers(desk, survey, messages);
    for (const { facts } of messages) shown.push({ folder, ticket: survey.ledger.membership(facts), facts });
  }
  return { shown, others };
}
