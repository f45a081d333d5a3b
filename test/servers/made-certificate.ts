/** A certificate for a server of the tests, by the openssl that came with Dovecot or the system's. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Certificate, makeCertificate } from '../../src/demo/certificate.js';
import { prepareDovecot } from '../../src/demo/dovecot.js';

export async function madeCertificate(
  dovecot: string,
  names: readonly string[],
): Promise<Pick<Certificate, 'cert' | 'key'>> {
  const folder = await mkdtemp('/tmp/desk');
  await mkdir(join(folder, 'lib'));
  const made = await makeCertificate(folder, await prepareDovecot(dovecot, folder), names);
  await rm(folder, { recursive: true, force: true });
  if (made === null) throw new Error('There is no openssl.');
  return { cert: made.cert, key: made.key };
}
