/** The units of docs/systemd: what systemd-analyze says of them, and at work under a real systemd in a root of its own. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeBlocks, typedLines } from '../house/code-blocks.js';
import { DEEP } from '../servers/start.js';
import { baseScript, inBareRoot, whyNoRoot } from './bare-root.js';
import { root } from './npm.js';
import { deskConfig, startWorld, type TestWorld } from './world.js';

const run = promisify(execFile);
const UNITS = join(root, 'docs/systemd');
const names = await readdir(UNITS);
const services = names.filter((name) => name.endsWith('.service'));
/** Of 100, by `systemd-analyze security`: what it calls "OK" ends at 20. */
const MOST_EXPOSED = 20;
const SYSTEMD = '/lib/systemd/systemd';

const hasAnalyze = await run('systemd-analyze', ['--version']).then(
  () => true,
  () => false,
);
if (!hasAnalyze) console.log('The units are not looked at: no systemd-analyze here');
// It mounts, and makes a group of processes on the machine: by default that is asked of nobody.
const missing =
  (DEEP ? '' : 'scripts/test --deep does that') ||
  (await whyNoRoot({ groups: true })) ||
  (await run(SYSTEMD, ['--version']).then(
    () => '',
    () => 'no systemd here',
  ));
if (missing !== '') console.log(`The units are not run: ${missing}`);

describe.skipIf(!hasAnalyze)('systemd-analyze', () => {
  it('finds nothing wrong with the units', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'imapdesk-units-'));
    for (const name of names) {
      const text = await readFile(join(UNITS, name), 'utf8');
      await writeFile(join(folder, name), text.replaceAll('/usr/bin/node', process.execPath));
    }
    const paths = names.map((name) => join(folder, name));
    const { stdout, stderr } = await run('systemd-analyze', ['verify', '--man=no', ...paths]);
    await rm(folder, { recursive: true, force: true });
    expect(stdout + stderr).not.toMatch(/imapdesk/);
  });

  it.each(services)('finds %s well enough closed', async (name) => {
    const args = ['security', '--offline=yes', `--threshold=${MOST_EXPOSED}`, join(UNITS, name)];
    expect((await run('systemd-analyze', args)).stdout).toMatch(/Overall exposure level .* OK/);
  });
});

let folder: string;
let world: TestWorld;

/** The line of docs/running.md that begins so. */
async function pageLine(beginning: string): Promise<string> {
  const page = await readFile(join(root, 'docs/running.md'), 'utf8');
  const lines = codeBlocks(page, 'sh').flatMap(typedLines);
  const found = lines.filter((line) => line.startsWith(beginning));
  expect(found, beginning).toHaveLength(1);
  return found[0] ?? '';
}

/** What is done there, by a unit that systemd starts first; it ends systemd, too. */
const DRIVER = `exec >/out 2>&1
check() { printf -- '-- %s --\\n' "$1"; shift; "$@" || printf 'failed: %s\\n' "$?"; }
list() { setpriv --reuid=imapdesk --regid=imapdesk --clear-groups env CACHE_DIRECTORY=/tmp node /opt/imapdesk/dist/main.js list -c /etc/imapdesk/config.json; }
status() { systemctl show imapdesk -p ActiveState -p StatusText; }
await() {
  tries=0
  until "$1" | grep -q "$2"; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || return 1
    sleep 0.1
  done
  "$1"
}
check started ${await pageLine('systemctl enable')} --quiet
check looked ${await pageLine('systemctl status')}
check status await status StatusText=.
check list await list Printer
check reloaded systemctl reload imapdesk
check stopped systemctl stop imapdesk
check left systemctl show imapdesk -p ActiveState -p Result -p ExecMainStatus
check once systemctl start imapdesk-once
check after systemctl show imapdesk-once -p ActiveState -p Result -p ExecMainStatus
check rights ls -ld /var/cache/imapdesk /var/lib/imapdesk
systemctl exit
`;

async function units(): Promise<void> {
  const target = (more = ''): string => `[Unit]\nDescription=stand-in\nDefaultDependencies=no\n${more}`;
  const written: Record<string, string> = {
    'default.target': target('Wants=driver.service\n'),
    'driver.service': `[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nEnvironment=PATH=/usr/local/bin:/usr/bin:/bin\nExecStart=/bin/sh /driver\n`,
  };
  for (const name of ['sysinit', 'basic', 'shutdown', 'exit', 'network-online', 'multi-user', 'timers'])
    written[`${name}.target`] = target();
  written['exit.target'] = target('Requires=exit.service\nAfter=exit.service\nAllowIsolate=yes\n');
  written['exit.service'] =
    '[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nExecStart=/bin/systemctl --force exit\n';
  for (const name of names) {
    const text = await readFile(join(UNITS, name), 'utf8');
    written[name] = text
      .replaceAll('/usr/bin/node', '/usr/local/bin/node')
      .replaceAll('/opt/imapdesk/bin/imapdesk', '/opt/imapdesk/dist/main.js')
      .replace('[Service]\n', '[Service]\nStandardError=append:/log\n');
  }
  await mkdir(join(folder, 'units'));
  for (const [name, text] of Object.entries(written)) await writeFile(join(folder, 'units', name), text);
  await writeFile(join(folder, 'driver'), DRIVER);
  await writeFile(
    join(folder, 'config.json'),
    JSON.stringify({ ...deskConfig(world), log: { format: 'pretty' } }),
    { mode: 0o600 },
  );
}

