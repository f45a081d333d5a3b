/**
 * The table of rules about automatic mail: one row for each sign, the strongest first. The first row that fits
 * names the kind, so a row stands above those that would call the same mail something weaker. A sign that a
 * person's mail can bear as well (a subject, a daemon-like name, a suppressed answer) never stands alone in a row.
 *
 * To add a rule, add a row: what it says to people, where it comes from, and the test.
 */

import {
  AUTO_REPLY_FIELDS,
  CHALLENGE_FIELDS,
  PRECEDENCE_FIELDS,
  PROGRAM_FIELDS,
  TRACKER_FIELDS,
} from './automatic-fields.js';
import {
  hasWord,
  isAutoReplySubject,
  isAutoSubmitted,
  isChallenge,
  isFromAutoResponder,
  isFromList,
  isProgramsReplySubject,
  isReceipt,
  isReport,
  isSentAsBulk,
  says,
  suppressesAnswers,
} from './automatic-signs.js';
import { CALENDAR_REPLY_SUBJECT, NOT_FAILED_SUBJECT } from './automatic-subjects.js';
import {
  hasBounceField,
  isAboutDelivery,
  isDaemon,
  isDeliveryReport,
  isPostmastersBounce,
  isReturnedToNull,
  saysFailure,
} from './bounce-signs.js';
import type { AutomaticKind } from './classification.js';
import { isForwarded, isOfMailboxRule } from './mailbox-rules.js';
import type { SilenceRule } from './silence-rules.js';

export interface AutomaticRule extends SilenceRule {
  readonly kind: AutomaticKind;
  /**
   * It says which program carried the mail, not that nobody wrote it: trackers and lists write it into people's answers
   * too. So it counts only on mail that answers nothing of ours.
   */
  readonly carrier?: 'tracker' | 'program';
  /** Nothing but words of the subject says so, and a ticket's subject may have them as well. */
  readonly inWords?: true;
}

/** As it stands among the reasons. */
export const HAS_NULL_SENDER = 'It has a null sender.';

