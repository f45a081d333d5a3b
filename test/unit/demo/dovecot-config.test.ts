import { expect, it } from 'vitest';
import { type DovecotSettings, dovecotConfig } from '../../../src/demo/dovecot-config.js';

const settings: DovecotSettings = {
  version: '2.3',
  folder: '/tmp/deskABCDEF',
  root: null,
  port: 10143,
  tls: null,
  format: 'maildir',
  layout: 'fs',
  prefix: '',
  hiddenCapabilities: [],
  further: [],
  fsync: false,
  user: 'jane',
  group: 'users',
  owner: null,
};

it('speaks the language of 2.3', () => {
  const config = dovecotConfig(settings);
  expect(config).toContain('mail_location = maildir:~/mail:LAYOUT=fs\n');
  expect(config).toContain('disable_plaintext_auth = no\n');
  expect(config).not.toContain('dovecot_config_version');
});

it('speaks the language of 2.4, with the version first', () => {
  const config = dovecotConfig({ ...settings, version: '2.4', format: 'sdbox' });
  expect(config).toMatch(/^dovecot_config_version = /);
  expect(config).toContain('mail_driver = sdbox\n');
  expect(config).toContain('auth_allow_cleartext = yes\n');
});

it('gives mail to somebody else as root alone', () => {
  expect(dovecotConfig(settings)).not.toContain('mail_uid');
  const config = dovecotConfig({
    ...settings,
    user: 'root',
    owner: { user: 'nobody', uid: 65534, gid: 65534 },
  });
  expect(config).toContain('mail_uid = 65534\nmail_gid = 65534\n');
  expect(config).toContain('default_login_user = nobody\n');
});

it.each(['2.3', '2.4'])('hides capabilities from %s', (version) => {
  const config = dovecotConfig({ ...settings, version, hiddenCapabilities: ['MOVE'] });
  const shown = version === '2.3' ? /imap_capability = .* MOVE / : /imap_capability \{\n {2}MOVE = yes/;
  expect(config).toMatch(/imap_capability/);
  expect(config).not.toMatch(shown);
});

it('finds the parts of an unpacked one where they lie', () => {
  const config = dovecotConfig({ ...settings, root: '/tmp/deskABCDEF/root' });
  expect(config).toContain('libexec_dir = /tmp/deskABCDEF/root/usr/lib/dovecot\n');
  expect(config).toContain('import_environment = LD_LIBRARY_PATH\n');
});
