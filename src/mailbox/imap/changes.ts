/** Which flags have changed in the selected folder (RFC 7162 §3.1.4.1: CHANGEDSINCE turns CONDSTORE on by itself). */
import type { ImapAttribute, ImapResponse } from 'imapflow';
import type { Session } from './session.js';
import { HIGHEST_UID } from './uid-set.js';

const atom = (value: string): ImapAttribute => ({ type: 'ATOM', value });

export async function changedFlags(
  session: Session,
  uidFrom: number,
  modseq: string,
): Promise<Map<number, ReadonlySet<string>>> {
  const changed = new Map<number, ReadonlySet<string>>();
  const take = ({ attributes = [] }: ImapResponse): Promise<void> => {
    // Such as: FETCH (UID 7 FLAGS (\\Seen) MODSEQ (12)). What tells no UID was not asked for.
    const items: readonly unknown[] = attributes.flatMap((one): unknown[] => (Array.isArray(one) ? one : []));
    const uid = Number(valueOf(after(items, 'UID')));
    const flags = after(items, 'FLAGS');
    if (uid >= uidFrom && Array.isArray(flags)) changed.set(uid, new Set(flags.map(valueOf)));
    return Promise.resolve();
  };
  const set = { type: 'SEQUENCE', value: `${String(uidFrom)}:${String(HIGHEST_UID)}` };
  // Of a folder without mod-sequences all flags are told.
  const isKept = !session.known.withoutModseq.has(session.view.path);
  const since = isKept ? [[atom('CHANGEDSINCE'), atom(modseq)]] : [];
  await session.wire.command('UID FETCH', [set, [atom('FLAGS')], ...since], { FETCH: take });
  return changed;
}

function after(items: readonly unknown[], name: string): unknown {
  const at = items.findIndex((one) => valueOf(one).toUpperCase() === name);
  return at === -1 ? undefined : items[at + 1];
}

function valueOf(item: unknown): string {
  const value: unknown = typeof item === 'object' && item !== null ? Reflect.get(item, 'value') : undefined;
  return typeof value === 'string' ? value : '';
}
