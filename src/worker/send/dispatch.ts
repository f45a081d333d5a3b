/** Hands one letter of the outbox to the mail server, and says what became of it. */
import type { Envelope } from '../../delivery/courier.js';
import { MailRefusal } from '../../delivery/refusal.js';
import { complete } from '../../desk/letters/complete.js';
import { shortNotice } from '../../desk/letters/short-notice.js';
import { rowOf, type Staging, verifyStaged } from '../../desk/letters/staging.js';
import { REQUESTER, type Role, signedBounceAddress, staffMemberOf } from '../../desk/sign/ticket-address.js';
import type { Desk, WorkingDesk } from '../workplace/desk.js';
import type { Letter } from '../workplace/outbox-copy.js';
import type { OriginalText, ReadyLetter } from './originals.js';

/**
 * Why a letter is not handed over: `filed` is for nobody but the ticket; `held` waits until the desk sends; `gone` is no
 * longer there; `unsigned` is none that this desk has staged; `unread` is what the mailbox's server does not read;
 * `original-gone` passes on a message that is no longer in its ticket as it was.
 */
export type NotSent = 'filed' | 'held' | 'gone' | 'unread' | 'unsigned' | 'original-gone';

/** Whether a letter is for somebody, and may go: then its text is needed. */
export function isToBeSent({ hold }: Desk, { stage }: Letter): boolean {
  return stage.to !== null && !hold;
}

/** What is to be sent of a letter, byte for byte. */
export function openLetter(
  desk: Desk,
  letter: Letter,
  { text, original }: Pick<ReadyLetter, 'text' | 'original'>,
): Buffer | NotSent {
  if (!isToBeSent(desk, letter)) return letter.stage.to === null ? 'filed' : 'held';
  if (text === null || text === undefined) return 'gone';
  if (text === 'unread') return 'unread';
  const opened = verifyStaged(desk.policy, text);
  if (opened !== null) return whole(opened, original);
  desk.log.error(
    { uid: letter.uid },
    'mail in the outbox is not sent but goes to review: it was changed there, was not staged by this desk, or an older secret is missing from "secret"',
  );
  return 'unsigned';
}

function whole(
  { stage, raw }: { readonly stage: Staging; readonly raw: Buffer },
  original: OriginalText | undefined,
): Buffer | NotSent {
  if (stage.original === undefined) return raw;
  if (original === 'unread') return 'unread';
  return Buffer.isBuffer(original) ? (complete(stage, raw, original) ?? 'original-gone') : 'original-gone';
}

export function envelopeOf(desk: WorkingDesk, { stage }: Letter): Envelope {
  return { from: envelopeFrom(desk, stage), to: stage.to ?? '' };
}

export interface Sending {
  readonly envelope: Envelope;
  readonly raw: Buffer;
  /** The envelope of the letter that it goes behind. */
  readonly behind: Envelope | undefined;
  /** The server has taken other mail in this drain. */
  readonly hasTaken: boolean;
}

/**
 * A refusal is what the mail server said of it. A notice that is refused for the message which it holds is sent without it; if
 * that is refused as well, the first refusal counts. Throws NotBegun, or the Problem where the server can't be used.
 */
export async function dispatch(desk: WorkingDesk, sending: Sending): Promise<'sent' | MailRefusal> {
  try {
    await desk.courier.send(sending.envelope, sending.raw, sending.behind);
    return 'sent';
  } catch (error) {
    if (!(error instanceof MailRefusal)) throw error;
    return isAboutContent(error, sending) ? withoutMessage(desk, sending, error) : error;
  }
}

/** For good, and not for whoever gets it: for what it is, or, where other mail is taken, perhaps for what stands in it. */
function isAboutContent({ code, temporary, sameness }: MailRefusal, { hasTaken }: Sending): boolean {
  if (temporary) return false;
  if (code === 'smtp-too-large' || code === 'smtp-message-refused') return true;
  return hasTaken && sameness.startsWith('message ');
}

async function withoutMessage(
  { courier, policy, log }: WorkingDesk,
  { envelope, raw }: Sending,
  refusal: MailRefusal,
): Promise<'sent' | MailRefusal> {
  const short = await shortNotice(policy, raw);
  if (short === null) return refusal;
  log.info({ code: refusal.code }, 'the mail server refuses a notice; it goes without the message');
  try {
    // What goes behind the first one was told that it is not taken.
    await courier.send({ ...envelope }, short);
    return 'sent';
  } catch (error) {
    if (error instanceof MailRefusal) return refusal;
    throw error;
  }
}

function envelopeFrom({ policy, envelopeFrom: kind }: WorkingDesk, stage: Staging): string {
  const { ticket, to } = stage;
  if (kind === 'null') return '';
  if (kind === 'desk' || ticket === null || to === null) return policy.address;
  const member = rowOf(stage).countsAs === 'notice' ? staffMemberOf(policy, to) : null;
  const role: Role = member === null ? REQUESTER : { kind: 'staff', member };
  return signedBounceAddress(policy, ticket, role) ?? policy.address;
}
