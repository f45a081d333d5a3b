/**
 * The password of the pages, known only by its scrypt hash (RFC 7914), in the form `$scrypt$ln=15,r=8,p=3$SALT$HASH`. The
 * cost is one of those that OWASP's Password Storage Cheat Sheet names: 32 MiB and about a quarter of a second each.
 */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

const COST = { ln: 15, r: 8, p: 3 };
const HASH_BYTES = 32;
const SALT_BYTES = 16;
/** What somebody else's program has made must not take all of the memory. */
const MAX_MEMORY_BYTES = 256 * 1024 * 1024;
const FORM =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{16,88})\$([A-Za-z0-9+/]{22,128})$/;
/** A longer one is no password of a person, and would cost to be hashed. */
export const MAX_PASSWORD_CHARACTERS = 1000;

export interface PasswordHash {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** null for what is no such hash, or one that would take too much memory. */
export function readPasswordHash(text: string): PasswordHash | null {
  const [, ln, r, p, salt = '', hash = ''] = FORM.exec(text) ?? [];
  const read = {
    ln: Number(ln),
    r: Number(r),
    p: Number(p),
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
  const fits = read.ln >= 10 && read.r >= 1 && read.p >= 1 && memoryOf(read) <= MAX_MEMORY_BYTES;
  return fits ? read : null;
}

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, { ...COST, salt, hash: Buffer.alloc(HASH_BYTES) });
  return `$scrypt$ln=${COST.ln},r=${COST.r},p=${COST.p}$${unpadded(salt)}$${unpadded(hash)}`;
}

export async function isPassword(password: string, wanted: PasswordHash): Promise<boolean> {
  if (password === '' || password.length > MAX_PASSWORD_CHARACTERS) return false;
  return timingSafeEqual(await derive(password, wanted), wanted.hash);
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

function memoryOf({ ln, r }: Pick<PasswordHash, 'ln' | 'r'>): number {
  return 128 * 2 ** ln * r;
}

/** One letter may be typed as one character or as two (NFC). */
function derive(password: string, { ln, r, p, salt, hash }: PasswordHash): Promise<Buffer> {
  const options: ScryptOptions = { N: 2 ** ln, r, p, maxmem: 2 * MAX_MEMORY_BYTES };
  return new Promise((fulfil, reject) => {
    scrypt(password.normalize('NFC'), salt, hash.length, options, (error, derived) =>
      error === null ? fulfil(derived) : reject(error),
    );
  });
}
