/**
 * Mail that was in the inbox before the desk. It stays where it is, unless it is unseen and recent, or somebody says
 * what to take.
 */
import { isOwn } from '../../desk/sign/origin.js';
import type { AdoptionRecord } from '../../mailbox/register/entry.js';
import type { FolderState } from '../../mailbox/store.js';
import { EXIT, Problem } from '../../problem/problem.js';
import { chunksOf } from '../workplace/batches.js';
import type { AdoptChoice, Desk } from '../workplace/desk.js';
import type { FiledMessage } from '../workplace/facts-cache.js';

export interface Older extends FiledMessage {
  readonly recent: boolean;
}

/** Header blocks that are read together. */
const READ_TOGETHER = 500;
/** How many of the messages in question are listed. */
export const MAX_LISTED = 20;

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
  const older: Older[] = [];
  for (const [index, some] of chunksOf(before, READ_TOGETHER).entries()) {
    desk.progress?.({ work: 'reading older mail', done: index * READ_TOGETHER, total: before.length });
    for (const message of await store.fetch(folders.inbox, some)) {
      const facts = desk.cache.factsOf(message);
      const recent = message.receivedAt.getTime() >= since;
      if (!isOwn(desk.policy, facts)) older.push({ uid: message.uid, facts, recent });
    }
  }
  return older;
}

/**
 * Somebody has to say what is to be done with these messages. The text names them as a log may; what they are about is
 * shown to people by `letters`, the newest last.
 */
export class UndecidedMail extends Problem {
  /** What is asked, without the messages and without the answers. */
  readonly question: string;
  readonly letters: readonly Older[];
  /** What each answer does. */
  readonly answers: Answers;

  constructor(question: string, letters: readonly Older[], answers: Answers) {
    super('adoption-undecided', [question, ...linesOf(letters), ...waysToAnswer(answers)].join('\n'), {
      exitCode: EXIT.configuration,
    });
    this.question = question;
    this.letters = letters;
    this.answers = answers;
  }
}

type Answers = Readonly<Record<AdoptChoice, string>>;

const ANSWERS: Answers = {
  recent: 'files them as new mail, each with its acknowledgement',
  all: 'files every unread message, however old; the old ones are not answered, and staff get one summary',
  none: 'leaves them all where they are',
};

/** How to answer on a command line. */
export function waysToAnswer(answers: Answers): readonly string[] {
  return [
    'Say what to do with them, as an option of "imapdesk once" (or of "repair"):',
    `  --adopt=recent  ${answers.recent}`,
    `  --adopt=all     ${answers.all}`,
    `  --adopt=none    ${answers.none}`,
  ];
}

function linesOf(letters: readonly Older[]): readonly string[] {
  const lines = letters
    .slice(-MAX_LISTED)
    .map(
      ({ uid, facts }) =>
        `  uid ${uid}  ${facts.receivedAt.toISOString().slice(0, 16)}  ${facts.messageId ?? '(no Message-ID)'}`,
    );
  const more = letters.length - lines.length;
  return more === 0 ? lines : [...lines, `  and ${more} more, older than these`];
}

function tooMany(desk: Desk, recent: readonly Older[]): Problem {
  const { policy, adopt } = desk;
  return new UndecidedMail(
    `the inbox of ${policy.name} holds ${recent.length} unread messages of the last days, more than adopt.atMost (${adopt.atMost}); nothing was created, moved or sent`,
    recent,
    ANSWERS,
  );
}

/** Of an inbox that was copied; the facts of `old` have for date what the messages say themselves. */
export function tooManyCopied(desk: Desk, old: readonly Older[]): Problem {
  const { policy, adopt } = desk;
  return new UndecidedMail(
    `the inbox of ${policy.name} has got new UIDs, as after a copy or a move to another server, and ${old.length} messages in it are older than the desk by their own dates, though by the server's they came since: more than adopt.atMost (${adopt.atMost}). Nothing was created, moved or sent. Copy the inbox again with its dates, or say what to do with them`,
    old,
    {
      recent:
        'files those of the last days that are unread as new mail, each with its acknowledgement, and leaves the others where they are',
      all: 'files every unread one, however old; the old ones are not answered, and staff get one summary',
      none: 'leaves them all where they are',
    },
  );
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
