/** `check`: tests every part of the configuration, one desk after the other, and says what to do where one fails. */
import type { LeftOut } from '../config/complete.js';
import { placeInFile } from '../config/place.js';
import { type SmtpOptions, verifyCourier } from '../delivery/smtp.js';
import { feedingListWarning } from '../desk/feeding/feeding-list.js';
import { describeRoute, feedingRouteCost } from '../desk/feeding/feeding-route.js';
import { formSenderWarning } from '../desk/feeding/form-senders.js';
import type { ImapConnection } from '../mailbox/imap/connection.js';
import type { AdoptionRecord } from '../mailbox/register/entry.js';
import { Problem } from '../problem/problem.js';
import { cleanServerText } from '../problem/server-text.js';
import { findFeeding } from '../worker/plan/feeding.js';
import type { DeskSession } from '../worker/run/session.js';
import { beginningOf } from '../worker/sight/beginning.js';
import { countCopied } from '../worker/sight/copied-inbox.js';
import { chooseOlder } from '../worker/sight/older-mail.js';
import { sentFolder } from '../worker/sight/own-account.js';
import type { Desk } from '../worker/workplace/desk.js';
import { abilityFindings, quotaFindings, specialFinding } from './check-account.js';
import { Checklist } from './checklist.js';
import { type CommandContext, calledLeftOut, type Output } from './context.js';
import { failureOf, worst } from './failure.js';
import { tryRoundTrip } from './round-trip.js';

export interface CheckOptions {
  readonly json: boolean;
  /** null for the default. */
  readonly waitMs: number | null;
  /** Whether what is proposed is to be written. */
  readonly fix: boolean;
}

export async function check(context: CommandContext, options: CheckOptions): Promise<number> {
  const { json, fix } = options;
  const print = (list: Checklist): void => {
    if (json) context.out.write(`${JSON.stringify(list.fields())}\n`);
  };
  const lists = await checkDesks(context, options, fix ? undefined : print);
  if (fix) {
    const { writeProposals } = await import('./check-fix.js');
    await writeProposals(context, lists);
    for (const list of lists) print(list);
  } else if (!json && lists.some(({ proposals }) => proposals.length > 0))
    context.out.write('\n"imapdesk check --fix" writes such lines into the configuration.\n');
  return worst(lists.map(({ exitCode }) => exitCode));
}

/** What was found of each desk, told to people as it comes; `done` is called with each list that is complete. */
export async function checkDesks(
  context: CommandContext,
  { json, waitMs }: Pick<CheckOptions, 'json' | 'waitMs'>,
  done: (list: Checklist) => void = () => undefined,
): Promise<readonly Checklist[]> {
  const lists: Checklist[] = [];
  for (const desk of context.desks) {
    const list = new Checklist(desk, json ? null : context.out);
    lists.push(list);
    list.note('configuration', `${desk.file}, ${desk.name} <${desk.address}>`);
    const session = context.session(desk);
    try {
      await checkDesk(context, { session, list, waitMs });
    } finally {
      await session.close();
    }
    done(list);
  }
  for (const left of context.leftOut) {
    const list = leftOutList(left, json ? null : context.out);
    lists.push(list);
    done(list);
  }
  return lists;
}

/** Of a file that cannot be used: all that is wrong with it. */
function leftOutList(left: LeftOut, out: Output | null): Checklist {
  const list = new Checklist({ name: calledLeftOut(left), path: placeInFile(left.file, null) }, out);
  list.fail('configuration', left.problem.message, left.problem.exitCode);
  return list;
}

interface Checking {
  readonly session: DeskSession;
  readonly list: Checklist;
  readonly waitMs: number | null;
}

/** All that is read before a server is asked. */
const READ = 'secrets and texts';

async function checkDesk(context: CommandContext, checking: Checking): Promise<void> {
  const { session, list } = checking;
  const policy = await attempt(list, READ, () => session.policy());
  const imap = await attempt(list, READ, () => session.imapOptions(context.signal));
  const smtp = await attempt(list, READ, () => session.smtpOptions());
  if (policy !== null && imap !== null && smtp !== null) list.pass(READ, 'all are there');
  const usable =
    policy === null || imap === null
      ? notTried(list, 'IMAP')
      : await attempt(list, 'IMAP', () =>
          session.look(
            async (desk, connection) => checkMailbox(list, session, { desk, connection }),
            context.signal,
          ),
        );
  const sends =
    policy === null || smtp === null
      ? notTried(list, 'SMTP')
      : await attempt(list, 'SMTP', () => checkSmtp(list, session, smtp));
  if (usable !== true || sends !== true) {
    list.note('test message', 'not sent, because what it needs does not work yet');
    return;
  }
  await attempt(list, 'test message', () => tryRoundTrip(context, checking));
}

async function checkSmtp(list: Checklist, session: DeskSession, options: SmtpOptions): Promise<boolean> {
  const abilities = await verifyCourier(options);
  const { host, port, user } = session.config.smtp;
  list.pass(
    'SMTP',
    user === null
      ? `${host}:${port} answers; no sign-in is configured`
      : `signed in at ${host}:${port} as ${user}`,
  );
  for (const finding of abilityFindings(abilities)) list.add(finding);
  list.tell({ smtp: { maxSize: abilities.maxSize, eightBit: abilities.eightBit, utf8: abilities.utf8 } });
  return true;
}

/** null where it failed, which the list then says. */
async function attempt<T>(list: Checklist, name: string, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    const { exitCode, message } = failureOf(error);
    list.fail(name, message, exitCode);
    return null;
  }
}

function notTried(list: Checklist, name: string): null {
  list.note(name, 'not tried, because what it needs cannot be read');
  return null;
}

