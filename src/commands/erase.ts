/**
 * `erase N` and `erase --person ADDRESS`: shows what would go, asks, and removes it. Between the two the desk works on; so it is looked at once more, under
 * the account's lock and the desk's claim, and a ticket to which something has come meanwhile is not touched.
 */
import { accountKey } from '../config/account.js';
import type { DeskConfig } from '../config/complete.js';
import { cacheFolder } from '../config/own-folder.js';
import { canonicalAddress } from '../message/header/addresses.js';
import { EXIT, Problem } from '../problem/problem.js';
import { erase as eraseAll } from '../worker/erase/erase.js';
import { comeSince, type Erasure } from '../worker/erase/erasure.js';
import { NO_MENTIONS } from '../worker/erase/mentions.js';
import { type PersonPlan, planPerson } from '../worker/erase/plan-person.js';
import { type Planned, planTicket, type TicketPlan } from '../worker/erase/plan-ticket.js';
import { waitForLock } from '../worker/run/lock.js';
import type { DeskSession } from '../worker/run/session.js';
import type { Desk, WorkingDesk } from '../worker/workplace/desk.js';
import { FactsCache } from '../worker/workplace/facts-cache.js';
import { emptyCache } from '../worker/workplace/local-cache.js';
import { type CommandContext, onDesk, tell } from './context.js';
import { count } from './count.js';
import { doneLines, fieldsOf, foundLines, type Shown } from './erase-text.js';
import { personAt } from './questions.js';
import { noSuchTicket } from './ticket-number.js';
import { wakeForWork } from './wake.js';

export interface EraseOptions {
  readonly ticket: number | null;
  /** All of one person, in place of one ticket. */
  readonly person: string | null;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly json: boolean;
  readonly writer: { readonly terminal: boolean };
}

const AGREED = 'yes';

export async function erase(context: CommandContext, options: EraseOptions): Promise<number> {
  const { dryRun, json } = options;
  const wanted = wantedOf(options);
  demandAnswer(context, options);
  return onDesk(context, async (session) => {
    const spared = othersFolders(context, session.config);
    const plan = (desk: Desk): Promise<Planned> => wanted.plan(desk, spared, session.name);
    const [{ erasure, mixed = [], mentions = NO_MENTIONS }, expunges] = await session.look(
      async (desk, { capabilities }) => [await plan(desk), capabilities.has('UIDPLUS')] as const,
      context.signal,
    );
    const shown: Shown = { desk: session.config, erasure, expunges, mixed, mentions };
    if (!json) context.out.write(foundLines(shown, context.out.columns));
    if (!dryRun) {
      if (!(await agrees(context, options, { what: wanted.name, erasure }))) return EXIT.done;
      await removeShown(context, session, { plan, shown: erasure });
    }
    tell(context, json, { fields: fieldsOf(shown, dryRun), lines: dryRun ? [] : doneLines(shown) });
    return EXIT.done;
  });
}

interface Wanted {
  /** As a question names it. */
  readonly name: string;
  /** Throws where there is no such thing. */
  plan(desk: Desk, spared: ReadonlySet<string>, name: string): Promise<Planned>;
}

function wantedOf({ ticket, person }: EraseOptions): Wanted {
  if (ticket !== null && person === null)
    return {
      name: `ticket ${ticket}`,
      plan: async (desk, spared, name) => plannedOr(await planTicket(desk, ticket, spared), ticket, name),
    };
  const address = person === null || ticket !== null ? null : canonicalAddress(person);
  if (address === null)
    throw new Problem('erase-what', 'say which: the number of a ticket, or --person with one address', {
      exitCode: EXIT.usage,
    });
  return {
    name: `all of ${address}`,
    plan: async (desk, spared) => personOr(await planPerson(desk, address, spared), address),
  };
}

const WHY_NOT_THEM = {
  desk: 'is an address of the desk itself: erase a ticket by its number',
  staff:
    'is staff: what staff wrote is the desk’s own part of its tickets. Take the address out of "staff" first, if it is to be erased all the same',
  unknown: 'has written nothing that lies here, and nothing went to that address alone',
};

