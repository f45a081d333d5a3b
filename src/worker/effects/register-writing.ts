/** Appending to the register: every entry carries the highest number given so far. */

import { appendOne } from '../../mailbox/append-one.js';
import type { RegisterRecord } from '../../mailbox/register/entry.js';
import { formatRecord } from '../../mailbox/register/format.js';
import type { Flag } from '../../mailbox/store.js';
import type { Desk } from '../workplace/desk.js';

/** The UID of the new entry. What the worker puts into the register is `\Seen`, so no client counts it as new. */
export async function appendRecord(
  desk: Desk,
  record: RegisterRecord,
  how: { readonly highest: number; readonly flags: readonly Flag[] },
): Promise<number> {
  const { policy, store, folders } = desk;
  const raw = formatRecord(record, {
    deskName: policy.name,
    deskAddress: policy.address,
    now: desk.now(),
    id: desk.newId(),
    highest: how.highest,
  });
  return appendOne(store, folders.register, { raw, flags: ['\\Seen', ...how.flags] });
}
