/** The pages of a desk as somebody's browser waits for them, and the least that could answer in their place. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import type { ImapFlow } from 'imapflow';
import { listenAt } from '../../src/demo/listening.js';
import { PASSWORD, webConfig } from '../integration/web-bench.js';
import type { MeasuredDesk } from './desk.js';

export interface Served {
  readonly port: number;
  /** What a browser sends that has signed in. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Answered {
  /** From the request to the first byte of the answer. */
  readonly ms: number;
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

interface Asking extends Served {
  readonly form?: Readonly<Record<string, string>>;
}

/** Over a connection of its own. */
export async function ask(path: string, { port, headers, form }: Asking): Promise<Answered> {
  const method = form === undefined ? 'GET' : 'POST';
  const asking = request({ host: '127.0.0.1', port, path, method, headers, agent: false });
  const startedAt = performance.now();
  asking.end(form === undefined ? undefined : new URLSearchParams(form).toString());
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  const ms = performance.now() - startedAt;
  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await once(response, 'end');
  return { ms, status: response.statusCode ?? 0, headers: response.headers, text };
}

/** `web`, beside which somebody has signed in. */
export async function withPages<T>(desk: MeasuredDesk, work: (served: Served) => Promise<T>): Promise<T> {
  const { port, web } = await webConfig();
  const file = join(desk.world.folder, 'web.json');
  const config: object = JSON.parse(await readFile(desk.configFile, 'utf8'));
  await writeFile(file, JSON.stringify({ ...config, web }), { mode: 0o600 });
  const child = spawn(process.execPath, [desk.build.main, 'web', '-c', file], {
    env: desk.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const early = ended.then(() => {
    throw new Error('web ended before it served.');
  });
  early.catch(() => undefined);
  try {
    await Promise.race([once(child.stdout, 'data'), early]);
    return await work({ port, headers: { Cookie: await signIn(port) } });
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

async function signIn(port: number): Promise<string> {
  const headers = {
    'Content-Type': 'application/x-www-form-urlencoded',
    Origin: 'null',
    'Sec-Fetch-Site': 'same-origin',
  };
  const { headers: answered, status } = await ask('/sign-in', {
    port,
    headers,
    form: { password: PASSWORD },
  });
  const [cookie] = answered['set-cookie'] ?? [];
  if (cookie === undefined) throw new Error(`Nobody could sign in: ${status}.`);
  return cookie.split(';')[0] ?? '';
}

/** Of which messages a page is made: their header and flags, or all of each. */
export interface BarePage {
  readonly folder: string;
  /** In sequence numbers. */
  readonly range: string;
  readonly whole: boolean;
}

/** Node's own server over one connection: EXAMINE, FETCH, and an answer of as many characters as were read. */
export async function withBare<T>(
  client: ImapFlow,
  pages: ReadonlyMap<string, BarePage>,
  work: (served: Served) => Promise<T>,
): Promise<T> {
  const server = createServer((asked, response) => {
    const page = pages.get(asked.url ?? '');
    const read = page === undefined ? Promise.resolve(0) : readBare(client, page);
    read.then(
      (length) => response.end('x'.repeat(length)),
      (error: unknown) => response.destroy(error instanceof Error ? error : undefined),
    );
  });
  const port = await listenAt(server);
  try {
    return await work({ port, headers: {} });
  } finally {
    server.close();
  }
}

async function readBare(client: ImapFlow, { folder, range, whole }: BarePage): Promise<number> {
  await client.mailboxOpen(folder, { readOnly: true });
  const rows = await client.fetchAll(
    range,
    whole ? { uid: true, flags: true, source: true } : { uid: true, flags: true, headers: true },
  );
  return rows.reduce((sum, { source, headers }) => sum + (source?.length ?? headers?.length ?? 0), 0);
}
