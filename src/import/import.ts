/**
 * `import`: mail from files becomes tickets. Nobody is told: there are no letters in what it writes. To be run under the account's
 * lock and the desk's claim. What an import has left that died, the next one of the same files goes on with: a message is known by its
 * identity, and a ticket by its entry.
 */
import type { TicketEntry } from '../desk/ticket/ticket.js';
import { sameAddress } from '../message/header/addresses.js';
import type { Mailbox } from '../message/header/mailbox.js';
import { EXIT, Problem } from '../problem/problem.js';
import { watermarkOf } from '../worker/sight/archive.js';
import { hasBegun } from '../worker/sight/beginning.js';
import { takeSurvey } from '../worker/sight/survey.js';
import type { Desk, WorkingDesk } from '../worker/workplace/desk.js';
import { Bringer, type Refused } from './bring.js';
import { enterTickets, listedEntry, type Marks, type ReadyTicket, type StoredMessage } from './enter.js';
import type { MetErased } from './erased.js';
import { readMessage } from './files.js';
import { type FindOptions, findMail } from './find.js';
import { type Known, whatIsKnown } from './known.js';
import { factsOf, type Outlined, outline } from './outline.js';
import { saying } from './phase.js';
import { type ImportPlan, planImport } from './plan.js';
import type { OutlinedGroup, PlannedTicket } from './planned-ticket.js';
import { requesterOf } from './requester.js';
import type { Source } from './source.js';

export interface ImportOptions extends FindOptions {
  readonly renumber: boolean;
  readonly dryRun: boolean;
}

export interface ImportReport {
  /** Of the files, as tickets: those that are new, and those that were there whole. */
  readonly tickets: number;
  readonly messages: number;
  readonly added: number;
  readonly brought: number;
  /** First and last number of what is new. */
  readonly numbers: readonly number[];
  readonly open: number;
  /** Where a ticket has another number now: the one that it had, and the one that it has. */
  readonly renumbered: readonly (readonly [was: number, is: number])[];
  readonly elsewhere: number;
  /** Numbers of erased tickets that the files have. */
  readonly erased: readonly MetErased[];
  readonly refused: readonly Refused[];
  readonly stopped: boolean;
  /** What people should know of what was read. */
  readonly notes: readonly string[];
}

type WrittenReport = Omit<ImportReport, 'notes'>;

/** Messages of tickets that are entered into the register together. */
const ENTERED_TOGETHER = 200;

export async function importTickets(desk: WorkingDesk, options: ImportOptions): Promise<ImportReport> {
  if (!(await hasBegun(desk)))
    throw new Problem(
      'no-desk',
      'no desk has worked in this mailbox yet: "imapdesk once" begins it, then import',
      {
        exitCode: EXIT.configuration,
      },
    );
  const source = await saying('before', findMail(options, desk.signal));
  const groups = await saying('before', outlineAll(desk, source));
  const known = await whatIsKnown(desk);
  const { renumber } = options;
  const isOurs = source.desk !== undefined && sameAddress(source.desk, desk.policy.address);
  const plan = planImport(groups, known, { renumber, isOurs, highest: source.highest });
  const { notes = [] } = source;
  if (options.dryRun) return { ...reportOf(plan, { isWhole: (ticket) => isWhole(known, ticket) }), notes };
  return { ...(await saying('amid', carryIn(desk, { known, plan }))), notes };
}

async function outlineAll(desk: Desk, { groups }: Source): Promise<readonly OutlinedGroup[]> {
  const total = groups.reduce((sum, { messages }) => sum + messages.length, 0);
  const outlined: OutlinedGroup[] = [];
  let done = 0;
  for (const group of groups) {
    const messages: Outlined[] = [];
    for (const message of group.messages) {
      desk.signal.throwIfAborted();
      desk.progress?.({ work: 'reading', done, total });
      messages.push(await outline(desk, message));
      done += 1;
    }
    outlined.push({ ...group, messages });
  }
  return outlined;
}

function isWhole(known: Known, { isThere, messages }: PlannedTicket): boolean {
  return isThere && messages.every(({ identities }) => identities.some((one) => known.places.has(one)));
}

