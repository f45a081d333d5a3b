/** Which entries of the register tell of tickets and messages that are erased. */
import type { DeskPolicy } from '../../desk/policy.js';
import { readSignedId } from '../../desk/sign/ticket-address.js';
import {
  type Registered,
  type RegisterRecord,
  searchableNumber,
  UNDER_WAY,
} from '../../mailbox/register/entry.js';
import { parseRecord } from '../../mailbox/register/parse.js';
import { readEntries } from '../../mailbox/register/read-entries.js';
import type { Query } from '../../mailbox/store.js';
import type { Desk } from '../workplace/desk.js';
import type { ErasableEntries, ErasableMessage } from './erasure.js';

interface About {
  /** Tickets of which nothing stays. */
  readonly numbers: readonly number[];
  readonly messages: readonly ErasableMessage[];
}

export interface FoundEntries extends ErasableEntries {
  /** Some of what goes told how far the archive was looked at. */
  readonly hints: boolean;
  readonly alertsUnderWay: number;
}

type Place = keyof ErasableEntries | 'under way' | null;

/** Void ones and those that are done with are among them: what one of them says is said whether it counts or not. */
export async function entriesAbout(desk: Desk, about: About): Promise<FoundEntries> {
  const { store, folders, policy } = desk;
  const known = knownOf(policy, about);
  const uids = await store.search(folders.register, { or: queriesFor(about, known) });
  const found: Record<keyof ErasableEntries, number[]> = { others: [], tickets: [], merges: [] };
  let hints = false;
  let alertsUnderWay = 0;
  for (const message of await readEntries(store, folders.register, uids)) {
    const record = parseRecord(message);
    const place = record === null ? null : placeOf(record, known);
    if (record === null || place === null) continue;
    if (place === 'under way') alertsUnderWay += 1;
    else found[place].push(record.uid);
    hints ||= record.kind === 'hint';
  }
  return { ...found, hints, alertsUnderWay };
}

interface Known {
  readonly numbers: ReadonlySet<number>;
  readonly identities: ReadonlySet<string>;
  readonly ids: ReadonlySet<string>;
  readonly isLetterOfTheirs: (id: string) => boolean;
}

function knownOf(policy: DeskPolicy, { numbers, messages }: About): Known {
  const wanted = new Set(numbers);
  return {
    numbers: wanted,
    identities: new Set(messages.map(({ facts }) => facts.identity)),
    ids: new Set(messages.flatMap(({ facts }) => facts.messageId ?? [])),
    isLetterOfTheirs: (id) => wanted.has(readSignedId(policy, id)?.number ?? 0),
  };
}

function queriesFor({ numbers }: About, { identities, ids }: Known): readonly Query[] {
  return [
    ...numbers.flatMap((number) => [
      ...['Ticket', 'Into', 'Event'].map((field) => fieldNaming(field, searchableNumber(number))),
      // Attempts to send its letters, of which there may be no more copy.
      fieldNaming('Identity', `imapdesk.${number}.`),
    ]),
    ...[...identities].flatMap((identity) =>
      ['Identity', 'Event'].map((field) => fieldNaming(field, identity)),
    ),
    ...[...ids].flatMap((id) => [fieldNaming('Message-Id', `<${id}>`), fieldNaming('Identity', id)]),
  ];
}

function fieldNaming(field: string, contains: string): Query {
  return { header: `X-Imapdesk-${field}`, contains };
}

function placeOf(record: Registered, known: Known): Place {
  const { numbers, identities } = known;
  switch (record.kind) {
    case 'ticket':
      return numbers.has(record.number) ? 'tickets' : null;
    case 'merge':
      return numbers.has(record.from) || numbers.has(record.into) ? 'merges' : null;
    case 'hint':
    case 'request':
      return numbers.has(record.ticket ?? 0) ? 'others' : null;
    case 'link':
    case 'written':
      return numbers.has(record.ticket) || identities.has(record.identity) ? 'others' : null;
    case 'attempt':
      return isAttemptOn(record, known) ? 'others' : null;
    case 'alert':
      return numbers.has(record.ticket) || identities.has(record.identity) ? 'others' : null;
    case 'telling':
      return placeOfTelling(record, known);
    default:
      return null;
  }
}

const ABOUT_A_LETTER = /^(?:letter|line|retry):(.*)$/s;
const ABOUT_A_MESSAGE = /^(?:(?:silent:staff|silent|stuck):)?([0-9a-f]{64})$/;

function isAttemptOn(
  { identity: name, messageId }: Extract<RegisterRecord, { kind: 'attempt' }>,
  { identities, ids, isLetterOfTheirs }: Known,
): boolean {
  const letter = ABOUT_A_LETTER.exec(name)?.[1];
  if (letter !== undefined && (ids.has(letter) || isLetterOfTheirs(letter))) return true;
  const identity = ABOUT_A_MESSAGE.exec(name)?.[1];
  return identities.has(identity ?? '') || ids.has(messageId ?? '');
}

/** One that is under way tells of others as well, and they would never be told. */
function placeOfTelling(
  { events, flags }: Extract<Registered, { kind: 'telling' }>,
  { numbers, identities }: Known,
): Place {
  const theirs = events.filter(({ ticket, identity }) => numbers.has(ticket) || identities.has(identity));
  if (theirs.length === 0) return null;
  return theirs.length === events.length || !flags.has(UNDER_WAY) ? 'others' : 'under way';
}
