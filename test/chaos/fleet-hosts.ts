/**
 * Hosts of a fleet on one machine: each a process in a network namespace of its own with one link, under a host name of its
 * own, with folders and, if wanted, a clock of its own. Where no namespaces are to be had (they take root), hosts are processes
 * that have only their folders apart: they see each other's locks, so what they prove is less.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findTool } from '../integration/tools.js';
import { main } from '../integration/world.js';

const run = promisify(execFile);
const RELAY = fileURLToPath(new URL('fleet-relay.mjs', import.meta.url));

export interface HostsOptions {
  /** Of the services on loopback that hosts reach through their links. */
  readonly ports: readonly number[];
  readonly config: string;
  /** A folder for those of the hosts. */
  readonly folder: string;
}

export interface Host {
  readonly name: string;
  /** By the clock of this process, in milliseconds, when each line was read. */
  readonly lines: { readonly at: number; readonly line: Record<string, unknown> }[];
  start(): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Resolves with its exit code when it has ended. */
  readonly ended: () => Promise<number | null>;
  link(state: 'up' | 'down'): Promise<void>;
  stop(): Promise<void>;
}

/** Whether namespaces can be had here. */
export async function haveNamespaces(): Promise<boolean> {
  const name = `imapdesk-${process.pid}-try`;
  try {
    await run('ip', ['netns', 'add', name]);
    await run('ip', ['netns', 'del', name]);
    return true;
  } catch {
    return false;
  }
}

/** `clock`: how far its clock is ahead, as libfaketime reads it, such as `+10m`. */
export async function makeHost(
  index: number,
  options: HostsOptions,
  { clock, apart }: { readonly clock: string | null; readonly apart: boolean },
): Promise<Host> {
  const name = `host${index}`;
  const home = join(options.folder, name);
  await mkdir(home, { recursive: true });
  const network = apart ? await makeNetwork(index, options.ports) : null;
  const env = { ...process.env, ...(await clockOf(clock)), XDG_CACHE_HOME: home, XDG_STATE_HOME: home };
  const lines: Host['lines'] = [];
  let child: ChildProcess | null = null;
  let ended: Promise<number | null> = Promise.resolve(null);
  const start = async (): Promise<void> => {
    const command = [process.execPath, main, 'run', '-c', options.config];
    // Each program replaces the one before, so that the process we know is the host itself.
    const [program = '', ...args] =
      network === null
        ? command
        : [
            ...network.within,
            'unshare',
            '--uts',
            'sh',
            '-ec',
            `hostname ${name}; exec "$@"`,
            'sh',
            ...command,
          ];
    const started = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    child = started;
    ended = new Promise((resolve) => started.once('close', resolve));
    let rest = '';
    started.stderr.on('data', (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) lines.push({ at: Date.now(), line: read(part) });
    });
    await Promise.resolve();
  };
  return {
    name,
    lines,
    start,
    signal: (signal) => void child?.kill(signal),
    ended: () => ended,
    link: async (state) => network?.link(state),
    stop: async () => {
      child?.kill('SIGCONT');
      child?.kill('SIGKILL');
      await ended;
      await network?.remove();
    },
  };
}

function read(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return { msg: line };
  }
}

async function clockOf(clock: string | null): Promise<Record<string, string>> {
  if (clock === null) return {};
  const { program, reason } = await findTool('faketime');
  if (program === null) throw new Error(reason);
  // The clock that measures spans stays as it is, as on a machine whose time is wrong.
  return { LD_PRELOAD: program, FAKETIME: clock, FAKETIME_DONT_FAKE_MONOTONIC: '1' };
}

interface Network {
  /** What runs a command within. */
  readonly within: readonly string[];
  link(state: 'up' | 'down'): Promise<void>;
  remove(): Promise<void>;
}

async function makeNetwork(index: number, ports: readonly number[]): Promise<Network> {
  const name = `imapdesk-${process.pid}-${index}`;
  const [outer, inner] = [`fl${process.pid % 100_000}a${index}`, `fl${process.pid % 100_000}b${index}`];
  const net = `10.${200 + (process.pid % 50)}.${index}`;
  const ip = (...words: readonly string[]): Promise<unknown> => run('ip', words);
  await ip('netns', 'add', name);
  await ip('link', 'add', outer, 'type', 'veth', 'peer', 'name', inner, 'netns', name);
  await ip('addr', 'add', `${net}.1/24`, 'dev', outer);
  await ip('link', 'set', outer, 'up');
  await ip('-n', name, 'addr', 'add', `${net}.2/24`, 'dev', inner);
  for (const device of ['lo', inner]) await ip('-n', name, 'link', 'set', device, 'up');
  const within = ['ip', 'netns', 'exec', name];
  const servers = await Promise.all(ports.map((port) => passOn(`${net}.1`, port)));
  const [program = '', ...args] = [...within, process.execPath, RELAY, `${net}.1`, ...ports.map(String)];
  const relay = spawn(program, args, { stdio: 'ignore' });
  return {
    within,
    // At its own end: what is cut is the host, and nobody is told.
    link: async (state) => void (await ip('-n', name, 'link', 'set', inner, state)),
    remove: async () => {
      relay.kill('SIGKILL');
      for (const server of servers) server.close();
      await ip('netns', 'del', name);
    },
  };
}

interface PassingOn {
  close(): void;
}

/** From an address of the link to the same port of our loopback, where the services are. */
function passOn(address: string, port: number): Promise<PassingOn> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((near) => {
    const on = connect(port, '127.0.0.1');
    near.pipe(on).pipe(near);
    for (const socket of [near, on]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        on.destroy();
      });
    }
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () =>
      resolve({
        close: () => {
          server.close();
          for (const socket of sockets) socket.destroy();
        },
      }),
    );
  });
}
