/** Register messages to records. */
import { parseHeaderBlock } from '../../message/header/header-block.js';
import { EXIT, Problem } from '../../problem/problem.js';
import type { StoredMessage } from '../store.js';
import { ENTRY_VERSION, KIND_NAMED, type Registered } from './entry.js';
import { FieldReader } from './kinds/kind.js';

export { parseTaken } from './kinds/pending-list.js';

/** null for what is no entry of ours (a person may have put a message there). */
export function parseRecord(message: StoredMessage): (Registered & { readonly highest: number }) | null {
  const fields = new FieldReader(parseHeaderBlock(message.header));
  const version = Number(fields.one('Version') ?? Number.NaN);
  if (!Number.isInteger(version)) return null;
  if (version > ENTRY_VERSION) {
    throw new Problem(
      'register-too-new',
      `the register holds an entry of version ${version}, and this imapdesk reads up to ${ENTRY_VERSION}: install the newer imapdesk that wrote it`,
      { exitCode: EXIT.configuration },
    );
  }
  const record = KIND_NAMED.get(fields.one('Entry') ?? '')?.read(fields) ?? null;
  if (record === null) return null;
  return { ...record, uid: message.uid, flags: message.flags, highest: fields.number('Highest') ?? 0 };
}
