/**
 * Starting an IMAP server from unpacked packages: in the foreground, on a port of its own on loopback, as the user that
 * we are, with everything that it writes in one short folder. It cannot outlive this process (src/demo/guard.ts).
 */
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Guarded, spawnGuarded } from '../../src/demo/guard.js';
import type { Account, Inboxes } from '../../src/demo/inbox.js';
import { freePort, greeted } from '../../src/demo/listening.js';
import type { Server } from '../../src/demo/server.js';

/** What a kind of server has to say about itself. */
export interface Unpacked {
  /** What people call it. */
  readonly name: string;
  readonly version: string;
  /** Where its program is below the folder that stands for `/`. */
  readonly program: string;
  /** Writes its configuration and makes the accounts, in `place.folder`, and answers how to start it. */
  prepare(place: Place): Promise<Prepared>;
}

export interface Place {
  /** An absolute path of 15 characters. */
  readonly folder: string;
  /** The folder that stands for `/`. */
  readonly root: string;
  /** Where in it the libraries are that depend on the kind of machine. */
  readonly libraries: string;
  readonly port: number;
  /** Without which none of the programs finds its libraries. */
  readonly env: Readonly<Record<string, string>>;
  readonly accounts: readonly Account[];
}

export interface Prepared {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly inboxes: Inboxes;
}

export interface RestartableServer extends Server {
  /** Ends it and starts it anew on the same port, with nothing in its folder but what it needs, and what `fill` adds. */
  renew(fill: () => Promise<void>): Promise<void>;
}

const START_TRIES = 3;

/** `program` is what the script of the server's name prints. Throws with what it said if it does not start. */
export async function startUnpacked(
  kind: Unpacked,
  program: string,
  accounts: readonly Account[],
): Promise<RestartableServer> {
  if (!program.endsWith(kind.program)) throw new Error(`${program} is not an unpacked ${kind.name}.`);
  const root = program.slice(0, -kind.program.length);
  const machine = await machineFolders(root);
  const env = {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    LC_ALL: 'C',
    TZ: 'UTC',
    LD_LIBRARY_PATH: [join(root, 'usr/lib'), ...machine].join(':'),
  };
  for (let tries = 1; ; tries += 1) {
    const folder = await mkdtemp('/tmp/desk');
    try {
      await chmod(folder, 0o711);
      const place = { folder, root, libraries: machine[0] ?? root, env, accounts, port: await freePort() };
      return await startIn(kind, place);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      // Somebody else may have taken the port that was free.
      if (tries === START_TRIES || !/address already in use/i.test(String(error))) throw error;
    }
  }
}

/** Where the libraries are that depend on the kind of machine. */
async function machineFolders(root: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const parent of [join(root, 'usr/lib'), join(root, 'lib')]) {
    const names = existsSync(parent) ? await readdir(parent) : [];
    found.push(...names.filter((name) => name.includes('-linux-')).map((name) => join(parent, name)));
  }
  return found;
}

async function startIn(kind: Unpacked, place: Place): Promise<RestartableServer> {
  const { folder, port } = place;
  let logged = '';
  const start = async ({ command, env }: Prepared): Promise<Guarded> => {
    const started = spawnGuarded(command, {
      env,
      cwd: folder,
      folder,
      onOutput: (text) => {
        logged += text;
      },
    });
    try {
      await greeted(port, started);
    } catch (error) {
      await started.stop();
      throw new Error(`${kind.name} did not start: ${logged.trim() || 'it said nothing.'}`, { cause: error });
    }
    return started;
  };
  const prepared = await kind.prepare(place);
  let running = await start(prepared);
  return {
    version: kind.version,
    port,
    tlsPort: null,
    folder,
    inboxes: prepared.inboxes,
    certificate: null,
    log: () => logged,
    stop: () => running.stop(),
    async renew(fill) {
      await running.stop();
      await mkdir(folder, { mode: 0o711 });
      const again = await kind.prepare(place);
      await fill();
      running = await start(again);
    },
  };
}
