/** Verifies a DKIM signature (RFC 6376, rsa-sha256, relaxed/relaxed): enough for what the tests sign. */
import { createHash, createVerify, type KeyObject } from 'node:crypto';

interface Field {
  readonly name: string;
  readonly raw: string;
}

/** Whether the one signature of the message is good; throws if it has none. */
export function verifiesDkim(message: Buffer, key: KeyObject): boolean {
  const text = message.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const fields = fieldsOf(text.slice(0, end + 2));
  const signature = fields.find(({ name }) => name === 'dkim-signature');
  if (signature === undefined) throw new Error('the message is not signed');
  const tags = tagsOf(signature.raw);
  const bodyHash = createHash('sha256')
    .update(relaxedBody(text.slice(end + 4)), 'latin1')
    .digest('base64');
  if (bodyHash !== tags.get('bh')) return false;
  const unsigned = signature.raw.replace(/(\bb=)[A-Za-z0-9+/=\s]+/, '$1');
  const signed = [...signedFields(fields, tags.get('h') ?? ''), relaxedField(unsigned)].join('\r\n');
  const verifier = createVerify('RSA-SHA256').update(signed, 'latin1');
  return verifier.verify(key, tags.get('b') ?? '', 'base64');
}

function fieldsOf(header: string): readonly Field[] {
  return header
    .split(/\r\n(?![ \t])/)
    .filter((raw) => raw !== '')
    .map((raw) => ({ name: (raw.split(':')[0] ?? '').trim().toLowerCase(), raw }));
}

function tagsOf(raw: string): ReadonlyMap<string, string> {
  const value = raw.slice(raw.indexOf(':') + 1).replace(/\s+/g, '');
  return new Map(
    value.split(';').map((tag) => [tag.slice(0, tag.indexOf('=')), tag.slice(tag.indexOf('=') + 1)]),
  );
}

/** Of fields with one name the last comes first (§5.4.2). */
function signedFields(fields: readonly Field[], names: string): readonly string[] {
  const left = [...fields];
  return names.split(':').flatMap((name) => {
    const at = left.findLastIndex((field) => field.name === name.toLowerCase());
    const [found] = at < 0 ? [] : left.splice(at, 1);
    return found === undefined ? [] : [relaxedField(found.raw)];
  });
}

/** §3.4.2 */
function relaxedField(raw: string): string {
  const colon = raw.indexOf(':');
  const value = raw.slice(colon + 1).replace(/\r\n/g, '');
  return `${raw.slice(0, colon).trim().toLowerCase()}:${value.replace(/[ \t]+/g, ' ').trim()}`;
}

/** §3.4.4 */
function relaxedBody(body: string): string {
  const lines = body.split('\r\n').map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''));
  while (lines.at(-1) === '') lines.pop();
  return lines.map((line) => `${line}\r\n`).join('');
}
