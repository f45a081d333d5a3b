/** What is to be erased, as somebody is shown it before anything is touched, and what of it stays out of reach. */
import type { ErasedRecord, Registered } from '../../mailbox/register/entry.js';
import type { InFolder } from '../effects/effects.js';
import type { FiledMessage } from '../workplace/facts-cache.js';

export interface ErasableMessage extends FiledMessage {
  readonly folder: string;
  /** null for one that belongs to no ticket. */
  readonly ticket: number | null;
}

/** UIDs in the register, in the order in which they go: a ticket's entry tells whose the others are, and a merge whose that is. */
export interface ErasableEntries {
  readonly others: readonly number[];
  readonly tickets: readonly number[];
  readonly merges: readonly number[];
}

interface OutOfReach {
  /** Folders that are none of the desk's and hold copies, with how many. */
  readonly elsewhere: readonly { readonly folder: string; readonly messages: number }[];
  /** Outside addresses that wrote these messages or got them. */
  readonly people: readonly string[];
  /** Messages of alerts that are under way and tell of other tickets as well. */
  readonly alertsUnderWay: number;
}

export interface Erasure {
  /** Of these nothing stays: the tickets, and all that was merged into them. */
  readonly tickets: readonly number[];
  /** Of these some messages go. */
  readonly parts: readonly number[];
  readonly messages: readonly ErasableMessage[];
  readonly entries: ErasableEntries;
  /** An earlier erasure of them that did not come to its end. */
  readonly begun: readonly Registered<ErasedRecord>[];
  readonly outOfReach: OutOfReach;
}

/** By folder, in the order in which they were found. */
export function byFolder(messages: readonly ErasableMessage[]): readonly InFolder[] {
  const folders = new Map<string, number[]>();
  for (const { folder, uid } of messages) folders.set(folder, [...(folders.get(folder) ?? []), uid]);
  return [...folders].map(([folder, uids]) => ({ folder, uids }));
}

/** Tickets of which messages are there that nobody was shown: none of their mail is touched. */
export function comeSince(shown: Erasure, now: Erasure): readonly ErasableMessage[] {
  const known = new Set(shown.messages.map(({ facts }) => facts.identity));
  return now.messages.filter(({ facts }) => !known.has(facts.identity));
}
