/**
 * A message from the desk to one of its own addresses, to see what the host makes of it.
 *
 * A worker that runs meanwhile makes no ticket of it: it is signed as the desk's own and names ticket 0, which there
 * never is; and should the host rewrite it, so that the signature is lost, it is an automatic answer to nothing,
 * which goes to Review and is told to nobody. So it is looked for there as well.
 */
import { randomBytes } from 'node:crypto';
import type { DeskPolicy } from '../../desk/policy.js';
import { signOrigin } from '../../desk/sign/origin.js';
import { base32 } from '../../desk/sign/signature.js';
import { REQUESTER, signedId, threadId } from '../../desk/sign/ticket-address.js';
import type { Query, StoredMessage } from '../../mailbox/store.js';
import { composeText } from '../../message/compose/compose.js';
import { mailboxesOf } from '../../message/header/addresses.js';
import { fieldValues, type HeaderBlock, parseHeaderBlock } from '../../message/header/header-block.js';
import { ownMessageId, referencedIds } from '../../message/header/message-ids.js';
import { Problem } from '../../problem/problem.js';
import { carryOut } from '../carry-out/carry-out.js';
import { nothingSeen } from '../sight/survey.js';
import type { WorkingDesk } from '../workplace/desk.js';
import { type Way, wayOf } from './results-on-the-way.js';

export interface TestMail {
  /** Random; no other message has it. */
  readonly token: string;
  readonly to: string;
  readonly subject: string;
  readonly messageId: string;
  /** The id of ours in References. */
  readonly reference: string;
  readonly raw: Buffer;
}

/** How the message came out at the other end; what is null was taken away. */
export interface Arrival {
  readonly folder: string;
  readonly afterMs: number;
  readonly messageId: string | null;
  readonly from: string | null;
  readonly replyTo: string | null;
  readonly referenceKept: boolean;
  /** The clock of the server that stored it (INTERNALDATE, whole seconds), and ours before it was sent and once it was found. */
  readonly storedAt: Date;
  readonly sentAt: Date;
  readonly foundAt: Date;
  /** What was said of it on its way. */
  readonly way: Way;
}

export type RoundTrip =
  | { readonly outcome: 'arrived'; readonly arrival: Arrival }
  /** The server that takes the desk's mail does not take it for this address. */
  | { readonly outcome: 'refused'; readonly why: string }
  | { readonly outcome: 'bounced' }
  | { readonly outcome: 'lost' };

const TOKEN_BYTES = 5;
const TOKEN_CHARACTERS = 8;
const CHECK_FIELD = 'X-Imapdesk-Check';
/** The inbox is looked at again after this long, whatever IDLE says. */
const LOOK_EVERY_MS = 2_000;
/** At each fourth look the other folders are searched as well: junk is where mail to oneself ends up. */
const LOOKS_PER_SEARCH = 4;

export function composeTestMail(policy: DeskPolicy, now: Date): TestMail {
  const token = base32(randomBytes(TOKEN_BYTES), TOKEN_CHARACTERS);
  // The form of a signed ticket address, with a number that is none.
  const to = policy.addresses?.ticket.replace('{id}', `0.${token}`) ?? policy.address;
  const subject = `imapdesk check ${token}`;
  const named = { number: 0, role: REQUESTER };
  const messageId = signedId(policy, named, `check-${token}`);
  const reference = threadId(policy, 0, REQUESTER);
  const composed = composeText({
    from: { name: policy.name, address: policy.address },
    to: { name: '', address: to },
    replyTo: { name: policy.name, address: to },
    subject,
    messageId,
    references: [reference],
    date: now,
    fields: [
      ['Auto-Submitted', 'auto-replied'],
      ['X-Auto-Response-Suppress', 'All'],
      [CHECK_FIELD, token],
    ],
    text: 'This message was sent by "imapdesk check" to see whether it arrives. It may be deleted.\n',
  });
  return { token, to, subject, messageId, reference, raw: signOrigin(policy, composed) };
}

/** Sends the message, waits for it, and removes every copy of it that lies in the mailbox. */
export async function makeRoundTrip(
  desk: WorkingDesk,
  mail: TestMail,
  wait: { readonly forMs: number; readonly pause: (ms: number) => Promise<void> },
): Promise<RoundTrip> {
  const stood = await desk.store.statuses(await desk.store.folders());
  const watch: Watch = {
    desk,
    mail,
    since: desk.now(),
    newFrom: new Map([...stood].map(([folder, { uidNext }]) => [folder, uidNext])),
  };
  // A signed sender would name a ticket, and this message has none.
  const from = desk.envelopeFrom === 'null' ? '' : desk.policy.address;
  try {
    await desk.courier.send({ from, to: mail.to }, mail.raw);
  } catch (error) {
    if (error instanceof Problem && error.code === 'smtp-recipient-refused')
      return { outcome: 'refused', why: error.message };
    throw error;
  }
  try {
    return await waitFor(watch, wait);
  } finally {
    await removeCopies(watch);
  }
}

