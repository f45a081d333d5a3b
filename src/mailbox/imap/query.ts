/**
 * Queries as UID SEARCH criteria (RFC 9051 §6.4.4). A query becomes a union of commands: a long OR list or a long
 * list of UIDs is cut into several, none longer than a server must take. Nothing that cannot be expressed is ever
 * dropped from a criterion (the search would match more): such a part matches nothing.
 */
import type { ImapAttribute, ImapAttributeList } from 'imapflow';
import type { HeaderQuery, Query } from '../store.js';
import { HIGHEST_UID, uidChunks } from './uid-set.js';

export const MAX_TERMS_PER_SEARCH = 60;
export const MAX_SEARCH_CHARACTERS = 5000;
export const MAX_SEARCHED_VALUE_CHARACTERS = 900;
const MAX_UIDS_PER_SEARCH = 1000;

/** Tokens that are ANDed; none of them matches everything. */
interface Criterion {
  readonly tokens: readonly ImapAttribute[];
  readonly characters: number;
  /** Whether the tokens are one search key, which needs no parentheses under OR. */
  readonly single: boolean;
  /** A value of it is in UTF-8, which the command has to say. */
  readonly utf8?: boolean;
}

const EVERYTHING: Criterion = { tokens: [], characters: 0, single: true };

const SYSTEM_FLAG = /^\\(seen|answered|flagged|deleted|draft)$/i;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

const DAY_MS = 86_400_000;

function atom(value: string): ImapAttribute {
  return { type: 'ATOM', value };
}

function key(...tokens: ImapAttribute[]): Criterion {
  const characters = tokens.reduce((sum, token) => sum + String(token?.value ?? '').length + 3, 0);
  return { tokens, characters, single: true };
}

function flagCriteria(flag: string, set: boolean): Criterion[] {
  const system = SYSTEM_FLAG.exec(flag)?.[1]?.toUpperCase();
  if (system !== undefined) return [key(atom(set ? system : `UN${system}`))];
  if (!/^[A-Za-z0-9$_.+-]+$/.test(flag)) {
    // No message can have such a keyword.
    return set ? [] : [EVERYTHING];
  }
  return [key(atom(set ? 'KEYWORD' : 'UNKEYWORD'), atom(flag))];
}

function headerCriteria(header: string, contains: string): Criterion[] {
  // An empty string would match every message with that field, and 8-bit text needs a CHARSET that few servers have.
  const searchable =
    /^[A-Za-z0-9-]+$/.test(header) &&
    /^[\u0020-\u007e]+$/.test(contains) &&
    contains.length <= MAX_SEARCHED_VALUE_CHARACTERS;
  return searchable ? [key(atom('HEADER'), atom(header), { type: 'STRING', value: contains })] : [];
}

/** What cannot be searched for is in no message, so it is lacking in all. */
function lackingCriteria({ header, contains }: HeaderQuery): Criterion[] {
  const [criterion] = headerCriteria(header, contains);
  return [criterion === undefined ? EVERYTHING : key(atom('NOT'), ...criterion.tokens)];
}

/** Text beyond ASCII goes as a literal: RFC 9051 §9 has none of it in a quoted string. */
function textCriteria(text: string): Criterion[] {
  if (text === '' || text.length > MAX_SEARCHED_VALUE_CHARACTERS || /\p{Cc}/u.test(text)) return [];
  if (/^[\u0020-\u007e]+$/.test(text)) return [key(atom('TEXT'), { type: 'STRING', value: text })];
  const literal: ImapAttribute = { type: 'LITERAL', value: Buffer.from(text) };
  return [{ ...key(atom('TEXT'), literal), utf8: true }];
}

function sizeCriteria(size: number): Criterion[] {
  if (!Number.isInteger(size) || size < 0) return [];
  const smaller = [atom('SMALLER'), atom(String(size + 1))];
  if (size === 0) return [key(...smaller)];
  return [{ ...key(atom('LARGER'), atom(String(size - 1)), ...smaller), single: false }];
}

function searchDate(day: Date): string | null {
  const year = day.getUTCFullYear();
  if (Number.isNaN(year) || year < 1970 || year > 9999) return null;
  return `${String(day.getUTCDate())}-${MONTHS[day.getUTCMonth()] ?? 'Jan'}-${String(year)}`;
}

/** SINCE compares dates of the server's own time zone: so that none is missed, the day before is asked for too. */
function sinceCriteria(since: Date): Criterion[] {
  const date = searchDate(new Date(since.getTime() - DAY_MS));
  return date === null ? [EVERYTHING] : [key(atom('SINCE'), atom(date))];
}

