/**
 * The first run on a mailbox, and the first on an inbox that was copied: what is taken of the mail that is there, and the
 * entry that says so. A run that dies before the entry is there is done again, and finds the summary that it wrote.
 */
import { composeSummary, listed } from '../../desk/letters/summary.js';
import type { AdoptionRecord, CopiedRecord } from '../../mailbox/register/entry.js';
import type { FolderState } from '../../mailbox/store.js';
import { EXIT, Problem } from '../../problem/problem.js';
import type { Effects } from '../effects/effects.js';
import { ADOPTION_CAUSE } from '../sight/causes.js';
import type { Judged } from '../sight/copied-inbox.js';
import { adoptionFrom, type Older } from '../sight/older-mail.js';
import type { Desk } from '../workplace/desk.js';

/** Once the folders are there. */
export async function planAdoption(
  desk: Desk,
  seen: { readonly inbox: FolderState; readonly taken: readonly Older[] },
): Promise<Effects> {
  const { store, folders } = desk;
  const { inbox, taken } = seen;
  if ((await store.search(folders.open, { and: [] })).length > 0) throw openNotEmpty(desk);
  const record = adoptionFrom(desk, inbox, { archived: await store.state(folders.archived), taken });
  const messages = taken.filter((one) => !one.recent);
  return beginWith(desk, record, { messages, text: 'adoption-summary', cause: ADOPTION_CAUSE });
}

export function planCopied(desk: Desk, { record, quiet: messages }: Judged): Effects {
  return beginWith(desk, record, { messages, text: 'copied-summary', cause: record.cause });
}

/** Whatever lies in Open is a ticket, so it has to be the desk's alone. */
function openNotEmpty({ folders }: Desk): Problem {
  return new Problem(
    'open-not-empty',
    `the folder "${folders.open}" (folders.open) holds mail already. Every message in it would become a ticket: empty it, or name another folder`,
    { exitCode: EXIT.configuration },
  );
}

/** Staff are told of what is filed without an answer before the entry says so. */
function beginWith(
  { policy, now }: Desk,
  record: AdoptionRecord | CopiedRecord,
  quiet: {
    readonly messages: readonly Older[];
    readonly text: 'adoption-summary' | 'copied-summary';
    readonly cause: string;
  },
): Effects {
  const { messages, text, cause } = quiet;
  const facts = messages.map((one) => one.facts);
  const subject = { name: 'subject-adoption-summary' } as const;
  const variables = { messages: messages.length, ...listed(policy, facts) };
  const summary = { policy, now: now(), cause, subject, text, variables };
  const composed = messages.length === 0 ? [] : composeSummary(summary);
  return { letters: { composed, release: 'done' }, lettersFirst: true, entries: [{ record }] };
}
