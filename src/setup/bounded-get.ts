/**
 * Gets a small text over HTTPS, or nothing. The certificate is checked, so that what comes is the word of who owns the name;
 * a redirect is followed to another https address only. Time and bytes are bounded, whatever the server does.
 */

import type { IncomingMessage } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import type { LookupFunction } from 'node:net';

export interface GetOptions {
  readonly signal: AbortSignal;
  /** Of the server, where that is not 443. */
  readonly port?: number | undefined;
  /** Looks a name up otherwise than the system does. */
  readonly addresses?: ((host: string) => Promise<readonly string[]>) | null;
}

const MAX_BYTES = 64 * 1024;
/** For one text, redirects and all. */
const WITHIN_MS = 6000;
const MAX_REDIRECTS = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** The text at an https address; null if there is none that fits. Rejects never. */
export async function getText(url: string, options: GetOptions): Promise<string | null> {
  // Not AbortSignal.any with AbortSignal.timeout: Node 20 may forget that pair while a request alone holds it.
  const late = new AbortController();
  const stop = (): void => late.abort();
  const timer = setTimeout(stop, WITHIN_MS);
  options.signal.addEventListener('abort', stop, { once: true });
  if (options.signal.aborted) stop();
  try {
    return await follow(url, { ...options, signal: late.signal });
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener('abort', stop);
  }
}

async function follow(url: string, options: GetOptions): Promise<string | null> {
  let next: string | null = url;
  for (let hops = 0; next !== null && hops <= MAX_REDIRECTS; hops += 1) {
    const answer: Answer = await get(next, options);
    if (answer.text !== null) return answer.text;
    next = answer.location === null ? null : securely(answer.location, next);
  }
  return null;
}

interface Answer {
  readonly text: string | null;
  readonly location: string | null;
}

function securely(location: string, from: string): string | null {
  if (!URL.canParse(location, from)) return null;
  const url = new URL(location, from);
  return url.protocol === 'https:' && url.username === '' ? url.href : null;
}

async function get(url: string, options: GetOptions): Promise<Answer> {
  const response = await answered(url, options);
  try {
    const { statusCode = 0, headers } = response;
    if (REDIRECTS.has(statusCode)) return { text: null, location: headers.location ?? null };
    return { text: statusCode === 200 ? await textOf(response) : null, location: null };
  } finally {
    response.destroy();
  }
}

async function answered(
  url: string,
  { signal, port, addresses = null }: GetOptions,
): Promise<IncomingMessage> {
  const found = addresses === null ? null : await addresses(new URL(url).hostname);
  const settings: RequestOptions = {
    signal,
    agent: false,
    headers: { 'user-agent': 'imapdesk' },
    ...(port === undefined ? {} : { port }),
    ...(found === null ? {} : { lookup: answering(found) }),
  };
  return new Promise((resolve, reject) => {
    request(url, settings, resolve).once('error', reject).end();
  });
}

/** Null if it is too long. */
async function textOf(response: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MAX_BYTES) return null;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** For a name that has been looked up. */
function answering(addresses: readonly string[]): LookupFunction {
  return (host, options, callback) => {
    const [first] = addresses;
    if (first === undefined) callback(Object.assign(new Error(host), { code: 'ENOTFOUND' }), '', 4);
    else if (options.all === true)
      callback(
        null,
        addresses.map((address) => ({ address, family: 4 })),
      );
    else callback(null, first, 4);
  };
}
