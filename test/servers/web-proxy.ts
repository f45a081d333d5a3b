/**
 * A real nginx or Caddy that passes HTTPS on, by a block of configuration from a page: on a port of loopback, with everything
 * that it writes in one short folder. Neither can outlive this process (src/demo/guard.ts), and neither asks anybody for a
 * certificate.
 */
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { connect } from 'node:tls';
import { type Guarded, spawnGuarded } from '../../src/demo/guard.js';
import { freePort } from '../../src/demo/listening.js';

const START_WITHIN_MS = 20_000;

export interface WebProxy {
  readonly port: number;
  /** What a client has to trust, in PEM. */
  readonly ca: string;
  readonly log: () => string;
  readonly stop: () => Promise<void>;
}

export interface ProxyPlace {
  readonly folder: string;
  readonly port: number;
}

export interface ProxyKind {
  readonly name: 'nginx' | 'Caddy';
  /** Writes the configuration into `place.folder`, the block in it as it is there; answers the command. */
  readonly prepare: (program: string, place: ProxyPlace, block: string) => Promise<readonly string[]>;
  /** Where the certificate is that has signed the server's. */
  readonly ca: (folder: string) => string;
}

/** Around the block stands what a Debian's nginx.conf has around it, as far as it matters, and where it may write. */
export const nginx: ProxyKind = {
  name: 'nginx',
  async prepare(program, { folder }, block) {
    const config = [
      // It is Debian's or Ubuntu's, and so is the group.
      ...(process.getuid?.() === 0 ? ['user nobody nogroup;'] : []),
      'worker_processes 1;',
      'daemon off;',
      `pid ${folder}/nginx.pid;`,
      'events { worker_connections 64; }',
      'http {',
      `access_log ${folder}/access.log;`,
      ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (name) => `${name}_temp_path ${folder}/${name};`,
      ),
      block,
      '}',
    ];
    await writeFile(join(folder, 'nginx.conf'), config.join('\n'));
    return [program, '-e', 'stderr', '-p', folder, '-c', join(folder, 'nginx.conf')];
  },
  ca: (folder) => join(folder, 'desk.pem'),
};

/** Options for all of its sites stand before the block: loopback alone, its own certificates, no way to change it from outside. */
export const caddy: ProxyKind = {
  name: 'Caddy',
  async prepare(program, { folder, port }, block) {
    const options = [
      'admin off',
      'default_bind 127.0.0.1',
      `https_port ${port}`,
      'auto_https disable_redirects',
      'local_certs',
      'skip_install_trust',
    ];
    await writeFile(join(folder, 'Caddyfile'), `{\n${options.join('\n')}\n}\n${block}\n`);
    return [program, 'run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile'];
  },
  ca: (folder) => join(folder, 'data/caddy/pki/authorities/local/root.crt'),
};

/**
 * `blockAt` makes the block for a place, and whatever files it names there. Throws with what the proxy said if it does not
 * answer by TLS as `name`.
 */
export async function startWebProxy(
  kind: ProxyKind,
  program: string,
  { name, blockAt }: { readonly name: string; readonly blockAt: (place: ProxyPlace) => Promise<string> },
): Promise<WebProxy> {
  const folder = await mkdtemp('/tmp/desk');
  await chmod(folder, 0o711);
  const port = await freePort();
  let logged = '';
  let guarded: Guarded | null = null;
  try {
    const place = { folder, port };
    const command = await kind.prepare(program, place, await blockAt(place));
    const child = spawnGuarded(command, {
      env: { PATH: '/usr/bin:/bin', HOME: folder, XDG_DATA_HOME: join(folder, 'data') },
      cwd: folder,
      folder,
      onOutput: (text) => {
        logged += text;
      },
    });
    guarded = child;
    const ca = await answering(port, { name, caFile: kind.ca(folder), guarded });
    return { port, ca, log: () => logged, stop: () => child.stop() };
  } catch (error) {
    await guarded?.stop();
    await rm(folder, { recursive: true, force: true });
    throw new Error(`${kind.name} did not start: ${logged.trim() || 'it said nothing.'}`, { cause: error });
  }
}

interface Awaited {
  readonly name: string;
  readonly caFile: string;
  readonly guarded: Guarded;
}

/** Caddy signs its certificates after it has begun to listen. */
async function answering(port: number, { name, caFile, guarded }: Awaited): Promise<string> {
  const gone = guarded.ended.then(() => true);
  const deadline = Date.now() + START_WITHIN_MS;
  while (Date.now() < deadline) {
    const ca = existsSync(caFile) ? await readFile(caFile, 'utf8') : '';
    if (ca !== '' && (await greets(port, name, ca))) return ca;
    if (await Promise.race([gone, wait(20).then(() => false)])) throw new Error('It ended.');
  }
  throw new Error('It does not answer.');
}

function greets(port: number, servername: string, ca: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, servername, ca }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
