/**
 * UID SEARCH in the selected folder. A server with ESEARCH (RFC 4731) is asked for runs of UIDs, or only for their number: an
 * answer that names each of thousands costs more than all else of a pass.
 */
import type { ImapAttribute, ImapResponse } from 'imapflow';
import { Problem } from '../../problem/problem.js';
import type { Query } from '../store.js';
import { searchCommands } from './query.js';
import type { Session } from './session.js';
import { setMembers, sortedUids } from './uid-set.js';

/** What one command has found; `count` is null where nothing was told in ESEARCH. */
interface Found {
  readonly uids: readonly number[];
  readonly count: number | null;
  /** The server has answered with ESEARCH. */
  readonly extended: boolean;
}

/** imapflow hands over a line of plain numbers as such, and any other as tokens. */
function numbersOf(response: ImapResponse): number[] {
  if (response.numbers !== undefined) return response.numbers;
  return (response.attributes ?? []).map((attribute) => Number(attribute?.value));
}

/** The value behind a name of an ESEARCH response, such as "2:4,9" behind ALL; null if it is not there. */
function returned(response: ImapResponse, name: string): string | null {
  const { attributes = [] } = response;
  const at = attributes.findIndex(
    (each) => each?.type === 'ATOM' && String(each.value).toUpperCase() === name,
  );
  const value = at < 0 ? undefined : attributes[at + 1]?.value;
  return value === undefined || value === null ? null : String(value);
}

async function ask(
  session: Session,
  criteria: readonly ImapAttribute[],
  wanted: 'ALL' | 'COUNT',
): Promise<Found> {
  const asks: ImapAttribute[] = session.client.capabilities.has('ESEARCH')
    ? [{ type: 'ATOM', value: 'RETURN' }, [{ type: 'ATOM', value: wanted }]]
    : [];
  const { view } = session;
  const numbers: number[] = [];
  const told: ImapResponse[] = [];
  await session.wire.command('UID SEARCH', [...asks, ...criteria], {
    SEARCH: (response) => {
      for (const uid of numbersOf(response)) numbers.push(uid);
      return Promise.resolve();
    },
    // Judged after the command: imapflow keeps to itself what a handler throws.
    ESEARCH: (response) => {
      told.push(response);
      return Promise.resolve();
    },
  });
  for (const response of told) {
    // Where nothing was found there is no ALL.
    for (const uid of members(returned(response, 'ALL') ?? '')) numbers.push(uid);
  }
  view.shown(numbers);
  const count = told.map((response) => returned(response, 'COUNT') ?? '').find((text) => /^\d+$/.test(text));
  return {
    uids: sortedUids(numbers),
    count: count === undefined ? null : Number(count),
    extended: told.length > 0,
  };
}

function members(set: string): readonly number[] {
  const uids = setMembers(set);
  if (uids !== null) return uids;
  throw new Problem(
    'imap-failed',
    'Could not search: the IMAP server answers with a set of UIDs that cannot be',
    {
      temporary: true,
      scope: 'folder',
    },
  );
}

/** Ascending. */
export async function searchUids(session: Session, query: Query): Promise<number[]> {
  const found = new Set<number>();
  for (const criteria of searchCommands(query)) {
    for (const uid of (await ask(session, criteria, 'ALL')).uids) found.add(uid);
  }
  return sortedUids(found);
}

/** Where a query takes several commands, a message may match two of them: so they are not added up. */
export async function countMatches(session: Session, query: Query): Promise<number> {
  return (await countAtOnce(session, query)) ?? (await searchUids(session, query)).length;
}

/** The same where one command answers it; else null. */
export async function searchAtOnce(session: Session, query: Query): Promise<readonly number[] | null> {
  const [criteria, ...others] = searchCommands(query);
  if (criteria === undefined) return [];
  return others.length > 0 ? null : (await ask(session, criteria, 'ALL')).uids;
}

/** The same where one command answers it; else null. */
export async function countAtOnce(session: Session, query: Query): Promise<number | null> {
  const [criteria, ...others] = searchCommands(query);
  if (criteria === undefined) return 0;
  if (others.length > 0) return null;
  const { count, extended, uids } = await ask(session, criteria, 'COUNT');
  return count === null && extended ? null : (count ?? uids.length);
}
