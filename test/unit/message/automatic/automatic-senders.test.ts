/** Who a message comes from, and with what, by the names that people and programs really bear. */
import { describe, expect, test } from 'vitest';
import { classifyAutomatic } from '../../../../src/message/automatic/automatic.js';
import { blockOf, butFor, words } from '../parse.js';

const classify = (...lines: readonly string[]) => classifyAutomatic(blockOf(...lines), null);
const kindOf = (...lines: readonly string[]): string | null => classify(...lines).automatic?.kind ?? null;
const NOT_ANSWERED = 'Nobody reads answers at its sender.';
const isNobody = (local: string): boolean =>
  classify(`From: ${local}@example.com`).suppressBecause.includes(NOT_ANSWERED);

describe('an address where nobody reads answers', () => {
  test('all of them', () => {
    expect(
      butFor(
        true,
        words(`
      noreply no-reply no_reply no.reply No-Reply noresponse no-response no-answer noreply.billing
      noreply123 billing-noreply billing_no-reply billing.noreply donotreply do-not-reply
      do_not_reply do.not.reply donotrespond do-not-respond nichtantworten nicht-antworten
      nepasrepondre ne-pas-repondre owner-list list-owner list-request bounce bounces list-bounce
      list-bounces bounce-123 bounces+jane=example.org bounces-1 listserv listproc majordomo mailman
      cron logwatch nagios nagios3 nagios42 icinga icinga2 icinga42 zabbix monit munin alertmanager
      prometheus www-data wordpress mailer-daemon mailerdaemon mailer_daemon maildaemon mail.daemon
      mail-demon mailer-daemon-2 mmdf smtp-daemon smtpdaemon smtp_demon mdaemon mail-delivery
      maildelivery mail.delivery.system mail-delivery-subsystem maildeliverysystem
      mail_delivery_subsystem delivery-daemon deliverydaemon delivery_subsystem deliverysubsystem
      microsoftexchange329e71ec88ae4615bbc36ab6ce41109e
    `),
        (local) => isNobody(local),
      ),
    ).toEqual([]);
  });

  test('but not of these', () => {
    expect(
      butFor(
        false,
        words(`
      jane casino-reply no-replying no-answers reply please-do-not-reply nichtantwortend my.owner
      ownership requests list-requests bouncer bounces.x trampoline-bouncer nagiosadmin my-nagios
      cronos acron xlistserv listservice wordpress-team mdaemon2 a-mdaemon the-mailer-daemon
      smtp-daemon2 mail-delivery-team mydelivery-daemon microsoftexchange microsoftexchange329e
      delivery owner-
    `),
        (local) => isNobody(local),
      ),
    ).toEqual([]);
  });

  test('counts among the recipients too', () => {
    const because = (...lines: readonly string[]) =>
      classify('From: jane@example.com', ...lines).suppressBecause;
    const sentence = 'It is addressed to a program as well.';
    expect(because('To: support@example.com')).not.toContain(sentence);
    expect(because('To: support@example.com', 'Cc: x@example.org, majordomo@example.org')).toContain(
      sentence,
    );
  });
});

describe('an address of an auto-responder', () => {
  test('all of them', () => {
    expect(
      butFor(
        'auto-reply',
        words(`
      autoreply auto-reply autoreplies auto-responder autoresponder autoresponse auto-respond
      vacation vacation-jane autoreply_jane autoreply+x auto-reply.sales
    `),
        (local) => kindOf(`From: ${local}@example.com`),
      ),
    ).toEqual([]);
  });

  test.each(['auto', 'vacations', 'my-vacation', 'autoreplying', 'semiauto-reply'])(
    'but not %s@',
    (local) => {
      expect(kindOf(`From: ${local}@example.com`)).toBeNull();
    },
  );
});

