import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { muttHeaderValue, muttKeys, muttPattern, muttWord } from '../../../src/commands/mutt-quote.js';
import { muttSettings } from '../../../src/commands/mutt-settings.js';
import { parseConfig } from '../../../src/config/load.js';
import { sample, sampleDesk, type Written } from '../config/sample.js';

function settings(changes: Written = {}): string {
  const written = sample({ desks: [sampleDesk(changes)] });
  const config = parseConfig(JSON.stringify(written), { path: '/etc/imapdesk/config.json', env: {} });
  const [desk] = config.desks;
  if (desk === undefined) throw new Error('No desk.');
  return muttSettings(desk);
}

/** What a line of settings sets, by its name. */
function setting(text: string, name: string): string | undefined {
  const written = new RegExp(`^set (?:.* )?${name}=(\\S+)`, 'm').exec(text)?.[1];
  return written === undefined ? undefined : readWord(written);
}

/** A word as mutt reads it: quotes, and a backslash that takes the next character as it is. */
function readWord(written: string): string {
  let read = '';
  let quote = '';
  for (let at = 0; at < written.length; at += 1) {
    const character = written.charAt(at);
    if (character === quote) quote = '';
    else if (quote === '' && (character === "'" || character === '"')) quote = character;
    else if (quote !== "'" && (character === '`' || character === '$'))
      throw new Error('It would be expanded.');
    else if (quote !== "'" && character === '\\') {
      at += 1;
      read += written.charAt(at);
    } else if (quote === '' && /[\s#;]/.test(character)) throw new Error('The word would end.');
    else read += character;
  }
  return read;
}

describe('words for mutt', () => {
  it.each([
    'plain',
    'two words',
    `it's`,
    `"`,
    '`rm -rf ~`',
    '$HOME',
    `a'b"c$d\`e\\f`,
    "'",
    "''",
    '# no; comment',
    'Öffnen',
  ])('%j stays itself', (text) => {
    expect(readWord(muttWord(text))).toBe(text);
    expect(readWord(readWord(muttWord(muttWord(text))))).toBe(text);
  });

  it('fit what they are made of, and nothing else', () => {
    expect(new RegExp(`^${muttPattern('a.b+c(d)[e]{f}|g^h$')}$`).test('a.b+c(d)[e]{f}|g^h$')).toBe(true);
    expect(new RegExp(`^${muttPattern('a.b')}$`).test('axb')).toBe(false);
    expect(muttKeys('a^b')).toBe('a^^b');
    expect(muttHeaderValue("o'b`$x#@example.com")).toBe("o\\'b\\`\\$x\\#@example.com");
  });
});

describe('the settings', () => {
  it('name the account, and no password', () => {
    const text = settings();
    expect(setting(text, 'folder')).toBe('imaps://support%40example.com@imap.example.com:993/');
    expect(setting(text, 'smtp_url')).toBe('smtps://support%40example.com@smtp.example.com:465/');
    expect(setting(text, 'ssl_force_tls')).toBe('yes');
    expect(text).not.toContain('hunter2');
    expect(text).toContain('# ');
    expect(text.split('\n').filter((line) => /_pass/.test(line) && !line.startsWith('#'))).toEqual([]);
  });

  it.each([
    [{ security: 'starttls' }, 'imap://support%40example.com@imap.example.com:143/', 'yes', 'yes'],
    [{ security: 'none', host: '127.0.0.1' }, 'imap://support%40example.com@127.0.0.1:143/', 'no', 'no'],
    [{ host: '::1' }, 'imaps://support%40example.com@[::1]:993/', 'no', 'yes'],
  ])('%j', (imap, folder, starttls, force) => {
    const text = settings({
      imap: { user: 'support@example.com', password: 'x', host: 'imap.example.com', ...imap },
    });
    expect(setting(text, 'folder')).toBe(folder);
    expect(setting(text, 'ssl_starttls')).toBe(starttls);
    expect(setting(text, 'ssl_force_tls')).toBe(force);
  });

  it('need no sign-in at a relay', () => {
    const smtp = { host: 'localhost', port: 25, security: 'none' };
    expect(setting(settings({ smtp }), 'smtp_url')).toBe('smtp://localhost:25/');
  });

  it('say where the password comes from only where that is plain', () => {
    const hint = (password: unknown): string | undefined =>
      /imap_pass="`(.*?)`"/.exec(
        settings({ imap: { host: 'imap.example.com', user: 'support@example.com', password } }),
      )?.[1];
    expect(hint({ command: ['pass', 'show', 'desks/support'] })).toBe('pass show desks/support');
    expect(hint({ file: '/etc/imapdesk/password.txt' })).toBe('cat /etc/imapdesk/password.txt');
    expect(hint({ command: ['sh', '-c', 'echo `id`; $X'] })).toBe('pass show desk');
    expect(hint('hunter2')).toBe('pass show desk');
  });

  it('know every address of the desk', () => {
    const line = /^alternates (.*)$/m.exec(settings())?.[1] ?? '';
    const patterns = line.split(' ').map((word) => new RegExp(readWord(word)));
    const own = (address: string): boolean => patterns.some((pattern) => pattern.test(address));
    expect(own('support@example.com')).toBe(true);
    expect(own('support+42@example.com')).toBe(true);
    expect(own('support+42.k7f3q9x2-done@example.com')).toBe(true);
    expect(own('support+sales@example.com')).toBe(false);
    expect(own('xsupport@example.com')).toBe(false);
  });

  it('close by mail only where tickets have addresses that are plain', () => {
    expect(settings()).toContain('macro index ,d ');
    expect(settings({ addresses: false })).not.toContain('macro index ,d ');
    const odd = { ticket: "o'desk+{id}@example.com", done: "o'desk+{id}-done@example.com" };
    expect(settings({ addresses: odd })).not.toContain('macro index ,d ');
  });

  it('find the address to close by, and print nothing else of a message', () => {
    const line =
      settings()
        .split('\n')
        .find((one) => one.startsWith('macro index ,d ')) ?? '';
    const keys = readWord(line.slice('macro index ,d '.length).replace(/ 'close by mail'$/, ''));
    const script = /awk '([^']*)'/.exec(keys.replaceAll('^^', '^'))?.[1] ?? '';
    const found = (...lines: readonly string[]): string =>
      execFileSync('awk', [script], {
        input: `${lines.join('\n')}\n`,
        env: { ...process.env, LC_ALL: 'C' },
      }).toString();
    const push = 'push "<reply>\\Cusupport+1.k7f3q9x2-done@example.com\\n\\Cu\\n\\n"\n';
    expect(found('From: x', 'Reply-To: "Desk (ticket 1)" <support+1.k7f3q9x2@example.com>')).toBe(push);
    expect(found('reply-to: "Desk"', ' <Support+1.K7F3Q9X2@Example.com>', 'To: y')).toBe(push);
    expect(found('To: <support+1.k7f3q9x2@example.com>', ' <support+1.k7f3q9x2@example.com>')).toBe('');
    expect(found('Reply-To: support+1@example.com', 'To: support+1.k7f3q9x2@example.com')).toBe('');
    const hostile =
      'Reply-To: \u212a\u0130\xff`id`";source x|;support+1.`id`@example.com support+1.k7f3q9x2@example.com"`id`';
    expect(found(hostile)).toBe(push);
  });

  it('are one command a line, whatever names are in them', () => {
    const folders = { open: 'a\'b"c', archived: '$x `y`' };
    const text = settings({ folders, name: `'"\`$#;\\` });
    expect(text).toMatch(/^set spoolfile=/m);
    for (const line of text.split('\n')) {
      expect(line).toMatch(/^(?:|#.*|(?:set|mailboxes|alternates|folder-hook|macro) .*)$/);
    }
    expect(text).toContain(`mailboxes ${muttWord(`+a'b"c`)} ${muttWord('+$x `y`')} +Tickets/Review `);
  });
});

describe('a desk that signs in by OAuth2', () => {
  const signIn = {
    imap: { host: 'imap.example.com', user: 'support@example.com' },
    smtp: { host: 'smtp.example.com', user: 'support@example.com' },
  };

  it('leaves the token to a program, the same one if the desk has one', () => {
    const auth = { accessToken: { command: ['oama', 'access', 'ann@example.com'] } };
    const text = settings({ ...signIn, auth });
    expect(text).toContain('imap_oauth_refresh_command="oama access ann@example.com"');
    expect(text).not.toContain('imap_pass');
  });

  it('names an example where the desk renews by itself, or the program is not plain', () => {
    for (const auth of [
      { oauth2: { provider: 'google', clientId: 'desk' } },
      { accessToken: { command: ['sh', '-c', 'echo "$(cat token)"'] } },
    ])
      expect(settings({ ...signIn, auth })).toContain('"oama access support@example.com"');
  });
});
