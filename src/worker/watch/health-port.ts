/**
 * The health port: HTTP on a loopback address, GET and HEAD only, for two paths. Nothing that is sent to it is read but
 * the request line, and what it says is bounded by the number of desks.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { waitMs } from '../run/timers.js';
import type { Vitals } from '../run/vitals.js';
import {
  type DeskHealth,
  type HealthLimits,
  healthOfLeftOut,
  judgeHealth,
  type LeftOutDesk,
} from './health.js';
import { METRICS_TYPE, type Measured, metricsText } from './metrics.js';

interface WatchedDesk {
  readonly vitals: Vitals;
  readonly limits: HealthLimits;
}

export interface HealthPortOptions {
  readonly host: string;
  readonly port: number;
  /** Those at work, as they are when somebody asks. */
  readonly desks: () => readonly WatchedDesk[];
  /** Those that are configured and cannot be worked. */
  readonly leftOut?: () => readonly LeftOutDesk[];
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Called with the port once it listens. */
  readonly onListening?: (port: number) => void;
}

const MAX_CONNECTIONS = 50;
const REQUEST_MS = 5000;
/** Another worker that is about to stop may still have the port. */
const TRY_AGAIN_MS = 15_000;

/** Serves until the signal is aborted. A port that cannot be had is told in the log, and tried again: mail goes on. */
export async function serveHealth(options: HealthPortOptions): Promise<void> {
  const { signal, log, host, port } = options;
  while (!signal.aborted) {
    try {
      await serveOnce(options);
    } catch (error) {
      log.error({ err: error }, `the health port ${host}:${port} cannot be opened, and is tried again`);
      await waitMs(TRY_AGAIN_MS, signal).catch(() => undefined);
    }
  }
}

/** Rejects if the port cannot be had. */
function serveOnce(options: HealthPortOptions): Promise<void> {
  const { host, port, log, signal, onListening } = options;
  const limits = { maxHeaderSize: 8192, headersTimeout: REQUEST_MS, requestTimeout: REQUEST_MS };
  const server = createServer(limits, (request, response) => {
    answer(request, response, options).catch((error: unknown) => {
      log.error({ err: error }, 'the health port could not answer');
      response.destroy();
    });
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.keepAliveTimeout = REQUEST_MS;
  return new Promise((fulfil, reject) => {
    const stop = (): void => {
      server.close(() => fulfil());
      server.closeAllConnections();
    };
    server.on('error', reject);
    server.listen({ host, port }, () => {
      onListening?.(portOf(server, port));
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
    });
  });
}

function portOf(server: Server, asked: number): number {
  const address = server.address();
  return address === null || typeof address === 'string' ? asked : address.port;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { desks, leftOut = () => [] }: HealthPortOptions,
): Promise<void> {
  // A body is not wanted, and not waited for.
  request.resume();
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    response.setHeader('Connection', 'close');
    end(response, { status: 405, type: 'text/plain', body: 'only GET\n' });
    return;
  }
  const now = new Date();
  const path = (request.url ?? '').split('?', 1)[0];
  const measured = measure(desks(), now);
  const unread = leftOut();
  if (path === '/healthz') end(response, healthz(measured, unread));
  else if (path === '/metrics')
    end(response, { status: 200, type: METRICS_TYPE, body: await metricsText(measured, now, unread) });
  else end(response, { status: 404, type: 'text/plain', body: 'only /healthz and /metrics\n' });
}

function measure(desks: readonly WatchedDesk[], now: Date): readonly Measured[] {
  return desks.map(({ vitals, limits }) => ({ vitals, health: judgeHealth(vitals.state(), limits, now) }));
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

function healthz(measured: readonly Measured[], leftOut: readonly LeftOutDesk[]): Answer {
  const desks: readonly DeskHealth[] = [
    ...measured.map(({ health }) => health),
    ...leftOut.map(healthOfLeftOut),
  ];
  const healthy = desks.every((desk) => desk.healthy);
  const body = `${JSON.stringify({ healthy, desks })}\n`;
  return { status: healthy ? 200 : 503, type: 'application/json', body };
}

function end(response: ServerResponse, { status, type, body }: Answer): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) });
  response.end(response.req.method === 'HEAD' ? '' : body);
}
