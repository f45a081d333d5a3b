/**
 * From an empty folder to an acknowledged first mail by OAuth2, by the lines of the README and nothing else: `init`, a sign-in
 * at the provider's page, and `once`. No file is written by hand.
 */
import { appendFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeBlocks, typedLines } from '../house/code-blocks.js';
import { signInAt } from '../servers/browser.js';
import { madeCertificate } from '../servers/made-certificate.js';
import { CLIENT, introspect, type OpenidProvider, startOpenidProvider } from '../servers/openid-provider.js';
import { byTokens } from '../servers/token-dovecot.js';
import { startTokenSmtp, type TokenSmtp } from '../servers/token-smtp.js';
import { compose } from './desk-bench.js';
import { InitBench } from './init-bench.js';
import { hasTerminals } from './mutt-terminal.js';
import { npmAt, packInto, root } from './npm.js';
import { findShell, openShell, type Session } from './shells.js';
import { ME } from './sign-in-desk.js';
import { dovecotProgram } from './world.js';

const lines = codeBlocks(await readFile(join(root, 'README.md'), 'utf8'), 'sh').flatMap(typedLines);
const shell = await findShell('bash');
/** The provider of the README. */
const EXAMPLE = 'https://id.example.com';

let provider: OpenidProvider;
let folder: string;
let home: string;
let bench: InitBench;
let smtp: TokenSmtp;
let session: Session;

/** The one line of the README that begins so, however often it stands there. */
function line(beginning: string): string {
  const found = [...new Set(lines)].filter((one) => one.startsWith(beginning));
  expect(found, `one line that begins with "${beginning}"`).toHaveLength(1);
  return found[0] ?? '';
}

async function deliver(message: string): Promise<void> {
  if (!/^To: .*support/m.test(message)) return;
  await bench.world.deliver('support', Buffer.from(message), { envelope: { from: ME, to: ME } });
}

beforeAll(async () => {
  provider = await startOpenidProvider();
  folder = await mkdtemp(join(tmpdir(), 'imapdesk by tokens '));
  home = await mkdtemp(join(folder, 'home of jane '));
  await packInto(folder);
  // Not by the name of the world's, which is trusted beside it.
  const tls = await madeCertificate(await dovecotProgram(), ['smtp.example.com', 'localhost']);
  smtp = await startTokenSmtp({
    mechanisms: ['XOAUTH2'],
    tls,
    isGood: async (user, token) => (await introspect(provider, token)) === user,
    onTaken: (message) => void deliver(message),
  });
  const at = (port: number | null) => [{ priority: 0, weight: 0, port: port ?? 0, target: 'localhost' }];
  bench = await InitBench.start({
    world: { further: await byTokens(await mkdtemp('/tmp/imapdesk-tokens-'), provider) },
    records: ({ imap }) => ({
      srv: {
        '_imaps._tcp.example.com': at(imap.tlsPort),
        '_submissions._tcp.example.com': at(smtp.port),
      },
    }),
  });
  await appendFile(bench.env['NODE_EXTRA_CA_CERTS'] ?? '', tls.cert);
  await bench.world.deliver('support', compose({ subject: 'Printer on fire' }), {
    envelope: { from: 'jane@example.com', to: ME },
  });
}, 180_000);

afterAll(async () => {
  session?.typing.child.kill('SIGKILL');
  await bench.stop();
  await smtp.close();
  await provider.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What is asked, in any order, and what somebody answers; Enter takes what is proposed. */
const ANSWERS: readonly (readonly [RegExp, string])[] = [
  [/Ok to proceed\? \(y\) $/, 'y'],
  [/The address that people write to: $/, ME],
  [/The client id of the application.*: $/, CLIENT],
  [/client secret, or Enter where it has none.*: $/, ''],
  [/What people know the desk as .*: $/, 'Example Support'],
  [/Who answers there\?.*: $/, 'Steve <steve@example.org>'],
  [/\(send, hold\) \[\w+\]: $/, 'send'],
  [/\] ?: $/, ''],
];

/** Types the answers until the page of the sign-in is shown, or, after it, until all is done. */
async function answerUntil(end: RegExp): Promise<void> {
  const asked = ANSWERS.map(([question]) => question.source).join('|');
  for (;;) {
    await session.typing.see(new RegExp(`${asked}|${end.source}`));
    const shown = session.typing.text();
    const found = ANSWERS.find(([question]) => question.test(shown));
    if (found === undefined) return;
    session.typing.type(`${found[1]}\r`);
  }
}

describe.skipIf(!(await hasTerminals()))('somebody who follows the README alone', () => {
  it('has a first mail acknowledged by OAuth2 with init, a sign-in and once', async () => {
    const { PATH = '' } = process.env;
    session = openShell(shell, {
      cwd: folder,
      env: {
        ...bench.env,
        ...npmAt(home),
        HOME: home,
        DISPLAY: '',
        WAYLAND_DISPLAY: '',
        PATH: `${join(home, '.local/bin')}:${PATH}`,
      },
    });

    const init = line('npx ./imapdesk-0.1.0.tgz init ~/desk --issuer ');
    expect(init).toContain(EXAMPLE);
    session.begin(init.replace(EXAMPLE, provider.issuer));
    await answerUntil(/paste its address here\.\s*$/);
    const url =
      session.typing
        .text()
        .match(/http:\/\/127\.0\.0\.1:\d+\/auth\S+/g)
        ?.at(-1) ?? '';
    await signInAt(url, ME);
    await answerUntil(/\nNext:/);
    expect((await session.done()).code).toBe(0);
    expect((await readdir(join(home, 'desk'))).sort()).toEqual(['config.json', 'secret.txt']);

    for (const one of ['npm install --global ./', 'cd ~/desk', 'imapdesk once -v'])
      expect((await session.run(line(one))).code).toBe(0);
    const acknowledged = smtp.taken.filter((message) => /^To: .*jane@example\.com/m.test(message));
    expect(acknowledged).toHaveLength(1);
    expect(acknowledged[0]).toMatch(/^Subject: Re: \[issue1\] Printer on fire/m);
    expect((await session.run('imapdesk list')).printed).toMatch(/1 +open .*Printer on fire/);
  });
});