const MAIL =
  'From: jane@example.com\r\nTo: support@example.com\r\nSubject: Printer on fire\r\nMessage-ID: <fire@example.com>\r\n\r\nIt is the old one.\r\n';

describe.skipIf(missing !== '')('under a real systemd', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imapdesk-systemd-'));
    world = await startWorld();
  });
  afterAll(async () => {
    await world?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('works, is known to be ready, reloads, stops in good order, and makes a pass by the other unit', async () => {
    await units();
    await world.deliver('support', Buffer.from(MAIL));
    const image = join(folder, 'image');
    const { printed } = await inBareRoot(
      [
        await baseScript(),
        `base ${image}`,
        `cd ${image}`,
        'mkdir -p opt/imapdesk etc/imapdesk etc/systemd/system sys/fs/cgroup',
        `cp -R ${join(root, 'dist')} ${join(root, 'package.json')} opt/imapdesk/`,
        `cp -p ${folder}/config.json etc/imapdesk/`,
        `cp ${folder}/driver driver`,
        `cp ${folder}/units/* etc/systemd/system/`,
        // As the page has it: the user, who then owns what is there, and the unit from the package.
        'sed -i /^imapdesk:/d etc/passwd etc/group',
        'package=opt/imapdesk/lib/node_modules/imapdesk/docs/systemd',
        'mkdir -p $package && mv etc/systemd/system/imapdesk.service $package',
        'chown -R 0:0 etc/imapdesk',
        `chroot . sh -c '${await pageLine('useradd ')} && ${await pageLine('chown ')} && ${await pageLine('cp ')}'`,
        'printf "0123456789abcdef0123456789abcdef\\n" > etc/machine-id',
        'mount -t tmpfs run run',
        'mount -t cgroup2 cgroup sys/fs/cgroup',
        'mkdir -p sys/fs/cgroup/imapdesk-test && echo $$ > sys/fs/cgroup/imapdesk-test/cgroup.procs',
        'umount sys/fs/cgroup',
        'touch out log && mkdir before',
        // Its group of processes is the root of those that it sees, and it is the first process.
        `unshare --cgroup --mount --pid --fork --kill-child sh -c '${[
          `cd ${image}`,
          'mount -t proc proc proc',
          // It would set limits of the whole machine.
          'mount --bind proc/sys proc/sys',
          'mount -o remount,bind,ro proc/sys',
          'mount -t cgroup2 cgroup sys/fs/cgroup',
          'pivot_root . before',
          'cd /',
          'umount -l before',
          `exec env -i container=test SYSTEMD_UNIT_PATH=/etc/systemd/system SYSTEMD_GENERATOR_PATH=/none PATH=/usr/local/bin:/usr/bin:/bin ${SYSTEMD} --system --log-target=null`,
        ].join(' && ')}' || true`,
        'mount -t cgroup2 cgroup sys/fs/cgroup && echo $$ > sys/fs/cgroup/cgroup.procs',
        'find sys/fs/cgroup/imapdesk-test -depth -type d -exec rmdir {} +',
        'cat out; printf -- "-- log --\\n"; cat log',
      ].join('\n'),
    );
    const parts = Object.fromEntries(
      printed.split(/^-- (?=\w+ --$)/m).map((part) => {
        const [title = '', ...lines] = part.split('\n');
        return [title.replace(' --', ''), lines.join('\n')];
      }),
    );
    expect(parts).toMatchObject({
      started: '',
      looked: expect.stringMatching(/Active: active \(running\)/),
      status: expect.stringMatching(/^StatusText=.*ActiveState=active\n$|^ActiveState=active\nStatusText=./s),
      list: expect.stringMatching(/1 +open .*Printer on fire/),
      reloaded: '',
      stopped: '',
      left: expect.stringMatching(/Result=success\n[^]*ActiveState=inactive\n/),
      once: '',
      after: expect.stringMatching(/Result=success\n[^]*ActiveState=inactive\n/),
      rights: expect.stringMatching(/^(?:drwx------ \d+ imapdesk imapdesk .*\n){2}$/),
      log: expect.stringMatching(/the configuration was read again: 1 left alone[^]*imapdesk has stopped/),
    });
    // What it is about to say when it is told to stop may stay unsaid.
    const others = printed.replaceAll(/.*could not be told: systemd-notify ended with SIGTERM.*/g, '');
    expect(others).not.toMatch(/ERROR|WARN|failed:/);
  });
});
