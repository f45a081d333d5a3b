/** One drain: what it works on, and what it has come to so far. */

import { carryOut } from '../carry-out/carry-out.js';
import type { ArchiveView } from '../sight/archive.js';
import { brokenAt, type History, historyIn, takenAtLast } from '../sight/letter-history.js';
import type { Survey } from '../sight/survey.js';
import type { WorkingDesk } from '../workplace/desk.js';
import type { Letter } from '../workplace/outbox-copy.js';
import { Brake } from './brake.js';
import { type Done, flagSent, putAway } from './put-away.js';
import { dropNewsOf, type RefusedLetter, setAside } from './refused.js';
import { LetterTexts } from './unread-letters.js';

export interface Draining {
  readonly desk: WorkingDesk;
  readonly survey: Survey;
  readonly archive: ArchiveView;
  readonly brake: Brake<Letter>;
  readonly histories: Map<string, History>;
  /** Message-IDs that the server has taken in an earlier pass, though they are not marked so. */
  readonly taken: ReadonlySet<string>;
  /** Message-IDs of letters at which the server has broken off in an earlier pass. */
  readonly broken: ReadonlySet<string>;
  /** Not handed over yet, in order. */
  readonly waiting: Letter[];
  readonly texts: LetterTexts;
  /** The folders that copies have moved to. */
  readonly movedTo: Set<string>;
  /** UIDs that are marked as under way. */
  readonly underWay: Set<number>;
  /** Taken, and not marked so. */
  readonly unmarked: Done[];
  /** Marked, or to be filed without: they are to be put away. */
  group: Done[];
  refusals: RefusedLetter[];
  sent: number;
  refused: number;
}

export function beginDraining(
  known: Pick<Draining, 'desk' | 'survey' | 'archive' | 'histories' | 'taken' | 'waiting'>,
): Draining {
  return {
    ...known,
    brake: new Brake(),
    broken: brokenAt(known.survey),
    texts: new LetterTexts(),
    movedTo: new Set(),
    underWay: new Set(),
    unmarked: [],
    group: [],
    refusals: [],
    sent: 0,
    refused: 0,
  };
}

/** One STORE for all that was taken since the last one. */
export async function mark(draining: Draining): Promise<void> {
  const { desk, survey, unmarked, underWay, group } = draining;
  const done = [...unmarked];
  const copies = done.map(({ copy }) => copy);
  await dropNewsOf(desk, survey, copies);
  try {
    await flagSent(desk, survey, done);
  } finally {
    // What could not be marked is remembered otherwise. What was taken meanwhile stands behind it.
    unmarked.splice(0, done.length);
  }
  group.push(...done);
  for (const { uid } of copies) underWay.delete(uid);
}

/** Puts away what is marked. */
export async function putGroupAway(draining: Draining): Promise<void> {
  const { desk, survey, archive, group, histories, underWay } = draining;
  draining.group = [];
  for (const { copy } of group) underWay.delete(copy.uid);
  for (const folder of await putAway(desk, survey, { archive, group })) draining.movedTo.add(folder);
  const sent = group.filter(({ outcome }) => outcome === 'sent' || outcome === 'taken');
  const known = sent.flatMap(({ copy }) => copy.messageId ?? []);
  const atLast = known.filter((id) => historyIn(histories, id).refusedBecause !== null);
  await carryOut(desk, survey, { entries: takenAtLast(atLast) });
}

/** Marks what was sent and puts it away, and puts refused letters aside. */
export async function putDown(draining: Draining): Promise<void> {
  const { desk, survey, refusals, underWay } = draining;
  draining.refusals = [];
  await mark(draining);
  await putGroupAway(draining);
  for (const { copy } of refusals) underWay.delete(copy.uid);
  draining.refused += refusals.length;
  await setAside(desk, survey, refusals);
}
