/**
 * Real mail servers with a pipe: unpacked, not installed, each on a port of loopback, with everything that it writes in one
 * short folder. They look up their accounts by name; nss_wrapper(1) shows them some of their own. What is not for the
 * pipe goes to `relay`, bounces too. None can outlive this process (src/demo/guard.ts).
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { spawnGuarded } from '../../src/demo/guard.js';
import { freePort, greets } from '../../src/demo/listening.js';
import { ownerBesideRoot } from '../../src/demo/owner.js';
import { findTool } from '../integration/tools.js';
import { exim } from './exim.js';
import { type Fate, FIRST_UID, type MtaKind, type MtaPlace, type MtaPrepared } from './mta-kind.js';
import { opensmtpd } from './opensmtpd.js';
import { postfix } from './postfix.js';
import { closedFolder } from './start.js';

const run = promisify(execFile);

export type MtaName = 'exim' | 'postfix' | 'opensmtpd';
export interface Mta {
  readonly port: number;
  readonly log: () => Promise<string>;
  readonly fates: () => Promise<ReadonlyMap<string, Fate>>;
  /** Tries at once what waits in the queue. */
  readonly retry: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const MTAS: Readonly<Record<MtaName, MtaKind>> = { exim, postfix, opensmtpd };
const PROGRAMS: Readonly<Record<MtaName, string>> = {
  exim: '/usr/sbin/exim4',
  postfix: '/usr/sbin/postfix',
  opensmtpd: '/usr/sbin/smtpd',
};
const START_WITHIN_MS = 20_000;

export interface FoundMta {
  readonly kind: MtaKind;
  readonly program: string;
  /** Why tests on it are left out; empty if they are not. */
  readonly missing: string;
}

export async function findMta(name: MtaName): Promise<FoundMta> {
  const kind = MTAS[name];
  const isRoot = process.getuid?.() === 0;
  if (kind.needsRoot && !isRoot)
    return { kind, program: '', missing: `${kind.name} must be started by root.` };
  const { program, reason } = await findTool(name);
  if (program === null) return { kind, program: '', missing: reason };
  for (const path of isRoot ? [program, process.execPath] : []) {
    const closed = await closedFolder(path);
    if (closed !== null)
      return {
        kind,
        program,
        missing: `It runs its pipe as another user, and ${closed} lets nobody else in.`,
      };
  }
  return { kind, program, missing: '' };
}

export interface MtaOptions {
  readonly relay: number;
  readonly blocks: readonly string[];
}

/** Who runs the pipe. */
export async function pipeOwner(): Promise<{ readonly uid: number; readonly gid: number }> {
  return (await ownerBesideRoot()) ?? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
}

/** Throws with what it said if it does not start. */
export async function startMta(name: MtaName, options: MtaOptions): Promise<Mta> {
  const { kind, program, missing } = await findMta(name);
  if (missing !== '') throw new Error(missing);
  const folder = await mkdtemp('/tmp/desk');
  await chmod(folder, 0o711);
  const root = program.slice(0, -PROGRAMS[name].length);
  const owner = await pipeOwner();
  const env = {
    PATH: '/usr/bin:/bin',
    LC_ALL: 'C',
    TZ: 'UTC',
    ...(await accountsFor(folder, kind.accounts, { root, owner })),
  };
  const port = await freePort();
  const place: MtaPlace = { folder, root, port, env, owner, ...options };
  const prepared = await kind.prepare(place).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  return startIn(kind, place, prepared);
}

async function startIn(kind: MtaKind, place: MtaPlace, prepared: MtaPrepared): Promise<Mta> {
  const { folder, env, port } = place;
  let output = '';
  const guarded = spawnGuarded(prepared.command, {
    env,
    cwd: folder,
    folder,
    onOutput: (text) => {
      output += text;
    },
  });
  const { logFile } = prepared;
  const log = async (): Promise<string> => {
    if (logFile === undefined) return output;
    return existsSync(logFile) ? output + (await run('cat', [logFile])).stdout : output;
  };
  const gone = guarded.ended.then(() => true);
  const deadline = Date.now() + START_WITHIN_MS;
  while (!(await greets(port, '220 '))) {
    const hasGone = await Promise.race([gone, wait(30).then(() => false)]);
    if (!hasGone && Date.now() < deadline) continue;
    const said = await log();
    await guarded.stop();
    throw new Error(`${kind.name} did not start: ${said}`);
  }
  const {
    retry: [file = '', ...args],
    group,
  } = prepared;
  const as = group === undefined ? {} : { gid: group };
  return {
    port,
    log,
    fates: async () => kind.fates(await log()),
    retry: async () => void (await run(file, args, { env, cwd: folder, ...as })),
    stop: () => guarded.stop(),
  };
}

/** Environment in which the server finds these accounts, and its libraries. */
async function accountsFor(
  folder: string,
  names: readonly string[],
  { root, owner }: Pick<MtaPlace, 'root' | 'owner'>,
): Promise<Record<string, string>> {
  const libraries = [join(root, 'usr/lib/postfix')];
  for (const parent of [join(root, 'usr/lib'), join(root, 'lib')]) {
    const there = existsSync(parent) ? await readdir(parent) : [];
    libraries.push(...there.filter((name) => name.includes('-linux-')).map((name) => join(parent, name)));
  }
  const wrapper = libraries.map((library) => join(library, 'libnss_wrapper.so')).find(existsSync);
  if (wrapper === undefined) throw new Error(`There is no libnss_wrapper.so below ${root}.`);
  const all = [
    ['root', 0, 0],
    ['imapdesk', owner.uid, owner.gid],
    ...names.map((name, index) => [name, FIRST_UID - index, FIRST_UID - index]),
  ];
  const passwd = all.map(([name, uid, gid]) => `${name}:x:${uid}:${gid}:${name}:/nonexistent:/bin/sh\n`);
  const group = all.map(([name, , gid]) => `${name}:x:${gid}:\n`);
  await writeFile(join(folder, 'passwd'), passwd.join(''));
  await writeFile(join(folder, 'group'), group.join(''));
  return {
    LD_LIBRARY_PATH: libraries.join(':'),
    LD_PRELOAD: wrapper,
    NSS_WRAPPER_PASSWD: join(folder, 'passwd'),
    NSS_WRAPPER_GROUP: join(folder, 'group'),
  };
}
