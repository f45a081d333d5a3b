/**
 * The table of rules about automatic mail: one row for each sign, the strongest first. The first row that fits
 * names the kind, so a row stands above those that would call the same mail something weaker. A sign that a
 * person's mail can bear as well (a subject, a daemon-like name, a suppressed answer) never stands alone in a row.
 *
 * To add a rule, add a row: what it says to people, where it comes from, and the test.
 */

import type { AutomaticKind } from './automatic.js';
import {
  hasWord,
  isAboutDelivery,
  isAutoReplySubject,
  isDaemon,
  isDeliveryReport,
  isFromNobody,
  isPostmaster,
  isReport,
  isReturnedToNull,
  suppressesAnswers,
} from './automatic-signs.js';
import { CALENDAR_REPLY_SUBJECT, NOT_FAILED_SUBJECT } from './automatic-subjects.js';
import type { MessageView } from './automatic-view.js';

export interface SilenceRule {
  /** A sentence for `explain` and the log. */
  readonly name: string;
  /** The section of an RFC that it rests on, or the systems that send it. */
  readonly source: string;
  readonly test: (view: MessageView) => boolean;
}

export interface AutomaticRule extends SilenceRule {
  readonly kind: AutomaticKind;
}

/** RFC 5321 §6.3 takes 100 or more for a loop; silence costs less than bouncing, so it may begin earlier. */
export const MAX_RECEIVED_FIELDS_ANSWERED = 50;

/** Fields that only auto-responders write. */
const AUTO_REPLY_FIELDS = [
  'x-autoreply',
  'x-auto-reply',
  'x-autorespond',
  'x-autoresponder',
  'x-auto-responder',
  'x-autoresponse',
  'x-autoreply-from',
  'x-auto-reply-from',
  'x-mail-autoreply',
  'x-vacation',
  'x-amazon-auto-reply',
];
/** Fields that trackers and monitors write into what they send of their own accord. */
const PROGRAM_FIELDS = [
  'x-otrs-loop',
  'rt-ticket',
  'x-rt-loop-prevention',
  'x-zammad-ticket-id',
  'x-fc-machinegenerated',
  'x-jira-fingerprint',
  'x-redmine-host',
  'x-bugzilla-reason',
  'x-github-reason',
  'x-gitlab-notificationreason',
  'x-nagios-notification',
];
const LIST_FIELDS = [
  'list-id',
  'list-post',
  'list-help',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'list-subscribe',
  'list-owner',
  'list-archive',
  'mailing-list',
  'x-mailing-list',
  'x-mailman-version',
  'x-beenthere',
  'x-ml-name',
  'x-list-id',
  'x-listname',
];

