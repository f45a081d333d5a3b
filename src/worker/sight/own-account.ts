/**
 * People who are signed in to the desk's own account write under its address, as anybody may pretend to. What lies in
 * the account's folder of sent mail proves that one of them did.
 */
import { asAccounts, isInItsName, mayBeAccounts } from '../../desk/ticket/in-its-name.js';
import { marks } from '../../desk/ticket/marks.js';
import type { Facts } from '../../message/facts/facts.js';
import type { Desk } from '../workplace/desk.js';
import type { Pending } from './pending.js';
import { bearing } from './search-archive.js';

/** Mail programs save what they send a moment after they have sent it. */
const SAVED_WITHIN_MS = 60_000;

/**
 * The folder that is watched for what people send from the desk's account; null for none. Many hosts create it with the
 * first letter that somebody sends, the one of the configuration too.
 */
export async function sentFolder(desk: Desk): Promise<string | null> {
  if (desk.sent === false) return null;
  const folder = desk.sent ?? (await namedByServer(desk));
  const used: readonly string[] = Object.values(desk.folders);
  if (folder === null || used.includes(folder)) return null;
  return desk.sent === null || (await desk.store.statuses([folder])).has(folder) ? folder : null;
}

/** Where there was none it may have been born since: the list of folders shows it. */
async function namedByServer({ store }: Desk): Promise<string | null> {
  const { sent } = await store.specialFolders();
  if (sent !== null) return sent;
  await store.folders();
  return (await store.specialFolders()).sent;
}

/** What is proven says so; `waiting` is what may yet be, and is left to a later pass. */
export async function recogniseAccount(
  desk: Desk,
  batch: readonly Pending[],
): Promise<{ readonly known: readonly Pending[]; readonly waiting: readonly Pending[] }> {
  const asked = batch.filter(({ facts }) => isInItsName(desk.policy, facts));
  const folder = asked.length === 0 ? null : await sentFolder(desk);
  if (folder === null) return { known: batch, waiting: [] };
  const sent = await findSent(desk, folder, asked);
  const known: Pending[] = [];
  const waiting: Pending[] = [];
  for (const one of batch) {
    const saved = asked.includes(one) ? sent.find((facts) => isSameLetter(facts, one.facts)) : undefined;
    if (saved !== undefined) known.push({ ...one, facts: provenBy(saved, one.facts) });
    else (asked.includes(one) && isWaitedFor(desk, one.facts) ? waiting : known).push(one);
  }
  return { known, waiting };
}

/** Mail that answers nothing and names no ticket has nothing to gain from a proof; but it may look like a web form's. */
function isWaitedFor(desk: Desk, facts: Facts): boolean {
  const asksForPower = facts.references.length > 0 || marks(desk.policy, facts).length > 0;
  const waits = asksForPower || mayBeAccounts(desk.policy, facts);
  return waits && hasJustCome(desk, facts, SAVED_WITHIN_MS);
}

/** A server's clock may be ahead of ours, and what somebody copied into a folder bears any date: neither waits for ever. */
export function hasJustCome({ now }: Pick<Desk, 'now'>, { receivedAt }: Facts, withinMs: number): boolean {
  return Math.abs(now().getTime() - receivedAt.getTime()) < withinMs;
}

async function findSent(desk: Desk, folder: string, asked: readonly Pending[]): Promise<readonly Facts[]> {
  const or = bearing(asked.map(({ facts }) => facts.messageId));
  const uids = or.length === 0 ? [] : await desk.store.search(folder, { or });
  return (await desk.cache.read(desk.store, folder, uids)).map(({ facts }) => facts);
}

/**
 * Message-ID, From, To, Date, Subject, Cc and what it answers: whoever got the mail knows them, and could send it to the
 * desk once more with other people in Cc. A server may have changed how the body is encoded.
 */
export function isSameLetter(one: Facts, other: Facts): boolean {
  return (
    one.messageId === other.messageId &&
    one.originSubject === other.originSubject &&
    named(one) === named(other)
  );
}

function named({ toAndCc, references }: Facts): string {
  return JSON.stringify([toAndCc.map(({ address }) => address), references]);
}

/**
 * Anybody can write a delivery's fields into a copy, or another Reply-To: they name no ticket, and nobody, for the person
 * who wrote the letter.
 */
function provenBy({ recipients, replyTo }: Facts, facts: Facts): Facts {
  return { ...asAccounts(facts), recipients, replyTo };
}
