/**
 * Mail hosts that are known here, so that nobody has to be asked. Each row is what its source says, none was tried, and the
 * host may have changed since: what is taken from a row is told with its source and date.
 */
export interface Host {
  readonly name: string;
  /** The main ones, of addresses. */
  readonly domains: readonly string[];
  /** Endings of the names of the hosts that take its customers' mail. */
  readonly mx: readonly string[];
  /** HOST:PORT, which says how TLS begins; null where there is no such server. Of several the first is to be tried first. */
  readonly imap: readonly string[];
  readonly smtp: readonly string[];
  /** Whose sign-in takes only what stands before the @; all others take the whole address. */
  readonly localPartAt?: readonly ('imap' | 'smtp')[];
  readonly onlyTokens?: true;
  /** Who gives tokens for it, as the configuration has it. */
  readonly provider?: 'google' | 'microsoft';
  /** What a person has to do there first, a sentence each. */
  readonly notes?: readonly string[];
  readonly source: string;
  /** Of the source's last change in substance; null where it shows none. */
  readonly date: string | null;
}

/** The day on which the sources were read. */
export const READ = '2026-11-29';

const ISPDB = 'https://github.com/thunderbird/autoconfig/blob/c6ad79659b5fc321d1593ec4c277815b83e5dec5/ispdb';
const DELTA_CHAT =
  'https://github.com/deltachat/provider-db/blob/5c14381dcfd97827fc966a40e51f720380767530/_providers';

const APP_PASSWORD = 'It takes an app password, which you make in the settings of the account.';
const SWITCHED_OFF = 'IMAP and SMTP must be switched on in the settings of the mailbox.';

function zoho(domain: string, ...others: readonly string[]): Host {
  return {
    name: `Zoho Mail (${domain})`,
    domains: [domain, ...others],
    mx: [],
    imap: [`imap.${domain}:993`],
    smtp: [`smtp.${domain}:465`, `smtp.${domain}:587`],
    notes: [
      'IMAP must be switched on: Settings, Mail Accounts, IMAP.',
      'Where two factors are on, it takes an app password.',
    ],
    source: `${ISPDB}/${domain}.xml`,
    date: '2025-10-22',
  };
}

