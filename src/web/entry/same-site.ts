/** Which requests these pages take: of their own names alone, and forms from their own pages alone. */

/** Names by which a program on this machine is reached, and no name that a foreign name server could lead here. */
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

export interface Names {
  /** The port that is listened on. */
  readonly port: number;
  /** The address that people use; null where that is this machine's. */
  readonly url: URL | null;
}

/**
 * Whether a Host field names these pages (RFC 9110 §7.2). Another one may be a foreign name that was led to this machine to read
 * its pages from a foreign site (DNS rebinding).
 */
export function isOwnHost(host: string | undefined, { port, url }: Names): boolean {
  if (host === undefined) return false;
  const given = host.toLowerCase();
  if (url !== null && given === url.host) return true;
  const [, name = '', digits = '80'] = /^(\[[0-9a-f:]+\]|[a-z0-9.-]+)(?::(\d{1,5}))?$/.exec(given) ?? [];
  return LOOPBACK.has(name) && Number(digits) === port;
}

/** Whether the cookie is for encrypted connections alone. */
export function isSecure(host: string | undefined, url: URL | null): boolean {
  return url !== null && url.protocol === 'https:' && host?.toLowerCase() === url.host;
}

/**
 * Whether a form was sent by one of these pages. Since they tell no referrer, browsers send `Origin: null` with their forms;
 * then the browser itself says where it comes from (Fetch Metadata).
 */
export function isFromOwnPage(headers: {
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
  readonly host: string | undefined;
}): boolean {
  const { origin, fetchSite, host } = headers;
  if (fetchSite !== undefined) return fetchSite === 'same-origin';
  if (origin === undefined || host === undefined || !URL.canParse(origin)) return false;
  return new URL(origin).host === host.toLowerCase();
}

const MAX_BACK_CHARACTERS = 2000;

/** Where somebody is led after the sign-in: a path of these pages, read as a browser would, and nowhere else. */
export function ownPath(back: string): string {
  if (!/^\/[^/\\]/.test(back) || back.length > MAX_BACK_CHARACTERS) return '/';
  const base = 'http://pages.invalid';
  const url = URL.canParse(back, base) ? new URL(back, base) : null;
  return url === null || url.origin !== base ? '/' : `${url.pathname}${url.search}`;
}

/** Whether the other end of a connection is this machine. */
export function isLoopbackPeer(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(address);
}
