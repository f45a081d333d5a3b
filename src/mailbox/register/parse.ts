/** Register messages to records. */
import { parseHeaderBlock } from '../../message/header/header-block.js';
import { EXIT, Problem } from '../../problem/problem.js';
import type { StoredMessage } from '../store.js';
import { ENTRY_VERSION, KIND_NAMED, type Registered, type RegisterRecord } from './entry.js';
import { FieldReader } from './kinds/kind.js';

export { parseTaken } from './kinds/pending-list.js';

type Parsed = RegisterRecord & { readonly highest: number };

type Read = Registered & { readonly highest: number };

/** A pass asks for the same entries more than once, and a worker that runs for long keeps those that stay. */
const parsed = new WeakMap<Buffer, Parsed | null>();
/** The store gives the same message again as long as its flags are the same. */
const read = new WeakMap<StoredMessage, Read | null>();

/** null for what is no entry of ours (a person may have put a message there). */
export function parseRecord(message: StoredMessage): Read | null {
  const known = read.get(message);
  if (known !== undefined) return known;
  const { header, uid, flags } = message;
  const before = parsed.get(header);
  const fields = before === undefined ? parseHeader(header) : before;
  if (before === undefined) parsed.set(header, fields);
  const record = fields === null ? null : { ...fields, uid, flags };
  read.set(message, record);
  return record;
}

function parseHeader(header: Buffer): Parsed | null {
  const fields = new FieldReader(parseHeaderBlock(header));
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
  return record === null ? null : { ...record, highest: fields.number('Highest') ?? 0 };
}
