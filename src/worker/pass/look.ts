/** What a pass sees of its desk, after whatever others left half done or moved has been seen to. */
import { together } from '../../mailbox/together.js';
import { carryOut } from '../carry-out/carry-out.js';
import { type ArchiveView, examineArchive } from '../sight/archive.js';
import { adoptionOf } from '../sight/beginning.js';
import { findPlaces, type Pending } from '../sight/pending.js';
import { PendingMail } from '../sight/pending-mail.js';
import { type Survey, takeSurvey } from '../sight/survey.js';
import type { WorkingDesk } from '../workplace/desk.js';
import { seeToOthers } from './others.js';

export interface Sight {
  readonly survey: Survey;
  readonly archive: ArchiveView;
  readonly mail: PendingMail;
  /** How much the pass had written before it took this survey. */
  readonly before: number;
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
  for (let looks = 1; ; looks += 1) {
    const before = writes();
    const survey = await see(desk);
    const places = await findPlaces(desk, adoptionOf(survey));
    const mail = new PendingMail(desk, places, { size, held: known ?? [] });
    const [first, archive] = await together(
      async () => known ?? mail.window(0),
      () => examineArchive(desk, survey),
    );
    known = first;
    if (!(await seeToOthers(desk, { survey, archive, mail }))) return { survey, archive, mail, before };
    if (looks >= MAX_LOOKS) return { survey: await see(desk), archive, mail, before: writes() };
  }
}

/** Whoever sees what is void removes it. */
export async function see(desk: WorkingDesk): Promise<Survey> {
  const survey = await takeSurvey(desk);
  const voided = survey.voided.filter(({ uids }) => uids.length > 0);
  for (const { folder, uids } of voided)
    desk.log.info({ folder, count: uids.length }, 'entries that another worker was quicker with are removed');
  await carryOut(desk, survey, { removed: voided });
  return survey;
}
