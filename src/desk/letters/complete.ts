/** Letters of which the outbox holds a part: completed, one is byte for byte what it would be if it lay there whole. */
import {
  type Around,
  asBody,
  asPart,
  between,
  originalSha256,
  takenApart,
} from '../../message/compose/original.js';
import { type HeaderField, parseHeaderBlock, splitMessage } from '../../message/header/header-block.js';
import { rowOf, type Staging } from './staging.js';

const EMPTY_LINE = Buffer.from('\r\n');
const MIME_FIELD = /^(?:mime-version|content-.*)$/;

/** `raw` without its staging fields, with what it names of `source`; null if that is not what was signed for. */
export function complete(stage: Staging, raw: Buffer, source: Buffer): Buffer | null {
  const isBody = rowOf(stage).reads === 'whole';
  const original = isBody ? asBody(source, stage.original?.cuts) : asPart(source);
  if (originalSha256(original) !== stage.original?.sha256) return null;
  const { header, body } = splitMessage(raw);
  const { fields } = parseHeaderBlock(header);
  const above = fields.flatMap((field) => (MIME_FIELD.test(field.name) ? [] : [field.raw]));
  if (isBody) return Buffer.concat([...above, original.fields, EMPTY_LINE, original.body]);
  const whole = between(textsOf(raw) ?? { lead: null, below: entityOf(fields, body) }, original);
  return Buffer.concat([...above, Buffer.from(whole.fields), EMPTY_LINE, ...whole.pieces]);
}

/** Where something stands above what is passed on, the letter is the two texts. */
function textsOf(raw: Buffer): Around | null {
  const apart = takenApart(raw);
  return apart === null ? null : { lead: apart.above[0] ?? null, below: apart.below };
}

function entityOf(fields: readonly HeaderField[], body: Buffer): Buffer {
  const described = fields.flatMap((field) => (field.name.startsWith('content-') ? [field.raw] : []));
  return Buffer.concat([...described, EMPTY_LINE, body]);
}