export const HOSTS: readonly Host[] = [
  {
    name: 'Gmail and Google Workspace',
    domains: ['gmail.com', 'googlemail.com'],
    mx: ['google.com', 'googlemail.com'],
    imap: ['imap.gmail.com:993'],
    smtp: ['smtp.gmail.com:465', 'smtp.gmail.com:587'],
    provider: 'google',
    notes: [
      'It takes an app password, for which 2-Step Verification must be on (https://support.google.com/accounts/answer/185833), or OAuth2.',
    ],
    source: 'https://developers.google.com/workspace/gmail/imap/imap-smtp',
    date: null,
  },
  {
    name: 'Microsoft 365',
    domains: ['onmicrosoft.com'],
    mx: ['mail.protection.outlook.com'],
    imap: ['outlook.office365.com:993'],
    smtp: ['smtp.office365.com:587'],
    onlyTokens: true,
    provider: 'microsoft',
    notes: ['An administrator may have switched IMAP or SMTP AUTH off.'],
    source: `${ISPDB}/office365.com.xml`,
    date: '2026-03-10',
  },
  {
    name: 'Outlook.com, Hotmail, Live',
    domains: ['outlook.com', 'hotmail.com', 'live.com', 'msn.com'],
    mx: ['olc.protection.outlook.com'],
    imap: ['outlook.office365.com:993'],
    smtp: ['smtp-mail.outlook.com:587'],
    onlyTokens: true,
    provider: 'microsoft',
    notes: ['IMAP is off until switched on: Settings, Mail, Forwarding and IMAP.'],
    source: `${ISPDB}/hotmail.com.xml`,
    date: '2025-07-28',
  },
  {
    name: 'Fastmail',
    domains: ['fastmail.com', 'fastmail.fm'],
    mx: ['messagingengine.com'],
    imap: ['imap.fastmail.com:993'],
    smtp: ['smtp.fastmail.com:465'],
    notes: [APP_PASSWORD],
    source: 'https://www.fastmail.com/help/technical/servernamesandports.html',
    date: null,
  },
  {
    name: 'iCloud Mail',
    domains: ['icloud.com', 'me.com', 'mac.com'],
    mx: [],
    imap: ['imap.mail.me.com:993'],
    smtp: ['smtp.mail.me.com:587'],
    localPartAt: ['imap'],
    notes: [APP_PASSWORD],
    source: `${ISPDB}/me.com.xml`,
    date: '2023-05-21',
  },
  zoho('zoho.com', 'zohomail.com'),
  zoho('zoho.eu', 'zohomail.eu'),
  zoho('zoho.in', 'zohomail.in'),
  zoho('zoho.jp', 'zohomail.jp'),
  zoho('zoho.com.au', 'zohomail.com.au'),
  zoho('zohocloud.ca', 'zohomailcloud.ca'),
  {
    name: 'GMX (.net, .de, .at, .ch)',
    domains: ['gmx.net', 'gmx.de', 'gmx.at', 'gmx.ch'],
    mx: [],
    imap: ['imap.gmx.net:993'],
    smtp: ['mail.gmx.net:465', 'mail.gmx.net:587'],
    notes: [`${SWITCHED_OFF} See https://hilfe.gmx.net/pop-imap/einschalten.html.`],
    source: `${ISPDB}/gmx.net.xml`,
    date: '2024-02-27',
  },
  {
    name: 'GMX (.com and others)',
    domains: ['gmx.com', 'gmx.us', 'gmx.co.uk'],
    mx: [],
    imap: ['imap.gmx.com:993'],
    smtp: ['mail.gmx.com:465', 'mail.gmx.com:587'],
    notes: [SWITCHED_OFF],
    source: `${ISPDB}/gmx.com.xml`,
    date: '2011-03-01',
  },
  {
    name: 'WEB.DE',
    domains: ['web.de'],
    mx: [],
    imap: ['imap.web.de:993'],
    smtp: ['smtp.web.de:465', 'smtp.web.de:587'],
    localPartAt: ['imap', 'smtp'],
    notes: [`${SWITCHED_OFF} See https://hilfe.web.de/pop-imap/einschalten.html.`],
    source: `${ISPDB}/web.de.xml`,
    date: '2024-02-29',
  },
  {
    name: 'mailbox.org',
    domains: ['mailbox.org'],
    mx: [],
    imap: ['imap.mailbox.org:993'],
    smtp: ['smtp.mailbox.org:465', 'smtp.mailbox.org:587'],
    notes: ['Where two factors are on, it takes an app password.'],
    source: 'https://kb.mailbox.org/en/business/e-mail/e-mail-configuration/',
    date: null,
  },
  {
    name: 'Migadu',
    domains: ['migadu.com'],
    mx: [],
    imap: ['imap.migadu.com:993'],
    smtp: ['smtp.migadu.com:465', 'smtp.migadu.com:587'],
    source: `${DELTA_CHAT}/migadu.md`,
    date: '2024-09',
  },
  {
    name: 'Posteo',
    domains: ['posteo.de', 'posteo.net', 'posteo.org', 'posteo.eu'],
    mx: [],
    imap: ['posteo.de:993'],
    smtp: ['posteo.de:465', 'posteo.de:587'],
    source: `${ISPDB}/posteo.de.xml`,
    date: '2024-02-23',
  },
  {
    name: 'OVHcloud (MX Plan)',
    domains: [],
    mx: ['mail.ovh.net'],
    imap: ['ssl0.ovh.net:993'],
    smtp: ['ssl0.ovh.net:465'],
    notes: ['Email Pro and Exchange have other servers.'],
    source:
      'https://github.com/ovh/docs/blob/53c754ea8f3714b8b5cd71eb8a88547245c0938f/pages/web_cloud/email_and_collaborative_solutions/mx_plan/how_to_configure_thunderbird_windows/guide.en-gb.md',
    date: '2021-08-26',
  },
  {
    name: 'IONOS',
    domains: ['online.de'],
    mx: ['kundenserver.de', 'schlund.de'],
    imap: ['imap.1und1.de:993'],
    smtp: ['smtp.1und1.de:465', 'smtp.1und1.de:587'],
    source: `${ISPDB}/1und1.de.xml`,
    date: '2024-02-22',
  },
  {
    name: 'Hetzner (web hosting)',
    domains: [],
    mx: ['your-server.de'],
    imap: ['mail.your-server.de:993'],
    smtp: ['mail.your-server.de:465'],
    source: `${ISPDB}/hetzner.de.xml`,
    date: '2024-01-16',
  },
  {
    name: 'Yahoo Mail',
    domains: ['yahoo.com', 'yahoo.co.uk', 'yahoo.de', 'yahoo.fr', 'ymail.com'],
    mx: ['am0.yahoodns.net'],
    imap: ['imap.mail.yahoo.com:993'],
    smtp: ['smtp.mail.yahoo.com:465'],
    notes: [APP_PASSWORD],
    source: `${ISPDB}/yahoo.com.xml`,
    date: '2025-11-17',
  },
  {
    name: 'AOL',
    domains: ['aol.com', 'aim.com'],
    mx: [],
    imap: ['imap.aol.com:993'],
    smtp: ['smtp.aol.com:465'],
    notes: [APP_PASSWORD],
    source: `${ISPDB}/aol.com.xml`,
    date: '2021-09-20',
  },
  {
    name: 'Proton Mail',
    domains: ['proton.me', 'protonmail.com', 'pm.me'],
    mx: [],
    imap: [],
    smtp: [],
    notes: [
      'It has IMAP through Bridge on your own machine only: Bridge shows the servers and the password.',
    ],
    source: 'https://proton.me/support/protonmail-bridge-faq',
    date: null,
  },
  {
    name: 'Infomaniak',
    domains: ['ik.me'],
    mx: [],
    imap: ['mail.infomaniak.com:993'],
    smtp: ['mail.infomaniak.com:465'],
    notes: ['It takes the password of the address, not that of the account.'],
    source: 'https://www.infomaniak.com/en/support/faq/admin2/email-service?i=2',
    date: null,
  },
  {
    name: 'Telekom',
    domains: ['t-online.de', 'magenta.de'],
    mx: [],
    imap: ['secureimap.t-online.de:993'],
    smtp: ['securesmtp.t-online.de:465'],
    notes: [
      'It takes a password of its own for mail programs: https://www.telekom.de/hilfe/apps-dienste/e-mail/programme/passwort-verwalten.',
    ],
    source: `${ISPDB}/t-online.de.xml`,
    date: '2024-02-23',
  },
  {
    name: 'STRATO',
    domains: ['strato.de'],
    mx: ['rzone.de'],
    imap: ['imap.strato.de:993'],
    smtp: ['smtp.strato.de:465'],
    source: `${ISPDB}/strato.de.xml`,
    date: '2024-05-10',
  },
  {
    name: 'Gandi',
    domains: [],
    mx: ['gandi.net'],
    imap: ['mail.gandi.net:993'],
    smtp: ['mail.gandi.net:465'],
    source: `${ISPDB}/gandi.net.xml`,
    date: '2010-11-25',
  },
  {
    name: 'freenet',
    domains: ['freenet.de'],
    mx: [],
    imap: ['mx.freenet.de:993'],
    smtp: ['mx.freenet.de:465'],
    notes: [SWITCHED_OFF],
    source: `${DELTA_CHAT}/freenet.de.md`,
    date: '2024-08',
  },
  {
    name: 'mail.com',
    domains: ['mail.com'],
    mx: [],
    imap: ['imap.mail.com:993'],
    smtp: ['smtp.mail.com:465', 'smtp.mail.com:587'],
    source: `${ISPDB}/mail.com.xml`,
    date: '2011-03-01',
  },
];
