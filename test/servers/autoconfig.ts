/** A web server on loopback that has what mail hosts say of their servers (autoconfig), for names of its own choice. */
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { listenAt } from '../../src/demo/listening.js';
import { madeCertificate } from './made-certificate.js';

export interface WebServer {
  readonly port: number;
  /** PEM, to be trusted. */
  readonly certificate: string;
  /** HOST/PATH of each request, without what is behind the question mark. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

/** `pages` by HOST/PATH: a text, or what answers by itself. */
export async function startWebServer(
  dovecot: string,
  names: readonly string[],
  pages: Readonly<Record<string, string | ((response: ServerResponse) => void)>>,
): Promise<WebServer> {
  const made = await madeCertificate(dovecot, names);
  const asked: string[] = [];
  const server = createServer(made, (request, response) => {
    const path = `${request.headers.host?.replace(/:\d+$/, '')}${request.url?.replace(/\?.*/, '')}`;
    asked.push(path);
    const page = pages[path];
    if (typeof page === 'function') page(response);
    else response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'text/xml' }).end(page);
  });
  const port = await listenAt(server);
  return {
    port,
    certificate: made.cert,
    asked,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
