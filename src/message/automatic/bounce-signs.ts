/** Signs in the header that a message speaks of a delivery. People bear most of them too; the rules join them. */
import { BOUNCE_FIELDS, LIST_FIELDS } from './automatic-fields.js';
import { BOUNCE_SUBJECT } from './automatic-subjects.js';
import type { MessageView } from './automatic-view.js';

/** Local parts that only mail servers have. */
export const DAEMON =
  /^(?:mail(?:er)?[-_.]?da?emon.*|mmdf|smtp[-_.]?da?emon|mdaemon|microsoftexchange[0-9a-f]{32}|mail[-_.]?delivery(?:[-_.]?(?:sub)?system)?|delivery[-_.]?(?:daemon|subsystem))$/;
/** Local parts that the people who run mail servers have as well. */
const POSTMASTER =
  /^(?:post[-_.]?master.*|mail-?admin(?:istrator)?|mailmaster|mail-?system|mailsrv|smtp|uucp|(?:system[ _.-]?)?administrator|.*smtp[-_.]?mail[-_.]?service|.*_for_smtp_gateways|imss|interscan.*|mailmarshal|mail-?gateway|gateway)$/;
const DAEMON_NAME =
  /^["']?(?:mail ?delivery|mail(?:er)?[- ]daemon|microsoft exchange|microsoft outlook$|internet mail delivery|mail administrator|mail (?:system|service)|e-?mail delivery|delivery (?:sub)?system|post ?master|system administrator|postmaster|courier mail server|jetmail system|mail router|mailrouter)/i;
/** Where a returned message begins in a text: it is told apart by what its author puts in front, not by the subject. */
const FORWARDED =
  /^(?:fwd?|wg|tr|rv|enc|i|vb|vs|pd|fs|doorst|továbbítás|ilt|yml|προωθ|πρθ|пересл|転送|转发|轉寄|轉發|전달)\s?[:：]/iu;

/** A delivery status notification (RFC 3464 §2), told by the outer type or by a part of the message itself. */
export function isDeliveryReport(view: MessageView): boolean {
  const types = ['message/delivery-status', 'message/global-delivery-status'];
  const reported = ['delivery-status', 'global-delivery-status'].includes(view.parameter('report-type'));
  return (
    types.some((type) => view.partTypes.has(type) || view.type === type) ||
    (view.type === 'multipart/report' && reported)
  );
}

/** A From address of a mail daemon. */
export function isDaemon(view: MessageView): boolean {
  return /^<?mailer-?daemon>?$/i.test(view.sender) || view.senderLocals.some((local) => DAEMON.test(local));
}

/** From names nobody: `<>`, with or without a name before it, or nothing at all. */
function isFromNull(view: MessageView): boolean {
  return view.sender === '' || /<\s*>$/.test(view.sender);
}

/** A postmaster or a name like a daemon's; people bear these too, so a mail client that people use speaks against it. */
function isPostmaster(view: MessageView): boolean {
  if (view.hasPeoplesClient) return false;
  return DAEMON_NAME.test(view.sender) || view.senderLocals.some((local) => POSTMASTER.test(local));
}

function hasBounceSubject(view: MessageView): boolean {
  return BOUNCE_SUBJECT.test(view.subject) && !FORWARDED.test(view.subject);
}

/** A server sends it of its own accord, as far as its envelope and its fields say. */
function isOfItsOwnAccord(view: MessageView): boolean {
  const submitted = view.values('auto-submitted').some((value) => !/^\s*no\b/i.test(value));
  return view.isNullSender || submitted || hasBounceSubject(view);
}

export function isPostmastersBounce(view: MessageView): boolean {
  const isNobody = isFromNull(view) && !view.hasPeoplesClient;
  return (isPostmaster(view) || isNobody) && isOfItsOwnAccord(view);
}

export function isReturnedToNull(view: MessageView): boolean {
  return view.isNullSender && hasBounceSubject(view);
}

/** Auto-Submitted with a comment that names the outcome, as Sendmail writes it. */
export function saysFailure(view: MessageView): boolean {
  return view
    .values('auto-submitted')
    .some((value) => /\((?:[^()]*\b)?(?:failure|rejected|warning|postmaster notification)\b/i.test(value));
}

export function hasBounceField(view: MessageView): boolean {
  return view.has(...BOUNCE_FIELDS);
}

/** Any sign that settles that it speaks of a delivery, failed or not. */
export function isAboutDelivery(view: MessageView): boolean {
  return [
    isDeliveryReport,
    hasBounceField,
    isDaemon,
    isPostmastersBounce,
    isReturnedToNull,
    saysFailure,
  ].some((sign) => sign(view));
}

/**
 * Signs that do not settle it, so that the body may be asked. A mail client that people use speaks against all but
 * the envelope, and a list against a subject.
 */
export function mayBeBounce(view: MessageView): boolean {
  if (view.isNullSender || isAboutDelivery(view)) return true;
  if (view.hasPeoplesClient) return false;
  if (isPostmaster(view) || isFromNull(view) || view.has('x-mlserver', 'x-amz-sns-message-id')) return true;
  if (view.has(...LIST_FIELDS) && !hasBounceSubject(view)) return false;
  const speaks = hasBounceSubject(view) || (view.mentionsDelivery && !FORWARDED.test(view.subject));
  return speaks || view.type === 'multipart/report';
}
