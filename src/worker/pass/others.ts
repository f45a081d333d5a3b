/** Sees to what others have left: dead workers, people who moved mail, commands. Each plan is carried out before the next. */
import { carryOutOrLook } from '../carry-out/carry-out.js';
import type { Effects } from '../effects/effects.js';
import { planBack } from '../plan/astray.js';
import { planFinish } from '../plan/finish.js';
import { planIntoArchive, planIntoOpen, planWatermark } from '../plan/follow.js';
import { planAway } from '../plan/follow-away.js';
import { planMerges } from '../plan/merge-tickets.js';
import { planDragged } from '../plan/open-placed.js';
import { planRequest } from '../plan/requests.js';
import type { ArchiveView } from '../sight/archive.js';
import type { Awaited } from '../sight/pending-mail.js';
import type { Survey } from '../sight/survey.js';
import type { WorkingDesk } from '../workplace/desk.js';

/** Returns whether the survey is no longer true. */
export async function seeToOthers(
  desk: WorkingDesk,
  { survey, archive, mail: pending }: { survey: Survey; archive: ArchiveView; mail: Awaited },
): Promise<boolean> {
  const seen = { archive, pending };
  const plans: readonly (() => Effects | Promise<Effects>)[] = [
    () => planMerges(desk, survey, seen),
    () => planFinish(desk, survey, seen),
    () => planIntoArchive(desk, survey, archive),
    () => planIntoOpen(desk, survey, archive),
    () => planAway(desk, survey, seen),
    () => planBack(desk, survey, archive),
    () => planWatermark(survey, seen),
    () => planDragged(desk, survey),
  ];
  for (const plan of plans) if ((await carryOutOrLook(desk, survey, await plan())).stale) return true;
  let stale = false;
  // In the order in which they were asked for: one may change what the next is about.
  for (const request of survey.requests) {
    const outcome = await carryOutOrLook(desk, survey, await planRequest(desk, survey, { request, archive }));
    stale ||= outcome.stale;
  }
  return stale;
}
