/** What is asked of name servers. A question that gets no answer, or a bad one, has found nothing: somebody is asked then. */
import { Resolver } from 'node:dns/promises';

export interface SrvRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

export interface Names {
  srv(name: string): Promise<readonly SrvRecord[]>;
  /** The hosts that take a domain's mail, the first one first. */
  mx(domain: string): Promise<readonly string[]>;
  /** IPv4 addresses; null where the system's own look-up is to be used. */
  readonly addresses: ((host: string) => Promise<readonly string[]>) | null;
}

const ANSWER_MS = 3000;
const TRIES = 2;
const MOST_MX = 2;

/** `server` is another name server than the system's, as IP:PORT, by which all names are looked up then. */
export function askNames(server: string | null, signal: AbortSignal): Names {
  const resolver = new Resolver({ timeout: ANSWER_MS, tries: TRIES });
  if (server !== null) resolver.setServers([server]);
  signal.addEventListener('abort', () => resolver.cancel(), { once: true });
  return {
    srv: (name) => found(resolver.resolveSrv(name)),
    async mx(domain) {
      const records = await found(resolver.resolveMx(domain));
      return records
        .toSorted((a, b) => a.priority - b.priority)
        .map(({ exchange }) => exchange.toLowerCase().replace(/\.$/, ''))
        .filter((exchange) => exchange !== '')
        .slice(0, MOST_MX);
    },
    addresses: server === null ? null : (host) => found(resolver.resolve4(host)),
  };
}

async function found<T>(asked: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await asked;
  } catch {
    return [];
  }
}
