import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/load.js';
import { ConfigProblem } from '../../../src/config/problem.js';
import { sample, sampleDesk, type Written } from './sample.js';

function mistakesIn(written: unknown): string[] {
  try {
    parseConfig(JSON.stringify(written), { path: 'config.json', env: {} });
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error;
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
  return [];
}

const AT = { path: 'c.json', env: {} };
const inDesk = (changes: Written) => mistakesIn(sample({ desks: [sampleDesk(changes)] }));
const imap = (changes: Written) => inDesk({ imap: { host: 'h', user: 'u', password: 'p', ...changes } });
const addresses = (ticket: string, done: string) => inDesk({ addresses: { ticket, done } });
const smtp = (changes: Written) => inDesk({ smtp: { host: 'h', ...changes } });

describe('all at once', () => {
  it('tells the mistakes of fields and those between fields together', () => {
    const desk = sampleDesk({
      staff: ['ann@example.org', 'ANN@example.org'],
      imap: { host: 'imap.example.com', prot: 993, password: 'p' },
      tag: 'no spaces',
      folders: { open: 'Inbox' },
    });
    expect(mistakesIn({ secrets: 'x', desks: [desk], log: { level: 'loud' } })).toEqual([
      'secret: is missing, expected a string, { "env": "NAME" }, { "file": "PATH" } or { "command": ["PROGRAM", "ARGUMENT", …] }, or a list of these',
      'desks[0].imap.user: is missing, expected a user name',
      'desks[0].imap.prot: unknown key, did you mean "port"?',
      'desks[0].tag: expected a tag of at most 30 letters, digits and dashes that begins with a letter and does not end with a digit',
      'log.level: expected "error", "warn", "info" or "debug"',
      'secrets: unknown key, did you mean "secret"?',
      'desks[0].staff[1]: is the same address as desks[0].staff[0]',
      'desks[0].folders.open: expected another folder than inbox’s',
    ]);
  });

  it('counts them', () => {
    expect(() => parseConfig('{}', AT)).toThrow(/^c\.json: 2 mistakes\n/);
    expect(() => parseConfig(JSON.stringify(sample({ desks: [] })), AT)).toThrow(
      /^c\.json: one mistake\n {2}desks: expected at least one desk$/,
    );
  });

  it.each([[[]], ['text'], [null], [7]])('wants an object, not %j', (written) => {
    expect(mistakesIn(written)).toEqual(['expected an object with secret and desks']);
  });
});

it('knows the languages', () => {
  expect(inDesk({ language: 'it' })).toEqual(['desks[0].language: expected "en", "de", "fr", "es" or "nl"']);
});

describe('unknown keys', () => {
  it.each([
    ['staf', 'desks[0].staf: unknown key, did you mean "staff"?'],
    ['timeZone', 'desks[0].timeZone: unknown key, did you mean "timezone"?'],
    ['authserv-id', 'desks[0].authserv-id: unknown key, did you mean "authservId"?'],
  ])('%s', (key, line) => {
    expect(inDesk({ [key]: 1 }).map((one) => one.replace('["authserv-id"]', '.authserv-id'))).toContain(line);
  });

  it('lists what there is where nothing is near', () => {
    expect(inDesk({ confirm: { xyz: 1 } })).toEqual([
      'desks[0].confirm.xyz: unknown key, expected "close", "drag"',
    ]);
    expect(mistakesIn(sample({ __proto__x: 1 }))).toEqual([
      '__proto__x: unknown key, expected "$schema", "secret", "desks", "desksFolder", "limits", "log", "health", "onTrouble", "alerts", "web", "fleet"',
    ]);
  });

  it('sees __proto__ as any other', () => {
    const text = JSON.stringify(sample()).replace('{', '{"__proto__":{"log":1},');
    expect(() => parseConfig(text, { path: 'c.json', env: {} })).toThrow(/__proto__: unknown key/);
  });

  it('shows odd ones safely', () => {
    expect(inDesk({ 'a\u001b[31m\u202e': 1 })[0]).toMatch(
      /^desks\[0\]\["a\\u001b\[31m\\u202e"\]: unknown key/,
    );
    expect(inDesk({ ['k'.repeat(500)]: 1 })[0]?.length).toBeLessThan(900);
  });

  it('knows those of members and addresses', () => {
    expect(inDesk({ staff: [{ nam: 'Ann', addresses: ['ann@example.org'] }] })).toEqual([
      'desks[0].staff[0].name: is missing, expected a name of at most 100 characters on one line',
      'desks[0].staff[0].nam: unknown key, did you mean "name"?',
    ]);
    expect(inDesk({ addresses: { ticket: 'a+{id}@b.example', dnoe: 'x' } })).toEqual([
      'desks[0].addresses.done: is missing, expected an address with {id} once before the @, such as support+{id}-done@example.com',
      'desks[0].addresses.dnoe: unknown key, did you mean "done"?',
    ]);
  });
});

describe('single fields', () => {
  it.each([
    [{ address: 'not an address' }, 'desks[0].address: expected an address such as name@example.com'],
    [{ address: 'Ann <ann@example.org>' }, 'desks[0].address: expected an address such as name@example.com'],
    [{ staff: [] }, 'desks[0].staff: expected at least one member'],
    [
      { poll: '61 * * * *' },
      'desks[0].poll: expected a cron expression of five or six fields, such as "* * * * *"',
    ],
    [
      { timezone: 'Europe/Londinium' },
      'desks[0].timezone: expected an IANA time zone such as "Europe/London"',
    ],
    ...['25:00', '0 8 * * *', 'Mon 08:00, Mon-Fri 09:00'].map((digest): [Written, string] => [
      { digest },
      'desks[0].digest: expected a time of the day such as "08:00" or "Mon-Fri 08:00", one for a day',
    ]),
    [
      { remind: 'tomorrow' },
      'desks[0].remind: expected a whole number and a unit (s, m, h or d), such as "2d"',
    ],
    [
      { remind: true },
      'desks[0].remind: expected a span such as "1d", or { "after": "1d", "hours": "Mon-Fri 09:00-17:00", "at": "08:00" }',
    ],
    [{ timezone: '+01:00' }, 'desks[0].timezone: expected an IANA time zone such as "Europe/London"'],
    [
      { authservId: 'two words' },
      'desks[0].authservId: expected the name that your mail server writes first in its Authentication-Results fields',
    ],
    [
      { notices: 'none' },
      'desks[0].notices: expected "whole", "excerpt", or { "show": "whole", "maxBytes": "5MB" }',
    ],
    [
      { notices: { maxBytes: '26MB' } },
      'desks[0].notices.maxBytes: expected a whole number and a unit (kB or MB), such as "5MB", and no more than 25MB',
    ],
    [{ mail: 'no' }, 'desks[0].mail: expected "send" or "hold"'],
    [
      { adopt: { within: '2 days' } },
      'desks[0].adopt.within: expected a whole number and a unit (s, m, h or d), such as "2d"',
    ],
    [{ adopt: { atMost: -1 } }, 'desks[0].adopt.atMost: expected a whole number from 0 to 100000'],
    [
      { addresses: { ticket: 'a+{id}{id}@b.example', done: 'a+{id}-done@b.example' } },
      'desks[0].addresses.ticket: expected an address with {id} once before the @, such as support+{id}@example.com',
    ],
    [
      { addresses: true },
      'desks[0].addresses: expected false, or { "ticket": "support+{id}@example.com", "done": "support+{id}-done@example.com" }',
    ],
    [{ name: 'two\nlines' }, 'desks[0].name: expected a name of at most 100 characters on one line'],
    [
      { tag: 'v2' },
      'desks[0].tag: expected a tag of at most 30 letters, digits and dashes that begins with a letter and does not end with a digit',
    ],
  ])('%j', (changes, line) => {
    expect(inDesk(changes)).toEqual([line]);
  });

  it.each(['a//b', '/a', 'a/', ' a', 'a /b', 'a\u0000b', 'a\r\nb', '\ud800', 'x'.repeat(201), ''])(
    'refuses the folder %j',
    (name) => {
      expect(inDesk({ folders: { open: name } })).toHaveLength(1);
    },
  );

  it.each(['Zgłoszenia/Otwarte', 'a.b', 'x'.repeat(200), 'A & B'])('takes the folder %j', (name) => {
    expect(inDesk({ folders: { open: name } })).toEqual([]);
  });

  it.each(['has space', '', 'http://h/', 'a b', '-x', 'x'.repeat(254)])('refuses the host %j', (host) => {
    expect(imap({ host })).toEqual(['desks[0].imap.host: expected a host name or an IP address']);
  });

  it.each(['localhost', 'mail.example.com', '192.0.2.1', '2001:db8::1', '[::1]', 'my_host'])(
    'takes the host %j',
    (host) => {
      expect(imap({ host })).toEqual([]);
    },
  );

  it.each([0, 65_536, 1.5, '993'])('refuses the port %j', (port) => {
    expect(imap({ port })).toEqual(['desks[0].imap.port: expected a whole number from 1 to 65535']);
  });
});

describe('between fields', () => {
  it('wants encryption towards other machines', () => {
    const line =
      'expected "tls" or "starttls": "none" is for a server on this machine only (localhost, 127.0.0.1, ::1)';
    expect(imap({ security: 'none', host: 'imap.example.com' })).toEqual([`desks[0].imap.security: ${line}`]);
    expect(smtp({ security: 'none', host: '127.0.0.1.example.com' })).toEqual([
      `desks[0].smtp.security: ${line}`,
    ]);
    for (const host of ['localhost', 'LOCALHOST', '127.0.0.1', '127.1.2.3', '::1', '[::1]']) {
      expect(smtp({ security: 'none', host })).toEqual([]);
    }
  });

  it('wants user and password together', () => {
    expect(smtp({ user: 'u' })).toEqual([
      'desks[0].smtp.password: is missing, expected beside user: both sign in, neither is for a relay without sign-in',
    ]);
    expect(smtp({ password: 'p' })[0]).toMatch(/^desks\[0\]\.smtp\.user: is missing/);
  });

  it('wants each address with one member', () => {
    const ann = { name: 'Ann', addresses: ['ann@example.org', 'Ann@Example.org'] };
    expect(inDesk({ staff: [ann, 'ANN@example.org'] })).toEqual([
      'desks[0].staff[0].addresses[1]: is the same address as desks[0].staff[0].addresses[0]',
      'desks[0].staff[1]: is the same address as desks[0].staff[0].addresses[0]',
    ]);
  });

  it('does not take the desk for staff', () => {
    expect(inDesk({ staff: ['Support@example.com'] })).toEqual([
      'desks[0].staff[0]: is the desk’s own address, expected a person’s',
    ]);
  });

  it('wants ticket addresses that can be told apart', () => {
    const same = 'desks[0].addresses.done: expected addresses that can never be those of ticket';
    expect(addresses('s+{id}@d.example', 'S+{id}@D.example')).toEqual([same]);
    expect(addresses('s{id}@d.example', 's1{id}@d.example')).toEqual([same]);
    expect(addresses('s+{id}@d.example', 's+{id}5@d.example')).toEqual([same]);
    expect(addresses('s+{id}@d.example', 's+{id}-done@d.example')).toEqual([]);
    expect(addresses('ticket-{id}@d.example', 'done-{id}@d.example')).toEqual([]);
    expect(addresses('sup{id}@example.com', 'done-{id}@example.com')).toEqual([
      'desks[0].addresses.ticket: expected addresses that can never be the desk’s own address',
    ]);
  });

  it('wants six different folders', () => {
    expect(inDesk({ folders: { review: 'Tickets/Open', register: 'INBOX' } })).toEqual([
      'desks[0].folders.review: expected another folder than open’s',
      'desks[0].folders.register: expected another folder than inbox’s',
    ]);
    expect(inDesk({ folders: { open: 'inbox/Open', review: 'INBOX/Open' } })).toHaveLength(1);
    expect(inDesk({ folders: { open: 'tickets/open', review: 'Tickets/Open' } })).toEqual([]);
  });
});

const other = (changes: Written = {}) =>
  sampleDesk({ address: 'sales@example.com', staff: ['ann@example.org'], ...changes });
const sharedFolder = (role: string) =>
  `desks[1].folders.${role}: expected another folder than desks[0].folders.${role}: both desks are on one account`;

describe('several desks', () => {
  const folders = Object.fromEntries(
    ['inbox', 'open', 'archived', 'review', 'outbox', 'register'].map((role) => [role, `Sales/${role}`]),
  );

  it('share no folder on one account', () => {
    expect(mistakesIn(sample({ desks: [sampleDesk(), other()] }))).toEqual(
      ['inbox', 'open', 'archived', 'review', 'outbox', 'register'].map(sharedFolder),
    );
    expect(mistakesIn(sample({ desks: [sampleDesk(), other({ folders })] }))).toEqual([]);
    const one = { ...folders, inbox: 'Inbox', open: 'Tickets/Review' };
    expect(mistakesIn(sample({ desks: [sampleDesk(), other({ folders: one })] }))).toEqual([
      sharedFolder('inbox'),
      'desks[1].folders.open: expected another folder than desks[0].folders.review: both desks are on one account',
    ]);
  });

  it('are on one account however it is written', () => {
    const account = { host: 'imap.example.com', user: 'support@example.com', password: 'p' };
    for (const same of [
      { host: 'IMAP.example.com.' },
      { user: 'Support@Example.com' },
      { port: 143 },
      { security: 'starttls' },
    ]) {
      expect(
        mistakesIn(sample({ desks: [sampleDesk(), other({ imap: { ...account, ...same } })] })),
      ).toHaveLength(6);
    }
    for (const different of [{ host: 'imap2.example.com' }, { user: 'sales@example.com' }, { port: 1993 }]) {
      expect(
        mistakesIn(sample({ desks: [sampleDesk(), other({ imap: { ...account, ...different } })] })),
      ).toEqual([]);
    }
  });

  it('differ in address and name', () => {
    const elsewhere = { host: 'h', user: 'u', password: 'p' };
    expect(mistakesIn(sample({ desks: [sampleDesk(), sampleDesk({ imap: elsewhere })] }))).toEqual([
      'desks[1].address: expected another address than that of desks[0]',
    ]);
    expect(
      mistakesIn(sample({ desks: [sampleDesk({ name: 'A' }), other({ imap: elsewhere, name: 'a' })] })),
    ).toEqual(['desks[1].name: expected another name than that of desks[0]']);
  });
});

describe('watching', () => {
  const top = (changes: Written) => mistakesIn(sample(changes));

  it('takes a health port on this machine alone', () => {
    for (const host of ['127.0.0.1', '127.1.2.3', '::1', '[::1]', 'localhost'])
      expect(top({ health: { port: 9100, host } })).toEqual([]);
    for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.com', '', '127.0.0.1.example.com'])
      expect(top({ health: { port: 9100, host } })).toEqual([
        'health.host: expected a loopback address: 127.0.0.1, ::1 or localhost',
      ]);
  });

  it('says what is wrong with it', () => {
    expect(top({ health: {} })).toEqual(['health.port: is missing, expected a whole number from 1 to 65535']);
    expect(top({ health: 9100 })).toEqual(['health: expected an object with port']);
    expect(top({ health: { port: 9100, maxPassAgeSeconds: 0, maxLetterAgeSeconds: '1h' } })).toEqual([
      'health.maxPassAgeSeconds: expected a whole number from 1 to 100000',
      'health.maxLetterAgeSeconds: expected a whole number from 1 to 100000',
    ]);
    expect(top({ onTrouble: { command: 'page me' } })).toEqual([
      'onTrouble.command: expected a list: a program and its arguments',
    ]);
    expect(top({ onTrouble: { command: [] } })).toEqual([
      'onTrouble.command: expected a program and its arguments',
    ]);
    expect(top({ onTrouble: { command: ['page', ''], afterSeconds: 1 } })).toEqual([
      'onTrouble.command[1]: expected an argument',
    ]);
  });

  it('fills in the defaults', () => {
    const written = sample({ health: { port: 9100, host: '[::1]' }, onTrouble: { command: ['page'] } });
    const { health, onTrouble } = parseConfig(JSON.stringify(written), AT);
    expect(health).toEqual({ port: 9100, host: '::1', maxPassAgeMs: null, maxLetterAgeMs: 3_600_000 });
    expect(onTrouble).toEqual({ command: ['page'], afterMs: 900_000 });
    expect(parseConfig(JSON.stringify(sample()), AT)).toMatchObject({ health: null, onTrouble: null });
  });
});
