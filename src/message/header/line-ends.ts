/** Line ends as SMTP carries and IMAP keeps them (RFC 5322 §2.3): some servers refuse a bare LF, others make it CRLF. */

const LF = 0x0a;
const CR = 0x0d;

/** Each LF without a CR before it gets one; `before` is the byte in front of these, where they go on from others. */
export function withCarriageReturns(bytes: Buffer, before = 0): Buffer {
  const bare: number[] = [];
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1))
    if ((at === 0 ? before : bytes[at - 1]) !== CR) bare.push(at);
  if (bare.length === 0) return bytes;
  const whole = Buffer.allocUnsafe(bytes.length + bare.length);
  let from = 0;
  let to = 0;
  for (const at of bare) {
    to += bytes.copy(whole, to, from, at);
    whole[to] = CR;
    to += 1;
    from = at;
  }
  bytes.copy(whole, to, from);
  return whole;
}
