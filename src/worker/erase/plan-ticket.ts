/** Finds all that a ticket consists of. It reads, and writes nothing. */
import type { ErasedRecord, Registered } from '../../mailbox/register/entry.js';
import { lookUpRegister } from '../../mailbox/register/look-up.js';
import { loadArchived } from '../sight/archive.js';
import { hasBegun } from '../sight/beginning.js';
import { lookUp, type Survey, takeSurvey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import { entriesAbout } from './entries.js';
import type { Erasure } from './erasure.js';
import { demandReadable, foldersToSearch } from './folders.js';
import { lettersAbout } from './letters.js';
import type { Mentions } from './mentions.js';
import { peopleOf } from './people.js';
import { remnantsOf, withRemnants } from './remnants.js';
import { mailOfTickets } from './ticket-mail.js';

export interface Planned {
  readonly erasure: Erasure;
  readonly survey: Survey;
  /** Tickets whose entries stay although they name the person: others' were merged with them. */
  readonly mixed?: readonly number[];
  /** Messages of others that name the person; none for a ticket. */
  readonly mentions?: Mentions;
}

export type TicketPlan =
  | Planned
  | { readonly refused: 'no-such-ticket' }
  | { readonly refused: 'merged'; readonly into: number }
  | { readonly refused: 'erased'; readonly at: Date };

/** `spared` are folders of other desks. */
export async function planTicket(
  desk: Desk,
  number: number,
  spared: ReadonlySet<string>,
): Promise<TicketPlan> {
  const survey = (await hasBegun(desk)) ? await takeSurvey(desk) : null;
  if (survey === null) return { refused: 'no-such-ticket' };
  await lookUp(desk, survey, { tickets: [number] });
  const { ledger } = survey;
  const into = ledger.endOf(number);
  if (into !== number) return { refused: 'merged', into };
  const notes = await erasuresOf(desk, number);
  const begun = notes.filter(({ flags }) => !flags.has('\\Answered'));
  if (!ledger.records.has(number) && begun.length === 0) {
    const [note] = notes;
    return note === undefined ? { refused: 'no-such-ticket' } : { refused: 'erased', at: note.at };
  }
  const numbers = [number, ...ledger.merges.into(number).map(({ from }) => from)];
  await lookUp(desk, survey, { tickets: numbers });
  await loadArchived(desk, survey, [number]);
  const searched = await foldersToSearch(desk, spared);
  const { messages: mail, elsewhere } = await mailOfTickets(desk, survey, { numbers, searched });
  const messages = [...(await lettersAbout(desk, { numbers, messages: mail })), ...mail];
  demandReadable(desk, [...searched.own, desk.folders.archived, desk.folders.open]);
  const { hints: _hints, alertsUnderWay, ...found } = await entriesAbout(desk, { numbers, messages });
  const entries = withRemnants(found, await remnantsOf(desk, survey, searched));
  const people = peopleOf(desk.policy, messages);
  return {
    survey,
    erasure: {
      tickets: numbers,
      parts: [],
      messages,
      entries,
      begun,
      outOfReach: { elsewhere, people, alertsUnderWay },
    },
  };
}

async function erasuresOf(
  { store, folders }: Desk,
  number: number,
): Promise<readonly Registered<ErasedRecord>[]> {
  const { of } = await lookUpRegister(store, folders.register, { tickets: [number] });
  return of('erased').filter(({ tickets }) => tickets.includes(number));
}
