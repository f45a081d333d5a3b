/**
 * Outlook's mark of a conversation, the field Thread-Index (MS-OXOMSG §2.2.1.3, PidTagConversationIndex): base64 of 22
 * bytes that all mails of a conversation share (0x01, five bytes of its time, a GUID), and five more for each answer.
 */
import { fieldValues, type HeaderBlock } from './header-block.js';

export interface ThreadIndex {
  /** The 22 shared bytes, in hex. */
  readonly conversation: string;
  /** It bears the mark of at least one answer; a new conversation does not. */
  readonly answers: boolean;
}

/** Room for some six hundred answers: each brings five bytes. */
export const MAX_THREAD_INDEX_CHARACTERS = 4_000;
const SHARED_BYTES = 22;
const ANSWER_BYTES = 5;
/** Reserved, and always so. */
const FIRST_BYTE = 1;
const GUID_STARTS = 6;
/** The characters of base64 that the shared bytes alone determine: three bytes are four characters. */
const SHARED_CHARACTERS = Math.floor(SHARED_BYTES / 3) * 4;

/** The first field that is one, or nothing. */
export function readThreadIndex(block: HeaderBlock): { readonly threadIndex?: ThreadIndex } {
  for (const value of fieldValues(block, 'thread-index')) {
    const threadIndex = parseThreadIndex(value);
    if (threadIndex !== null) return { threadIndex };
  }
  return {};
}

function parseThreadIndex(value: string): ThreadIndex | null {
  if (value.length > MAX_THREAD_INDEX_CHARACTERS) return null;
  const text = value.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length < SHARED_BYTES || bytes[0] !== FIRST_BYTE) return null;
  const isNobodys = bytes.subarray(GUID_STARTS, SHARED_BYTES).every((byte) => byte === 0);
  if (isNobodys) return null;
  return {
    conversation: bytes.subarray(0, SHARED_BYTES).toString('hex'),
    answers: bytes.length >= SHARED_BYTES + ANSWER_BYTES,
  };
}

/** How the field begins in every mail of the conversation: what a server can be asked for. */
export function searchableThreadIndex({ conversation }: ThreadIndex): string {
  return Buffer.from(conversation, 'hex').toString('base64').slice(0, SHARED_CHARACTERS);
}
