/** Makes sure that a desk can be worked on: a mailbox that no desk has yet is adopted, and a copied inbox judged. */
import { carryOut } from '../carry-out/carry-out.js';
import type { Effects } from '../effects/effects.js';
import { planAdoption, planCopied } from '../plan/begin.js';
import { beginningOf, newFolders } from '../sight/beginning.js';
import { judgeCopied } from '../sight/copied-inbox.js';
import { chooseOlder } from '../sight/older-mail.js';
import { nothingSeen } from '../sight/survey.js';
import { readOutbox } from '../sight/unsent.js';
import type { WorkingDesk } from '../workplace/desk.js';

export async function beginDesk(desk: WorkingDesk): Promise<void> {
  const adoption = await beginningOf(desk);
  if (adoption === null) return adopt(desk);
  desk.cache.adoption = adoption;
  const judged = await judgeCopied(desk, adoption);
  if (judged !== null) {
    await begin(desk, planCopied(desk, judged));
    desk.log.warn(
      { quiet: judged.quiet.length, choice: judged.record.choice },
      'the inbox was copied without the dates on which its mail had come: what is older than the desk is answered by nobody',
    );
  } else if (desk.adopt.choice !== null) {
    desk.log.info({}, 'this desk has begun already: --adopt says nothing any more');
  }
}

async function adopt(desk: WorkingDesk): Promise<void> {
  const { store, folders, log } = desk;
  const inbox = await store.state(folders.inbox);
  const { older, taken } = await chooseOlder(desk, inbox.uidNext);
  await carryOut(desk, nothingSeen(desk), { folders: newFolders(desk) });
  await begin(desk, await planAdoption(desk, { inbox, taken }));
  log.info({ taken: taken.length, unseen: older.length }, 'the desk takes this mailbox on');
  const left = older.length - taken.length;
  if (left === 0 || desk.adopt.choice !== null) return;
  log.warn(
    { left },
    `${left} unread messages that are older than adopt.within stay where they are, and nobody was sent anything for them; move one to "${folders.open}" to make it a ticket`,
  );
}

/** A run that died before may have written its summaries. */
async function begin(desk: WorkingDesk, effects: Effects): Promise<void> {
  const { copies: outbox } = effects.letters?.composed.length === 0 ? { copies: [] } : await readOutbox(desk);
  await carryOut(desk, { ...nothingSeen(desk), outbox }, effects);
}
