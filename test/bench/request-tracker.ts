/**
 * Request Tracker, unpacked and not installed: its web server on loopback, a database of SQLite, and everything that it
 * writes in one folder. Anybody may open tickets in its queue, and it acknowledges them, as it does by itself.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../src/demo/listening.js';

const run = promisify(execFile);
const START_MS = 60_000;
const POLL_MS = 100;

export interface RequestTracker {
  /** The command that takes a mail on its standard input. */
  readonly gate: string;
  readonly env: NodeJS.ProcessEnv;
  tickets(): Promise<number>;
  /** Mails that it has handed over to be sent. */
  sent(): Promise<number>;
  stop(): Promise<void>;
}

/** `root` stands for `/`; `folder` is empty and there. Throws with what it says if it does not start. */
export async function startRequestTracker(root: string, folder: string): Promise<RequestTracker> {
  const port = await freePort();
  const env = await surroundings(root, folder);
  await settle({ root, folder, port });
  const perl = async (...args: readonly string[]): Promise<string> =>
    (await run('perl', args, { env, cwd: folder })).stdout;
  await perl(join(root, 'usr/sbin/rt-setup-database-5'), '--action', 'init', '--dba', '', '--skip-create');
  await perl('-e', RIGHTS);
  const server = spawn(
    'perl',
    [join(root, 'usr/share/request-tracker5/libexec/rt-server'), '--port', String(port)],
    { env, cwd: folder, stdio: 'ignore' },
  );
  const ended = once(server, 'close');
  const stop = async (): Promise<void> => {
    server.kill('SIGTERM');
    await ended;
  };
  if (!(await answers(port))) {
    await stop();
    throw new Error('Request Tracker does not answer.');
  }
  const gate = join(folder, 'gate');
  await writeFile(
    gate,
    `#!/bin/sh\nexec perl ${join(root, 'usr/bin/rt-mailgate-5')} --queue General --action correspond --url http://127.0.0.1:${port}/\n`,
  );
  await chmod(gate, 0o755);
  return {
    gate,
    env,
    tickets: async () => Number(await perl('-MRT=-init', '-MRT::Tickets', '-e', COUNT)),
    sent: async () => (await readFile(join(folder, 'sent'), 'utf8').catch(() => '')).length,
    stop,
  };
}

const RIGHTS = `
use RT -init; use RT::Queue; use RT::Group;
my $queue = RT::Queue->new(RT->SystemUser); $queue->Load('General');
my $group = RT::Group->new(RT->SystemUser); $group->LoadSystemInternalGroup('Everyone');
$group->PrincipalObj->GrantRight(Right => $_, Object => $queue) for qw(CreateTicket ReplyToTicket);
`;
const COUNT = 'my $all = RT::Tickets->new(RT->SystemUser); $all->UnLimit; print $all->CountAll';

async function surroundings(root: string, folder: string): Promise<NodeJS.ProcessEnv> {
  const parents = await readdir(join(root, 'usr/lib'));
  const [machine = ''] = parents.filter((name) => name.includes('-linux-'));
  const compiled = join(root, 'usr/lib', machine, 'perl5');
  const [version = ''] = await readdir(compiled);
  const own = [join(folder, 'lib'), join(root, 'usr/share/request-tracker5/lib')];
  return {
    ...process.env,
    PERL5LIB: [...own, join(root, 'usr/share/perl5'), join(compiled, version)].join(':'),
    LD_LIBRARY_PATH: join(root, 'usr/lib', machine),
    RT_SITE_CONFIG: join(folder, 'etc/RT_SiteConfig.pm'),
  };
}

interface Place {
  readonly root: string;
  readonly folder: string;
  readonly port: number;
}

/** Where its parts lie stands in one module, of which it gets another copy. */
async function settle({ root, folder, port }: Place): Promise<void> {
  for (const name of ['lib/RT', 'etc', 'var', 'cache/session_data', 'cache/mason_data'])
    await mkdir(join(folder, name), { recursive: true });
  const generated = await readFile(join(root, 'usr/share/request-tracker5/lib/RT/Generated.pm'), 'utf8');
  const moved = generated
    .replaceAll("'/usr/share/request-tracker5", `'${root}/usr/share/request-tracker5`)
    .replaceAll(/'\/usr\/(s?bin)'/g, `'${root}/usr/$1'`)
    .replaceAll("'/etc/request-tracker5'", `'${folder}/etc'`)
    .replaceAll("'/var/lib/request-tracker5", `'${folder}/var`)
    .replaceAll("'/var/cache/request-tracker5", `'${folder}/cache`);
  await writeFile(join(folder, 'lib/RT/Generated.pm'), moved);
  const sendmail = join(folder, 'sendmail');
  // As fast as sending can be: it is counted, and that is all.
  await writeFile(sendmail, `#!/bin/sh\nprintf x >>${folder}/sent\nexec cat >/dev/null\n`);
  await chmod(sendmail, 0o755);
  const settings = {
    rtname: 'bench',
    Organization: 'bench',
    DatabaseType: 'SQLite',
    DatabaseName: join(folder, 'var/rt.sqlite'),
    WebDomain: '127.0.0.1',
    WebPort: String(port),
    CorrespondAddress: 'support@example.com',
    CommentAddress: 'support@example.com',
    MailCommand: 'sendmailpipe',
    SendmailPath: sendmail,
    LogToSyslog: '',
  };
  const lines = Object.entries(settings).map(([name, value]) => `Set($${name}, '${value}');\n`);
  await writeFile(join(folder, 'etc/RT_SiteConfig.pm'), `${lines.join('')}1;\n`);
}

async function answers(port: number): Promise<boolean> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    const socket = connect(port, '127.0.0.1');
    const open = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    if (open) return true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return false;
}
