/**
 * What a person's mail may bear, and yet no program answers it: the second table of rules. None of them makes mail
 * automatic, so it opens tickets and joins them like any other; only the acknowledgement is left out.
 */
import { endsLikeAutoReply, isAbsenceNoteWhole } from './absence-words.js';
import { SENDING_SERVICE_FIELDS } from './automatic-fields.js';
import {
  isAutoReplyFormula,
  isAutoReplySubject,
  isFromNobody,
  isSentByDaemon,
  isToNobody,
  suppressesAnswers,
} from './automatic-signs.js';
import type { MessageView } from './automatic-view.js';
import { deliveriesToOne, hasForeignLoopMark, MAX_DELIVERIES_TO_ONE_ADDRESS } from './route.js';

export interface SilenceRule {
  /** A sentence for `explain` and the log. */
  readonly name: string;
  /** The section of an RFC that it rests on, or the systems that send it. */
  readonly source: string;
  readonly test: (view: MessageView) => boolean;
}

/** A rule about the way that a message came on: a list that feeds the desk may have written what it fits. */
interface RouteRule extends SilenceRule {
  readonly ofRoute?: true;
}

/** The only rule that is about whose address From names. */
export const NOBODY_READS_ANSWERS = 'Nobody reads answers at its sender.';

/** About the program that sent it, which is the site's own where a form speaks for somebody else. */
export const SENT_BY_A_SERVICE = 'A service that sends for programs sent it.';

/** RFC 5321 §6.3 takes 100 or more for a loop; silence costs less than bouncing, so it may begin earlier. */
export const MAX_RECEIVED_FIELDS_ANSWERED = 50;

export const SILENCE_RULES: readonly RouteRule[] = [
  {
    name: 'It asks for no automatic answer.',
    source: 'MS-OXCMAIL §2.1.3.2.20 (X-Auto-Response-Suppress)',
    test: suppressesAnswers,
  },
  {
    name: NOBODY_READS_ANSWERS,
    source: 'RFC 3834 §2, RFC 2142 §6; cron, Nagios, Icinga, Zabbix, Monit',
    test: isFromNobody,
  },
  {
    name: 'A mail daemon is its envelope sender.',
    source: 'RFC 5230 §4.6',
    test: isSentByDaemon,
  },
  {
    name: 'It is addressed to a program as well.',
    source: 'RFC 3834 §2',
    test: isToNobody,
  },
  {
    name: 'Its subject begins like that of an automatic reply, and nothing shows that a person wrote it.',
    source: 'RFC 3834 §3.1.5',
    test: (view) =>
      (isAutoReplyFormula(view) || (view.isReply && isAutoReplySubject(view))) && !view.hasPeoplesClient,
  },
  {
    name: 'Its subject is nothing but that of an absence note.',
    source: 'Lotus Notes; rules of Outlook and other mail clients, which write no field that says so',
    test: (view) => isAbsenceNoteWhole(view.subject),
  },
  {
    name: 'Its subject ends like that of an automatic reply, and nothing shows that a person wrote it.',
    source: 'other desks, such as "[#5] Printer - Automatic reply"',
    test: (view) => endsLikeAutoReply(view.subject) && !view.hasPeoplesClient,
  },
  {
    name: 'Its subject begins with a mark that says a program wrote it.',
    source: 'scripts and forms, such as [AUTO-GENERATED]',
    test: (view) => /^\[auto(?:matic(?:ally)?)?[- ]?generated\b[^\]]{0,40}\]/i.test(view.subject),
  },
  {
    name: 'It bears a mark against loops.',
    source: 'procmail, Debian BTS (X-Loop)',
    test: (view) => hasForeignLoopMark(view.block),
    ofRoute: true,
  },
  {
    name: 'It has passed too many servers.',
    source: 'RFC 5321 §6.3',
    test: (view) => view.values('received').length > MAX_RECEIVED_FIELDS_ANSWERED,
  },
  {
    name: 'It was delivered to one address again and again.',
    source: 'Postfix, qmail (Delivered-To)',
    test: (view) => deliveriesToOne(view.block) > MAX_DELIVERIES_TO_ONE_ADDRESS,
    ofRoute: true,
  },
  {
    name: SENT_BY_A_SERVICE,
    source: 'SendGrid, Mailgun, Mailchimp, Mandrill, Postmark, Mailjet',
    test: (view) => view.has(...SENDING_SERVICE_FIELDS),
  },
  {
    name: 'Its header is too long to be read in full.',
    source: 'RFC 7103 §1.3',
    test: (view) => view.block.truncated,
  },
];

/** The names of the rules about the way. */
export const SILENCES_OF_ROUTE: ReadonlySet<string> = new Set(
  SILENCE_RULES.flatMap(({ name, ofRoute }) => (ofRoute === true ? [name] : [])),
);
