/**
 * The pages as routes. Every request passes the same doors, in this order: it names these pages (`same-site.ts`), it only reads
 * (but for signing in and out), and somebody is signed in, but for what a
 * signed link shows. What goes wrong behind them is a page that names nothing of the inside.
 */
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { Problem } from '../problem/problem.js';
import { deskRoutes } from './desk-routes.js';
import { isOwnHost } from './entry/same-site.js';
import { entryRoutes, whoIs } from './entry-routes.js';
import { headersFor } from './headers.js';
import { linkRoutes } from './link-routes.js';
import { notePage, type Viewing } from './pages/layout.js';
import { deskPath, LINK_PATH, servedPlaces } from './pages/places.js';
import { desksPage } from './pages/sign-in.js';
import { STYLE } from './pages/style.js';
import { type Entered, type Site, wordsFor } from './site.js';
import { chooseLanguage, wordsOf } from './words/language.js';

const MAX_FORM_BYTES = 10_000;
/** Paths that nobody needs to sign in for. */
const OPEN_TO_ALL = new Set(['/sign-in', '/style.css']);

export function createApp(site: Site): Hono<Entered> {
  const app = new Hono<Entered>();
  app.use(withHeaders());
  app.use(doors(site));
  app.use(bodyLimit({ maxSize: MAX_FORM_BYTES }));
  app.get('/style.css', (c) => c.body(STYLE, 200, { 'Content-Type': 'text/css; charset=utf-8' }));
  app.get('/', (c) => {
    const [only, ...others] = site.desks;
    if (only !== undefined && others.length === 0) return c.redirect(`${deskPath(only.name)}/tickets`, 303);
    const names = site.desks.map(({ name }) => name);
    return c.html(desksPage(c.var.viewing, names));
  });
  app.route('/', entryRoutes(site));
  app.route('/', linkRoutes(site));
  app.route('/', deskRoutes(site));
  app.notFound((c) => {
    const { words } = c.var.viewing;
    return c.html(notePage(c.var.viewing, { title: words.notFoundTitle, text: words.notFound }), 404);
  });
  app.onError((error, c) => failed(site, c, error));
  return app;
}

function withHeaders(): MiddlewareHandler<Entered> {
  return async (c, next) => {
    c.set('kind', 'page');
    await next();
    for (const [name, value] of Object.entries(headersFor(c.var.kind))) c.header(name, value);
  };
}

function doors(site: Site): MiddlewareHandler<Entered> {
  return async (c, next) => {
    const viewing = viewingOf(site, c);
    c.set('viewing', viewing);
    const { words } = viewing;
    const port = c.env.incoming.socket.localPort ?? 0;
    if (!isOwnHost(c.req.header('host'), { port, url: site.url }))
      return c.html(notePage(viewing, { title: words.notFoundTitle, text: words.wrongHost }), 421);
    const { method, path } = c.req;
    const isForm = method === 'POST' && (path === '/sign-in' || path === '/sign-out');
    if (method !== 'GET' && method !== 'HEAD' && !isForm) {
      c.header('Allow', 'GET, HEAD');
      return c.html(notePage(viewing, { title: words.methodTitle, text: words.method }), 405);
    }
    if (OPEN_TO_ALL.has(path) || path.startsWith(LINK_PATH)) return next();
    const who = whoIs(site, c);
    if (who === null) return c.redirect(`/sign-in${backTo(c.req.url)}`, 303);
    const signOut = who.name === null ? '/sign-out' : null;
    c.set('viewing', { ...viewing, who: who.name, places: { ...viewing.places, signOut } });
    return next();
  };
}

/** The page that was asked for, for after the sign-in. */
function backTo(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname === '/' ? '' : `?${new URLSearchParams({ back: `${pathname}${search}` }).toString()}`;
}

function viewingOf(site: Site, c: Context<Entered>): Viewing {
  const language = site.language === 'auto' ? chooseLanguage(c.req.header('accept-language')) : site.language;
  return {
    language,
    words: wordsOf(language),
    places: { ...servedPlaces(''), signOut: null },
    desk: null,
    who: null,
  };
}

function failed(site: Site, c: Context<Entered>, error: unknown): Response | Promise<Response> {
  const { viewing } = c.var;
  const { words } = viewing;
  c.set('kind', 'page');
  if (error instanceof Problem) {
    site.log.warn({ code: error.code }, `a page could not be shown: ${error.message}`);
    c.header('Retry-After', '60');
    return c.html(notePage(viewing, { title: words.awayTitle, text: wordsFor(viewing, error) }), 503);
  }
  site.log.error({ err: error }, 'a page could not be made');
  return c.html(notePage(viewing, { title: words.brokenTitle, text: words.broken }), 500);
}
