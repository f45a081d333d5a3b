/**
 * Finds the servers of an address. Whose word counts, in this order: our own entry for the domain (then nothing is asked);
 * what the domain says over HTTPS, which its certificate proves; what it says by SRV records; our entry for the host that
 * takes its mail; and what that host says over HTTPS. All of it is shown before it is used.
 */
import { placesOf, readAutoconfig } from './autoconfig.js';
import { type GetOptions, getText } from './bounded-get.js';
import type { Door, Servers } from './door.js';
import { hostOfDomain, hostOfMx, serversOf } from './known-host.js';
import type { Names } from './names.js';
import { findBySrv } from './srv.js';

export interface Asking {
  readonly names: Names;
  readonly https: GetOptions;
}

export interface Finding {
  /** The most trustworthy first. */
  readonly servers: readonly Servers[];
  /** What is known of a host that has no servers for mail programs. */
  readonly notes: readonly string[];
}

export async function findServers(address: string, asking: Asking): Promise<Finding> {
  const domain = address.slice(address.lastIndexOf('@') + 1);
  const known = hostOfDomain(domain);
  if (known !== null) {
    const servers = serversOf(known, address);
    return servers === null ? { servers: [], notes: known.notes ?? [] } : { servers: [servers], notes: [] };
  }
  const [own, bySrv, byMx] = await Promise.all([
    described(domain, address, asking),
    srvServers(address, asking),
    mxServers(domain, address, asking),
  ]);
  return { servers: [own, bySrv, byMx].filter((one) => one !== null), notes: [] };
}

async function described(domain: string, address: string, { https }: Asking): Promise<Servers | null> {
  const places = placesOf(domain, address);
  const texts = await Promise.all(places.map((place) => getText(place, https)));
  for (const [index, text] of texts.entries()) {
    const source = (places[index] ?? '').replace(/\?.*/, '');
    const found = text === null ? null : readAutoconfig(text, address, source);
    if (found !== null) return { ...found, notes: [], provider: null };
  }
  return null;
}

async function srvServers(address: string, { names }: Asking): Promise<Servers | null> {
  const { imap, smtp } = await findBySrv(names, address);
  if (imap.length === 0 || smtp.length === 0) return null;
  return byDnsAlone({ imap, smtp, notes: [], onlyTokens: false, provider: null }, address);
}

/** Whoever can forge an answer of DNS has a certificate for names of their own, so TLS says nothing of such servers (RFC 6186 §6). */
function byDnsAlone(servers: Servers, address: string): Servers {
  const domain = address.slice(address.lastIndexOf('@') + 1);
  const isOf = ({ host }: Door): boolean => host === domain || host.endsWith(`.${domain}`);
  if ([...servers.imap, ...servers.smtp].every(isOf)) return servers;
  const note = `DNS alone leads there, which proves nothing, and it is not in ${domain}: compare it with your host's help pages.`;
  return { ...servers, notes: [...servers.notes, note] };
}

async function mxServers(domain: string, address: string, asking: Asking): Promise<Servers | null> {
  for (const exchange of await asking.names.mx(domain)) {
    const known = hostOfMx(exchange);
    const servers = known === null ? null : serversOf(known, address, `, whose ${exchange} takes the mail`);
    if (servers !== null) return servers;
    for (const at of domainsOf(exchange).filter((one) => one !== domain)) {
      const found = await described(at, address, asking);
      if (found !== null) return byDnsAlone(found, address);
    }
  }
  return null;
}

/** Under which names are sold, whose owner is nobody's mail host: such as co.uk. */
const FOR_SALE = /^(?:[a-z]{1,2}|com|net|org|edu|gov|gob|mil|nom|info|gv|ltd|plc|web)\.[a-z]{2}$/;

/** The domains whose host `exchange` may be, the nearest first: of mx1.mail.example.net those are mail.example.net and example.net. */
export function domainsOf(exchange: string): readonly string[] {
  const labels = exchange.split('.');
  if (labels.length < 3) return labels.length === 2 ? [exchange] : [];
  return [labels.slice(1), labels.slice(2)]
    .filter(({ length }) => length >= 2)
    .map((rest) => rest.join('.'))
    .filter((rest) => !FOR_SALE.test(rest));
}
