/** Whose the mail is where servers refuse to keep that of root. */
import { readFile } from 'node:fs/promises';
import type { Owner } from './dovecot-config.js';

/** An unprivileged user if we are root; null if we are not, since the mail is ours then. */
export async function ownerBesideRoot(): Promise<(Owner & { readonly user: string }) | null> {
  if (process.getuid?.() !== 0) return null;
  const fields = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const found = fields.find(([user]) => user === 'nobody') ?? fields.find(([, , uid]) => Number(uid) > 0);
  if (found === undefined) throw new Error('There is no unprivileged user whose the mail could be.');
  return { user: found[0] ?? '', uid: Number(found[2]), gid: Number(found[3]) };
}
