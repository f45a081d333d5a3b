/**
 * A notice without the message that it holds: what staff get where the mail server takes it in no other way. Under the same
 * header, so that it is the same letter to whoever keeps count.
 */
import { decodeTransfer } from '../../message/body/transfer-encoding.js';
import { readMessage } from '../../message/body/words.js';
import { textEntity } from '../../message/compose/compose.js';
import { takenApart } from '../../message/compose/original.js';
import { fieldValues, parseHeaderBlock, splitMessage } from '../../message/header/header-block.js';
import { shownWords } from '../../message/quotes/shown-words.js';
import type { DeskPolicy } from '../policy.js';

const LIMITS = { maxChars: 4_000, maxLines: 60 };

/** null for a letter that holds no message above a text. */
export async function shortNotice(policy: DeskPolicy, raw: Buffer): Promise<Buffer | null> {
  const apart = takenApart(raw);
  if (apart === null) return null;
  const [lead, part] = apart.above.length > 1 ? apart.above : [null, ...apart.above];
  const { text } = await readMessage(part ?? apart.below);
  const lines = text.split('\n').map((line) => ({ text: line, quoted: false }));
  const words = shownWords({ lines, unsure: false }, LIMITS).text;
  const first = lead == null ? '' : textOf(lead).trimEnd();
  const all = [first, words, policy.phrase('not-along'), textOf(apart.below)].filter((some) => some !== '');
  const { fields } = parseHeaderBlock(splitMessage(raw).header);
  // But the version, which stays.
  const kept = fields.filter(({ name }) => !name.startsWith('content-'));
  return Buffer.concat([...kept.map((field) => field.raw), Buffer.from(textEntity(all.join('\n\n')))]);
}

function textOf(entity: Buffer): string {
  const { header, body } = splitMessage(entity);
  const [encoding = null] = fieldValues(parseHeaderBlock(header), 'content-transfer-encoding');
  return decodeTransfer(encoding, body).toString();
}
