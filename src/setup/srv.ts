/** Servers by SRV records: RFC 6186, and RFC 8314 §5.1 for `_submissions`. */
import type { Door, Encryption } from './door.js';
import { hostName } from './door.js';
import type { Names, SrvRecord } from './names.js';

/** Encrypted from the start comes first (RFC 8314 §3). */
const SERVICES: Readonly<Record<'imap' | 'smtp', readonly (readonly [string, Encryption])[]>> = {
  imap: [
    ['_imaps._tcp', 'tls'],
    ['_imap._tcp', 'starttls'],
  ],
  smtp: [
    ['_submissions._tcp', 'tls'],
    ['_submission._tcp', 'starttls'],
  ],
};

/**
 * In the order in which to try them. RFC 2782 draws lots among those of one priority, so that clients spread; a
 * configuration is written once, so here the heaviest comes first. A target of `.` says that there is no such service.
 */
export function inOrder(records: readonly SrvRecord[]): readonly SrvRecord[] {
  return records
    .filter(({ name }) => name !== '' && name !== '.')
    .toSorted((a, b) => a.priority - b.priority || b.weight - a.weight);
}

/** What the records of an address's domain say; a purpose of which they say nothing has no doors. */
export async function findBySrv(
  names: Names,
  address: string,
): Promise<{ readonly imap: readonly Door[]; readonly smtp: readonly Door[] }> {
  const domain = address.slice(address.lastIndexOf('@') + 1);
  const ask = async ([service, security]: readonly [string, Encryption]): Promise<readonly Door[]> => {
    const name = `${service}.${domain}`;
    return inOrder(await names.srv(name)).flatMap((record) => {
      const host = hostName(record.name);
      return host === null
        ? []
        : [{ host, port: record.port, security, user: address, source: `SRV ${name}` }];
    });
  };
  const [imap, smtp] = await Promise.all(
    [SERVICES.imap, SERVICES.smtp].map(async (services) => (await Promise.all(services.map(ask))).flat()),
  );
  return { imap: imap ?? [], smtp: smtp ?? [] };
}