interface Opened {
  readonly desk: Desk;
  readonly connection: ImapConnection;
}

/** Returns whether the mailbox can be worked on. */
async function checkMailbox(list: Checklist, session: DeskSession, opened: Opened): Promise<boolean> {
  const { host, port, user } = session.config.imap;
  list.pass('IMAP', `signed in at ${host}:${port} as ${user}`);
  checkCapabilities(list, opened.connection.capabilities, session.config.poll);
  // What is wrong with the folders does not keep a test message from its way.
  await attempt(list, 'folders', () => checkFolders(list, opened.desk));
  await attempt(list, 'sent mail', () => checkSent(list, opened.desk));
  await attempt(list, 'special folders', () => checkSpecial(list, opened));
  await attempt(list, 'quota', () => checkQuota(list, opened));
  await attempt(list, 'ways of mail', () => checkFeeding(list, opened.desk));
  return true;
}

function checkCapabilities(list: Checklist, has: ReadonlySet<string>, poll: string): void {
  if (has.has('MOVE')) list.pass('MOVE', 'messages move in one step');
  else
    list.note(
      'MOVE',
      'not offered: messages are copied, and the original goes once the copy is proven; safe, only slower',
    );
  if (has.has('UIDPLUS')) list.pass('UIDPLUS', 'the server tells where messages went');
  else
    list.note(
      'UIDPLUS',
      'not offered: what the desk removes stays marked as deleted until a mail program expunges it',
    );
  if (has.has('IDLE')) list.pass('IDLE', 'the server tells of new mail at once');
  else list.note('IDLE', `not offered: "run" sees new mail when it polls (${poll})`);
}

async function checkFolders(list: Checklist, desk: Desk): Promise<void> {
  const { inbox, ...others } = desk.folders;
  const adoption = await beginningOf(desk);
  if (adoption !== null) {
    list.pass('folders', `all are there: ${[inbox, ...Object.values(others)].join(', ')}`);
    await tellOfCopiedMail(list, desk, adoption);
    return;
  }
  const there = new Set(await desk.store.folders());
  const missing = Object.values(others).filter((folder) => !there.has(folder));
  const created = missing.length === 0 ? 'all are there' : `the first run creates ${missing.join(', ')}`;
  list.pass('folders', `no desk has worked here yet; ${created}`);
  await tellOfOlderMail(list, desk);
}

async function checkSent(list: Checklist, desk: Desk): Promise<void> {
  if (desk.sent === false) return;
  const folder = await sentFolder(desk);
  if (folder !== null)
    list.pass('sent mail', `answers from the desk's account are looked for in "${folder}"`);
  else if (desk.sent === null)
    list.note(
      'sent mail',
      'the account has no folder of sent mail yet: most hosts create it with the first letter sent, and then all in it is new',
    );
  else await tellMissingSent(list, desk, desk.sent);
}

async function tellMissingSent(list: Checklist, { store }: Desk, configured: string): Promise<void> {
  const { sent } = await store.specialFolders();
  const named =
    sent === null || sent === configured
      ? 'if the name is wrong, set "sent"'
      : `if the name is wrong, the server calls another one so:\n  "sent": ${JSON.stringify(cleanServerText(sent))}`;
  list.note(
    'sent mail',
    `there is no folder "${configured}" (sent) yet: once it is there, all in it is new; ${named}`,
  );
}

async function checkSpecial(list: Checklist, { desk, connection }: Opened): Promise<void> {
  const special = await connection.specialUses();
  list.add(specialFinding(special, await sentFolder(desk)));
  list.tell({ specialFolders: Object.fromEntries(special.map(({ use, folder }) => [use, folder])) });
}

async function checkQuota(list: Checklist, { desk, connection }: Opened): Promise<void> {
  const quotas = await connection.quotas(desk.folders.inbox);
  for (const finding of quotaFindings(quotas)) list.add(finding);
  list.tell({ quota: quotas });
}

/** By which ways the newest mail came, where the configuration should know of them. */
async function checkFeeding(list: Checklist, desk: Desk): Promise<void> {
  const { policy } = desk;
  const found = await findFeeding(desk);
  if (found.list !== null) list.note('mailing lists', feedingListWarning(found.list));
  if (found.form !== null) list.note('web form', formSenderWarning(found.form));
  if (found.route === null) return;
  const text = `${describeRoute(found.route)}\n${feedingRouteCost(policy, found.route)}`;
  const isWell = policy.forwarded && found.route.nullSenders * 2 <= found.route.bearing;
  if (isWell) list.pass('forwarder', text);
  else list.note('forwarder', text);
}

async function tellOfCopiedMail(list: Checklist, desk: Desk, adoption: AdoptionRecord): Promise<void> {
  const old = await countCopied({ ...desk, adopt: { ...desk.adopt, choice: null } }, adoption);
  if (old === 0) return;
  const asks = old > desk.adopt.atMost;
  list.note(
    'older mail',
    `the inbox was copied without the dates on which its mail had come: the next pass ${asks ? 'will ask what to do with' : 'files without an answer'} ${old} messages that are older than the desk`,
  );
}

async function tellOfOlderMail(list: Checklist, desk: Desk): Promise<void> {
  const { uidNext } = await desk.store.state(desk.folders.inbox);
  try {
    const { older, taken } = await chooseOlder(desk, uidNext);
    list.note(
      'older mail',
      `the first run files ${taken.length} of ${older.length} unread messages in the inbox: those of the last days`,
    );
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'adoption-undecided') throw error;
    list.note(
      'older mail',
      'there are so many unread messages that the first run will ask what to do with them',
    );
  }
}
