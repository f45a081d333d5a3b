/**
 * A staff member's reply on its way to the requester: the body and attachments are the original bytes, only the
 * header block is written anew. Of the original's fields none but those that describe the body goes along, so no
 * internal address, token or trace of the staff's side leaves with it.
 */
import { isUtf8 } from 'node:buffer';
import { composeText } from '../../message/compose/compose.js';
import { parseHeaderBlock, splitMessage } from '../../message/header/header-block.js';
import type { StaffMember } from '../policy.js';
import type { Frame } from './write.js';

const DESCRIBES_BODY = /^(?:mime-version|content-(?:type|transfer-encoding|language|disposition))$/;

export interface Relayed {
  readonly header: Buffer;
  /** The reply's own bytes, not a copy of them. */
  readonly body: Buffer;
}

export function relayed(
  frame: Frame,
  reply: { readonly source: Buffer | null; readonly member: StaffMember },
): Relayed {
  if (reply.source === null) throw new TypeError('A reply can only be relayed with its bytes');
  const original = splitMessage(reply.source);
  const ours = parseHeaderBlock(splitMessage(composeText({ ...frame, text: '' })).header);
  const kept = parseHeaderBlock(original.header).fields.filter(({ name }) => DESCRIBES_BODY.test(name));
  const fields = ours.fields.filter(({ name }) => !DESCRIBES_BODY.test(name));
  const header = Buffer.concat([
    ...fields.map(({ raw }) => raw),
    ...kept.map(({ raw }) => withoutControls(raw)),
    Buffer.from('\r\n'),
  ]);
  return { header, body: original.body };
}

/** A field as it came, but for what no server takes in a header and no reader sees. */
function withoutControls(field: Buffer): Buffer {
  const text = isUtf8(field) ? field.toString('utf8') : field.toString('latin1').replace(/[\x80-\xff]/g, '');
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ufffd]/g, ''));
  return Buffer.from(`${lines.filter((line) => line !== '').join('\r\n')}\r\n`);
}
