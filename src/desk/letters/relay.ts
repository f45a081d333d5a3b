/**
 * A staff member's reply on its way to the requester: the body and attachments are the original bytes, only the
 * header block is written anew. Of the original's fields none but those that describe the body goes along, so no
 * internal address, token or trace of the staff's side leaves with it.
 */
import { isUtf8 } from 'node:buffer';
import { composeHeader, type Frame } from '../../message/compose/compose.js';
import { parseHeaderBlock, splitMessage } from '../../message/header/header-block.js';

const DESCRIBES_BODY = /^(?:mime-version|content-(?:type|transfer-encoding|language|disposition))$/;

/** The body is the reply's own bytes, not a copy of them. */
export function relayed(frame: Frame, reply: Buffer | null): { header: Buffer; body: Buffer } {
  if (reply === null) throw new TypeError('A reply can only be relayed with its bytes');
  const original = splitMessage(reply);
  const kept = parseHeaderBlock(original.header).fields.filter(({ name }) => DESCRIBES_BODY.test(name));
  const header = Buffer.concat([
    Buffer.from(composeHeader(frame)),
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
