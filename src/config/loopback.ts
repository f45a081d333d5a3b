/** Hosts that are this machine, and cannot be reached from another. */
import { isIP } from 'node:net';

export function isLoopback(host: string): boolean {
  const bare = host.toLowerCase().replaceAll(/^\[|\]$/g, '');
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}
