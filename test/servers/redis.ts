/** A Redis on loopback that keeps nothing on disk, on a port of its own. It cannot outlive this process (src/demo/guard.ts). */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { Certificate } from '../../src/demo/certificate.js';
import { type Guarded, spawnGuarded } from '../../src/demo/guard.js';
import { freePort } from '../../src/demo/listening.js';
import { findTool } from '../integration/tools.js';

const START_MS = 10_000;

export interface RedisServer {
  readonly port: number;
  /** With its password. */
  readonly url: string;
  /** Ends it, and starts it anew on the same port, with nothing in it. */
  restart(): Promise<void>;
  /** Ends it until `start`. */
  end(): Promise<void>;
  start(): Promise<void>;
  flush(): Promise<void>;
  /** Commands that it has carried out so far. */
  commands(): Promise<number>;
  stop(): Promise<void>;
}

interface RedisOptions {
  /** Then it speaks TLS alone, under the name localhost. */
  readonly tls?: Pick<Certificate, 'cert' | 'key'>;
}

/** `settings`: lines of a redis.conf, which name a password; the address in them is not used. */
export async function startRedis(settings: string, { tls }: RedisOptions = {}): Promise<RedisServer> {
  const password = /^requirepass (\S+)$/m.exec(settings)?.[1] ?? '';
  const { program, reason } = await findTool('redis');
  if (program === null) throw new Error(reason);
  const port = await freePort();
  let server: Guarded | null = null;
  const url =
    tls === undefined ? `redis://:${password}@127.0.0.1:${port}` : `rediss://:${password}@localhost:${port}`;
  const ask = async <T>(work: (redis: Redis) => Promise<T>): Promise<T> => {
    const trust = tls === undefined ? {} : { tls: { ca: tls.cert } };
    const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, ...trust });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      return await work(redis);
    } finally {
      redis.disconnect();
    }
  };
  const start = async (): Promise<void> => {
    const folder = await mkdtemp('/tmp/imapdesk-redis-');
    const file = join(folder, 'redis.conf');
    const listen =
      tls === undefined
        ? [`port ${port}`]
        : [
            'port 0',
            `tls-port ${port}`,
            'tls-auth-clients no',
            `tls-cert-file ${await put(folder, 'cert.pem', tls.cert)}`,
            `tls-key-file ${await put(folder, 'key.pem', tls.key)}`,
          ];
    await writeFile(file, [settings.replace(/^bind .*$/m, 'bind 127.0.0.1'), ...listen, ''].join('\n'));
    let said = '';
    server = spawnGuarded([program, file], {
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
      cwd: folder,
      folder,
      onOutput: (text) => {
        said += text;
      },
    });
    const deadline = Date.now() + START_MS;
    while (!(await ask((redis) => redis.ping()).catch(() => null))) {
      if (Date.now() > deadline) throw new Error(`redis-server does not answer: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  };
  const end = async (): Promise<void> => {
    await server?.stop();
    server = null;
  };
  await start();
  return {
    port,
    url,
    start,
    end,
    restart: async () => {
      await end();
      await start();
    },
    flush: async () => void (await ask((redis) => redis.flushall())),
    commands: () =>
      ask(async (redis) =>
        Number(/total_commands_processed:(\d+)/.exec(await redis.info('stats'))?.[1] ?? '0'),
      ),
    stop: end,
  };
}

async function put(folder: string, name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text, { mode: 0o600 });
  return path;
}
