/** How much room there is (RFC 9208; RFC 2087 before it). */
import type { ImapResponse } from 'imapflow';
import { encodePath } from './names.js';
import type { Session } from './session.js';

export interface Quota {
  /** What the server calls it; often empty. */
  readonly root: string;
  /** In capitals: STORAGE, MESSAGE, or another one. */
  readonly resource: string;
  /** STORAGE in units of 1024 bytes, MESSAGE in messages. */
  readonly used: number;
  readonly limit: number;
}

/** Every limit that counts for the folder; none where there is no limit. */
export async function quotasOf(session: Session, folder: string): Promise<readonly Quota[]> {
  const found: Quota[] = [];
  const take = ({ attributes = [] }: ImapResponse): Promise<void> => {
    const [root, list] = attributes;
    found.push(...readQuotas(valueOf(root) ?? '', Array.isArray(list) ? list.map(valueOf) : []));
    return Promise.resolve();
  };
  const path = { type: 'STRING', value: encodePath(session.names.toPath(folder)) } as const;
  await session.wire.command('GETQUOTAROOT', [path], {
    QUOTA: take,
    QUOTAROOT: () => Promise.resolve(),
  });
  return found;
}

/** Triples of a resource, what is used of it, and its limit (RFC 9208 §5.1). What is no such triple is left out. */
function readQuotas(root: string, words: readonly (string | null)[]): readonly Quota[] {
  const quotas: Quota[] = [];
  for (let at = 0; at + 2 < words.length; at += 3) {
    const [resource, used, limit] = [words[at], digits(words[at + 1]), digits(words[at + 2])];
    if (typeof resource === 'string' && used !== null && limit !== null)
      quotas.push({ root, resource: resource.toUpperCase(), used, limit });
  }
  return quotas;
}

function valueOf(attribute: unknown): string | null {
  const value: unknown = Reflect.get(Object(attribute), 'value');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}

function digits(word: string | null | undefined): number | null {
  return typeof word === 'string' && /^[0-9]{1,20}$/.test(word) ? Number(word) : null;
}
