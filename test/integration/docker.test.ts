/** The Dockerfile's steps, carried out in a root of their own: no engine is needed for that, and no image is pulled. */
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseScript, inBareRoot, whyNoRoot } from './bare-root.js';
import { buildScript, instructionsOf, listOf } from './dockerfile.js';
import { root } from './npm.js';
import { deskConfig, readFolder, startWorld, type TestWorld } from './world.js';

const instructions = instructionsOf(await readFile(join(root, 'docs/docker/Dockerfile'), 'utf8'));
const entry = listOf(instructions, 'ENTRYPOINT').join(' ');
const missing = await whyNoRoot();
if (missing !== '') console.log(`The Dockerfile's steps are not carried out: ${missing}`);
const NODE_USER = 1000;
const PARTS = '-- next --\n';

let folder: string;
let world: TestWorld;

/** What `docker run` is given besides, as docs/docker/compose.yaml has it: the configuration and two secrets, of the user inside. */
async function files(): Promise<void> {
  const { desks, ...rest } = deskConfig(world) as { desks: [Record<'imap' | 'smtp', object>] };
  const [desk] = desks;
  const password = { file: '/run/secrets/password' };
  const written = {
    'config.json': JSON.stringify({
      ...rest,
      secret: { file: '/run/secrets/secret' },
      desks: [{ ...desk, imap: { ...desk.imap, password }, smtp: { ...desk.smtp, password } }],
    }),
    password: world.accounts.support.password,
    secret: 'x'.repeat(64),
  };
  for (const [name, text] of Object.entries(written)) {
    await writeFile(join(folder, name), text, { mode: 0o600 });
    await chown(join(folder, name), NODE_USER, NODE_USER);
  }
}

const MAIL =
  'From: jane@example.com\r\nTo: support@example.com\r\nSubject: Printer on fire\r\nMessage-ID: <fire@example.com>\r\n\r\nIt is the old one.\r\n';

describe.skipIf(missing !== '' || process.env['DEEP'] !== '1')('the image', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imapdesk-docker-'));
    world = await startWorld();
  });
  afterAll(async () => {
    await world?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('is built by its steps, and works as a user without rights in a root that is read-only', async () => {
    await files();
    await world.deliver('support', Buffer.from(MAIL));
    const places = {
      context: root.replace(/[/]$/, ''),
      stages: join(folder, 'stages'),
      packages: join(root, 'node_modules'),
    };
    const script = [
      await baseScript(),
      `build() {\n${buildScript(instructions, places)}\n}`,
      `build >${folder}/build.log 2>&1`,
      'mkdir -p $image/etc/imapdesk $image/run/secrets',
      `cp -p ${folder}/config.json $image/etc/imapdesk/`,
      `cp -p ${folder}/password ${folder}/secret $image/run/secrets/`,
      'for place in /tmp /var/cache/imapdesk /var/lib/imapdesk; do mount --bind $image$place $image$place; done',
      'mount -o remount,bind,ro $image',
      'mount -o remount,bind,ro $image/usr/local',
      `part() { printf '%s' '${PARTS}'; }`,
      'run_in_image sh -c "id -u; id -g; touch /opt/file /usr/local/file /etc/file || true; grep NoNewPrivs /proc/self/status; grep CapBnd /proc/self/status"',
      'part',
      `run_in_image ${entry} --version`,
      'part',
      `run_in_image ${entry} once -v`,
      'part',
      `run_in_image ${listOf(instructions, 'HEALTHCHECK').join(' ')}`,
      'part',
      `run_in_image ${entry} list`,
      'part',
      'run_in_image sh -c "ls /var/cache/imapdesk /opt/imapdesk"',
    ].join('\n');
    const { code, printed } = await inBareRoot(script);
    const built = await readFile(join(folder, 'build.log'), 'utf8');
    expect([code, printed], built).toEqual([0, printed]);
    const [rights, version, once, status, list, left] = printed.split(PARTS);
    expect(rights).toMatch(/^1000\n1000\n/);
    expect(rights?.match(/Read-only file system/g)).toHaveLength(3);
    expect(rights).toMatch(/NoNewPrivs:\s+1\nCapBnd:\s+0+\n/);
    expect(version).toBe(`${JSON.parse(await readFile(join(root, 'package.json'), 'utf8')).version}\n`);
    expect(once).toContain('ticket 1');
    expect(status).toMatch(/open +1 ticket\n/);
    expect(list).toMatch(/1 +open .*Printer on fire/);
    expect(left).not.toMatch(/node_modules|src/);
    expect(await readFolder(world, 'support', 'Tickets/Open')).not.toEqual([]);
  });
});

describe('the Dockerfile', () => {
  it('ends as a user without rights, with a check of health, and works until it is told to stop', () => {
    expect(instructions.findLast(({ name }) => name === 'USER')?.rest).toBe('node');
    expect(listOf(instructions, 'CMD')).toEqual(['run']);
    expect(listOf(instructions, 'HEALTHCHECK')).toEqual(['imapdesk', 'status']);
    expect(instructions.filter(({ name }) => name === 'FROM')).toHaveLength(2);
  });
});
