/** Hands one letter of the outbox to the mail server, and says what became of it. */
import { MailRefusal } from '../../delivery/refusal.js';
import { rowOf, type Staging, verifyStaged } from '../../desk/letters/staging.js';
import { REQUESTER, type Role, signedBounceAddress, staffMemberOf } from '../../desk/sign/ticket-address.js';
import type { WorkingDesk } from '../workplace/desk.js';
import type { Letter } from '../workplace/outbox-copy.js';
import type { LetterTexts } from './unread-letters.js';

/**
 * `filed` is for nobody but the ticket; `held` waits until the desk sends; `gone` is no longer there; `unsigned` is
 * none that this desk has staged; `unread` is what the mailbox's server does not read. A refusal is what the mail server
 * said of it.
 */
export type Dispatched = 'sent' | 'filed' | 'held' | 'gone' | 'unread' | 'unsigned' | MailRefusal;

/** Throws the Problem where the server can't be used, or the mailbox. */
export async function dispatch(desk: WorkingDesk, letter: Letter, texts: LetterTexts): Promise<Dispatched> {
  const { uid, stage } = letter;
  if (stage.to === null) return 'filed';
  if (desk.hold) return 'held';
  const source = await texts.read(desk, letter);
  if (source === null) return 'gone';
  if (source === 'unread') return 'unread';
  const opened = verifyStaged(desk.policy, source);
  if (opened === null) {
    desk.log.error(
      { uid },
      'mail in the outbox is not sent but goes to review: it was changed there, was not staged by this desk, or an older secret is missing from "secret"',
    );
    return 'unsigned';
  }
  try {
    await desk.courier.send({ from: envelopeFrom(desk, stage), to: stage.to }, opened.raw);
    return 'sent';
  } catch (error) {
    if (error instanceof MailRefusal) return error;
    throw error;
  }
}

function envelopeFrom({ policy, envelopeFrom: kind }: WorkingDesk, stage: Staging): string {
  const { ticket, to } = stage;
  if (kind === 'null') return '';
  if (kind === 'desk' || ticket === null) return policy.address;
  const member = rowOf(stage).countsAs === 'notice' ? staffMemberOf(policy, to) : null;
  const role: Role = member === null ? REQUESTER : { kind: 'staff', member };
  return signedBounceAddress(policy, ticket, role) ?? policy.address;
}
