/** Hands one letter of the outbox to the mail server, and says what became of it. */
import type { Envelope } from '../../delivery/courier.js';
import { MailRefusal } from '../../delivery/refusal.js';
import { rowOf, type Staging, verifyStaged } from '../../desk/letters/staging.js';
import { REQUESTER, type Role, signedBounceAddress, staffMemberOf } from '../../desk/sign/ticket-address.js';
import type { Desk, WorkingDesk } from '../workplace/desk.js';
import type { Letter } from '../workplace/outbox-copy.js';
import type { LetterText } from './unread-letters.js';

/**
 * Why a letter is not handed over: `filed` is for nobody but the ticket; `held` waits until the desk sends; `gone` is no
 * longer there; `unsigned` is none that this desk has staged; `unread` is what the mailbox's server does not read.
 */
export type NotSent = 'filed' | 'held' | 'gone' | 'unread' | 'unsigned';

/** Whether a letter is for somebody, and may go: then its text is needed. */
export function isToBeSent({ hold }: Desk, { stage }: Letter): boolean {
  return stage.to !== null && !hold;
}

/** What is to be sent of a letter, byte for byte. */
export function openLetter(desk: Desk, letter: Letter, text: LetterText | undefined): Buffer | NotSent {
  if (!isToBeSent(desk, letter)) return letter.stage.to === null ? 'filed' : 'held';
  if (text === null || text === undefined) return 'gone';
  if (text === 'unread') return 'unread';
  const opened = verifyStaged(desk.policy, text);
  if (opened !== null) return opened.raw;
  desk.log.error(
    { uid: letter.uid },
    'mail in the outbox is not sent but goes to review: it was changed there, was not staged by this desk, or an older secret is missing from "secret"',
  );
  return 'unsigned';
}

export function envelopeOf(desk: WorkingDesk, { stage }: Letter): Envelope {
  return { from: envelopeFrom(desk, stage), to: stage.to ?? '' };
}

export interface Sending {
  readonly envelope: Envelope;
  readonly raw: Buffer;
  /** The envelope of the letter that it goes behind. */
  readonly behind: Envelope | undefined;
}

/** A refusal is what the mail server said of it. Throws NotBegun, or the Problem where the server can't be used. */
export async function dispatch(
  { courier }: WorkingDesk,
  { envelope, raw, behind }: Sending,
): Promise<'sent' | MailRefusal> {
  try {
    await courier.send(envelope, raw, behind);
    return 'sent';
  } catch (error) {
    if (error instanceof MailRefusal) return error;
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
