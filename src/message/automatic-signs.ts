/** Signs of automatic mail that more than one rule looks for. Each is true or false of one message, nothing more. */
import { AUTO_REPLY_SUBJECT, BOUNCE_SUBJECT } from './automatic-subjects.js';
import type { MessageView } from './automatic-view.js';

const DAEMON = /^(?:mail(?:er)?[-_.]?daemon|mmdf|smtp-?daemon|mail[-.]?delivery)$/;
const POSTMASTER =
  /^(?:postmaster|mail-?admin|mailmaster|microsoftexchange[0-9a-f]+|mail-?system|mailsrv|smtp|uucp)$/;
const DAEMON_NAME =
  /^["']?(?:mail ?delivery (?:sub)?system|mailer[- ]daemon|mail delivery service|microsoft exchange|internet mail delivery|mail administrator|email delivery)/i;
/** RFC 3834 §2 and RFC 2142: where nobody reads answers, or only a program does. */
const NOBODY = [
  /^(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|no[-_.]?answer|nicht-?antworten|ne-?pas-?repondre|noreply.*|.*no-reply)$/,
  /^(?:owner-.+|.+-owner|.+-request|bounces?|.+-bounces?|bounces?[+-].+|listserv|listproc|majordomo|mailman)$/,
  DAEMON,
];

/** The outer message is a report (RFC 6522) of one of these types. */
export function isReport(view: MessageView, ...types: readonly string[]): boolean {
  return view.type === 'multipart/report' && types.includes(view.parameter('report-type'));
}

/** A delivery status notification (RFC 3464 §2), told by the outer type or by a part of the message itself. */
export function isDeliveryReport(view: MessageView): boolean {
  const hasStatus = ['message/delivery-status', 'message/global-delivery-status'].some((type) =>
    view.partTypes.has(type),
  );
  return hasStatus || isReport(view, 'delivery-status', 'global-delivery-status');
}

/** A From address of a mail daemon, or the null address. */
export function isDaemon(view: MessageView): boolean {
  const isNobody = view.has('from') && /^(?:<\s*>|mailer-?daemon)$/i.test(view.sender);
  return isNobody || view.senderLocals.some((local) => DAEMON.test(local));
}

/** A postmaster or a name like a daemon's; people bear these too, so a mail client that people use speaks against it. */
export function isPostmaster(view: MessageView): boolean {
  if (view.hasPeoplesClient) return false;
  return DAEMON_NAME.test(view.sender) || view.senderLocals.some((local) => POSTMASTER.test(local));
}

export function isReturnedToNull(view: MessageView): boolean {
  return view.isNullSender && BOUNCE_SUBJECT.test(view.subject);
}

/** Any sign that it speaks of a delivery, failed or not. */
export function isAboutDelivery(view: MessageView): boolean {
  return isDeliveryReport(view) || isDaemon(view) || isPostmaster(view) || isReturnedToNull(view);
}

export function isAutoReplySubject(view: MessageView): boolean {
  return AUTO_REPLY_SUBJECT.test(view.subject);
}

/** A value of that field fits, without comments and parameters, in lower case. */
export function hasWord(view: MessageView, name: string, pattern: RegExp): boolean {
  return view.values(name).some((value) => {
    const [word = ''] = value.replace(/\([^()]*\)/g, ' ').split(';', 1);
    return pattern.test(word.trim().toLowerCase());
  });
}

/** X-Auto-Response-Suppress asks for no automatic answer: OOF, AutoReply or All. DR, RN and NRN do not. */
export function suppressesAnswers(view: MessageView): boolean {
  const words = view
    .values('x-auto-response-suppress')
    .flatMap((value) => value.toLowerCase().split(/[\s,;]+/));
  return words.some((word) => ['all', 'oof', 'autoreply'].includes(word));
}

export function isFromNobody(view: MessageView): boolean {
  return view.senderLocals.some((local) => NOBODY.some((pattern) => pattern.test(local)));
}
