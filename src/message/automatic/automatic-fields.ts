/** Names of header fields that only programs write, by what they tell. All in lower case. */

/** Auto-responders: cPanel, Plesk, Gmail, Exim, Ecartis, FirstClass and many scripts. */
export const AUTO_REPLY_FIELDS = [
  'x-autoreply',
  'x-auto-reply',
  'x-autoreplied',
  'x-autoreply-from',
  'x-auto-reply-from',
  'x-autoreply-domain',
  'x-autorespond',
  'x-auto-respond',
  'x-autoresponder',
  'x-auto-responder',
  'x-autoresponse',
  'x-auto-response',
  'x-mail-autoreply',
  'x-vacation',
  'x-amazon-auto-reply',
];

/** The field that RFC 3834 names, and what programs have made of it. */
export const AUTO_SUBMITTED_FIELDS = ['auto-submitted', 'x-auto-submitted', 'autosubmitted', 'auto-submited'];

export const PRECEDENCE_FIELDS = ['precedence', 'x-precedence', 'preference'];

/** Services that hold mail back until its sender has clicked: Boxbe, Bluebottle, Spam Arrest, Vanquish, 0Spam. */
export const CHALLENGE_FIELDS = [
  'x-boxbe-request',
  'x-boxbe-notification',
  'x-bluebottle-request',
  'x-trusted-delivery',
  'x-spamarrest-challenge',
  'x-vanquish-challenge',
  'x-challenge-response',
];

/** Servers that send mail back: Exim and Gmail, Exchange, MDaemon, IONOS. */
export const BOUNCE_FIELDS = [
  'x-failed-recipients',
  'x-failed-recipient',
  'x-ms-exchange-message-is-ndr',
  'x-bounce-reason',
  'x-mx-bounce',
];

/** Monitors, feeds, and trackers in what they send of their own accord. */
export const PROGRAM_FIELDS = [
  'x-otrs-loop',
  'x-fc-machinegenerated',
  'x-nagios-notification',
  'x-amz-sns-message-id',
  'x-facebook-notify',
  'x-discourse-auto-generated',
];

/** Trackers, in whatever they send: what people write in them as well. */
export const TRACKER_FIELDS = [
  'rt-ticket',
  'x-rt-loop-prevention',
  'x-zammad-ticket-id',
  'x-jira-fingerprint',
  'x-redmine-host',
  'x-redmine-site',
  'x-redmine-project',
  'x-bugzilla-reason',
  'x-github-reason',
  'x-gitlab-notificationreason',
  'x-launchpad-message-rationale',
  'x-debian-pr-message',
];

/** Services that send for programs and to many: SendGrid, Mailgun, Mailchimp, Mandrill, Postmark, Mailjet. */
export const SENDING_SERVICE_FIELDS = [
  'x-sg-eid',
  'x-mailgun-sid',
  'x-mc-user',
  'x-mandrill-user',
  'x-pm-message-id',
  'x-mj-mid',
];

/** RFC 2369, RFC 2919, and what stood for them before: Mailman, ezmlm, Majordomo, fml, Google Groups. */
export const LIST_FIELDS = [
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
  'x-mlserver',
  'x-list-id',
  'x-listname',
  'x-google-group-id',
];
