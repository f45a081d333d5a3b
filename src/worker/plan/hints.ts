/** How far the archive has been looked at, and the hints that nobody needs any more: see `sight/archive.ts`. */
import type { HintRecord, Registered } from '../../mailbox/register/entry.js';
import { type Done, doneWith, type Effects } from '../effects/effects.js';
import type { ArchiveView } from '../sight/archive.js';
import type { Survey } from '../sight/survey.js';

/** More live hints than this are worth a new watermark, so that they can be retired. */
const MAX_LIVE_HINTS = 20;

/** Raises the watermark, once every stray of this look has been seen to: a crash before that must leave them strays. */
export function raiseWatermark(survey: Survey, archive: ArchiveView): Effects {
  const { uidValidity, examined, strays, withoutWatermark } = archive;
  if (strays.length === 0 && !withoutWatermark && survey.hints.length <= MAX_LIVE_HINTS) return {};
  return { hints: [{ ticket: null, uidValidity, uidNext: examined, there: [], complete: true }] };
}

/** The hints that a higher watermark has made superfluous; the highest one always stays live. */
export function superfluousHints(hints: readonly Registered<HintRecord>[]): readonly Done[] {
  const highest = hints.reduce<Registered<HintRecord> | null>((best, hint) => {
    if (best === null) return hint;
    if (best.uidValidity !== hint.uidValidity) return hint.uid > best.uid ? hint : best;
    return hint.uidNext > best.uidNext ? hint : best;
  }, null);
  if (highest === null) return [];
  const over = hints.filter(
    (hint) =>
      hint !== highest &&
      (hint.uidValidity !== highest.uidValidity ||
        hint.moved.every(({ uid }) => (uid === null ? hint.uid < highest.uid : uid < highest.uidNext))),
  );
  return doneWith(over);
}
