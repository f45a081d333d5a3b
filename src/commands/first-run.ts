/** What a first run would take on of the mail that is in the inbox: shown before anything is done about it. */
import { hasBegun } from '../worker/sight/beginning.js';
import { chooseOlder, MAX_LISTED, type Older } from '../worker/sight/older-mail.js';
import type { Desk } from '../worker/workplace/desk.js';
import { readableTime } from './clock.js';
import type { Output } from './context.js';
import { count } from './count.js';
import { layTable } from './table.js';

const MOST_FROM_CELLS = 36;
const DAY_MS = 86_400_000;

export interface Showing {
  readonly out: Output;
  /** Of the desk: IANA's name. */
  readonly timezone: string;
}

/** Prints it; answers how many messages a first run would acknowledge, or ask about. */
export async function tellFirstRun(desk: Desk, showing: Showing): Promise<number> {
  const { out } = showing;
  const say = (line: string): void => out.write(`${line}\n`);
  if (await hasBegun(desk)) {
    say('A desk has worked in this mailbox before; this one goes on where that one stopped.');
    return 0;
  }
  const { uidNext } = await desk.store.state(desk.folders.inbox);
  const undecided = { ...desk, adopt: { ...desk.adopt, choice: 'all' as const } };
  const { older } = await chooseOlder(undecided, uidNext);
  const recent = older.filter((one) => one.recent);
  const days = count(Math.round(desk.adopt.withinMs / DAY_MS), 'day');
  const left = older.length - recent.length;
  const stays = left === 0 ? '' : ` ${count(left, 'older unread message')} would stay where they are.`;
  if (recent.length === 0) {
    say(`A first run would take on nothing: no unread mail of the last ${days} is in the inbox.${stays}`);
    return 0;
  }
  say(`A first run would take on this unread mail of the last ${days}:`);
  for (const line of lettersFor(recent, showing)) say(line);
  for (const line of adviceOn(desk, recent.length, stays)) say(line);
  return recent.filter(({ facts }) => !facts.suppressAnswer).length;
}

function adviceOn({ adopt }: Desk, found: number, stays: string): readonly string[] {
  if (found <= adopt.atMost)
    return [
      `It files each as a ticket, and acknowledges what people wrote.${stays} Mark as read now what it is not to take on.`,
    ];
  return [
    `As these are more than ${adopt.atMost}, it will do nothing until you say what it is to take on:${stays}`,
    '  --adopt=recent  makes tickets of these, each with its acknowledgement',
    '  --adopt=all     of every unread message, however old; the old ones are not answered',
    '  --adopt=none    of none of them',
  ];
}

const COLUMNS = [{ title: 'date' }, { title: 'from', atMost: MOST_FROM_CELLS }, { title: 'subject' }];

/** A line for each of the newest ones, the newest last: date, From and subject. */
export function lettersFor(letters: readonly Older[], { out, timezone }: Showing): readonly string[] {
  // UIDs tell when a message came to this folder: one that was moved there may be older than those before it.
  const byAge = letters.toSorted((a, b) => a.facts.receivedAt.getTime() - b.facts.receivedAt.getTime());
  const shown = byAge.slice(-MAX_LISTED);
  const rows = shown.map(({ facts }) => [
    readableTime(facts.receivedAt, timezone),
    facts.sender.shown || '(nobody)',
    facts.subject || '(no subject)',
  ]);
  const more = letters.length - shown.length;
  return [
    ...layTable(COLUMNS, rows, out.columns).slice(1),
    ...(more === 0 ? [] : [`and ${more} more, older than these`]),
  ];
}
