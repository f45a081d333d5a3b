/** The desk's own letters in the outbox and in Review, found by what their staging fields say of them. */
import { isOwn } from '../../desk/sign/origin.js';
import type { Query } from '../../mailbox/store.js';
import type { Desk } from '../workplace/desk.js';
import { isLetter, outboxCopyOf } from '../workplace/outbox-copy.js';
import type { ErasableMessage } from './erasure.js';

interface About {
  readonly numbers: readonly number[];
  /** Letters that one of these has caused go with it, and those that are among them are left out. */
  readonly messages: readonly ErasableMessage[];
}

/** Sent or not: the outbox keeps letters as the memory of the limits, and they hold what people wrote. */
export async function lettersAbout(desk: Desk, about: About): Promise<readonly ErasableMessage[]> {
  const { folders } = desk;
  const found = [];
  for (const folder of [folders.outbox, folders.review])
    found.push(...(await lettersIn(desk, folder, about)));
  return found;
}

async function lettersIn(desk: Desk, folder: string, about: About): Promise<readonly ErasableMessage[]> {
  const { numbers, messages } = about;
  const { store, cache } = desk;
  const causes = new Set(messages.map(({ facts }) => facts.identity));
  const known = new Set(messages.flatMap((one) => (one.folder === folder ? one.uid : [])));
  const or: Query[] = [
    ...numbers.map((number) => ({ header: 'X-Imapdesk-Stage-Ticket', contains: String(number) })),
    ...[...causes].map((cause) => ({ header: 'X-Imapdesk-Stage-Cause', contains: cause })),
  ];
  const uids = await store.search(folder, { or });
  const stored = await store.fetch(
    folder,
    uids.filter((uid) => !known.has(uid)),
  );
  return stored.flatMap((message) => {
    const copy = outboxCopyOf(message);
    const facts = cache.factsOf(message);
    if (!isLetter(copy) || !isOwn(desk.policy, facts)) return [];
    const { ticket, cause } = copy.stage;
    const isMeant = (ticket !== null && numbers.includes(ticket)) || causes.has(cause);
    return isMeant ? [{ uid: copy.uid, facts, folder, ticket }] : [];
  });
}
