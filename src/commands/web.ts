/** `web`: serves the history pages until told to stop. It only wires: what reads is in `worker/ask`, what shows in `web`. */
import { webPassword } from '../config/secrets.js';
import { hasEnded, isLinkOf, type LinkSigner, readLinkToken } from '../desk/sign/ticket-link.js';
import { loadParser } from '../message/body/html-text.js';
import { EXIT, Problem } from '../problem/problem.js';
import { Attempts, LOOKS_BY_LINK } from '../web/entry/attempts.js';
import { type PasswordHash, readPasswordHash } from '../web/entry/password.js';
import { Sessions } from '../web/entry/sessions.js';
import { ReaderPool } from '../web/reading/pool.js';
import { servePages } from '../web/server.js';
import type { NamedByLink, WebDesk } from '../web/site.js';
import { type CommandContext, tellLeftOut } from './context.js';
import { linkSigner } from './link-signer.js';

export async function web(context: CommandContext): Promise<number> {
  const { config, desks, log, out, signal } = context;
  if (config.web === null)
    throw new Problem(
      'no-web',
      'the configuration has no "web": put "web": { "password": "…" } into it, with the hash that "imapdesk web-password" prints',
      { exitCode: EXIT.configuration },
    );
  const { host, port, url, proxyHeader, language, connections } = config.web;
  tellLeftOut(context, context.leftOut);
  const password = await passwordHash(context);
  // It is loaded late, and may have been replaced by another version by then.
  await loadParser();
  const links = await linkSigner(context);
  const served = desks.map((desk): WebDesk => {
    const open = () => context.session(desk, { readOnly: true });
    const { name, timezone } = desk;
    const readLink = (token: string) => namedBy(links(desk), token);
    return { name, timezone, readLink, pool: new ReaderPool({ open, most: connections, signal }) };
  });
  const site = {
    desks: served,
    url: url === null ? null : new URL(url),
    password,
    proxyHeader,
    language,
    sessions: new Sessions(),
    attempts: new Attempts(),
    forgedLinks: new Attempts(),
    looksByLink: new Attempts(Date.now, LOOKS_BY_LINK),
    log,
  };
  const shown = host.includes(':') ? `[${host}]` : host;
  const onListening = (at: number): void => {
    const reached = url === null ? '' : `, for ${url}/`;
    out.write(`The pages are at http://${shown}:${at}/${reached}. Ctrl-C ends it.\n`);
  };
  try {
    await servePages(site, { host, port, signal, onListening });
  } finally {
    await Promise.all(served.map(({ pool }) => pool.close()));
  }
  return EXIT.done;
}

function namedBy(signer: LinkSigner, token: string): NamedByLink | null {
  const link = readLinkToken(signer, token);
  if (link === null) return null;
  const isFor = (requester: string): boolean => isLinkOf(signer, link, requester);
  return { number: link.number, hasEnded: hasEnded(link, new Date()), isFor };
}

async function passwordHash({ config, secrets }: CommandContext): Promise<PasswordHash | null> {
  const text = await webPassword(config);
  if (text === null) return null;
  secrets.add(text);
  const hash = readPasswordHash(text.trim());
  if (hash !== null) return hash;
  throw new Problem(
    'web-password',
    'web.password: is not a hash of a password, expected what "imapdesk web-password" prints',
    { exitCode: EXIT.configuration },
  );
}
