/** Asks for one ticket to be merged into another, and tells whether their messages lie together. */
import { carryOut } from '../carry-out/carry-out.js';
import type { Desk, WorkingDesk } from '../workplace/desk.js';
import { findTicket, viewDesk } from './tickets.js';

export interface MergeWish {
  readonly into: number;
  readonly from: number;
  readonly joinPeople: boolean;
}

export type MergeOutcome =
  /** `ticket` is what `into` stands for. */
  | { readonly outcome: 'asked' | 'already'; readonly ticket: number }
  | { readonly refused: 'no-such-ticket'; readonly number: number }
  | { readonly refused: 'itself' }
  | { readonly refused: 'merged-before' | 'circle'; readonly into: number };

/** Where it is `asked` the merge is in the register now; the others changed nothing. */
export async function askToMerge(desk: WorkingDesk, wish: MergeWish): Promise<MergeOutcome> {
  const { into, from, joinPeople } = wish;
  if (into === from) return { refused: 'itself' };
  const survey = await viewDesk(desk);
  if (survey === null) return { refused: 'no-such-ticket', number: into };
  for (const number of [into, from])
    if ((await findTicket(desk, survey, number)) === null) return { refused: 'no-such-ticket', number };
  const { ledger } = survey;
  const ticket = ledger.endOf(into);
  const stands = ledger.endOf(from);
  if (ticket === from) return { refused: 'circle', into: from };
  if (stands === ticket) return { outcome: 'already', ticket };
  if (stands !== from) return { refused: 'merged-before', into: stands };
  const record = { kind: 'merge' as const, from, into: ticket, joinPeople };
  await carryOut(desk, survey, { entries: [{ record }] });
  return { outcome: 'asked', ticket };
}

/** `other` is what the number stands for instead, where another merge was quicker. */
export async function seeMerged(
  desk: Desk,
  { from, ticket }: { from: number; ticket: number },
): Promise<'done' | 'asked' | { readonly other: number }> {
  const survey = await viewDesk(desk);
  if (survey === null) return 'asked';
  await findTicket(desk, survey, from);
  if (survey.merges.some((merge) => merge.from === from)) return 'asked';
  const stands = survey.ledger.endOf(from);
  return stands === survey.ledger.endOf(ticket) ? 'done' : { other: stands };
}
