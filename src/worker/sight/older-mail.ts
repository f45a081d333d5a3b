/**
 * Mail that was in the inbox before the desk. It stays where it is, unless it is unseen and recent, or somebody says
 * what to take.
 */
import { isOwn } from '../../desk/sign/origin.js';
import type { AdoptionRecord } from '../../mailbox/register/entry.js';
import type { FolderState } from '../../mailbox/store.js';
import { EXIT, Problem } from '../../problem/problem.js';
import type { Desk } from '../workplace/desk.js';
import type { FiledMessage } from '../workplace/facts-cache.js';

export interface Older extends FiledMessage {
  readonly recent: boolean;
}

/** How many of the messages in question are listed. */
const MAX_LISTED = 50;

/** What adoption takes of the mail that is there; throws where somebody has to say it. */
export async function chooseOlder(
  desk: Desk,
  uidNext: number,
): Promise<{ readonly older: readonly Older[]; readonly taken: readonly Older[] }> {
  const older = await unseenMail(desk, uidNext);
  const recent = older.filter((one) => one.recent);
  const { choice, atMost } = desk.adopt;
  if (choice === null && recent.length > atMost) throw tooMany(desk, recent);
  return { older, taken: choice === 'none' ? [] : choice === 'all' ? older : recent };
}

async function unseenMail(desk: Desk, uidNext: number): Promise<readonly Older[]> {
  const { store, folders } = desk;
  const uids = await store.search(folders.inbox, { flag: '\\Seen', set: false });
  const before = uids.filter((uid) => uid < uidNext);
  const since = desk.now().getTime() - desk.adopt.withinMs;
  return (await store.fetch(folders.inbox, before))
    .map((message) => ({
      uid: message.uid,
      facts: desk.cache.factsOf(message),
      recent: message.receivedAt.getTime() >= since,
    }))
    .filter(({ facts }) => !isOwn(desk.policy, facts));
}

function tooMany(desk: Desk, recent: readonly Older[]): Problem {
  return undecided(recent, [
    `the inbox of ${desk.policy.name} holds ${recent.length} unread messages of the last days, more than adopt.atMost (${desk.adopt.atMost}); nothing was created, moved or sent. Say what to do with them:`,
    '  --adopt=recent  files them as new mail, each with its acknowledgement',
    '  --adopt=all     files every unread message, however old; the old ones are not answered, and staff get one summary',
    '  --adopt=none    leaves them all where they are',
  ]);
}

/** Of an inbox that was copied; the facts of `old` have for date what the messages say themselves. */
export function tooManyCopied(desk: Desk, old: readonly Older[]): Problem {
  return undecided(old, [
    `the inbox of ${desk.policy.name} has got new UIDs, as after a copy or a move to another server, and ${old.length} messages in it are older than the desk by their own dates, though by the server's they came since: more than adopt.atMost (${desk.adopt.atMost}). Nothing was created, moved or sent. Copy the inbox again with its dates, or let "imapdesk once" know what to do with them:`,
    '  --adopt=recent  files those of the last days that are unread as new mail, each with its acknowledgement, and leaves the others where they are',
    '  --adopt=all     files every unread one, however old; the old ones are not answered, and staff get one summary',
    '  --adopt=none    leaves them all where they are',
  ]);
}

function undecided(messages: readonly Older[], text: readonly string[]): Problem {
  const lines = messages
    .slice(0, MAX_LISTED)
    .map(
      ({ uid, facts }) =>
        `  uid ${uid}  ${facts.receivedAt.toISOString().slice(0, 16)}  ${facts.messageId ?? '(no Message-ID)'}`,
    );
  const more = messages.length > MAX_LISTED ? [`  and ${messages.length - MAX_LISTED} more`] : [];
  return new Problem('adoption-undecided', [...text, 'The messages:', ...lines, ...more].join('\n'), {
    exitCode: EXIT.configuration,
  });
}

/** What the register says of where the desk begins; `archived` is the folder as it is then. */
export function adoptionFrom(
  { now }: Pick<Desk, 'now'>,
  inbox: FolderState,
  { archived, taken }: { readonly archived: FolderState; readonly taken: readonly Older[] },
): AdoptionRecord {
  return {
    kind: 'adoption',
    at: now(),
    uidValidity: inbox.uidValidity,
    uidNext: inbox.uidNext,
    archivedUidValidity: archived.uidValidity,
    archivedUidNext: archived.uidNext,
    taken: taken.map(({ uid, facts, recent }) => ({ uid, identity: facts.identity, quiet: !recent })),
  };
}
