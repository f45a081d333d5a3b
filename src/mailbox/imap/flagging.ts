/** UID STORE. imapflow's own methods drop flags that they think a folder does not take; a server says so. */
import { Problem } from '../../desk/problem.js';
import type { Flag, MailStore } from '../store.js';
import type { Session } from './session.js';
import { uidChunks } from './uid-set.js';

const MAX_MESSAGES_PER_STORE = 2000;

export type FlagChange = Parameters<MailStore['setFlags']>[2];

function operation(change: FlagChange): { readonly item: string; readonly flags: readonly Flag[] } {
  if ('set' in change) {
    return { item: 'FLAGS.SILENT', flags: change.set };
  }
  return 'add' in change
    ? { item: '+FLAGS.SILENT', flags: change.add }
    : { item: '-FLAGS.SILENT', flags: change.remove };
}

/** In the selected folder, one command a batch. */
export async function storeFlags(
  session: Session,
  uids: readonly number[],
  change: FlagChange,
): Promise<void> {
  const { item, flags } = operation(change);
  if (flags.some((flag) => !/^\\?[A-Za-z0-9$_.+-]+$/.test(flag))) {
    throw new Problem('imap-flag', 'Not a flag that IMAP could store');
  }
  if (flags.length === 0 && !('set' in change)) {
    return;
  }
  for (const chunk of uidChunks(uids, MAX_MESSAGES_PER_STORE)) {
    await session.wire.command('UID STORE', [
      { type: 'SEQUENCE', value: chunk.set },
      { type: 'ATOM', value: item },
      flags.map((value) => ({ type: 'ATOM', value })),
    ]);
  }
}