describe('a postmaster, in mail sent of its own accord', () => {
  const own = (from: string) => kindOf(`From: ${from}`, 'Subject: Undeliverable: Printer');

  test('all of them', () => {
    expect(
      butFor(
        'bounce',
        words(`
      postmaster post-master post_master post.master postmaster2 mailadmin mail-admin
      mail-administrator mailadministrator mailmaster mailsystem mail-system mailsrv smtp uucp
      administrator systemadministrator system-administrator system_administrator
      system.administrator smtpmailservice x-smtp-mail-service smtp.mail.service a_for_smtp_gateways
      imss interscan interscan-msg mailmarshal mailgateway mail-gateway gateway
    `),
        (local) => own(`${local}@example.com`),
      ),
    ).toEqual([]);
  });

  test('but not of these', () => {
    expect(
      butFor(
        null,
        words(`
      jane my-postmaster mailadmins my-mail-admin smtp2 xuucp administrators gateways
      my-administrator imss2 my-interscan mailmasters mail-systems x_for_smtp_gateways2
      smtp-mail-services
    `),
        (local) => own(`${local}@example.com`),
      ),
    ).toEqual([]);
  });

  test.each([
    'Mail Delivery System',
    'MailDelivery',
    '"Mail Delivery Subsystem"',
    "'Mail Delivery Service'",
    'Mail Daemon',
    'Mailer-Daemon',
    'mailer daemon',
    'Microsoft Exchange',
    'Internet Mail Delivery',
    'Mail Administrator',
    'Mail System',
    'Mail Service',
    'E-Mail Delivery',
    'Email Delivery',
    'Delivery System',
    'Delivery Subsystem',
    'Post Master',
    'PostMaster',
    'System Administrator',
    'Courier mail server',
    'Jetmail System',
    'Mail Router',
    'MailRouter',
  ])('by the name %s', (name) => {
    expect(own(`${name} <x@example.com>`)).toBe('bounce');
  });

  test.each(['Jane', 'The Mail System', 'Mail Order', 'Microsoft Outlook Team', 'Delivery'])(
    'but not by the name %s',
    (name) => {
      expect(own(`${name} <x@example.com>`)).toBeNull();
    },
  );

  test.each(['Fwd', 'Fw', 'WG', 'TR', 'RV', 'Enc', 'I', 'VB', 'VS', 'PD', 'Fwd ', '转发', '転送'])(
    'unless a person forwards: %s:',
    (mark) => {
      const lines = ['From: postmaster@example.com', 'User-Agent: x'];
      expect(kindOf(...lines, `Subject: ${mark}: Undeliverable: Printer`)).toBeNull();
      expect(kindOf(...lines, 'Subject: Undeliverable: Printer')).toBe('bounce');
    },
  );

  test('and in mail that a program says it wrote', () => {
    const lines = ['From: postmaster@example.com', 'Subject: Printer'];
    expect(kindOf(...lines, 'Auto-Submitted: auto-generated')).toBe('bounce');
    expect(kindOf(...lines, 'Auto-Submitted: notified')).toBe('bounce');
    expect(kindOf(...lines, 'Auto-Submitted: no')).toBeNull();
    expect(kindOf(...lines, 'Auto-Submitted:   No (really)')).toBeNull();
    expect(kindOf(...lines, 'Return-Path: <>')).toBe('bounce');
  });
});

describe('a mail daemon', () => {
  test.each(['MAILER-DAEMON', '<MAILER-DAEMON>', 'mailerdaemon', 'Mailer-Daemon@example.com'])(
    '%s',
    (from) => {
      expect(kindOf(`From: ${from}`, 'Subject: x')).toBe('bounce');
    },
  );

  test.each(['Re: MAILER-DAEMON', 'MAILER-DAEMON of my heart', 'the mailer-daemon'])('but not %s', (from) => {
    expect(kindOf(`From: ${from}`, 'Subject: x')).toBeNull();
  });
});

describe('a null sender', () => {
  const NULLS = [
    '<>',
    '',
    '< >',
    '<"">',
    '<> (null)',
    '(a (null)) <>',
    '<MAILER-DAEMON>',
    'mailer-daemon',
    '<#@[]>',
  ];

  test.each(NULLS)('%s', (path) => {
    expect(kindOf('From: jane@example.com', `Return-Path: ${path}`)).toBe('generated');
  });

  test.each(['<jane@example.com>', 'x <>', '<> x', '<mailer-daemon@example.com>', '<x#@[]>'])(
    'but not %s',
    (path) => {
      expect(kindOf('From: jane@example.com', `Return-Path: ${path}`)).toBeNull();
    },
  );
});

test('a daemon’s name in the envelope makes nothing automatic, and is not answered', () => {
  const sent = (path: string) => classify('From: jane@example.com', `Return-Path: ${path}`);
  const daemons = ['<MAILER-DAEMON@mx.example>', 'mailer-daemon@mx.example', '<mail-daemon@mx.example> (x)'];
  expect(butFor(true, daemons, (path) => sent(path).suppressAnswer)).toEqual([]);
  expect(butFor(null, daemons, (path) => sent(path).automatic)).toEqual([]);
  expect(butFor(false, ['<jane@mailer-daemon.example>'], (path) => sent(path).suppressAnswer)).toEqual([]);
});

describe('a mail client that people use keeps a weak sign from deciding', () => {
  const weak = ['From: postmaster@example.com', 'Subject: Mail delivery failed'];

  test.each([
    'User-Agent: Mozilla Thunderbird',
    'X-Mailer: Apple Mail (2.3)',
    'X-Newsreader: Forte Agent 4',
    'X-Mailer: iPhone Mail (20A)',
    'X-Mailer: Microsoft Outlook 16.0',
    'User-Agent: Mutt/2.2',
    'User-Agent: KMail/5',
    'User-Agent: K-Mail',
    'User-Agent: Roundcube Webmail',
    'X-Mailer: Lotus Notes',
    'User-Agent: vm 8',
    'X-Mailer: The Bat!',
    'User-Agent: IMP 4',
    'User-Agent: sup/0.22',
    'User-Agent: b4 0.12',
  ])('%s', (client) => {
    expect(kindOf(...weak)).toBe('bounce');
    expect(kindOf(...weak, client)).toBeNull();
    expect(classify('From: postmaster@example.com', 'Subject: x', client).mayBeBounce).toBe(false);
  });

  test.each(['User-Agent: imports', 'User-Agent: vm x', 'X-Mailer: MegaMailer', 'X-Client: Thunderbird'])(
    'but not %s',
    (client) => {
      expect(kindOf(...weak, client)).toBe('bounce');
    },
  );
});
