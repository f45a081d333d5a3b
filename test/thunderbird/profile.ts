/**
 * The profile of a Thunderbird that somebody has just installed: what it is delivered with, since that is what people
 * have, and no account yet. It calls nobody but the mail world, shows no pages of its own, and does nothing by itself
 * that a test would have to wait for.
 */
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The names and values of its settings, as `about:config` shows them. */
export type Settings = Readonly<Record<string, string | number | boolean>>;

/** Nobody listens there (RFC 863): what is not on loopback is asked for in vain. */
const NOWHERE = 9;

const CALLS_NOBODY: Settings = {
  'network.proxy.type': 1,
  'network.proxy.socks': '127.0.0.1',
  'network.proxy.socks_port': NOWHERE,
  'network.proxy.socks_remote_dns': true,
  'network.dns.disablePrefetch': true,
  'datareporting.policy.dataSubmissionEnabled': false,
  'mail.inappnotifications.enabled': false,
};

const GREETS_NOBODY: Settings = {
  'mailnews.start_page.enabled': false,
  'mailnews.start_page_override.mstone': 'ignore',
  'mail.provider.suppress_dialog_on_startup': true,
  'mail.shell.checkDefaultClient': false,
  'mail.rights.version': 1,
  'app.donation.eoy.version.viewed': 999,
};

const AT_REST: Settings = {
  'app.update.auto': false,
  'mailnews.database.global.indexer.enabled': false,
  'mail.prompt_purge_threshhold': false,
  'mail.biff.show_alert': false,
  'ui.prefersReducedMotion': 1,
};

/** Any free port; Marionette tells which in a file of the profile. */
const DRIVEN: Settings = { 'marionette.port': 0 };

/** Writes it into `folder`. */
export async function writeProfile(folder: string): Promise<void> {
  const settings = { ...CALLS_NOBODY, ...GREETS_NOBODY, ...AT_REST, ...DRIVEN };
  const lines = Object.entries(settings).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
  );
  await writeFile(join(folder, 'user.js'), lines.join(''));
}

/** Writes which fonts it sees, and answers the file's path: first those beside it, so that pictures look alike everywhere. */
export async function writeFonts(folder: string, program: string): Promise<string> {
  const path = join(folder, 'fonts.conf');
  const preferred = (family: string, font: string): string =>
    `<alias><family>${family}</family><prefer><family>${font}</family></prefer></alias>`;
  const lines = [
    '<?xml version="1.0"?>',
    '<fontconfig>',
    `<dir>${join(dirname(program), 'usr/share/fonts')}</dir>`,
    '<dir>/usr/share/fonts</dir>',
    `<cachedir>${join(folder, 'fonts')}</cachedir>`,
    preferred('sans-serif', 'Cantarell'),
    preferred('system-ui', 'Cantarell'),
    preferred('monospace', 'DejaVu Sans Mono'),
    '</fontconfig>',
    '',
  ];
  await writeFile(path, lines.join('\n'));
  return path;
}
