import { describe, expect, it } from 'vitest';
import { HOSTS } from '../../../src/setup/hosts.js';
import { hostOfDomain, hostOfMx, serversOf } from '../../../src/setup/known-host.js';

describe('the known hosts', () => {
  it.each(HOSTS)('$name has servers that can be used, a source and a date', (host) => {
    const servers = serversOf(host, 'desk@example.com');
    expect(servers?.imap ?? []).toHaveLength(host.imap.length);
    expect(servers?.smtp ?? []).toHaveLength(host.smtp.length);
    expect(host.imap.length === 0).toBe(host.smtp.length === 0);
    for (const door of [...(servers?.imap ?? []), ...(servers?.smtp ?? [])])
      expect(door.port).toBe(
        { imap: 993, smtp: door.security === 'tls' ? 465 : 587 }[
          servers?.imap.includes(door) === true ? 'imap' : 'smtp'
        ],
      );
    expect(host.source).toMatch(/^https:\/\//);
    expect(host.date ?? '2026-11').toMatch(/^20[0-2]\d-\d\d(-\d\d)?$/);
    for (const note of host.notes ?? []) expect(note).toMatch(/\.$/);
  });

  it('have each domain and each ending once', () => {
    for (const of of ['domains', 'mx'] as const) {
      const all = HOSTS.flatMap((host) => host[of]);
      expect(new Set(all).size).toBe(all.length);
    }
  });
});

describe('a host is known', () => {
  it.each([
    ['gmail.com', 'Gmail and Google Workspace'],
    ['contoso.onmicrosoft.com', 'Microsoft 365'],
    ['notgmail.com', undefined],
    ['example.gmail.com', undefined],
  ])('by the domain %s: %s', (domain, name) => {
    expect(hostOfDomain(domain)?.name).toBe(name);
  });

  it.each([
    ['aspmx.l.google.com', 'Gmail and Google Workspace'],
    ['contoso-com.mail.protection.outlook.com', 'Microsoft 365'],
    ['in1-smtp.messagingengine.com', 'Fastmail'],
    ['mx1.mail.ovh.net', 'OVHcloud (MX Plan)'],
    ['mx.evilgoogle.com', undefined],
    ['mx.google.com.evil.example', undefined],
  ])('by the mail host %s: %s', (exchange, name) => {
    expect(hostOfMx(exchange)?.name).toBe(name);
  });

  it('with the user name that it takes at each server, and where that is from', () => {
    const host = hostOfDomain('icloud.com');
    const servers = host === null ? null : serversOf(host, 'jane@icloud.com');
    expect(servers).toMatchObject({
      imap: [{ user: 'jane' }],
      smtp: [{ user: 'jane@icloud.com', port: 587, security: 'starttls' }],
    });
    expect(servers?.imap[0]?.source).toMatch(
      /^our entry for iCloud Mail \(https:.*, of 2023-05-21; not tried\)$/,
    );
  });

  it('and may have no server for mail programs', () => {
    const host = hostOfDomain('proton.me');
    expect(host === null ? null : serversOf(host, 'jane@proton.me')).toBeNull();
  });
});
