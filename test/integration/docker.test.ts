/** The Dockerfile's steps, carried out in a root of their own: no engine is needed for that, and no image is pulled. */
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
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

interface Composed {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

interface Service {
  readonly build: { readonly context: string; readonly dockerfile: string };
  readonly image: string;
  readonly volumes: readonly string[];
  readonly secrets: readonly string[];
  readonly stop_grace_period: string;
  readonly restart: string;
}

/** As an engine reads it: `strict` refuses a key that stands there twice, and what is no YAML 1.2. */
async function composed(): Promise<Composed> {
  const text = await readFile(join(root, 'docs/docker/compose.yaml'), 'utf8');
  return parse(text, { strict: true, uniqueKeys: true }) as Composed;
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

describe('compose.yaml', () => {
  const env = Object.fromEntries(
    instructions
      .filter(({ name }) => name === 'ENV')
      .flatMap(({ rest }) => rest.split(' ').map((pair) => pair.split('=') as [string, string])),
  );

  it('builds the image of the Dockerfile, from where its steps find their files', async () => {
    const { build, image } = (await composed()).services['imapdesk'] ?? {};
    const beside = join(root, 'docs/docker');
    expect(join(beside, build?.context ?? '', '/')).toBe(root);
    expect(join(beside, build?.context ?? '', build?.dockerfile ?? '')).toBe(join(beside, 'Dockerfile'));
    expect(image).toBe('imapdesk');
  });

  it('closes what the page says, and leaves open what the Dockerfile writes into', async () => {
    const { services, volumes } = await composed();
    const { imapdesk, ...others } = services;
    expect(others).toEqual({});
    expect(imapdesk).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      user: `${NODE_USER}:${NODE_USER}`,
      tmpfs: ['/tmp'],
    });
    const mounts = (imapdesk?.volumes ?? []).map((volume) => volume.split(':'));
    expect(mounts).toEqual([
      ['./config.json', env['IMAPDESK_CONFIG'], 'ro'],
      ['cache', env['CACHE_DIRECTORY']],
      ['state', env['STATE_DIRECTORY']],
    ]);
    expect(Object.keys(volumes)).toEqual(['cache', 'state']);
    const made = instructions.find(({ rest }) => rest.includes('install -d'))?.rest ?? '';
    for (const [name, place = ''] of mounts) if (name !== './config.json') expect(made).toContain(place);
  });

  it('gives each secret that it names, from a file that the page names, and more time than a stop takes', async () => {
    const { services, secrets } = await composed();
    expect(services['imapdesk']?.secrets).toEqual(Object.keys(secrets));
    const page = await readFile(join(root, 'docs/running.md'), 'utf8');
    for (const { file } of Object.values(secrets)) expect(page).toContain(`\`${file.replace('./', '')}\``);
    expect(services['imapdesk']?.stop_grace_period).toBe('15s');
    expect(services['imapdesk']?.restart).toBe('unless-stopped');
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
