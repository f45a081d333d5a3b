import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/load.js';
import { configInMemory, configText, newSecret, type Setup } from '../../../src/setup/configuration.js';

const door = { host: 'mail.example.com', user: 'desk@example.com', source: 'a test' };
const setup: Setup = {
  name: 'Example "Support"',
  address: 'desk@example.com',
  staff: [
    { name: null, address: 'steve@example.org' },
    { name: 'Ann', address: 'ann@example.org' },
  ],
  imap: { ...door, port: 1993, security: 'tls' },
  smtp: { ...door, port: 587, security: 'starttls' },
  ca: null,
  plusAddresses: true,
  authservId: null,
  mail: 'hold',
};

describe('the configuration of a new desk', () => {
  it('is one that the desk reads, with the secrets in files beside it', () => {
    const text = configText(
      setup,
      { file: 'secret.txt' },
      { password: { file: 'password.txt' }, auth: null },
    );
    const config = parseConfig(text, { path: '/desk/config.json', env: {} });
    expect(config.secret).toEqual([{ file: 'secret.txt' }]);
    expect(config.desks[0]).toMatchObject({
      name: setup.name,
      address: setup.address,
      staff: [
        { name: null, addresses: ['steve@example.org'] },
        { name: 'Ann', addresses: ['ann@example.org'] },
      ],
      imap: {
        host: door.host,
        port: 1993,
        security: 'tls',
        user: door.user,
        password: { file: 'password.txt' },
      },
      smtp: { host: door.host, port: 587, security: 'starttls', password: { file: 'password.txt' } },
      addresses: { ticket: 'desk+{id}@example.com' },
      mail: 'hold',
    });
    expect(text).not.toContain('source');
  });

  it('has the other lines only where they are needed', () => {
    const config = configInMemory(
      { ...setup, ca: '/etc/ca.pem', plusAddresses: false, authservId: 'mx.example.com' },
      { folder: '/desk', secret: newSecret(), password: 'hunter2', auth: null, env: {} },
    );
    expect(config.desks[0]).toMatchObject({
      addresses: null,
      imap: { tls: { ca: '/etc/ca.pem' }, password: 'hunter2' },
    });
    expect(config.file).toBe('/desk/config.json');
  });

  it('has a secret of its own each time', () => {
    expect(newSecret()).toMatch(/^[0-9a-f]{64}$/);
    expect(newSecret()).not.toBe(newSecret());
  });
});
