import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig, parseConfig } from '../../../src/config/load.js';
import { ConfigProblem } from '../../../src/config/problem.js';
import { sample, sampleDesk, type Written } from './sample.js';

const KEYS =
  'secret desks log name address staff imap smtp addresses tag folders poll timezone adopt mail limits host port user password security inbox level'.split(
    ' ',
  );
const AT = { path: '/etc/imapdesk/config.json', env: {} };

function parse(written: unknown) {
  return parseConfig(JSON.stringify(written), AT);
}

function onlyDesk(changes: Written = {}) {
  const [desk] = parse(sample({ desks: [sampleDesk(changes)] })).desks;
  if (desk === undefined) throw new Error('no desk');
  return desk;
}

/** The lines of the error, without the first, which counts them. */
function mistakesIn(written: unknown): string[] {
  try {
    parse(written);
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error;
    expect(error.exitCode).toBe(78);
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
  return [];
}

describe('defaults', () => {
  it('needs no more than the design says', () => {
    expect(parse(sample())).toEqual({
      file: '/etc/imapdesk/config.json',
      baseDir: '/etc/imapdesk',
      env: {},
      secret: ['x'.repeat(32)],
      limits: { connectionsPerHost: 1000, connectionsAt: new Map() },
      log: { level: 'info', format: 'auto' },
      health: null,
      onTrouble: null,
      alerts: [],
      web: null,
      desksFolder: null,
      leftOut: [],
      fleet: null,
      desks: [
        {
          file: '/etc/imapdesk/config.json',
          path: 'desks[0]',
          name: 'support@example.com',
          address: 'support@example.com',
          staff: [{ name: null, addresses: ['steve@example.org'], notices: null }],
          imap: {
            host: 'imap.example.com',
            port: 993,
            security: 'tls',
            user: 'support@example.com',
            password: 'imap-hunter2',
            tls: { ca: null },
          },
          smtp: {
            host: 'smtp.example.com',
            port: 465,
            security: 'tls',
            user: 'support@example.com',
            password: 'smtp-hunter2',
            tls: { ca: null },
            connections: 4,
            envelopeFrom: 'desk',
          },
          auth: null,
          addresses: { ticket: 'support+{id}@example.com', done: 'support+{id}-done@example.com' },
          tag: 'issue',
          folders: {
            inbox: 'INBOX',
            open: 'Tickets/Open',
            archived: 'Tickets/Archived',
            review: 'Tickets/Review',
            outbox: 'Tickets/Outbox',
            register: 'Tickets/Register',
          },
          sent: null,
          poll: '* * * * *',
          timezone: 'UTC',
          authservId: null,
          ownLists: [],
          forwarded: false,
          replyToSenders: [],
          spamFields: ['x-spam-flag', 'x-spam-status'],
          adopt: { withinMs: 172_800_000, atMost: 25 },
          mail: 'send',
          confirm: { close: 'requester', drag: false },
          reopenWithinMs: null,
          digest: null,
          remind: null,
          closeStale: null,
          staffReplies: 'all',
          notices: { show: 'whole', maxBytes: 5_000_000 },
          limits: expect.objectContaining({ errorReportsPerSender: { count: 1, withinMs: 86_400_000 } }),
          language: 'en',
          templates: null,
        },
      ],
    });
  });

  it('fill in what notices show', () => {
    expect(onlyDesk({ notices: 'excerpt' }).notices).toEqual({ show: 'excerpt', maxBytes: 5_000_000 });
    expect(onlyDesk({ notices: { maxBytes: '2MB' } }).notices).toEqual({
      show: 'whole',
      maxBytes: 2_000_000,
    });
    const ann = { name: 'Ann', addresses: ['ann@example.org'] };
    const staff = [{ ...ann, notices: 'none' }, 'steve@example.org'];
    expect(onlyDesk({ staff }).staff.map(({ notices }) => notices)).toEqual(['none', null]);
  });

  it.each([
    [{}, 993, 'tls'],
    [{ security: 'starttls' }, 143, 'starttls'],
    [{ port: 143 }, 143, 'starttls'],
    [{ security: 'none', host: 'localhost' }, 143, 'none'],
    [{ port: 10_993 }, 10_993, 'tls'],
  ])('IMAP %j means port %i with %s', (changes, port, security) => {
    const imap = { host: 'imap.example.com', user: 'u', password: 'p', ...changes };
    expect(onlyDesk({ imap }).imap).toMatchObject({ port, security });
  });

  it.each([
    [{}, 465, 'tls'],
    [{ security: 'starttls' }, 587, 'starttls'],
    [{ port: 587 }, 587, 'starttls'],
    [{ port: 25 }, 25, 'starttls'],
    [{ security: 'none', host: '127.0.0.1' }, 25, 'none'],
  ])('SMTP %j means port %i with %s', (changes, port, security) => {
    expect(onlyDesk({ smtp: { host: 'smtp.example.com', ...changes } }).smtp).toMatchObject({
      port,
      security,
      user: null,
      password: null,
    });
  });

  it('takes a digest at a time of the day, on all days or some', () => {
    expect(onlyDesk({ digest: '08:00' }).digest).toHaveLength(7);
    expect(onlyDesk({ digest: 'Mon-Fri 08:00' }).digest).toEqual(
      [0, 1, 2, 3, 4].map((weekday) => ({ weekday, minutes: 480 })),
    );
  });

  it.each([
    ['1d', 24, [0, 1, 2, 3, 4], 480],
    [{ hours: 'Mon-Fri 09:00-17:00' }, 8, [0, 1, 2, 3, 4], 480],
    [{ after: '2d', hours: 'Tue-Thu 10:00-14:00', at: '07:30' }, 8, [1, 2, 3], 450],
    [{ after: '90m', hours: 'Mon-Fri 09:00-17:00', at: 'Sat 09:00' }, 1.5, [5], 540],
  ])('reminds as %j says', (remind, hours, days, minutes) => {
    const complete = onlyDesk({ remind }).remind;
    expect(complete?.afterMs).toBe(hours * 3_600_000);
    expect(complete?.at).toEqual(days.map((weekday) => ({ weekday, minutes })));
  });

  it.each([
    ['14d', 14, 3, 20],
    [{ after: '30d', grace: '7d', atMost: 5 }, 30, 7, 5],
  ])('closes stale tickets as %j says', (closeStale, after, grace, atMost) => {
    const day = 86_400_000;
    const complete = onlyDesk({ closeStale }).closeStale;
    expect(complete).toMatchObject({ afterMs: after * day, graceMs: grace * day, atMost });
    expect(complete?.at).toHaveLength(7);
  });

  it('keeps a host without plus-addresses', () => {
    expect(onlyDesk({ addresses: false }).addresses).toBeNull();
  });

  it('writes domains in one way', () => {
    const desk = onlyDesk({ address: 'Support@Bücher.Example', staff: ['Steve@EXAMPLE.org'] });
    expect(desk.address).toBe('Support@xn--bcher-kva.example');
    expect(desk.addresses?.ticket).toBe('Support+{id}@xn--bcher-kva.example');
    expect(desk.staff[0]?.addresses).toEqual(['Steve@example.org']);
  });

  it('finds relative paths beside the file', () => {
    const imap = { host: 'h', user: 'u', password: 'p', tls: { ca: 'ca.pem' } };
    const desk = onlyDesk({ imap, templates: 'texts' });
    expect(desk.imap.tls.ca).toBe('/etc/imapdesk/ca.pem');
    expect(desk.templates).toBe('/etc/imapdesk/texts');
  });

  it('tells "always" from nothing said of how long mail reopens', () => {
    const spanOf = (changes: Written) => onlyDesk(changes).reopenWithinMs;
    expect(spanOf({})).toBeNull();
    expect(spanOf({ reopenWithin: 'always' })).toBe(Number.POSITIVE_INFINITY);
    expect(spanOf({ reopenWithin: '30d' })).toBe(30 * 86_400_000);
  });

  it('takes several signing secrets', () => {
    expect(parse(sample({ secret: [{ env: 'NEW' }, { file: 'old' }] })).secret).toEqual([
      { env: 'NEW' },
      { file: 'old' },
    ]);
  });
});

describe('the file', () => {
  let dir = '';
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'imapdesk-config-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  it('is read', async () => {
    const path = join(dir, 'config.json');
    await writeFile(path, `\uFEFF${JSON.stringify(sample())}`, { mode: 0o600 });
    expect((await loadConfig(path, {})).desks).toHaveLength(1);
  });

  it('may be missing', async () => {
    const loading = loadConfig(join(dir, 'none.json'), {});
    await expect(loading).rejects.toMatchObject({ code: 'config-unreadable', exitCode: 78 });
    await expect(loading).rejects.toThrow(/none\.json: there is no such file.*IMAPDESK_CONFIG/);
  });

  it('may be a folder', async () => {
    await expect(loadConfig(dir, {})).rejects.toThrow(`${dir}: it is a folder`);
  });

  it('is the example, in order', async () => {
    const config = await loadConfig('config.example.json', {});
    expect(config.desks[0]).toMatchObject({ name: 'Example Support', timezone: 'Europe/London' });
  });
});

