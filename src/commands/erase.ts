/**
 * `erase N`: shows what would go, asks, and removes it. Between the two the desk works on; so it is looked at once more, under
 * the account's lock and the desk's claim, and a ticket to which something has come meanwhile is not touched.
 */
import { accountKey } from '../config/account.js';
import type { DeskConfig } from '../config/complete.js';
import { cacheFolder } from '../config/own-folder.js';
import { EXIT, Problem } from '../problem/problem.js';
import { erase as eraseAll } from '../worker/erase/erase.js';
import { comeSince, type Erasure } from '../worker/erase/erasure.js';
import { type Planned, planTicket, type TicketPlan } from '../worker/erase/plan-ticket.js';
import { waitForLock } from '../worker/run/lock.js';
import type { DeskSession } from '../worker/run/session.js';
import type { Desk, WorkingDesk } from '../worker/workplace/desk.js';
import { FactsCache } from '../worker/workplace/facts-cache.js';
import { emptyCache } from '../worker/workplace/local-cache.js';
import { type CommandContext, onDesk, tell } from './context.js';
import { count } from './count.js';
import { fieldsOf, foundLines, reachLines, type Shown } from './erase-text.js';
import { personAt } from './questions.js';
import { noSuchTicket } from './ticket-number.js';
import { wakeForWork } from './wake.js';

export interface EraseOptions {
  readonly ticket: number;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly json: boolean;
  readonly writer: { readonly terminal: boolean };
}

const AGREED = 'yes';

export async function erase(context: CommandContext, options: EraseOptions): Promise<number> {
  const { ticket, dryRun, json } = options;
  demandAnswer(context, options);
  return onDesk(context, async (session) => {
    const spared = othersFolders(context, session.config);
    const plan = (desk: Desk): Promise<TicketPlan> => planTicket(desk, ticket, spared);
    const [seen, expunges] = await session.look(
      async (desk, { capabilities }) => [await plan(desk), capabilities.has('UIDPLUS')] as const,
      context.signal,
    );
    const { erasure } = plannedOr(seen, ticket, session.name);
    const shown: Shown = { desk: session.config, erasure, expunges };
    if (!json) context.out.write(foundLines(shown, context.out.columns));
    if (!dryRun) {
      if (!(await agrees(context, options, erasure))) return EXIT.done;
      await removeShown(context, session, { plan, shown: erasure, ticket });
    }
    tell(context, json, { fields: fieldsOf(shown, dryRun), lines: dryRun ? [] : done(shown) });
    return EXIT.done;
  });
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
  { out, signal }: CommandContext,
  { yes, ticket }: EraseOptions,
  { messages }: Erasure,
): Promise<boolean> {
  if (yes) return true;
  const person = personAt({ input: process.stdin, output: process.stdout, signal });
  const what = `Erase ticket ${ticket} with ${count(messages.length, 'message')} for good? Type "${AGREED}"`;
  if ((await person.ask(what)).toLowerCase() === AGREED) return true;
  out.write('Nothing was erased.\n');
  return false;
}

async function removeShown(
  context: CommandContext,
  session: DeskSession,
  about: {
    readonly plan: (desk: Desk) => Promise<TicketPlan>;
    readonly shown: Erasure;
    readonly ticket: number;
  },
): Promise<void> {
  const { plan, shown, ticket } = about;
  const { signal, log } = context;
  const onWait = (): void => log.warn({ desk: session.name }, 'waiting for another worker on this account');
  const lock = await waitForLock(session.config.imap, { command: 'erase', signal, onWait });
  try {
    await session.lookAlone(async (open) => {
      // Nothing that was read before counts now.
      const desk: WorkingDesk = { ...open, cache: new FactsCache(open.policy) };
      const now = plannedOr(await plan(desk), ticket, session.name);
      const fresh = comeSince(shown, now.erasure);
      if (fresh.length > 0) throw changed(ticket, fresh.length);
      await eraseAll(desk, now);
    }, signal);
    await forgetNotes(session.config);
  } finally {
    await lock.release();
    await wakeForWork(session.config);
  }
}

/** What this machine keeps beside the mailbox: keyed hashes of whom was written to are among it. */
async function forgetNotes({ imap, folders }: DeskConfig): Promise<void> {
  await emptyCache({ folder: cacheFolder(), account: accountKey(imap), deskFolders: folders });
}

function changed(ticket: number, messages: number): Problem {
  return new Problem(
    'erase-changed',
    `ticket ${ticket} has got ${count(messages, 'message')} since it was shown: nothing was erased. Run the command again to see what it is now`,
    { temporary: true },
  );
}

function done(shown: Shown): readonly string[] {
  const { messages, tickets } = shown.erasure;
  const what = tickets.length === 1 ? `Ticket ${tickets[0]} is` : `Tickets ${tickets.join(', ')} are`;
  return [
    `${what} erased, with ${count(messages.length, 'message')}. The numbers are never given again.`,
    ...reachLines(shown),
  ];
}
