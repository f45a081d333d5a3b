import { describe, expect, it } from 'vitest';
import { placesOf, readAutoconfig } from '../../../src/setup/autoconfig.js';

const SOURCE = 'https://autoconfig.example.com/mail/config-v1.1.xml';

interface Server {
  readonly tag?: string;
  readonly type?: string;
  readonly host?: string;
  readonly port?: string;
  readonly socket?: string;
  readonly user?: string;
  readonly auth?: string;
}

function server({ tag = 'incomingServer', type = 'imap', host, port, socket, user, auth }: Server): string {
  return `<${tag} type="${type}"><hostname>${host ?? 'mail.example.com'}</hostname><port>${port ?? '993'}</port>
    <socketType>${socket ?? 'SSL'}</socketType><username>${user ?? '%EMAILADDRESS%'}</username>
    <authentication>${auth ?? 'password-cleartext'}</authentication></${tag}>`;
}

const outgoing = (more: Server = {}): string =>
  server({ tag: 'outgoingServer', type: 'smtp', port: '465', ...more });

function read(...servers: readonly string[]) {
  const xml = `<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE x [<!ENTITY a "aaaa">]>
    <clientConfig version="1.1"><emailProvider id="example.com"><domain>example.com</domain>
    <displayName>&lt;Example&gt;</displayName>${servers.join('\n')}</emailProvider></clientConfig>`;
  return readAutoconfig(xml, 'jane.doe@example.com', SOURCE);
}

describe('autoconfig', () => {
  it('names the servers in its own order, with what stands for the address filled in', () => {
    const found = read(
      server({ type: 'pop3', port: '995' }),
      server({ host: 'imap.%EMAILDOMAIN%', user: '%EMAILLOCALPART%' }),
      server({ port: '143', socket: 'STARTTLS' }),
      outgoing({ port: '587', socket: 'STARTTLS' }),
    );
    expect(found).toEqual({
      imap: [
        { host: 'imap.example.com', port: 993, security: 'tls', user: 'jane.doe', source: SOURCE },
        {
          host: 'mail.example.com',
          port: 143,
          security: 'starttls',
          user: 'jane.doe@example.com',
          source: SOURCE,
        },
      ],
      smtp: [
        {
          host: 'mail.example.com',
          port: 587,
          security: 'starttls',
          user: 'jane.doe@example.com',
          source: SOURCE,
        },
      ],
      onlyTokens: false,
    });
  });

  it.each([
    ['in the clear', server({ socket: 'plain' })],
    ['of another kind', server({ type: 'pop3' })],
    ['with no port', server({ port: '' })],
    ['with a port that is none', server({ port: '99999' })],
    ['with a host that is none', server({ host: 'a b' })],
    ['with a host that would write to the terminal', server({ host: '[\u001b[2J' })],
    ['with a user that reads in another way than it is', server({ user: 'jane\u202Emoc' })],
    ['with a user that nobody can fill in', server({ user: '%SOMETHING%' })],
    ['with nothing in it', '<incomingServer type="imap"/>'],
    ['that is somewhere else', `<x>${server({})}</x>`],
  ])('leaves out a server %s', (_, one) => {
    expect(read(one, outgoing())).toBeNull();
    expect(read(one, server({}), outgoing())?.imap).toHaveLength(1);
  });

  it.each(['', 'no XML', '<html><body>Not found</body></html>', '<clientConfig', '\0<'])(
    'reads nothing in %j',
    (text) => {
      expect(readAutoconfig(text, 'jane@example.com', SOURCE)).toBeNull();
    },
  );

  it('grows by no entity, and takes no more than twenty servers', () => {
    expect(read(server({ host: '&a;.example.com' }), outgoing())).toBeNull();
    const found = read(outgoing(), ...Array.from({ length: 30 }, () => server({})));
    expect(found?.imap).toHaveLength(19);
  });

  it('says where a host takes tokens only', () => {
    expect(read(server({ auth: 'OAuth2' }), outgoing({ auth: 'OAuth2' }))?.onlyTokens).toBe(true);
    expect(read(server({ auth: 'OAuth2' }), outgoing())?.onlyTokens).toBe(false);
  });

  it('lies at two places', () => {
    expect(placesOf('example.com', 'a+b@example.com')).toEqual([
      'https://autoconfig.example.com/mail/config-v1.1.xml?emailaddress=a%2Bb%40example.com',
      'https://example.com/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress=a%2Bb%40example.com',
    ]);
  });
});
