/** Alerts by mail that would come back: to an address of a desk, each would be new mail there, and cause the next alert. */
import { z } from 'zod';
import { addressSchema, plusAddresses, templatesCollide } from './address.js';
import { asFields, type Fields, type Mistake } from './written.js';

const addressField = addressSchema();

export function alertAddressMistakes(
  send: Fields,
  path: readonly PropertyKey[],
  desks: readonly Fields[],
): Mistake[] {
  return namedIn(send).flatMap(({ written, at }) => {
    const address = canonical(written);
    const index = address === null ? -1 : desks.findIndex((desk) => isOfDesk(address, desk));
    if (index < 0) return [];
    const message = `is an address of desks[${index}], expected one whose mail no desk of this configuration reads`;
    return [{ path: [...path, ...at], message }];
  });
}

/** Where in the configuration's own file an alert goes to an address of this desk, which is in another; null if none does. */
export function alertThatReaches(written: Fields, desk: Fields): readonly PropertyKey[] | null {
  const alerts = Array.isArray(written['alerts']) ? written['alerts'].map(asFields) : [];
  for (const [index, { send }] of alerts.entries()) {
    const found = namedIn(asFields(send)).find((named) => {
      const address = canonical(named.written);
      return address !== null && isOfDesk(address, desk);
    });
    if (found !== undefined) return ['alerts', index, 'send', ...found.at];
  }
  return null;
}

function namedIn(send: Fields): { readonly written: unknown; readonly at: readonly PropertyKey[] }[] {
  const { mail } = send;
  const list = Array.isArray(mail)
    ? mail.map((written: unknown, index) => ({ written, at: ['mail', index] }))
    : [{ written: mail, at: ['mail'] }];
  return [...list, { written: asFields(send['sms'])['mail'], at: ['sms', 'mail'] }];
}

function canonical(written: unknown): string | null {
  const result = z.safeParse(addressField, written);
  return result.success ? result.data.toLowerCase() : null;
}

/** Its own address, whatever follows a plus there, and all that its templates make. */
function isOfDesk(address: string, desk: Fields): boolean {
  const own = canonical(desk['address']);
  if (own === null) return false;
  const at = own.lastIndexOf('@');
  const isPlus = address.startsWith(`${own.slice(0, at)}+`) && address.endsWith(own.slice(at));
  return address === own || isPlus || templatesOf(desk, own).some((one) => templatesCollide(one, address));
}

function templatesOf({ addresses }: Fields, own: string): readonly string[] {
  if (addresses === false) return [];
  const { ticket, done } = { ...plusAddresses(own), ...asFields(addresses) };
  const forms = [ticket, done].filter(
    (one): one is string => typeof one === 'string' && one.includes('{id}'),
  );
  return forms.flatMap((one) => [
    one,
    ...['-note', '-bounce'].map((end) => one.replace('{id}', `{id}${end}`)),
  ]);
}
