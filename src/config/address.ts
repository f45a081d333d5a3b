/** Mail addresses in the configuration, and the templates that the ticket addresses are made from. */
import { domainToASCII } from 'node:url';
import type { z } from 'zod';
import { text } from './expected.js';

const MAX_LOCAL_PART_CHARS = 64;
const MAX_ADDRESS_CHARS = 254;
/** dot-atom of RFC 5322 §3.2.3; quoted local parts are not offered. */
const LOCAL_PART = /^[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
const DOMAIN = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
/** Its A-labels are itself; loading the tables for all others takes milliseconds. A number at the end may be an IP address. */
const PLAIN_DOMAIN = /^(?!(?:.*\.)?xn--)(?:[a-z0-9-]+\.)*[a-z][a-z0-9-]*$/i;
const PLACEHOLDER = '{id}';
/** What an id is made of: a number, a dot, and the signature in base32; compared without case. */
const ID_CHARS = /^[a-z0-9.]*$/;

/** Local part as written, domain in lower-case A-labels; null if it is not a plain address. */
function canonicalAddress(written: string): string | null {
  const at = written.lastIndexOf('@');
  const local = written.slice(0, at);
  const named = written.slice(at + 1);
  const domain = (PLAIN_DOMAIN.test(named) ? named : domainToASCII(named)).toLowerCase();
  if (at < 1 || local.length > MAX_LOCAL_PART_CHARS || written.length > MAX_ADDRESS_CHARS) return null;
  return LOCAL_PART.test(local) && DOMAIN.test(domain) ? `${local}@${domain}` : null;
}

/** An address field; its output is the canonical form. */
export function addressSchema(): z.ZodString {
  return text('an address such as name@example.com', (value) => canonicalAddress(value) !== null).overwrite(
    (value) => canonicalAddress(value) ?? value,
  );
}

/** An address template field, with `{id}` once in the local part; its output is the canonical form. */
export function addressTemplateSchema(example: string): z.ZodString {
  const what = `an address with {id} once before the @, such as ${example}`;
  return text(what, (value) => canonicalTemplate(value) !== null).overwrite(
    (value) => canonicalTemplate(value) ?? value,
  );
}

function canonicalTemplate(written: string): string | null {
  const at = written.lastIndexOf('@');
  const pieces = written.split(PLACEHOLDER);
  if (pieces.length !== 2 || written.indexOf(PLACEHOLDER) > at) return null;
  // Braces are legal in a local part, so the template itself can be checked as an address.
  return canonicalAddress(written);
}

/** Whether some address could be made from both templates; one without `{id}` makes only itself. */
export function templatesCollide(one: string, other: string): boolean {
  const [a, b] = [pattern(one), pattern(other)];
  if (a.after === null && b.after === null) return a.before === b.before;
  if (a.after === null) return makes(b, a.before);
  if (b.after === null) return makes(a, b.before);
  return overlap(a.before, b.before) && overlap(reversed(a.after), reversed(b.after));
}

interface Pattern {
  readonly before: string;
  /** null without a placeholder. */
  readonly after: string | null;
}

function pattern(template: string): Pattern {
  const [before = '', after = null] = template.toLowerCase().split(PLACEHOLDER);
  return { before, after };
}

function makes({ before, after }: Pattern, address: string): boolean {
  const end = after ?? '';
  const middle = address.slice(before.length, address.length - end.length);
  return address.startsWith(before) && address.endsWith(end) && middle !== '' && ID_CHARS.test(middle);
}

/** Whether one of two beginnings continues the other with nothing but characters that an id may hold. */
function overlap(one: string, other: string): boolean {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  return long.startsWith(short) && ID_CHARS.test(long.slice(short.length));
}

/** Addresses are ASCII once they are canonical. */
function reversed(value: string): string {
  return value.split('').reverse().join('');
}

/** The templates that a desk has unless it names its own: plus-addressing of its address. */
export function plusAddresses(address: string): { readonly ticket: string; readonly done: string } {
  const at = address.lastIndexOf('@');
  const [local, domain] = [address.slice(0, at), address.slice(at + 1)];
  return { ticket: `${local}+${PLACEHOLDER}@${domain}`, done: `${local}+${PLACEHOLDER}-done@${domain}` };
}
