/** The servers that the desks of one process connect to, each with its connections. */
import type { Config } from '../../config/complete.js';
import { HostConnections } from './host-connections.js';
import { Pace } from './host-pace.js';

/** Sign-ins that begin, at a server and in all. */
const AT_HOST = { atOnce: 10, perSecond: 20 } as const;
const IN_ALL = { atOnce: 40, perSecond: 40 } as const;

/** How many connections a server may be given. */
type ConnectionLimits = Config['limits'];

export class Hosts {
  #limits: ConnectionLimits;
  readonly #all = new Pace(IN_ALL);
  readonly #hosts = new Map<string, HostConnections>();

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  at({ host, port }: { readonly host: string; readonly port: number }): HostConnections {
    const name = host.toLowerCase().replace(/\.$/, '');
    const key = `${name}:${port}`;
    const known = this.#hosts.get(key);
    if (known !== undefined) return known;
    const made = new HostConnections({
      most: this.#mostAt(name),
      pace: new Pace({ ...AT_HOST, all: this.#all }),
    });
    this.#hosts.set(key, made);
    return made;
  }

  /** The configuration was read again. */
  allow(limits: ConnectionLimits): void {
    this.#limits = limits;
    for (const [key, host] of this.#hosts) host.allow(this.#mostAt(key.slice(0, key.lastIndexOf(':'))));
  }

  #mostAt(name: string): number {
    const { connectionsAt, connectionsPerHost } = this.#limits;
    return connectionsAt.get(name) ?? connectionsPerHost;
  }
}

let ofProcess: Hosts | null = null;

/** Those that all sessions of this process share, whatever they were opened with. */
export function hostsOfProcess(limits: ConnectionLimits): Hosts {
  ofProcess ??= new Hosts(limits);
  ofProcess.allow(limits);
  return ofProcess;
}
