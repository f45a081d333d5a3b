import { describe, expect, it } from 'vitest';
import { domainsOf, findServers } from '../../../src/setup/find.js';
import type { Names, SrvRecord } from '../../../src/setup/names.js';
import { findBySrv, inOrder } from '../../../src/setup/srv.js';

const record = (name: string, priority: number, weight: number, port = 993): SrvRecord => ({
  name,
  priority,
  weight,
  port,
});

function names(srv: Readonly<Record<string, readonly SrvRecord[]>>, mx: readonly string[] = []): Names {
  return { srv: async (name) => srv[name] ?? [], mx: async () => mx, addresses: async () => [] };
}

describe('SRV records', () => {
  it('are tried by priority, then by weight; a dot says that there is no such service', () => {
    const records = [record('c', 20, 9), record('b', 10, 1), record('a', 10, 5), record('', 0, 0)];
    expect(inOrder(records).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it('say how TLS begins by the name of the service, and TLS from the start comes first', async () => {
    const found = await findBySrv(
      names({
        '_imap._tcp.example.com': [record('mail.example.com', 0, 0, 143)],
        '_imaps._tcp.example.com': [record('Mail.Example.Com.', 10, 0, 9993)],
        '_submission._tcp.example.com': [record('mail.example.com', 0, 0, 587)],
      }),
      'desk@example.com',
    );
    expect(found.imap).toMatchObject([
      { host: 'mail.example.com', port: 9993, security: 'tls', source: 'SRV _imaps._tcp.example.com' },
      { port: 143, security: 'starttls' },
    ]);
    expect(found.smtp).toMatchObject([{ port: 587, security: 'starttls', user: 'desk@example.com' }]);
  });
});

describe('the servers of an address', () => {
  const asking = (known: Names) => ({
    names: known,
    https: { signal: AbortSignal.timeout(10_000), addresses: known.addresses },
  });

  it('are those of our entry, and nothing is asked', async () => {
    const silent = { srv: fail, mx: fail, addresses: fail };
    const { servers } = await findServers('jane@gmail.com', asking(silent));
    expect(servers[0]?.imap[0]).toMatchObject({ host: 'imap.gmail.com', port: 993 });
    expect(await findServers('jane@proton.me', asking(silent))).toMatchObject({
      servers: [],
      notes: [expect.stringContaining('Bridge')],
    });
  });

  it('are first those that the domain names, then those of the host that takes its mail', async () => {
    const known = names(
      {
        '_imaps._tcp.example.com': [record('imap.example.com', 0, 0)],
        '_submissions._tcp.example.com': [record('smtp.example.com', 0, 0, 465)],
      },
      ['aspmx.l.google.com'],
    );
    const { servers } = await findServers('desk@example.com', asking(known));
    expect(servers.map(({ imap }) => imap[0]?.host)).toEqual(['imap.example.com', 'imap.gmail.com']);
    expect(servers[1]?.imap[0]?.source).toContain('whose aspmx.l.google.com takes the mail');
  });

  it.each([
    ['imap.example.com', 'smtp.example.com', []],
    ['imap.example.com', 'smtp.elsewhere.example', [expect.stringContaining('DNS alone leads there')]],
    ['imap.notexample.com', 'example.com', [expect.stringContaining('not in example.com')]],
  ])('are told of where DNS alone leads out of the domain: %s, %s', async (imap, smtp, notes) => {
    const known = names({
      '_imaps._tcp.example.com': [record(imap, 0, 0)],
      '_submissions._tcp.example.com': [record(smtp, 0, 0, 465)],
    });
    const { servers } = await findServers('desk@example.com', asking(known));
    expect(servers).toMatchObject([{ notes }]);
  });

  it('are none where one purpose has none, or nobody says anything', async () => {
    const half = names({ '_imaps._tcp.example.com': [record('imap.example.com', 0, 0)] });
    expect(await findServers('desk@example.com', asking(half))).toEqual({ servers: [], notes: [] });
  });
});

function fail(): Promise<never> {
  throw new Error('Somebody was asked.');
}

describe('the domains of a mail host', () => {
  it.each([
    ['mx1.mail.example.net', ['mail.example.net', 'example.net']],
    ['mx.example.net', ['example.net']],
    ['example.net', ['example.net']],
    ['mx.example.co.uk', ['example.co.uk']],
    ['mail.co.uk', []],
    ['localhost', []],
  ])('%s', (exchange, expected) => {
    expect(domainsOf(exchange)).toEqual(expected);
  });
});
