/**
 * Files a batch of pending messages. The order of effects is that of `transition.ts`, with the batch's commands
 * gathered: entries and links are appended, mail is staged and held, tickets whose state changes get their flags,
 * messages move in one command for each folder, and one STORE releases the mail.
 */

import { entryOf } from '../../desk/ticket/ledger.js';
import type { TicketState } from '../../desk/ticket/ticket.js';
import type { MovedMessage } from '../../mailbox/register/entry.js';
import { appendLink, noteWritten } from '../effects/member-entries.js';
import { openTickets } from '../effects/open-tickets.js';
import { release, stage, writeLetters } from '../effects/stage-mail.js';
import { beginTransition, clearUnderWay, endTransition, moveMessages } from '../effects/transition.js';
import { type ArchiveView, appendHint, locateArchived } from '../sight/archive.js';
import { closeAttempts, reasonToGiveUp } from '../sight/attempts.js';
import { lookAgain } from '../sight/look-again.js';
import { lookUpNamed } from '../sight/look-up.js';
import { recogniseAccount } from '../sight/own-account.js';
import { inOrder, type Pending } from '../sight/pending.js';
import { noteSilence } from '../sight/silence.js';
import { locateOpen, type Survey, stateOf } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import { type Decided, decideBatch, destinationOf } from './decide-batch.js';

export async function fileBatch(
  desk: Desk,
  survey: Survey,
  given: { archive: ArchiveView; batch: readonly Pending[] },
): Promise<readonly Decided[]> {
  const isGivenUp = (one: Pending): boolean => reasonToGiveUp(survey, one) !== null;
  const here = await recogniseAccount(desk, await stillThere(desk, given.batch));
  // What is given up is looked at no further: that may be what it was given up for.
  const read = here.filter((one) => !isGivenUp(one));
  const seen = await lookAgain(desk, read);
  const batch = inOrder([...here.filter(isGivenUp), ...seen]);
  await lookUpNamed(
    desk,
    survey,
    batch.map(({ facts }) => facts),
  );
  const before = new Map([...survey.records].map(([number, record]) => [number, stateOf(record)]));
  const decided = decideBatch(desk, survey, batch);
  const letters = await writeLetters(desk, decided);
  const opening = decided.flatMap(({ decision, pending }) =>
    decision.kind === 'new' && decision.ticket !== null ? [entryOf(decision, pending.facts)] : [],
  );
  await openTickets(desk, survey, opening);
  await appendLinks(desk, survey, decided);
  for (const { decision, pending } of decided) {
    if (pending.facts.fromAccount === true && decision.ticket !== null)
      await noteWritten(desk, survey, { number: decision.ticket, facts: pending.facts });
  }
  const staged = await stage(desk, survey, letters);
  await noteSilence(desk, survey, decided);
  const changes = stateChanges(survey, before);
  for (const change of changes) await beginTransition(desk, survey, change);
  const moved = await moveCauses(desk, survey, decided);
  await finishChanges(desk, survey, { ...given, changes, moved });
  await release(desk, staged, new Set(moved.keys()));
  const opened = decided.flatMap(({ decision, pending }) =>
    decision.kind === 'new' && decision.ticket !== null && moved.has(pending.facts.identity)
      ? [decision.ticket]
      : [],
  );
  await clearUnderWay(desk, survey, [...opened, ...changes.map(({ number }) => number)]);
  await closeAttempts(desk, survey, (identity) => moved.has(identity));
  return decided.filter(({ pending }) => moved.has(pending.facts.identity));
}

/** A message may have been taken away since it was read; nothing is begun for it then. */
async function stillThere(desk: Desk, batch: readonly Pending[]): Promise<readonly Pending[]> {
  const uids = batch.map(({ uid }) => uid);
  // A search answers for what the server cannot read as well.
  const here = new Set(await desk.store.search(desk.folders.inbox, { uids }));
  return batch.filter(({ uid }) => here.has(uid));
}

async function appendLinks(desk: Desk, survey: Survey, decided: readonly Decided[]): Promise<void> {
  for (const { decision, pending } of decided) {
    const { ticket, via, needsLink } = decision;
    if (ticket === null || !needsLink || survey.links.has(pending.facts.identity)) continue;
    await appendLink(desk, survey, { number: ticket, via: via ?? ticket, facts: pending.facts });
  }
}

interface StateChange {
  readonly number: number;
  readonly to: TicketState;
}

function stateChanges(survey: Survey, before: ReadonlyMap<number, TicketState>): readonly StateChange[] {
  return [...before].flatMap(([number, state]) => {
    if (survey.ledger.endOf(number) !== number) return [];
    const to = survey.ledger.ticket(number)?.state;
    return to === undefined || to === state ? [] : [{ number, to }];
  });
}

/** The identities that were still there and have moved, with their new UIDs. */
async function moveCauses(
  desk: Desk,
  survey: Survey,
  decided: readonly Decided[],
): Promise<
  ReadonlyMap<
    string,
    { readonly uid: number | null; readonly ticket: number | null; readonly folder: string }
  >
> {
  const { store, folders } = desk;
  const byFolder = new Map<string, Decided[]>();
  for (const one of decided) {
    const folder = destinationOf(survey, one, folders);
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), one]);
  }
  const moved = new Map<string, { uid: number | null; ticket: number | null; folder: string }>();
  for (const [folder, group] of byFolder) {
    const went = await store.move(
      folders.inbox,
      group.map(({ pending }) => pending.uid),
      folder,
    );
    for (const { pending, decision } of group) {
      const uid = went.get(pending.uid);
      if (uid !== undefined) moved.set(pending.facts.identity, { uid, ticket: decision.ticket, folder });
    }
  }
  return moved;
}

async function finishChanges(
  desk: Desk,
  survey: Survey,
  done: {
    archive: ArchiveView;
    changes: readonly StateChange[];
    moved: Awaited<ReturnType<typeof moveCauses>>;
  },
): Promise<void> {
  const { archive, changes, moved } = done;
  const filed = new Map<number, MovedMessage[]>();
  for (const [identity, { uid, ticket, folder }] of moved) {
    if (folder !== desk.folders.archived || ticket === null) continue;
    filed.set(ticket, [...(filed.get(ticket) ?? []), { uid, identity }]);
  }
  for (const { number, to } of changes) {
    const elsewhere =
      to === 'archived' ? await locateOpen(desk, survey, number) : await locateArchived(desk, survey, number);
    const went = await moveMessages(desk, elsewhere, to);
    const all = [...(filed.get(number) ?? []), ...went];
    filed.delete(number);
    await endTransition(desk, survey, { number, to, archive, moved: all, complete: true });
  }
  for (const [ticket, messages] of filed) {
    await appendHint(desk, survey, { archive, ticket, moved: messages, complete: true });
  }
}
