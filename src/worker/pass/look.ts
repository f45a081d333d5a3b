/** What a pass sees of its desk, after whatever others left half done or moved has been seen to. */
import { together } from '../../mailbox/together.js';
import { carryOut } from '../carry-out/carry-out.js';
import { type ArchiveView, examineArchive } from '../sight/archive.js';
import { adoptionOf } from '../sight/beginning.js';
import { ForeseenInbox } from '../sight/foreseen-inbox.js';
import type { Pending } from '../sight/pending.js';
import { PendingMail } from '../sight/pending-mail.js';
import { type ReadBeside, type Survey, takeSurvey } from '../sight/survey.js';
import type { WorkingDesk } from '../workplace/desk.js';
import { seeToOthers } from './others.js';

export interface Sight {
  readonly survey: Survey;
  readonly archive: ArchiveView;
  readonly mail: PendingMail;
  /** How much the pass had written before it took this survey. */
  readonly before: number;
  /** The same before it read the first window of the inbox; -1 where that was not read in this look. */
  readonly readAfter: number;
}

/** How often a pass looks again because others were quicker, before it leaves the rest to the next one. */
export const MAX_LOOKS = 5;

export interface Looking {
  /** How many messages are read and decided at a time. */
  readonly size: number;
  /** What is known of the inbox already; left out, the first window is read. */
  readonly held?: readonly Pending[];
  readonly writes: () => number;
}

export async function look(desk: WorkingDesk, { size, held, writes }: Looking): Promise<Sight> {
  let known = held;
  const readAfter = held === undefined ? writes() : -1;
  for (let looks = 1; ; looks += 1) {
    const before = writes();
    const inbox = new ForeseenInbox(desk, known === undefined ? size : 0);
    const survey = await see(desk, inbox);
    desk.cache.adoption = survey.adoption;
    const { places, first: read } = await inbox.seenWith(adoptionOf(survey));
    known ??= read ?? undefined;
    const mail = new PendingMail(desk, places, { size, held: known ?? [] });
    const [first, archive] = await together(
      desk.store,
      async () => known ?? mail.window(0),
      () => examineArchive(desk, survey),
    );
    known = first;
    if (!(await seeToOthers(desk, { survey, archive, mail })))
      return { survey, archive, mail, before, readAfter };
    if (looks >= MAX_LOOKS) return { survey: await see(desk), archive, mail, before: writes(), readAfter };
  }
}

/** Whoever sees what is void removes it. */
export async function see(desk: WorkingDesk, beside?: ReadBeside): Promise<Survey> {
  const survey = await takeSurvey(desk, beside);
  const voided = survey.voided.filter(({ uids }) => uids.length > 0);
  for (const { folder, uids } of voided)
    desk.log.info({ folder, count: uids.length }, 'entries that another worker was quicker with are removed');
  await carryOut(desk, survey, { removed: voided });
  return survey;
}