function reportOf(
  { tickets, elsewhere, erased }: ImportPlan,
  about: {
    readonly isWhole: (ticket: PlannedTicket) => boolean;
    readonly brought?: number;
    readonly refused?: readonly Refused[];
    readonly stopped?: boolean;
  },
): WrittenReport {
  const { brought = 0, refused = [], stopped = false } = about;
  const added = tickets.filter((ticket) => !about.isWhole(ticket));
  const numbers = added.map(({ number }) => number);
  return {
    tickets: tickets.length,
    messages: tickets.reduce((sum, { messages }) => sum + messages.length, 0),
    added: added.length,
    brought,
    numbers: numbers.length === 0 ? [] : [least(numbers), most(numbers)],
    open: tickets.filter(({ state }) => state === 'open').length,
    renumbered: tickets.flatMap(({ was, number }) =>
      was === null || was === number ? [] : [[was, number] as const],
    ),
    elsewhere,
    erased,
    refused,
    stopped,
  };
}

function least(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.min(a, b));
}

function most(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.max(a, b));
}

async function carryIn(
  desk: WorkingDesk,
  { known, plan }: { readonly known: Known; readonly plan: ImportPlan },
): Promise<WrittenReport> {
  const marks = await marksOf(desk, plan);
  const bringer = new Bringer(desk, known);
  const was = new Map(plan.tickets.map((ticket) => [ticket, isWhole(known, ticket)]));
  const report = (stopped: boolean): WrittenReport => {
    const { brought, refused } = bringer;
    return reportOf(plan, { isWhole: (ticket) => was.get(ticket) ?? false, brought, refused, stopped });
  };
  let ready: PlannedTicket[] = [];
  let count = 0;
  const enter = async (): Promise<void> => {
    await bringer.flush();
    const tickets: ReadyTicket[] = [];
    for (const planned of ready) {
      const one = await readyTicket(desk, { known, bringer }, planned);
      if (one !== null) tickets.push(one);
    }
    if (tickets.length > 0) await enterTickets(desk, known, { tickets, marks });
    ready = [];
    count = 0;
  };
  for (const [index, ticket] of plan.tickets.entries()) {
    if (desk.signal.aborted) break;
    desk.progress?.({ work: 'importing', done: index, total: plan.tickets.length });
    for (const message of ticket.messages) await bringer.bring(message);
    ready.push(ticket);
    count += ticket.messages.length;
    if (count >= ENTERED_TOGETHER) await enter();
  }
  await enter();
  return report(desk.signal.aborted);
}

async function marksOf(desk: Desk, { highest }: ImportPlan): Promise<Marks> {
  const survey = await takeSurvey(desk);
  const { uidValidity, uidNext } = await desk.store.state(desk.folders.archived);
  return { highest, place: { uidValidity, uidNext: watermarkOf(survey, uidValidity) ?? uidNext } };
}

/** null where the server took none of its messages, and no list tells of it. */
async function readyTicket(
  desk: Desk,
  { known, bringer }: { readonly known: Known; readonly bringer: Bringer },
  planned: PlannedTicket,
): Promise<ReadyTicket | null> {
  const messages = planned.messages.flatMap((message): StoredMessage[] => {
    const identity = bringer.storedIdentity(message);
    return identity === null ? [] : [{ message, identity }];
  });
  const { listed, number, requesters = [] } = planned;
  const imported = desk.now();
  if (listed !== null) {
    const named = messages.find(({ message }) => message.identities.includes(listed.root));
    const rootIdentity = known.roots.get(number) ?? named?.identity ?? listed.root;
    return { planned, messages, entry: { ...listedEntry(listed), number, rootIdentity, imported } };
  }
  const [root] = messages;
  if (root === undefined) return null;
  const entry = await entryFrom(desk, root, { messages, requesters });
  const rootIdentity = known.roots.get(number) ?? entry.rootIdentity;
  return { planned, messages, entry: { ...entry, number, rootIdentity, imported } };
}

/** No letter has told the requester of it, and none will that nobody writes. */
async function entryFrom(
  desk: Desk,
  root: StoredMessage,
  about: { readonly messages: readonly StoredMessage[]; readonly requesters: readonly Mailbox[] },
): Promise<Omit<TicketEntry, 'number'>> {
  const { message, identity } = root;
  const facts = factsOf(desk, await readMessage(message.source), message.at);
  const later = about.messages.filter((one) => one !== root).map((one) => one.message);
  const { address, name, from } = await requesterOf(desk, { first: facts, later, named: about.requesters });
  return {
    rootIdentity: identity,
    rootMessageId: facts.messageId,
    requester: address,
    requesterName: name,
    requesterFrom: from,
    subject: facts.subject,
    answerable: false,
    opened: message.at,
  };
}
