/** Serves the pages until told to stop. Slow and greedy clients are bounded by the server's own limits. */
import { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { EXIT, Problem } from '../problem/problem.js';
import { createApp } from './app.js';
import type { Site } from './site.js';

const MAX_CONNECTIONS = 200;
const REQUEST_MS = 15_000;
const KEEP_ALIVE_MS = 10_000;
/** A download that nobody takes anything of. */
const SILENT_MS = 120_000;
const MAX_HEADER_BYTES = 16_384;

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly signal: AbortSignal;
  /** Called with the port once it listens. */
  readonly onListening: (port: number) => void;
}

/** Rejects with a Problem if the port cannot be had. */
export async function servePages(site: Site, options: ServeOptions): Promise<void> {
  const { host, port, signal, onListening } = options;
  const app = createApp(site);
  const server = createAdaptorServer({
    fetch: (request, env) => app.fetch(request, env),
    serverOptions: {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: REQUEST_MS,
      requestTimeout: REQUEST_MS,
    },
  });
  if (!(server instanceof Server)) throw new TypeError('The pages are served by HTTP/1.1 alone.');
  server.maxConnections = MAX_CONNECTIONS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.timeout = SILENT_MS;
  await new Promise<void>((fulfil, reject) => {
    const stop = (): void => {
      server.close(() => fulfil());
      server.closeAllConnections();
    };
    server.once('error', (error) => reject(unserved(error, options)));
    server.listen({ host, port }, () => {
      const address = server.address();
      onListening(typeof address === 'object' && address !== null ? address.port : port);
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
    });
  });
}

function unserved(error: Error, { host, port }: ServeOptions): Problem {
  const code: unknown = Reflect.get(error, 'code');
  const known = { EADDRINUSE: 'something else listens there', EACCES: 'this user may not listen there' };
  const why = Object.entries(known).find(([name]) => name === code)?.[1] ?? String(code);
  return new Problem(
    'web-port',
    `the pages cannot be served on ${host}, port ${port}: ${why}. "web.port" can be another one`,
    { exitCode: EXIT.unavailable, cause: error },
  );
}
