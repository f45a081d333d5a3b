import { describe, expect, it } from 'vitest';
import { doorsOf, hostName } from '../../../src/setup/door.js';

const about = { user: 'a@example.org', source: 'a test' };

describe('a server as it is written', () => {
  it.each([
    ['imap.example.org', 'imap', ['imap.example.org:993 tls']],
    ['imap.example.org:143', 'imap', ['imap.example.org:143 starttls']],
    [' Mail.Example.ORG. ', 'smtp', ['mail.example.org:465 tls', 'mail.example.org:587 starttls']],
    ['mail.example.org:25', 'smtp', ['mail.example.org:25 starttls']],
    ['mail.example.org:2465', 'smtp', ['mail.example.org:2465 tls']],
    ['[2001:db8::1]:993', 'imap', ['[2001:db8::1]:993 tls']],
    ['bücher.example', 'imap', ['xn--bcher-kva.example:993 tls']],
  ] as const)('%s for %s', (written, purpose, expected) => {
    const doors = doorsOf(written, purpose, about);
    expect(doors?.map(({ host, port, security }) => `${host}:${port} ${security}`)).toEqual(expected);
    expect(doors?.[0]).toMatchObject(about);
  });

  it.each([
    '',
    'a b',
    'https://example.org',
    'example.org:0',
    'example.org:65536',
    'a@b.example',
    '-x.example',
    'a..b',
  ])('is no server: %j', (written) => {
    expect(doorsOf(written, 'imap', about)).toBeNull();
  });

  it('has at most 253 characters', () => {
    const label = 'a'.repeat(62);
    expect(hostName(`${label}.${label}.${label}.${label}.a`)).toHaveLength(253);
    expect(hostName(`${label}.${label}.${label}.${label}.ab`)).toBeNull();
  });
});
