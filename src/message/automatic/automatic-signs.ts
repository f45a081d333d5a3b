/** Signs of automatic mail that more than one rule looks for. Each is true or false of one message, nothing more. */

import { withoutComments } from '../header/comments.js';
import { AUTO_SUBMITTED_FIELDS, LIST_FIELDS } from './automatic-fields.js';
import { AUTO_REPLY_SUBJECT, CHALLENGE_SUBJECT, PROGRAM_REPLY_SUBJECT } from './automatic-subjects.js';
import type { MessageView } from './automatic-view.js';
import { DAEMON } from './bounce-signs.js';

/** RFC 3834 §2 and RFC 2142: where nobody reads answers, or only a program does. */
const NOBODY = [
  /^(?:no[-_.]?(?:reply|response|answer)|do[-_.]?not[-_.]?(?:reply|respond)|nicht-?antworten|ne-?pas-?repondre|noreply.*|.*[-_.]no-?reply)$/,
  /^(?:owner-.+|.+-owner|.+-request|bounces?|.+-bounces?|bounces?[+-].+|listserv|listproc|majordomo|mailman)$/,
  /^(?:cron|logwatch|nagios\d*|icinga\d*|zabbix|monit|munin|alertmanager|prometheus|www-data|wordpress)$/,
  DAEMON,
];
const AUTO_RESPONDER = /^(?:auto-?(?:reply|replies|responder|response|respond)|vacation)(?:[-_+.].*)?$/;
/** Such as `confirm-a1b2c3@`: an address made for one question. */
const CHALLENGER = /(?:^|[-_+.])(?:confirm|confirmation|challenge|verify|verification)[-_+.=][a-z0-9]{3,}/;

/** The outer message is a report (RFC 6522) of one of these types. */
export function isReport(view: MessageView, ...types: readonly string[]): boolean {
  return view.type === 'multipart/report' && types.includes(view.parameter('report-type'));
}

export function isReceipt(view: MessageView): boolean {
  return (
    isReport(view, 'disposition-notification') ||
    view.type === 'message/disposition-notification' ||
    view.partTypes.has('message/disposition-notification')
  );
}

export function isAutoReplySubject(view: MessageView): boolean {
  return AUTO_REPLY_SUBJECT.test(view.subject);
}

/** No more than two words follow the opening, or a colon comes after them: not `Out of office on Friday, who helps?` */
export function isAutoReplyFormula(view: MessageView): boolean {
  const opening = AUTO_REPLY_SUBJECT.in(view.subject);
  if (opening === null) return false;
  return (
    /[:：]$/.test(opening.words) ||
    /^(?:[^:：\s]* ){0,2}[^:：\s]*(?:$| ?[:：])/.test(view.subject.slice(opening.end))
  );
}

/** As programs write it: in words of theirs, or in words of people with next to nothing after them. */
export function isProgramsReplySubject(view: MessageView): boolean {
  return PROGRAM_REPLY_SUBJECT.test(view.subject) || isAutoReplyFormula(view);
}

/** A value of that field fits, without comments and parameters, in lower case. */
export function hasWord(view: MessageView, name: string, pattern: RegExp): boolean {
  return view.values(name).some((value) => {
    const [word = ''] = withoutComments(value).split(';', 1);
    return pattern.test(word.trim().toLowerCase());
  });
}

/** Gateways join fields of one name: each word between commas counts. */
export function isAutoSubmitted(view: MessageView, pattern: RegExp): boolean {
  const values = AUTO_SUBMITTED_FIELDS.flatMap((name) => view.values(name));
  const words = values.flatMap((value) => (withoutComments(value).split(';', 1)[0] ?? '').split(','));
  return words.some((word) => pattern.test(word.trim().toLowerCase()));
}

/** One of these fields is there and does not say no. */
export function says(view: MessageView, names: readonly string[]): boolean {
  return names.some((name) => hasWord(view, name, /^(?!(?:no|none|false|0|off)$)/));
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

/** The same of one address. */
export function isNobodysAddress(address: string): boolean {
  const local = address.slice(0, Math.max(address.lastIndexOf('@'), 0)).toLowerCase();
  return NOBODY.some((pattern) => pattern.test(local));
}

export function isToNobody(view: MessageView): boolean {
  return view.recipientLocals.some((local) => NOBODY.some((pattern) => pattern.test(local)));
}

/** The envelope names a daemon: bounces of some servers do, where the null sender should stand. */
export function isSentByDaemon(view: MessageView): boolean {
  return view.values('return-path').some((value) => {
    const path = withoutComments(value)
      .replace(/[<>\s]/g, '')
      .toLowerCase();
    return DAEMON.test(path.slice(0, Math.max(path.lastIndexOf('@'), 0)));
  });
}

export function isFromAutoResponder(view: MessageView): boolean {
  return view.senderLocals.some((local) => AUTO_RESPONDER.test(local));
}

export function isFromList(view: MessageView): boolean {
  return view.has(...LIST_FIELDS) || hasWord(view, 'precedence', /^list$/);
}

/** Precedence: bulk of the author's own; most lists write it into everybody's mail. */
export function isSentAsBulk(view: MessageView): boolean {
  return !isFromList(view) && hasWord(view, 'precedence', /^(?:bulk|junk)/);
}

/** Asks the sender to prove that a person wrote: an address made for that, and a subject that says so. */
export function isChallenge(view: MessageView): boolean {
  const asks = CHALLENGE_SUBJECT.test(view.subject);
  return asks && (view.isNullSender || view.senderLocals.some((local) => CHALLENGER.test(local)));
}
