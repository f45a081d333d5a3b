/**
 * The short pieces of the desk's mail that are not texts of their own: subjects, names, and the reasons that texts
 * give. They stand in one file for each language, a line `name: words` for each, with the names below in `{{…}}`.
 *
 * Nothing that the desk reads back from its own mail may stand here: a desk can change its language at any time.
 */
interface PhraseAbout {
  readonly about: string;
  /** The names that may stand in it. */
  readonly names?: readonly string[];
}

/** What each phrase is for; the reference in `docs/` is made from it. */
export const PHRASES = {
  'no-subject': { about: 'in place of a subject that is empty' },
  'unknown-sender': { about: 'in place of a sender that cannot be read' },
  'reply-to-name': { about: 'the name beside a ticket’s address', names: ['deskName', 'number'] },
  'relay-name': { about: 'who writes, in mail that is passed on', names: ['member', 'deskName'] },
  reacted: { about: 'in place of a text: somebody set a sign to a message', names: ['who'] },
  'reacted-with': { about: 'the same, where the sign is known', names: ['who', 'emoji'] },
  'closed-by': { about: 'the first line of a notice, where its message closed the ticket', names: ['who'] },
  'reopened-by': { about: 'the same, where it reopened the ticket', names: ['who'] },
  'mark-closed': { about: 'behind the number in the subject of such a notice: a word or two' },
  'mark-reopened': { about: 'the same, where it reopened the ticket' },
  'size-bytes': { about: 'the size of a small attachment', names: ['size'] },
  'size-kilobytes': { about: 'the size of an attachment', names: ['size'] },
  'size-megabytes': { about: 'the size of a large attachment', names: ['whole', 'tenth'] },
  'left-line': {
    about: 'in a notice that leaves out a line: so, and where it is',
    names: ['folder', 'number'],
  },
  'left-lines': { about: 'the same of several lines', names: ['lines', 'folder', 'number'] },
  'left-line-quoted': { about: 'the same of a quoted line', names: ['folder', 'number'] },
  'left-lines-quoted': { about: 'the same of several quoted lines', names: ['lines', 'folder', 'number'] },
  'left-lines-some-quoted': {
    about: 'the same of several lines, some of them quoted',
    names: ['lines', 'quoted', 'folder', 'number'],
  },
  'left-unread': {
    about: 'the same of a text too long to be read to its end, with the size of the whole mail',
    names: ['folder', 'number', 'size'],
  },
  'attached-to': { about: 'in a notice, where the attachments are', names: ['folder', 'number'] },
  'not-along': {
    about: 'in a notice that the mail server takes only without the message: so, and where that is',
  },
  'note-encrypted': { about: 'in a notice, of a message that is encrypted' },
  'note-attached-message': {
    about: 'in a notice, of a message that is attached',
    names: ['subject', 'from'],
  },
  'subject-review-notice': { about: 'subject of a review notice', names: ['subject'] },
  'subject-digest': { about: 'subject of a digest', names: ['deskName'] },
  'subject-adoption-summary': { about: 'subject of the adoption’s summary', names: ['deskName'] },
  'subject-review-summary': {
    about: 'subject of a summary of the review folder',
    names: ['deskName', 'folder'],
  },
  'subject-silent-summary': {
    about: 'the same, where it only counts what was filed with tickets without a notice',
    names: ['deskName'],
  },
  'subject-absence': { about: 'subject of `absence.txt`', names: ['deskName'] },
  'subject-figures-digest': {
    about: 'subject of `figures-digest.txt`',
    names: ['deskName', 'opened', 'closed', 'open'],
  },
  'subject-reminder': { about: 'subject of `reminder.txt`', names: ['deskName', 'count'] },
  'span-minutes': { about: 'a span of time, in a digest or a reminder', names: ['count'] },
  'span-hours': { about: 'the same, of hours', names: ['count'] },
  'span-days': { about: 'the same, of two days or more', names: ['count'] },
  'age-under': { about: 'the age of tickets in a digest: the youngest', names: ['to'] },
  'age-between': { about: 'the same, in days', names: ['from', 'to'] },
  'age-over': { about: 'the same: the oldest', names: ['from'] },
  'subject-not-delivered': { about: 'subject of `not-delivered.txt`', names: ['deskName', 'number'] },
  'not-answered-automatic': { about: 'a reason in `filing-note.txt`: a program wrote it' },
  'not-answered-list': { about: 'the same: a list, or sent to many' },
  'not-answered-marked': { about: 'the same: it bears a mark that no program should answer it' },
  'not-answered-no-sender': { about: 'the same: there is no single sender' },
  'not-answered-address': { about: 'the same: not every server can carry mail there' },
  'not-answered-desk': { about: 'the same: the sender is the desk’s own address' },
  'not-answered-alerted': { about: 'the same: alerts go to the sender, or it answers one' },
  'not-answered-unproven': { about: 'the same: the sender failed authentication' },
  'not-answered-staff': { about: 'the same: a member of staff wrote it' },
  'not-answered-limit': { about: 'the same: a limit is reached' },
  'not-answered-older': { about: 'the same: it is older than the desk' },
  'not-answered-moved': { about: 'the same: a person made it a ticket by moving it' },
  'not-answered-split': { about: 'the same: a person took it out of another ticket', names: ['number'] },
  'not-answered': { about: 'the same, where none of these fits' },
  'not-relayed-unproven': {
    about: 'a reason in `not-relayed.txt`: the sender is not known to be the member, and what to do',
  },
  'not-relayed-failed': { about: 'the same: under the member’s address, which failed authentication' },
  'not-relayed-limited': { about: 'the same: to the closing address, which is no proof of its writer' },
  'not-relayed-nobody': { about: 'the same: there is nobody outside who could get it' },
  'not-relayed-absence': { about: 'the same: its subject is like that of an absence note' },
  'not-relayed-program': { about: 'the same: it came out of a tracker or another program' },
  'staff-unproven': {
    about: 'in a notice: mail under a staff member’s address that is not proven to be theirs',
    names: ['who'],
  },
  'staff-unproven-for': {
    about: 'the same of mail that would open a ticket for somebody else',
    names: ['who'],
  },
  'staff-failed': { about: 'the same, where it failed authentication', names: ['who'] },
  'authserv-hint': { about: 'behind such words, where `authservId` is not set: what it would prove' },
  'review-conflict': {
    about: 'a reason in `review-notice.txt`: it names several tickets',
    names: ['numbers'],
  },
  'review-unknown-ticket': { about: 'the same: it names a ticket that does not exist', names: ['number'] },
  'review-failed': { about: 'the same: it could not be filed' },
  'review-unreadable': { about: 'the same: the mail server cannot read it' },
  'review-other': { about: 'the same, where none of these fits' },
  'refused-answer': {
    about: 'a reason in `not-delivered.txt`: what the mail server said',
    names: ['answer'],
  },
  'refused-late': { about: 'the same: put off for days, with the last answer', names: ['answer'] },
  'refused-broken': { about: 'the same: the mail server breaks off at it', names: ['answer'] },
  'refused-original-gone': {
    about: 'the same: the message that it passes on has left its ticket, or was changed',
  },
  'refused-unreadable': { about: 'the same: the mail server of the desk cannot read it' },
  'refused-too-large': { about: 'the same: too large, where the limit is not known', names: ['size'] },
  'refused-over-limit': { about: 'the same: larger than the mail server takes', names: ['size', 'limit'] },
  'refused-signed': { about: 'the same: signed, and in bytes that the mail server cannot carry' },
  'refused-eight-bit': { about: 'the same: broken, and in bytes that the mail server cannot carry' },
  'refused-not-ascii': { about: 'the same: an address or field that the mail server cannot carry' },
  'refused-address': { about: 'the same: no address at all' },
  'alert-new': { about: 'in an alert, after the desk’s name', names: ['number'] },
  'alert-update': { about: 'the same: somebody has written', names: ['number'] },
  'alert-reopened': { about: 'the same: somebody has written to a closed ticket', names: ['number'] },
  'alert-waiting': { about: 'the same: nobody has answered for long', names: ['number'] },
  'alert-unhealthy': { about: 'the same: the desk does not work', names: ['code'] },
  'alert-recovered': { about: 'the same: it works again' },
  'alert-test': { about: 'the same, of `imapdesk alert --test`' },
  'alert-several': { about: 'the same, where it tells of several events', names: ['count'] },
  'alert-more': { about: 'at the end of an alert that names some of its events only', names: ['count'] },
} as const satisfies Readonly<Record<string, PhraseAbout>>;

export type PhraseName = keyof typeof PHRASES;
