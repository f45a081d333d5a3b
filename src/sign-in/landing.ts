/**
 * Where the browser comes back to after a sign-in: a page on this machine, at a free port, for one request that knows the
 * state of this sign-in. Everybody else gets nothing.
 */
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';

export interface Landing {
  readonly redirectUri: string;
  /** The address that the browser came with; never rejects. */
  readonly arrived: Promise<URL>;
  /** Says in the browser how it went, where one is waiting, and listens no more. */
  close(signedIn: boolean): Promise<void>;
}

export async function openLanding(host: '127.0.0.1' | 'localhost', state: string): Promise<Landing> {
  let waiting: ServerResponse | null = null;
  let tell: ((url: URL) => void) | null = null;
  const arrived = new Promise<URL>((resolve) => {
    tell = resolve;
  });
  const server = createServer((request, response) => {
    const url = addressOf(request.url, redirectUri);
    const isOurs =
      request.method === 'GET' && url?.pathname === '/' && url.searchParams.get('state') === state;
    if (!isOurs || waiting !== null) {
      answer(response, 404, 'There is nothing here.');
      return;
    }
    waiting = response;
    tell?.(url);
  });
  const redirectUri = `http://${host}:${await listen(server)}/`;
  return {
    redirectUri,
    arrived,
    async close(signedIn) {
      const closed = once(server, 'close');
      server.close();
      if (waiting !== null) await answered(waiting, signedIn ? DONE : FAILED);
      // A browser opens connections ahead, and says nothing on them: to Node these are not idle.
      server.closeAllConnections();
      await closed;
    },
  };
}

const DONE = 'imapdesk has what it needs. You can close this page, and go back to the terminal.';
const FAILED = 'That did not work. The terminal says why; you can close this page.';

/** null for what is no address, such as `//`: whoever asks may be anybody on this machine, or a page in a browser. */
function addressOf(path: string | undefined, base: string): URL | null {
  const written = path ?? '/';
  return URL.canParse(written, base) ? new URL(written, base) : null;
}

/** Once the answer is on its way, or nobody is there to take it. */
async function answered(response: ServerResponse, text: string): Promise<void> {
  if (response.closed) return;
  const gone = once(response, 'close');
  answer(response, 200, text);
  await gone;
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'",
    'referrer-policy': 'no-referrer',
    connection: 'close',
  });
  response.end(`<!doctype html><title>imapdesk</title><p>${text}</p>\n`);
}

/** On IPv4 alone: browsers go there for `localhost`, too. */
async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('A server has no port.');
  return address.port;
}
