/** Which hints the register lacks: where in the archive messages lie that no pass would find there. Pure, as `rebuild.ts`. */
import type { Ledger } from '../../desk/ticket/ledger.js';
import { isUnderWay, stateOf, type TicketState } from '../../desk/ticket/ticket.js';
import type { HintRecord } from '../../mailbox/register/entry.js';
import type { RegisterView } from '../../mailbox/register/view.js';
import type { FolderState } from '../../mailbox/store.js';
import { MAX_MOVED_IN_A_HINT } from '../effects/effects.js';
import { uidsNamed, watermarkOf } from '../sight/archive.js';
import { live } from '../sight/survey.js';
import { chunksOf } from '../workplace/batches.js';
import type { Found } from './evidence.js';

/** A message in Open or Archived. */
export type Filed = Found & { readonly folder: TicketState };

interface Given {
  readonly register: RegisterView;
  /** null where the folder is missing. */
  readonly archived: FolderState | null;
}

interface Lacking {
  readonly hints: readonly HintRecord[];
  /** Open tickets of which messages lie in the archive; the next pass goes by their hints, and brings them back. */
  readonly apart: readonly number[];
}

export function hintsFor(
  ledger: Ledger,
  groups: ReadonlyMap<number, readonly Filed[]>,
  { register, archived }: Given,
): Lacking {
  if (archived === null) return { hints: [], apart: [] };
  const mark = watermark(register, archived);
  const known = new Map(register.tickets.map((record) => [record.number, record]));
  const hints: HintRecord[] = [];
  const apart: number[] = [];
  for (const [number, messages] of groups) {
    const state = ledger.ticket(number)?.state;
    const here = messages.filter(({ folder }) => folder === 'archived');
    const about = register.hints.filter(({ ticket }) => ticket !== null && ledger.endOf(ticket) === number);
    const fits = about.every(({ uidValidity }) => uidValidity === archived.uidValidity);
    const record = known.get(number);
    const named = new Set(uidsNamed(about, archived.uidValidity));
    // What lies above the watermark a person has put there: the next pass follows that.
    const astray = here.filter(({ uid }) => named.has(uid) || uid < mark.uidNext);
    const unnamed = astray.filter(({ uid }) => !named.has(uid));
    if (state === 'archived') {
      // Where one does not fit, messages are searched for anyway.
      if (about.length === 0) hints.push(...hintsOf(number, here, mark));
      else if (fits) hints.push(...hintsOf(number, unnamed, mark));
    } else if (record !== undefined && stateOf(record) === 'open' && !isUnderWay(record)) {
      const isHere = messages.some(({ folder, own }) => folder === 'open' && !own);
      if (!isHere || astray.length === 0) continue;
      apart.push(number);
      hints.push(...hintsOf(number, unnamed, mark));
    }
  }
  return { hints, apart: apart.sort((a, b) => a - b) };
}

function hintsOf(
  ticket: number,
  messages: readonly Filed[],
  mark: Pick<HintRecord, 'uidValidity' | 'uidNext'>,
): HintRecord[] {
  const moved = messages.map(({ uid, facts }) => ({ uid, identity: facts.identity }));
  return chunksOf(moved, MAX_MOVED_IN_A_HINT).map((some) => ({
    ...mark,
    kind: 'hint',
    ticket,
    moved: some,
    complete: true,
  }));
}

/** A hint must not say that more of the archive was looked at than a pass has seen to. */
function watermark(
  register: RegisterView,
  { uidValidity, uidNext }: FolderState,
): Pick<HintRecord, 'uidValidity' | 'uidNext'> {
  const { adoption } = register;
  if (adoption === null) return { uidValidity, uidNext };
  return {
    uidValidity,
    uidNext: watermarkOf({ adoption, hints: live(register.hints) }, uidValidity) ?? uidNext,
  };
}
