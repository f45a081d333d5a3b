/**
 * The configuration of a private Dovecot, in the two languages that 2.3 and 2.4 speak. Everything lies in one folder
 * whose path has no characters that would need quoting.
 */
import { join } from 'node:path';

export type MailFormat = 'maildir' | 'sdbox' | 'mdbox';
export type MailLayout = 'fs' | 'maildir++';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface DovecotSettings {
  readonly version: string;
  readonly folder: string;
  /** The unpacked Dovecot's root, as seen from here; null for an installed one. */
  readonly root: string | null;
  readonly port: number;
  readonly tls: { readonly port: number; readonly certFile: string; readonly keyFile: string } | null;
  readonly format: MailFormat;
  readonly layout: MailLayout;
  /** Of the personal namespace, such as `INBOX.`; empty for none. */
  readonly prefix: string;
  readonly hiddenCapabilities: readonly string[];
  /** Further lines, such as another way to sign in. */
  readonly further: readonly string[];
  /** Whether it waits for the disk, as it does by itself. */
  readonly fsync: boolean;
  /** The account and group that the server's own processes run as. */
  readonly user: string;
  readonly group: string;
  /** As root only: whose the mail is, and the account that holds connections before sign-in. */
  readonly owner: (Owner & { readonly user: string }) | null;
}

/** What both versions offer after sign-in; named in full where some of it is to be hidden from 2.3. */
const CAPABILITIES =
  'IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE SORT SORT=DISPLAY THREAD=REFERENCES THREAD=REFS THREAD=ORDEREDSUBJECT MULTIAPPEND URL-PARTIAL CATENATE UNSELECT CHILDREN NAMESPACE UIDPLUS LIST-EXTENDED I18NLEVEL=1 CONDSTORE QRESYNC ESEARCH ESORT SEARCHRES WITHIN CONTEXT=SEARCH LIST-STATUS BINARY MOVE LITERAL+ NOTIFY SPECIAL-USE';

export function mailFolder(folder: string): string {
  return join(folder, 'mail');
}

export function passwordFile(folder: string): string {
  return join(folder, 'users');
}

/** The whole of dovecot.conf. */
export function dovecotConfig(settings: DovecotSettings): string {
  const v24 = settings.version !== '2.3';
  const lines = [
    ...(v24 ? settingsOf24(settings) : settingsOf23(settings)),
    ...sharedSettings(settings),
    ...settings.further,
  ];
  return `${lines.join('\n')}\n`;
}

function sharedSettings(settings: DovecotSettings): readonly string[] {
  const { folder, root, owner } = settings;
  const libraries = root === null ? null : join(root, 'usr/lib/dovecot');
  return [
    `base_dir = ${join(folder, 'run')}`,
    `state_dir = ${join(folder, 'run/state')}`,
    ...(libraries === null
      ? []
      : [
          `libexec_dir = ${libraries}`,
          `mail_plugin_dir = ${join(libraries, 'modules')}`,
          `login_plugin_dir = ${join(libraries, 'modules/login')}`,
        ]),
    'log_path = /dev/stderr',
    'listen = 127.0.0.1',
    // A wrong password is answered at once, and nothing is as durable as it is short-lived.
    'auth_failure_delay = 0',
    `mail_fsync = ${settings.fsync ? 'optimized' : 'never'}`,
    'mail_max_userip_connections = 10000',
    `default_internal_user = ${settings.user}`,
    `default_internal_group = ${settings.group}`,
    `default_login_user = ${owner === null ? settings.user : owner.user}`,
    ...(owner === null ? [] : [`mail_uid = ${owner.uid}`, `mail_gid = ${owner.gid}`]),
    'first_valid_uid = 1',
    'first_valid_gid = 1',
    'service anvil {',
    '  chroot =',
    '}',
    'service imap-login {',
    '  chroot =',
    // One process for all connections: signing in costs no new process.
    settings.version === '2.3' ? '  service_count = 0' : '  restart_request_count = unlimited',
    '  client_limit = 2000',
    '  inet_listener imap {',
    `    port = ${settings.port}`,
    '  }',
    '  inet_listener imaps {',
    `    port = ${settings.tls?.port ?? 0}`,
    ...(settings.tls === null ? [] : ['    ssl = yes']),
    '  }',
    '}',
    'service imap {',
    '  process_limit = 2000',
    settings.version === '2.3' ? '  service_count = 100' : '  restart_request_count = 100',
    '}',
    'namespace inbox {',
    '  inbox = yes',
    `  prefix = ${settings.prefix}`,
    `  separator = ${settings.layout === 'fs' ? '/' : '.'}`,
    '}',
  ];
}

function settingsOf23(settings: DovecotSettings): readonly string[] {
  const { folder, tls, format, layout } = settings;
  const shown = CAPABILITIES.split(' ').filter((name) => !settings.hiddenCapabilities.includes(name));
  return [
    'protocols = imap',
    'disable_plaintext_auth = no',
    ...(tls === null
      ? ['ssl = no']
      : ['ssl = yes', `ssl_cert = <${tls.certFile}`, `ssl_key = <${tls.keyFile}`]),
    `mail_location = ${format}:~/mail${format === 'maildir' && layout === 'fs' ? ':LAYOUT=fs' : ''}`,
    ...(settings.root === null ? [] : ['import_environment = LD_LIBRARY_PATH']),
    ...(settings.hiddenCapabilities.length === 0 ? [] : [`imap_capability = ${shown.join(' ')}`]),
    'passdb {',
    '  driver = passwd-file',
    `  args = ${passwordFile(folder)}`,
    '}',
    'userdb {',
    '  driver = static',
    `  args = home=${mailFolder(folder)}/%u`,
    '}',
  ];
}

function settingsOf24(settings: DovecotSettings): readonly string[] {
  const { folder, tls, format, layout } = settings;
  const hidden = settings.hiddenCapabilities.map((name) => `  ${name} = no`);
  return [
    'dovecot_config_version = 2.4.0',
    'dovecot_storage_version = 2.4.0',
    'protocols {',
    '  imap = yes',
    '}',
    'auth_allow_cleartext = yes',
    ...(tls === null
      ? ['ssl = no']
      : ['ssl = yes', `ssl_server_cert_file = ${tls.certFile}`, `ssl_server_key_file = ${tls.keyFile}`]),
    `mail_driver = ${format}`,
    'mail_path = ~/mail',
    ...(format === 'maildir' ? [`mailbox_list_layout = ${layout}`] : []),
    ...(settings.root === null
      ? []
      : ['import_environment {', '  LD_LIBRARY_PATH = %{env:LD_LIBRARY_PATH}', '}']),
    ...(hidden.length === 0 ? [] : ['imap_capability {', ...hidden, '}']),
    'passdb passwd-file {',
    `  passwd_file_path = ${passwordFile(folder)}`,
    '}',
    'userdb static {',
    '  fields {',
    `    home = ${mailFolder(folder)}/%{user}`,
    '  }',
    '}',
  ];
}
