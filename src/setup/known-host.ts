/** Finds a host in the table of those that are known here: by an address's domain, or by who takes its mail. */
import { type Door, doorsOf, type Servers } from './door.js';
import { HOSTS, type Host, READ } from './hosts.js';

function endsWith(name: string, ending: string): boolean {
  return name === ending || name.endsWith(`.${ending}`);
}

export function hostOfDomain(domain: string): Host | null {
  const isTenant = endsWith(domain, 'onmicrosoft.com');
  return HOSTS.find(({ domains }) => domains.includes(isTenant ? 'onmicrosoft.com' : domain)) ?? null;
}

/** By the name of a host that takes a domain's mail. */
export function hostOfMx(exchange: string): Host | null {
  return HOSTS.find(({ mx }) => mx.some((ending) => endsWith(exchange, ending))) ?? null;
}

/** Null for a host that has no servers of its own for mail programs; `because` is how we know that it is the one. */
export function serversOf(host: Host, address: string, because = ''): Servers | null {
  const { name, source, date, localPartAt = [], notes = [], onlyTokens = false, provider = null } = host;
  if (host.imap.length === 0 || host.smtp.length === 0) return null;
  const age = date === null ? `read ${READ}` : `of ${date}`;
  const said = `our entry for ${name}${because} (${source}, ${age}; not tried)`;
  const of = (purpose: 'imap' | 'smtp'): readonly Door[] => {
    const user = localPartAt.includes(purpose) ? address.slice(0, address.lastIndexOf('@')) : address;
    return host[purpose].flatMap((written) => doorsOf(written, purpose, { user, source: said }) ?? []);
  };
  return { imap: of('imap'), smtp: of('smtp'), notes, onlyTokens, provider };
}