interface Watch {
  readonly desk: WorkingDesk;
  readonly mail: TestMail;
  readonly since: Date;
  /** The first UID in each folder that was not given yet: what is new is known by it, whatever the server's clock says. */
  readonly newFrom: ReadonlyMap<string, number>;
}

async function waitFor(watch: Watch, wait: Parameters<typeof makeRoundTrip>[2]): Promise<RoundTrip> {
  const { desk, since } = watch;
  const deadline = since.getTime() + wait.forMs;
  for (let looks = 1; ; looks += 1) {
    desk.signal.throwIfAborted();
    const last = desk.now().getTime() >= deadline;
    const everywhere = last || looks % LOOKS_PER_SEARCH === 0;
    const arrival = await findArrival(watch, everywhere);
    if (arrival !== null) return { outcome: 'arrived', arrival };
    if (await hasBounced(watch)) return { outcome: 'bounced' };
    if (last) return { outcome: 'lost' };
    await wait.pause(LOOK_EVERY_MS);
  }
}

async function findArrival(watch: Watch, everywhere: boolean): Promise<Arrival | null> {
  const { desk } = watch;
  const { inbox, review } = desk.folders;
  const there = await desk.store.folders();
  const usual = [inbox, ...(there.includes(review) ? [review] : [])];
  const others = everywhere ? there.filter((folder) => !usual.includes(folder)) : [];
  for (const folder of [...usual, ...others]) {
    for (const message of await copiesIn(watch, folder)) {
      const block = parseHeaderBlock(message.header);
      // A host may keep a copy of what one sends: that one was never delivered.
      if (usual.includes(folder) || wasDelivered(block))
        return readArrival(watch, { folder, block, message });
    }
  }
  return null;
}

function wasDelivered(block: HeaderBlock): boolean {
  return ['received', 'return-path', 'delivered-to'].some((name) => block.byName.has(name));
}

async function copiesIn({ desk, mail, newFrom }: Watch, folder: string): Promise<readonly StoredMessage[]> {
  const named: Query = {
    or: [
      { header: CHECK_FIELD, contains: mail.token },
      { header: 'Subject', contains: mail.token },
    ],
  };
  const query: Query = { and: [{ uidFrom: newFrom.get(folder) ?? 1 }, named] };
  const messages = await desk.store.fetch(folder, await desk.store.search(folder, query));
  return messages.filter(({ header }) => isCopy(parseHeaderBlock(header), mail));
}

/** A bounce of it, or somebody's answer, names it too. */
function isCopy(block: HeaderBlock, { token, subject }: TestMail): boolean {
  return (
    fieldValues(block, CHECK_FIELD.toLowerCase())[0] === token || fieldValues(block, 'subject')[0] === subject
  );
}

function readArrival(
  { desk, mail, since }: Watch,
  { folder, block, message }: { folder: string; block: HeaderBlock; message: StoredMessage },
): Arrival {
  const foundAt = desk.now();
  return {
    folder,
    afterMs: foundAt.getTime() - since.getTime(),
    messageId: ownMessageId(block),
    from: mailboxesOf(block, ['from'], 1)[0]?.address ?? null,
    replyTo: mailboxesOf(block, ['reply-to'], 1)[0]?.address ?? null,
    referenceKept: referencedIds(block).includes(mail.reference),
    storedAt: message.receivedAt,
    sentAt: since,
    foundAt,
    way: wayOf(block, parseHeaderBlock(mail.raw)),
  };
}

const MAX_BOUNCES_READ = 20;
const MAX_BOUNCE_BYTES = 1_048_576;

async function hasBounced({ desk, mail, newFrom }: Watch): Promise<boolean> {
  const { inbox } = desk.folders;
  const inboxFrom = newFrom.get(inbox) ?? 1;
  const uids = (await desk.store.search(inbox, { uidFrom: inboxFrom })).filter((uid) => uid >= inboxFrom);
  for (const message of (await desk.store.fetch(inbox, uids, { structure: true })).slice(-MAX_BOUNCES_READ)) {
    const { uid, size } = message;
    if (desk.cache.factsOf(message).automatic?.kind !== 'bounce' || size > MAX_BOUNCE_BYTES) continue;
    const source = (await desk.store.fetchSource(inbox, [uid])).get(uid);
    if (source?.includes(mail.token) === true) return true;
  }
  return false;
}

const MAX_REMOVALS = 3;

/** A worker may move it at the same moment, so it is looked for until it is nowhere. */
async function removeCopies(watch: Watch): Promise<void> {
  const { store } = watch.desk;
  for (let round = 0, found = 1; found > 0 && round < MAX_REMOVALS; round += 1) {
    found = 0;
    for (const folder of await store.folders()) {
      const uids = (await copiesIn(watch, folder)).map(({ uid }) => uid);
      found += uids.length;
      await carryOut(watch.desk, nothingSeen(watch.desk), { removed: [{ folder, uids }] });
    }
  }
}
