/** A list that stands in the text of an entry, since it may be far longer than any server takes as header fields. */
import { KEEP } from './kind.js';

/** A message that is pending although older mail is not; one that is `quiet` is filed without any answer or notice. */
export interface Taken {
  readonly uid: number;
  readonly identity: string;
  readonly quiet: boolean;
}

export function pendingList(taken: readonly Taken[]): string {
  const lines = taken.map(({ uid, identity, quiet }) => `${uid} ${identity} ${quiet ? 'quiet' : 'answer'}\n`);
  return `${KEEP}\n${lines.join('')}`;
}

/** The messages that an adoption took, or that were taken of a copied inbox, from the entry's text. */
export function parseTaken(body: string): readonly Taken[] {
  return body.split(/\r?\n/).flatMap((line) => {
    const match = /^([0-9]+) (\S+) (quiet|answer)$/.exec(line.trim());
    if (match?.[1] === undefined || match[2] === undefined) return [];
    return [{ uid: Number(match[1]), identity: match[2], quiet: match[3] === 'quiet' }];
  });
}
