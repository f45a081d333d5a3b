/**
 * The first run on a mailbox. Whatever was there before stays where it is, unless it is unseen and recent, or
 * somebody says what to take; the adoption entry says from where on the desk takes everything.
 */

import { listed, writeSummary } from '../../desk/letters/summary.js';
import { isOwn } from '../../desk/sign/origin.js';
import { appendOne } from '../../mailbox/append-one.js';
import type { AdoptionRecord } from '../../mailbox/register/entry.js';
import type { StoredMessage } from '../../mailbox/store.js';
import type { Facts } from '../../message/facts/facts.js';
import { EXIT, Problem } from '../../problem/problem.js';
import { appendRecord } from '../effects/register-writing.js';
import { ADOPTION_CAUSE } from '../send/settle.js';
import { readOutbox } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';

export interface Older {
  readonly uid: number;
  readonly facts: Facts;
  readonly recent: boolean;
}

/** How many of the messages in question are listed. */
const MAX_LISTED = 50;

export async function adoptMailbox(desk: Desk): Promise<void> {
  const { store, folders } = desk;
  const inbox = await store.state(folders.inbox);
  const { older, taken } = await chooseOlder(desk, inbox.uidNext);
  await createFolders(desk);
  if ((await store.search(folders.open, { and: [] })).length > 0) throw openNotEmpty(desk);
  const archived = await store.state(folders.archived);
  const record: AdoptionRecord = {
    kind: 'adoption',
    at: desk.now(),
    uidValidity: inbox.uidValidity,
    uidNext: inbox.uidNext,
    archivedUidValidity: archived.uidValidity,
    archivedUidNext: archived.uidNext,
    taken: taken.map(({ uid, facts, recent: isRecent }) => ({
      uid,
      identity: facts.identity,
      quiet: !isRecent,
    })),
  };
  const quiet = taken.filter((one) => !one.recent);
  const about = { messages: quiet, text: 'adoption-summary', cause: ADOPTION_CAUSE } as const;
  const summaries = quiet.length === 0 ? [] : await stageSummaries(desk, about);
  await appendRecord(desk, record, { highest: 0, flags: [] });
  if (summaries.length > 0) await store.setFlags(folders.outbox, summaries, { remove: ['\\Flagged'] });
  desk.log.info({ taken: taken.length, unseen: older.length }, 'the desk takes this mailbox on');
  const left = older.length - taken.length;
  if (left === 0 || desk.adopt.choice !== null) return;
  desk.log.warn(
    { left },
    `${left} unread messages that are older than adopt.within stay where they are, and nobody was sent anything for them; move one to "${folders.open}" to make it a ticket`,
  );
}

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
  const messages: readonly StoredMessage[] = await store.fetch(folders.inbox, before);
  return messages
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

/** Whatever lies in Open is a ticket, so it has to be the desk's alone. */
function openNotEmpty({ folders }: Desk): Problem {
  return new Problem(
    'open-not-empty',
    `the folder "${folders.open}" (folders.open) holds mail already. Every message in it would become a ticket: empty it, or name another folder`,
    { exitCode: EXIT.configuration },
  );
}

async function createFolders(desk: Desk): Promise<void> {
  const { store, folders } = desk;
  for (const folder of [folders.open, folders.archived, folders.review])
    await store.createFolder(folder, { subscribe: true });
  for (const folder of [folders.register, folders.outbox])
    await store.createFolder(folder, { subscribe: false });
}

/** Held; a run that died before it wrote its entry has staged them already. */
export async function stageSummaries(
  desk: Desk,
  about: {
    readonly messages: readonly Older[];
    readonly text: 'adoption-summary' | 'copied-summary';
    readonly cause: string;
  },
): Promise<readonly number[]> {
  const { messages, text, cause } = about;
  const summary = {
    policy: desk.policy,
    now: desk.now(),
    cause,
    subject: { name: 'subject-adoption-summary' as const },
    text,
    variables: {
      messages: messages.length,
      ...listed(
        desk.policy,
        messages.map(({ facts }) => facts),
      ),
    },
  };
  const known = new Map((await readOutbox(desk)).map(({ messageId, uid }) => [messageId, uid]));
  const uids: number[] = [];
  for (const letter of writeSummary(summary)) {
    const uid =
      known.get(letter.messageId) ??
      (await appendOne(desk.store, desk.folders.outbox, { raw: letter.raw, flags: ['\\Seen', '\\Flagged'] }));
    uids.push(uid);
  }
  return uids;
}
