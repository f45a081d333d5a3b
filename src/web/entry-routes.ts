/** Signing in and out, and who is signed in. */
import { type Context, Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { isPassword } from './entry/password.js';
import { isFromOwnPage, isLoopbackPeer, isSecure, ownPath } from './entry/same-site.js';
import { notePage } from './pages/layout.js';
import { signInPage } from './pages/sign-in.js';
import type { Entered, Site } from './site.js';

const COOKIE = 'imapdesk';
const MAX_NAME_CHARACTERS = 200;
/** Hashing takes memory: no more of it goes on at once. */
const MAX_HASHING = 4;

/** Who looks: by a name that a proxy on this machine has given, or whoever knows the password; null for nobody. */
export function whoIs(site: Site, c: Context<Entered>): { readonly name: string | null } | null {
  const { proxyHeader } = site;
  const trusted = proxyHeader !== null && isLoopbackPeer(peerOf(c));
  const given = trusted ? (c.req.header(proxyHeader) ?? '').trim() : '';
  if (given !== '' && !isUnfilled(given)) return { name: given.slice(0, MAX_NAME_CHARACTERS) };
  const cookie = site.password === null ? undefined : getCookie(c, cookieName(site, c));
  return cookie !== undefined && site.sessions.use(cookie) ? { name: null } : null;
}

/** Where nobody has signed in, Caddy 2.6 passes the placeholder on as it stands in its configuration (measured). */
function isUnfilled(name: string): boolean {
  return /^\{.*\}$/.test(name);
}

/** The other end of the connection, and no field that anybody may write. */
function peerOf(c: Context<Entered>): string {
  return c.env.incoming.socket.remoteAddress ?? '';
}

/** A name with this prefix is taken over encrypted connections alone, and set by this host alone (RFC 6265bis §4.1.3). */
function cookieName(site: Site, c: Context<Entered>): string {
  return isHttps(site, c) ? `__Host-${COOKIE}` : COOKIE;
}

function isHttps(site: Site, c: Context<Entered>): boolean {
  return isSecure(c.req.header('host'), site.url);
}

export function entryRoutes(site: Site): Hono<Entered> {
  const app = new Hono<Entered>();
  let hashing = 0;
  app.use('/sign-in', ownForms);
  app.use('/sign-out', ownForms);
  app.get('/sign-in', (c) => {
    if (site.password === null) return c.notFound();
    return c.html(signInPage(c.var.viewing, { back: c.req.query('back') ?? '', wrong: null }));
  });
  app.post('/sign-in', async (c) => {
    const { words } = c.var.viewing;
    const form = await c.req.parseBody();
    const back = text(form['back']);
    const refuse = (wrong: string, status: 401 | 429): Response | Promise<Response> => {
      site.log.warn({ peer: peerOf(c) }, 'a sign-in to the pages was refused');
      return c.html(signInPage(c.var.viewing, { back, wrong }), status);
    };
    if (hashing >= MAX_HASHING || !site.attempts.take(peerOf(c))) return refuse(words.tooManyTries, 429);
    hashing += 1;
    const isRight =
      site.password !== null &&
      (await isPassword(text(form['password']), site.password).finally(() => {
        hashing -= 1;
      }));
    if (!isRight) return refuse(words.wrongPassword, 401);
    site.attempts.giveBack(peerOf(c));
    setCookie(c, cookieName(site, c), site.sessions.begin(), {
      path: '/',
      httpOnly: true,
      sameSite: 'Strict',
      secure: isHttps(site, c),
    });
    return c.redirect(ownPath(back), 303);
  });
  app.post('/sign-out', (c) => {
    const name = cookieName(site, c);
    site.sessions.end(getCookie(c, name) ?? '');
    deleteCookie(c, name, { path: '/', secure: isHttps(site, c) });
    return c.redirect('/sign-in', 303);
  });
  return app;
}

async function ownForms(c: Context<Entered>, next: () => Promise<void>): Promise<Response | undefined> {
  const { words } = c.var.viewing;
  const headers = {
    origin: c.req.header('origin'),
    fetchSite: c.req.header('sec-fetch-site'),
    host: c.req.header('host'),
  };
  if (c.req.method === 'POST' && !isFromOwnPage(headers))
    return c.html(notePage(c.var.viewing, { title: words.methodTitle, text: words.crossSite }), 403);
  await next();
  return undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