export const AUTOMATIC_RULES: readonly AutomaticRule[] = [
  {
    kind: 'read-receipt',
    name: 'It is a read receipt.',
    source: 'RFC 8098 §3',
    test: (view) =>
      isReport(view, 'disposition-notification') || view.partTypes.has('message/disposition-notification'),
  },
  {
    kind: 'report',
    name: 'It is an abuse or authentication failure report.',
    source: 'RFC 5965 §2, RFC 6591',
    test: (view) => isReport(view, 'feedback-report') || view.partTypes.has('message/feedback-report'),
  },
  {
    kind: 'report',
    name: 'It is a TLS report.',
    source: 'RFC 8460 §5.3',
    test: (view) => isReport(view, 'tlsrpt') || view.has('tls-report-domain', 'tls-report-submitter'),
  },
  {
    kind: 'report',
    name: 'It is a DMARC report.',
    source: 'RFC 7489 §7.2.1.1',
    test: (view) => /^(?:\[[^\]]{1,40}\] ?)?report domain: ?\S+ .*submitter: ?\S+/i.test(view.subject),
  },
  {
    kind: 'delivery-notice',
    name: 'It tells of a delivery that is late or done, not of one that failed.',
    source: 'RFC 3464 §2.3.3',
    test: (view) => isAboutDelivery(view) && NOT_FAILED_SUBJECT.test(view.subject),
  },
  { kind: 'bounce', name: 'It is a delivery status report.', source: 'RFC 3464 §2', test: isDeliveryReport },
  {
    kind: 'bounce',
    name: 'It names the recipients that failed.',
    source: 'Exim, Gmail (X-Failed-Recipients)',
    test: (view) => view.has('x-failed-recipients'),
  },
  {
    kind: 'bounce',
    name: 'A mail daemon sent it.',
    source: 'RFC 5321 §4.5.5; Sendmail, Postfix, qmail, Exim',
    test: isDaemon,
  },
  {
    kind: 'bounce',
    name: 'A postmaster sent it, and no mail client that people use.',
    source: 'RFC 5321 §4.5.1; Exchange, Domino',
    test: isPostmaster,
  },
  {
    kind: 'bounce',
    name: 'It has a null sender and a subject of returned mail.',
    source: 'RFC 5321 §4.5.5',
    test: isReturnedToNull,
  },
  {
    kind: 'auto-reply',
    name: 'A calendar answers an invitation.',
    source: 'RFC 6047 §2.4',
    test: (view) => view.type === 'text/calendar' && view.parameter('method') === 'reply',
  },
  {
    kind: 'auto-reply',
    name: 'A calendar answers an invitation, by its parts and its subject.',
    source: 'Exchange, Gmail, Apple',
    test: (view) => view.partTypes.has('text/calendar') && CALENDAR_REPLY_SUBJECT.test(view.subject),
  },
  {
    kind: 'auto-reply',
    name: 'Auto-Submitted says that it is an automatic reply.',
    source: 'RFC 3834 §5',
    test: (view) => hasWord(view, 'auto-submitted', /^auto-?replied/),
  },
  {
    kind: 'auto-reply',
    name: 'It has a field that only auto-responders write.',
    source: 'cPanel, Plesk, Gmail, Ecartis, Exim (X-Autoreply and its like)',
    test: (view) => view.has(...AUTO_REPLY_FIELDS),
  },
  {
    kind: 'auto-reply',
    name: 'Precedence says that it is an automatic reply.',
    source: 'Gmail, cPanel (auto_reply)',
    test: (view) =>
      ['precedence', 'x-precedence', 'preference'].some((name) => hasWord(view, name, /^auto[_-]?reply/)),
  },
  {
    kind: 'auto-reply',
    name: 'A rule of a mailbox wrote it.',
    source: 'Exchange, CommuniGate',
    test: (view) =>
      view.has('x-ms-exchange-inbox-rules-loop', 'x-autogenerated') ||
      hasWord(view, 'x-ms-exchange-generated-message-source', /mailbox rules/),
  },
  {
    kind: 'auto-reply',
    name: 'An auto-responder delivered it.',
    source: 'cPanel (Delivered-To: Autoresponder)',
    test: (view) => hasWord(view, 'delivered-to', /^autoresponder$/),
  },
  {
    kind: 'auto-reply',
    name: 'Its subject is that of an automatic reply, and it has a null sender or asks for no answer or is sent as bulk.',
    source: 'RFC 3834 §3.1.5; vacation(1), Exchange, Domino',
    test: (view) =>
      isAutoReplySubject(view) &&
      (view.isNullSender || suppressesAnswers(view) || hasWord(view, 'precedence', /^(?:bulk|junk)/)),
  },
  {
    kind: 'auto-reply',
    name: 'Its subject is that of an automatic reply, it answers a message, and no mail client that people use sent it.',
    source: 'RFC 3834 §3.1.5',
    test: (view) => isAutoReplySubject(view) && view.isReply && !view.hasPeoplesClient,
  },
  {
    kind: 'auto-reply',
    name: 'It has a null sender and answers a message.',
    source: 'RFC 3834 §3.3',
    test: (view) => view.isNullSender && view.isReply,
  },
  {
    kind: 'generated',
    name: 'Auto-Submitted says that a program wrote it.',
    source: 'RFC 3834 §5.1',
    test: (view) => hasWord(view, 'auto-submitted', /^(?!no$)/),
  },
  {
    kind: 'generated',
    name: 'It has a null sender.',
    source: 'RFC 3834 §2, RFC 5321 §4.5.5',
    test: (view) => view.isNullSender,
  },
  {
    kind: 'generated',
    name: 'It has two Return-Path fields.',
    source: 'RFC 5321 §4.4',
    test: (view) => view.values('return-path').length > 1,
  },
  {
    kind: 'generated',
    name: 'A scheduled job wrote it.',
    source: 'cron',
    test: (view) => view.has('x-cron-env'),
  },
  {
    kind: 'generated',
    name: 'It bears a mark against loops.',
    source: 'procmail, Debian BTS (X-Loop)',
    test: (view) => view.has('x-loop') && !view.has(...LIST_FIELDS),
  },
  {
    kind: 'generated',
    name: 'It has a field of a tracker or monitor.',
    source: 'OTRS, RT, Zammad, FirstClass, Jira, Redmine, Bugzilla, GitHub, GitLab, Nagios',
    test: (view) => view.has(...PROGRAM_FIELDS),
  },
  {
    kind: 'list',
    name: 'A mailing list passed it on.',
    source: 'RFC 2919 §3, RFC 2369 §3',
    test: (view) => view.has(...LIST_FIELDS),
  },
  {
    kind: 'list',
    name: 'Precedence says that a mailing list passed it on.',
    source: 'Sendmail (Precedence: list)',
    test: (view) => hasWord(view, 'precedence', /^list/),
  },
  {
    kind: 'bulk',
    name: 'Precedence says that it was sent to many.',
    source: 'RFC 2076 §3.9 (Precedence: bulk, junk)',
    test: (view) => hasWord(view, 'precedence', /^(?:bulk|junk)/),
  },
];

/** What a person's mail may bear, and yet is not answered by a program. */
export const SILENCE_RULES: readonly SilenceRule[] = [
  {
    name: 'It asks for no automatic answer.',
    source: 'MS-OXCMAIL §2.1.3.2.20 (X-Auto-Response-Suppress)',
    test: suppressesAnswers,
  },
  { name: 'Nobody reads answers at its sender.', source: 'RFC 3834 §2, RFC 2142 §6', test: isFromNobody },
  {
    name: 'It has passed too many servers.',
    source: 'RFC 5321 §6.3',
    test: (view) => view.values('received').length > MAX_RECEIVED_FIELDS_ANSWERED,
  },
  {
    name: 'Its header is too long to be read in full.',
    source: 'RFC 7103 §1.3',
    test: (view) => view.block.truncated,
  },
];
