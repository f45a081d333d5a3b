import type { MailStore, NewMessage } from './store.js';

/** For who has a single message to store: answers its UID. */
export async function appendOne(
  store: Pick<MailStore, 'append'>,
  folder: string,
  message: NewMessage,
): Promise<number> {
  const [uid] = await store.append(folder, [message]);
  if (uid === undefined) throw new Error(`an append to ${folder} has answered no UID`);
  return uid;
}
