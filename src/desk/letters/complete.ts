/** Letters of which the outbox holds a part: completed, one is byte for byte what it would be if it lay there whole. */
import { aboveText, asBody, asPart, originalSha256 } from '../../message/compose/original.js';
import { parseHeaderBlock, splitMessage } from '../../message/header/header-block.js';
import { rowOf, type Staging } from './staging.js';

const EMPTY_LINE = Buffer.from('\r\n');
const MIME_FIELD = /^(?:mime-version|content-.*)$/;

/** `raw` without its staging fields, with what it names of `source`; null if that is not what was signed for. */
export function complete(stage: Staging, raw: Buffer, source: Buffer): Buffer | null {
  const isBody = rowOf(stage).reads === 'whole';
  const original = isBody ? asBody(source) : asPart(source);
  if (originalSha256(original) !== stage.original?.sha256) return null;
  const { header, body } = splitMessage(raw);
  const { fields } = parseHeaderBlock(header);
  const above = fields.flatMap((field) => (MIME_FIELD.test(field.name) ? [] : [field.raw]));
  if (isBody) return Buffer.concat([...above, original.fields, EMPTY_LINE, original.body]);
  const described = fields.flatMap((field) => (field.name.startsWith('content-') ? [field.raw] : []));
  const whole = aboveText(original, Buffer.concat([...described, EMPTY_LINE, body]));
  return Buffer.concat([...above, Buffer.from(whole.fields), EMPTY_LINE, ...whole.pieces]);
}
