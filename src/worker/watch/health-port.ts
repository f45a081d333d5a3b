/**
 * The health port: HTTP on a loopback address, GET and HEAD only, for two paths. Nothing that is sent to it is read but
 * the request line, and what it says is bounded by the number of desks.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Logger } from 'pino';
import { waitMs } from '../run/timers.js';
import { type DeskHealth, type FleetHealth, healthOfLeftOut, type LeftOutDesk } from './health.js';
import { METRICS_TYPE, measure, metricsText, type Watched, type WatchedDesk } from './metrics.js';
import { processMetrics } from './process-metrics.js';

export interface HealthPortOptions {
  readonly host: string;
  readonly port: number;
  /** Those at work, as they are when somebody asks. */
  readonly desks: () => readonly WatchedDesk[];
  /** Those that are configured and cannot be worked. */
  readonly leftOut?: () => readonly LeftOutDesk[];
  /** How this host of a fleet is; left out where there is no fleet. */
  readonly fleet?: (() => FleetHealth) | undefined;
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
  processMetrics();
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
  { desks, leftOut = () => [], fleet }: HealthPortOptions,
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
  const watched = { desks: desks(), leftOut: leftOut(), fleet: fleet?.() };
  if (path === '/healthz') end(response, healthz(watched, now));
  else if (path === '/metrics') await sendMetrics(response, watched, now);
  else end(response, { status: 404, type: 'text/plain', body: 'only /healthz and /metrics\n' });
}

/** As they are written, so that the text of a thousand desks is never in memory as a whole. */
async function sendMetrics(response: ServerResponse, watched: Watched, now: Date): Promise<void> {
  response.writeHead(200, { 'Content-Type': METRICS_TYPE });
  if (response.req.method === 'HEAD') response.end();
  else await pipeline(metricsText(watched, now), response).catch(unlessGone);
}

/** Whoever asked may leave in the middle. */
function unlessGone(error: unknown): void {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : null;
  if (code !== 'ERR_STREAM_PREMATURE_CLOSE' && code !== 'ECONNRESET' && code !== 'EPIPE') throw error;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** A host that has not reached its fleet yet works on nothing. */
function healthz({ desks: worked, leftOut = [], fleet }: Watched, now: Date): Answer {
  const desks: readonly DeskHealth[] = [
    ...worked.map((desk) => measure(desk, now).health),
    ...leftOut.map(healthOfLeftOut),
  ];
  const healthy = desks.every((desk) => desk.healthy) && fleet?.hosts !== 0;
  const body = `${JSON.stringify({ healthy, desks, fleet })}\n`;
  return { status: healthy ? 200 : 503, type: 'application/json', body };
}

function end(response: ServerResponse, { status, type, body }: Answer): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) });
  response.end(response.req.method === 'HEAD' ? '' : body);
}
