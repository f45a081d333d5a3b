/** What may be said of alerts, what is made of it, and what is said of mistakes: never a value, which may be a secret. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { alertedOutsiders, alertsOf, secretsOfChannel } from '../../../src/config/alerts.js';
import { parseConfig } from '../../../src/config/load.js';
import { alertSecrets, literalSecrets } from '../../../src/config/secrets.js';
import { sample, sampleDesk } from './sample.js';

const OTHER_ACCOUNT = { host: 'imap.example.com', user: 'help@example.com', password: 'imap-hunter3' };
const TWILIO = {
  gateway: 'twilio',
  account: 'AC0123',
  token: { env: 'TOKEN' },
  from: '+15550100',
  to: '+15550101',
};

function load(alerts: unknown, env: Record<string, string> = {}) {
  return parseConfig(JSON.stringify(sample({ alerts })), { path: '/etc/c.json', env });
}

function mistakesIn(alert: object): readonly string[] {
  try {
    load([{ send: { command: ['page-me'] }, ...alert }]);
    return [];
  } catch (error) {
    const lines = String(error instanceof Error ? error.message : error).split('\n');
    return lines.slice(1).map((line) => line.trim());
  }
}

describe('alerts', () => {
  it('are none where none are named', () => {
    expect(parseConfig(JSON.stringify(sample()), { path: 'c', env: {} }).alerts).toEqual([]);
  });

  it('have defaults: always, the tickets that somebody writes about, six an hour, and nothing of the mail', () => {
    expect(load([{ send: { sms: TWILIO } }]).alerts).toEqual([
      {
        path: 'alerts[0]',
        name: 'alert 1',
        hours: { when: null, holidays: new Set(), quiet: null },
        events: new Set(['new', 'update', 'reopened']),
        channel: { kind: 'sms', sms: { ...TWILIO, url: 'https://api.twilio.com', plainHttp: false } },
        atMost: { count: 6, withinMs: 3_600_000 },
        waitingMs: 4 * 3_600_000,
        unhealthyAfterMs: 900_000,
        include: [],
        desks: null,
      },
    ]);
  });

  it('know hours, holidays and limits', () => {
    const [alert] = load([
      {
        name: 'night',
        when: { outside: 'Mon-Fri 10:00-17:00', holidays: ['2026-12-25'] },
        quiet: '23:00-06:00',
        atMost: '2 in 30m',
        waiting: '1d',
        send: { mail: 'night@example.org' },
      },
    ]).alerts;
    expect(alert).toMatchObject({
      name: 'night',
      hours: { when: { side: 'outside' }, holidays: new Set(['2026-12-25']) },
      channel: { kind: 'mail', to: ['night@example.org'] },
      atMost: { count: 2, withinMs: 1_800_000 },
      waitingMs: 86_400_000,
    });
    expect(alert?.hours.when?.week).toHaveLength(5);
    expect(alert?.hours.quiet).toHaveLength(7);
  });

  it('belong to the desks that they name, by name or address', () => {
    const { alerts, desks } = load([
      { send: { command: ['a'] }, desks: ['SUPPORT@example.com'] },
      { send: { command: ['b'] } },
    ]);
    const [desk] = desks;
    if (desk === undefined) throw new TypeError('no desk');
    expect(alertsOf(alerts, desk).map(({ name }) => name)).toEqual(['alert 1', 'alert 2']);
    expect(alertsOf(alerts, { name: 'Other', address: 'o@example.com' }).map(({ name }) => name)).toEqual([
      'alert 2',
    ]);
  });

  it('take addresses, tokens and header fields for secrets', async () => {
    const webhook = {
      url: 'https://hooks.example/T1/secret',
      secret: { env: 'KEY' },
      headers: { Authorization: { env: 'AUTH' } },
    };
    const gateway = {
      gateway: 'http',
      url: { env: 'URL' },
      to: '+1555',
      form: { number: '{to}', message: '{text}', key: { env: 'KEY' } },
    };
    const config = load([{ send: { webhook } }, { send: { sms: gateway } }], {
      KEY: 'k1',
      AUTH: 'Bearer t',
      URL: 'https://gw.example/?t=1',
    });
    const [first, second] = config.alerts;
    if (first === undefined || second === undefined) throw new TypeError('no alerts');
    expect(literalSecrets(config)).toContain('alerts[0].send.webhook.url');
    expect(secretsOfChannel(second.channel).map(([field]) => field)).toEqual([
      'send.sms.url',
      'send.sms.form.key',
    ]);
    expect(await alertSecrets(config, first)).toEqual(
      new Map([
        ['send.webhook.url', 'https://hooks.example/T1/secret'],
        ['send.webhook.secret', 'k1'],
        ['send.webhook.headers.Authorization', 'Bearer t'],
      ]),
    );
  });
});

describe('whom alerts reach by mail', () => {
  it('is kept apart from staff of any desk, by what becomes of the mail', () => {
    const desks = [
      sampleDesk(),
      sampleDesk({ address: 'help@example.com', staff: ['bob@example.org'], imap: OTHER_ACCOUNT }),
    ];
    const alerts = [
      { send: { mail: ['night@example.org', 'Bob@example.org'] }, desks: ['support@example.com'] },
      { send: { mail: 'steve@example.org' } },
      { send: { sms: { mail: '1555@sms.example' } } },
      { send: { command: ['a'] } },
    ];
    const config = parseConfig(JSON.stringify(sample({ desks, alerts })), { path: 'c', env: {} });
    expect(alertedOutsiders(config)).toEqual({ mail: ['night@example.org'], sms: ['1555@sms.example'] });
  });
});

describe('an alert to a desk of the configuration', () => {
  const IS = 'is an address of desks';
  const EXPECTED = 'expected one whose mail no desk of this configuration reads';
  const TICKETS = { ticket: 'ticket-{id}@example.net', done: 'done-{id}@example.net' };

  function refusals(send: object): readonly string[] {
    const desks = [
      sampleDesk(),
      sampleDesk({ name: 'Help', address: 'help@example.com', imap: OTHER_ACCOUNT, addresses: TICKETS }),
    ];
    try {
      parseConfig(JSON.stringify(sample({ desks, alerts: [{ send }] })), { path: 'c', env: {} });
      return [];
    } catch (error) {
      const lines = String(error instanceof Error ? error.message : error).split('\n');
      return lines.slice(1).map((line) => line.trim());
    }
  }

  it.each([
    [{ mail: 'support@example.com' }, 'mail', 0],
    [{ mail: 'Support@EXAMPLE.com' }, 'mail', 0],
    [{ mail: 'support+night@example.com' }, 'mail', 0],
    [{ mail: 'support+42.k7f3q9x2-note@example.com' }, 'mail', 0],
    [{ mail: ['night@example.org', 'help@example.com'] }, 'mail[1]', 1],
    [{ mail: ['help+x@example.com'] }, 'mail[0]', 1],
    [{ mail: 'ticket-42@example.net' }, 'mail', 1],
    [{ mail: 'ticket-42.k7f3q9x2-bounce@example.net' }, 'mail', 1],
    [{ mail: 'done-42@example.net' }, 'mail', 1],
    [{ sms: { mail: 'support@example.com' } }, 'sms.mail', 0],
  ])('is refused: %j', (send, field, index) => {
    expect(refusals(send)).toEqual([`alerts[0].send.${field}: ${IS}[${index}], ${EXPECTED}`]);
  });

  it.each([
    [{ mail: 'support@example.org' }],
    [{ mail: 'supports@example.com' }],
    [{ mail: ['ticket@example.net', 'ticket-x!@example.net'] }],
  ])('is none, and is taken: %j', (send) => {
    expect(refusals(send)).toEqual([]);
  });
});

describe('the page about alerts', () => {
  const page = readFileSync(fileURLToPath(new URL('../../../docs/alerts.md', import.meta.url)), 'utf8');
  const blocks = [...page.matchAll(/^( *)```json\n([\s\S]*?)^ *```$/gm)].map(([, , text = '']) => text);

  it('shows a night alert that is right as it stands', () => {
    const { alerts } = JSON.parse(`{${blocks[0]}}`);
    expect(load(alerts).alerts[0]).toMatchObject({
      events: new Set(['new', 'update']),
      hours: { when: { side: 'outside' } },
      channel: { kind: 'sms', sms: { gateway: 'twilio', to: '+15550101' } },
    });
  });

  it('shows ways to tell that are right as they stand', () => {
    const shown = [
      blocks[1] ?? '',
      ...[...page.matchAll(/`(\{ "(?:webhook|command|mail|sms)": [^`]*\})`/g)].map(([, text = '']) => text),
    ];
    expect(shown.length).toBe(5);
    for (const text of shown) expect(load([{ send: JSON.parse(text) }]).alerts).toHaveLength(1);
  });
});

describe('a mistake in an alert', () => {
  it.each<[object, string]>([
    [
      { send: undefined },
      'alerts[0].send: is missing, expected one of { "webhook": … }, { "command": […] }, { "mail": … } and { "sms": … }',
    ],
    [{ send: { command: [] } }, 'alerts[0].send.command: expected a program and its arguments'],
    [
      { send: { webhook: { url: 'http://hooks.example/x' } } },
      'alerts[0].send.webhook.url: expected https: http is for a server on this machine, or where plainHttp says so',
    ],
    [
      { send: { webhook: { url: 'https://me:pw@hooks.example/x' } } },
      'alerts[0].send.webhook.url: expected an address without a name and a password: put them into headers',
    ],
    [
      { send: { webhook: { url: 'https://a.example', shape: 'teams' } } },
      'alerts[0].send.webhook.shape: expected "imapdesk", "slack", "mattermost", "discord", "ntfy" or "matrix-hookshot"',
    ],
    [
      { send: { sms: { ...TWILIO, from: '' } } },
      'alerts[0].send.sms.from: expected a telephone number such as +4915112345678, or a sender’s name',
    ],
    [
      { send: { sms: { gateway: 'http', url: 'https://a.example', to: '+1555' } } },
      'alerts[0].send.sms: expected form or json, one of the two',
    ],
    [
      { when: { outside: '9 to 5' } },
      'alerts[0].when.outside: expected times of the week such as "Mon-Fri 10:00-17:00, Sat 10:00-12:00"',
    ],
    [{ when: { outside: 'Mon', inside: 'Tue' } }, 'alerts[0].when: expected outside or inside, not both'],
    [
      { when: { holidays: ['2026-02-30'] } },
      'alerts[0].when.holidays[0]: expected a date such as "2026-12-25"',
    ],
    [{ atMost: '6 an hour' }, 'alerts[0].atMost: expected a number and a span, such as "6 in 1h"'],
    [
      { events: ['mail'] },
      'alerts[0].events[0]: expected "new", "update", "reopened", "waiting", "unhealthy" or "recovered"',
    ],
    [{ desks: ['nobody'] }, 'alerts[0].desks[0]: expected the name or the address of a desk'],
    [
      { send: { sms: { mail: '1555@sms.example' } }, events: ['unhealthy'] },
      'alerts[0].events[0]: expected a webhook, a command or a gateway for it: mail may be what is out of order',
    ],
  ])('is told by its place: %j', (alert, message) => {
    expect(mistakesIn(alert)).toEqual([message]);
  });

  it('is a name that another alert has', () => {
    const send = { command: ['a'] };
    expect(() => load([{ send, name: 'alert 2' }, { send }])).toThrow(
      'alerts[1].name: expected another name than that of alerts[0]',
    );
  });

  it('is none where plain http is asked for, or stays on this machine', () => {
    expect(mistakesIn({ send: { webhook: { url: 'http://hooks.example/x', plainHttp: true } } })).toEqual([]);
    expect(mistakesIn({ send: { sms: { ...TWILIO, url: 'http://127.0.0.1:8080' } } })).toEqual([]);
  });
});