export const AUTOMATIC_RULES: readonly AutomaticRule[] = [
  {
    kind: 'bounce',
    name: 'A filter rejected the message, and says so as a receipt does.',
    source: 'RFC 5429 §2.1.1; Dovecot, Cyrus (Sieve reject)',
    test: (view) => isReceipt(view) && saysFailure(view),
  },
  { kind: 'read-receipt', name: 'It is a read receipt.', source: 'RFC 8098 §3', test: isReceipt },
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
    kind: 'report',
    name: 'It is a complaint about a message, as its subject says.',
    source: 'Outlook.com (Junk Mail Reporting Program)',
    test: (view) => /^complaint about message from [\d.:a-f]{2,}$/i.test(view.subject),
  },
  {
    kind: 'auto-reply',
    name: 'It asks the sender to prove that a person wrote.',
    source: 'Boxbe, Bluebottle, Spam Arrest, Vanquish',
    test: (view) => view.has(...CHALLENGE_FIELDS),
  },
  {
    kind: 'auto-reply',
    name: 'It asks the sender to confirm the message, from an address made for that.',
    source: 'TMDA, ASK, qconfirm',
    test: isChallenge,
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
    name: 'It has a field that only servers write which send mail back.',
    source: 'Exim, Gmail (X-Failed-Recipients), Exchange, IONOS',
    test: hasBounceField,
  },
  {
    kind: 'bounce',
    name: 'Auto-Submitted says that a delivery failed.',
    source: 'Sendmail, CommuniGate, Dovecot (comment of the field)',
    test: saysFailure,
  },
  {
    kind: 'bounce',
    name: 'A mail daemon sent it.',
    source: 'RFC 5321 §4.5.5; Sendmail, Postfix, qmail, Exim, MDaemon',
    test: isDaemon,
  },
  {
    kind: 'bounce',
    name: 'A postmaster or nobody sent it, of its own accord, and no mail client that people use.',
    source: 'RFC 5321 §4.5.1; Exchange, Domino, IMail, InterScan, Jetmail',
    test: isPostmastersBounce,
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
    source: 'RFC 6047 §2.4, RFC 5546 §3.2',
    test: (view) =>
      view.type === 'text/calendar' &&
      /^(?:reply|counter|declinecounter|refresh)$/.test(view.parameter('method')),
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
    test: (view) => isAutoSubmitted(view, /^auto[-_ ]?repl(?:ied|y)/),
  },
  {
    kind: 'auto-reply',
    name: 'It has a field that only auto-responders write.',
    source: 'cPanel, Plesk, Gmail, Ecartis, Exim (X-Autoreply and its like)',
    test: (view) => says(view, AUTO_REPLY_FIELDS),
  },
  {
    kind: 'auto-reply',
    name: 'Precedence says that it is an automatic reply.',
    source: 'Gmail, cPanel (auto_reply)',
    test: (view) => PRECEDENCE_FIELDS.some((name) => hasWord(view, name, /^auto[_-]?reply/)),
  },
  {
    kind: 'auto-reply',
    name: 'A rule of a mailbox wrote it.',
    source: 'Exchange, CommuniGate',
    test: (view) =>
      hasWord(view, 'x-autogenerated', /^(?:reply|vacation)/) ||
      (isOfMailboxRule(view.block) && !isForwarded(view)),
  },
  {
    kind: 'auto-reply',
    name: 'Its mailer calls itself an auto-responder.',
    source: 'vacation(1), DBMail, Kerio, MDaemon; GroupWise (X-POST-MessageClass: 9; Autoresponder)',
    test: (view) =>
      ['x-mailer', 'user-agent'].some((name) => hasWord(view, name, /auto-?(?:respon|reply)|^vacation/)) ||
      view.values('x-post-messageclass').some((value) => /auto-?respond/i.test(value)),
  },
  {
    kind: 'auto-reply',
    name: 'An auto-responder sent or delivered it.',
    source: 'cPanel (Delivered-To: Autoresponder), autoreply@ addresses',
    test: (view) => isFromAutoResponder(view) || hasWord(view, 'delivered-to', /^autoresponder$/),
  },
  {
    kind: 'auto-reply',
    name: 'Its subject is that of an automatic reply, and it has a null sender or asks for no answer or is sent as bulk.',
    source: 'RFC 3834 §3.1.5; vacation(1), Exchange, Domino',
    test: (view) =>
      isAutoReplySubject(view) && (view.isNullSender || suppressesAnswers(view) || isSentAsBulk(view)),
  },
  {
    kind: 'auto-reply',
    name: 'Its subject is that of an automatic reply, it answers a message, and no mail client that people use sent it.',
    source: 'RFC 3834 §3.1.5',
    test: (view) => isProgramsReplySubject(view) && view.isReply && !view.hasPeoplesClient,
    inWords: true,
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
    source: 'RFC 3834 §5.1; Zendesk, GitLab, Redmine, Jira (auto-generated, on what people write as well)',
    test: (view) => isAutoSubmitted(view, /^(?!no$)/),
    carrier: 'program',
  },
  {
    kind: 'generated',
    name: 'Auto-Submitted says that it is a notification, or what no RFC knows.',
    source: 'RFC 5436 §2.7.1 (auto-notified)',
    test: (view) => isAutoSubmitted(view, /^(?!no$|auto[-_ ]?(?:generated|repl(?:ied|y)))/),
  },
  {
    kind: 'generated',
    name: 'A rule of a mailbox forwards it.',
    source: 'Exchange, Microsoft 365; see mailbox-rules.ts',
    test: (view) => isOfMailboxRule(view.block) && isForwarded(view),
    carrier: 'program',
  },
  {
    kind: 'generated',
    name: HAS_NULL_SENDER,
    source: 'RFC 3834 §2, RFC 5321 §4.5.5',
    test: (view) => view.isNullSender,
  },
  {
    kind: 'generated',
    name: 'A scheduled job wrote it.',
    source: 'cron',
    test: (view) => view.has('x-cron-env'),
  },
  {
    kind: 'generated',
    name: 'It has a field that only programs write.',
    source: 'OTRS, FirstClass, Nagios, Amazon SNS, Facebook, Discourse',
    test: (view) => view.has(...PROGRAM_FIELDS),
  },
  {
    kind: 'generated',
    name: 'It has a field of a tracker.',
    source: 'RT, Zammad, Jira, Redmine, Bugzilla, GitHub, GitLab, Launchpad, Debian BTS',
    test: (view) => view.has(...TRACKER_FIELDS),
    carrier: 'tracker',
  },
  {
    kind: 'list',
    name: 'A mailing list passed it on.',
    source: 'RFC 2369 §3, RFC 2919 §3',
    test: isFromList,
    carrier: 'program',
  },
  {
    kind: 'bulk',
    name: 'Precedence says that it was sent to many.',
    source: 'RFC 2076 §3.9 (Precedence: bulk, junk)',
    test: (view) => hasWord(view, 'precedence', /^(?:bulk|junk)/),
    carrier: 'program',
  },
];