function beforeCriteria(before: Date): Criterion[] {
  const date = searchDate(before);
  return date === null ? [] : [key(atom('BEFORE'), atom(date))];
}

function uidCriterion(set: string): Criterion {
  return key(atom('UID'), { type: 'SEQUENCE', value: set });
}

function uidCriteria(
  query: Extract<Query, { uids: unknown } | { uidFrom: unknown } | { uidTo: unknown }>,
): Criterion[] {
  if ('uids' in query)
    return uidChunks(query.uids, MAX_UIDS_PER_SEARCH).map((chunk) => uidCriterion(chunk.set));
  if ('uidTo' in query) return query.uidTo < 1 ? [] : [uidCriterion(`1:${String(Math.floor(query.uidTo))}`)];
  const from = Math.max(1, Math.floor(query.uidFrom));
  // Not "n:*": that always matches the last message too, whatever its UID.
  return from > HIGHEST_UID ? [] : [uidCriterion(`${String(from)}:${String(HIGHEST_UID)}`)];
}

function operand(criterion: Criterion): ImapAttribute[] {
  return criterion.single ? [...criterion.tokens] : [[...criterion.tokens] as ImapAttributeList];
}

/** OR takes two keys (RFC 9051 §6.4.4); a balanced tree keeps the nesting shallow. */
function orTree(criteria: readonly Criterion[]): Criterion {
  const [first, second] = criteria;
  if (first === undefined || second === undefined) return first ?? EVERYTHING;
  const middle = criteria.length >> 1;
  const left = orTree(criteria.slice(0, middle));
  const right = orTree(criteria.slice(middle));
  return {
    tokens: [atom('OR'), ...operand(left), ...operand(right)],
    characters: left.characters + right.characters + 8,
    single: true,
    utf8: left.utf8 === true || right.utf8 === true,
  };
}

function union(criteria: readonly Criterion[]): Criterion[] {
  if (criteria.some((criterion) => criterion.tokens.length === 0)) return [EVERYTHING];
  const groups: Criterion[][] = [];
  let characters = Number.POSITIVE_INFINITY;
  for (const criterion of criteria) {
    const group = groups.at(-1);
    characters += criterion.characters + 8;
    if (group === undefined || group.length >= MAX_TERMS_PER_SEARCH || characters > MAX_SEARCH_CHARACTERS) {
      groups.push([criterion]);
      characters = criterion.characters;
    } else {
      group.push(criterion);
    }
  }
  return groups.map(orTree);
}

function both(left: Criterion, right: Criterion): Criterion {
  if (left.tokens.length === 0 || right.tokens.length === 0) return left.tokens.length === 0 ? right : left;
  return {
    tokens: [...left.tokens, ...right.tokens],
    characters: left.characters + right.characters,
    single: false,
    utf8: left.utf8 === true || right.utf8 === true,
  };
}

function intersection(queries: readonly Query[]): Criterion[] {
  let alternatives: Criterion[] = [EVERYTHING];
  for (const query of queries) {
    const criteria = criteriaOf(query);
    alternatives = alternatives.flatMap((left) => criteria.map((right) => both(left, right)));
  }
  return alternatives;
}

/** Every message that matches the query matches one of these, and no other does. */
function criteriaOf(query: Query): Criterion[] {
  if ('uids' in query || 'uidFrom' in query || 'uidTo' in query) return uidCriteria(query);
  if ('text' in query) return textCriteria(query.text);
  if ('flag' in query) return flagCriteria(query.flag, query.set);
  if ('header' in query) return headerCriteria(query.header, query.contains);
  if ('not' in query) return lackingCriteria(query.not);
  if ('size' in query) return sizeCriteria(query.size);
  if ('since' in query) return sinceCriteria(query.since);
  if ('before' in query) return beforeCriteria(query.before);
  return 'or' in query ? union(query.or.flatMap(criteriaOf)) : intersection(query.and);
}

/**
 * The arguments of the UID SEARCH commands whose results together answer the query; none for a query that nothing
 * matches. Messages with `\Deleted` are left out.
 */
export function searchCommands(query: Query): ImapAttribute[][] {
  return criteriaOf(query).map(({ utf8, tokens }) => [
    ...(utf8 === true ? [atom('CHARSET'), atom('UTF-8')] : []),
    atom('UNDELETED'),
    ...tokens,
  ]);
}