describe('syntax errors', () => {
  it('name the place and quote nothing', () => {
    const text = '{\n  "secret": "ok",\n  "imap": hunter2\n}';
    expect(() => parseConfig(text, AT)).toThrow(
      /^\/etc\/imapdesk\/config\.json:3:11: not JSON, expected a value/,
    );
    expect(() => parseConfig(text, AT)).not.toThrow(/hunter2/);
  });
});

describe('values', () => {
  it('never appear in a message, wherever they stand', () => {
    const secret = 'hunter2-Xyzzy';
    const leaf = fc.constantFrom<unknown>(
      secret,
      [secret],
      { env: secret },
      { file: [secret] },
      { command: secret },
      7,
    );
    const anyKey = fc.constantFrom(...KEYS);
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(anyKey, tie('tree')),
      ),
    }));
    fc.assert(
      fc.property(tree, (written) => {
        expect(mistakesIn(written).join('\n')).not.toContain(secret);
        expect(mistakesIn(sample({ desks: [written] })).join('\n')).not.toContain(secret);
      }),
    );
  });

  it('are not shown when a secret stands where a key should', () => {
    const imap = { host: 'h', user: 'u', password: { hunter2: '' } };
    expect(mistakesIn(sample({ desks: [sampleDesk({ imap })] }))).toEqual([
      'desks[0].imap.password: expected a string, { "env": "NAME" }, { "file": "PATH" } or { "command": ["PROGRAM", "ARGUMENT", …] }',
    ]);
  });
});

describe('how many connections servers are given', () => {
  it('is told for all of them, and for single ones by their names, however these are written', () => {
    const limits = { connectionsPerHost: 50, connectionsAt: { 'IMAP.Example.com': 15 } };
    expect(parse(sample({ limits })).limits).toEqual({
      connectionsPerHost: 50,
      connectionsAt: new Map([['imap.example.com', 15]]),
    });
  });

  it.each([0, 10_001, 1.5, 'many'])('is not %s', (connectionsPerHost) => {
    expect(() => parse(sample({ limits: { connectionsPerHost } }))).toThrow(/limits\.connectionsPerHost/);
  });
});