function personOr(plan: PersonPlan, address: string): Planned {
  if (!('refused' in plan)) return plan;
  throw new Problem('erase-nobody', `${address} ${WHY_NOT_THEM[plan.refused]}`, { exitCode: EXIT.usage });
}

/** Before anything is looked at: what cannot be asked would be found out late. */
function demandAnswer({ out }: CommandContext, { yes, dryRun, json, writer }: EraseOptions): void {
  if (yes || dryRun || (writer.terminal && out.terminal && !json)) return;
  throw new Problem(
    'erase-unasked',
    'what is erased is gone for good, and nobody can be asked here: --dry-run shows what it would be, and --yes erases it',
    { exitCode: EXIT.usage },
  );
}

function othersFolders({ config }: CommandContext, { name, imap }: DeskConfig): ReadonlySet<string> {
  const [broken] = config.leftOut;
  if (broken !== undefined)
    throw new Problem(
      'erase-left-out',
      `nothing was erased: ${broken.file} is left out of the configuration, and its desk may have folders in the same account. Mend it first: ${broken.problem.message}`,
      { exitCode: EXIT.configuration },
    );
  const account = accountKey(imap);
  const others = config.desks.filter((desk) => desk.name !== name && accountKey(desk.imap) === account);
  return new Set(others.flatMap(({ folders }) => Object.values(folders)));
}

function plannedOr(plan: TicketPlan, ticket: number, desk: string): Planned {
  if (!('refused' in plan)) return plan;
  switch (plan.refused) {
    case 'no-such-ticket':
      throw noSuchTicket(ticket, desk);
    case 'erased':
      throw new Problem(
        'ticket-erased',
        `ticket ${ticket} was erased on ${plan.at.toISOString().slice(0, 10)}: nothing of it is left`,
        { exitCode: EXIT.usage },
      );
    case 'merged':
      throw new Problem(
        'ticket-merged',
        `ticket ${ticket} was merged into ticket ${plan.into}, and both are one conversation: "imapdesk erase ${plan.into}" erases all of it`,
        { exitCode: EXIT.usage },
      );
  }
}

async function agrees(
  { out, streams, signal }: CommandContext,
  { yes }: EraseOptions,
  { what, erasure }: { readonly what: string; readonly erasure: Erasure },
): Promise<boolean> {
  if (yes) return true;
  const person = personAt({ input: streams.input, output: streams.output, signal });
  const question = `Erase ${what} with ${count(erasure.messages.length, 'message')} for good? Type "${AGREED}"`;
  if ((await person.ask(question)).toLowerCase() === AGREED) return true;
  out.write('Nothing was erased.\n');
  return false;
}

async function removeShown(
  context: CommandContext,
  session: DeskSession,
  { plan, shown }: { readonly plan: (desk: Desk) => Promise<Planned>; readonly shown: Erasure },
): Promise<void> {
  const { signal, log } = context;
  const onWait = (): void => log.warn({ desk: session.name }, 'waiting for another worker on this account');
  const lock = await waitForLock(session.config.imap, { command: 'erase', signal, onWait });
  try {
    await session.lookAlone(async (open) => {
      // Nothing that was read before counts now.
      const desk: WorkingDesk = { ...open, cache: new FactsCache(open.policy) };
      const now = await plan(desk);
      const fresh = comeSince(shown, now.erasure);
      if (fresh.length > 0) throw changed(fresh.length);
      await eraseAll(desk, now);
    }, signal);
    await forgetNotes(session.config);
  } finally {
    await lock.release();
    await wakeForWork(context, session.config);
  }
}

/** What this machine keeps beside the mailbox: keyed hashes of whom was written to are among it. */
async function forgetNotes({ imap, folders }: DeskConfig): Promise<void> {
  await emptyCache({ folder: cacheFolder(), account: accountKey(imap), deskFolders: folders });
}

function changed(messages: number): Problem {
  return new Problem(
    'erase-changed',
    `${count(messages, 'message')} came since it was shown: nothing was erased. Run the command again to see what it is now`,
    { temporary: true },
  );
}
