/**
 * The rules that concern several fields at once. They read the file as it was written and skip what is not valid by
 * itself, so that a person sees every mistake in one go, those of single fields and these.
 */
import { z } from 'zod';
import { type Account, accountKey } from './account.js';
import { addressSchema, plusAddresses, templatesCollide } from './address.js';
import { alertMistakes } from './alerts-rules.js';
import { authRule } from './auth-rules.js';
import { imapDoor } from './complete.js';
import { deskSchema } from './desk-schema.js';
import { FOLDER_ROLES, type FolderRole, folderKey, foldersSchema } from './folder-schema.js';
import { isLoopback } from './loopback.js';
import { webMistakes } from './web-schema.js';
import { asFields, type Fields, isFields, type Mistake } from './written.js';

type Rule = (desk: Fields, path: readonly PropertyKey[]) => Mistake[];

const { staff: staffField, addresses: addressesField, imap: imapField } = deskSchema.shape;
const addressField = addressSchema();
const accountFields = imapField.pick({ host: true, port: true, security: true, user: true }).loose();

/** Every mistake between fields, in the order of the file. */
export function mistakesBetweenFields(written: unknown): Mistake[] {
  const desks = isFields(written) && Array.isArray(written.desks) ? written.desks.map(asFields) : [];
  const rules: Rule[] = [staffRule, encryptionRule, authRule, smtpSignInRule, addressesRule, ownFoldersRule];
  const alone = desks.flatMap((desk, index) => rules.flatMap((rule) => rule(desk, ['desks', index])));
  const alerts = isFields(written) ? alertMistakes(written, desks) : [];
  const web = isFields(written) ? webMistakes(written) : [];
  return [...alone, ...namesRule(desks), ...sharedAccountRule(desks), ...alerts, ...web];
}

/** One address is one member's, and never the desk's own: its notices would come back to it. */
function staffRule(desk: Fields, path: readonly PropertyKey[]): Mistake[] {
  const staff = Array.isArray(desk.staff) ? desk.staff : [];
  const own = valid(addressField, desk.address)?.toLowerCase();
  const seen = new Map<string, string>();
  const mistakes: Mistake[] = [];
  for (const { address, at } of staff.flatMap(addressesOfMember)) {
    const key = address.toLowerCase();
    const first = seen.get(key);
    const where = [...path, 'staff', ...at];
    if (key === own)
      mistakes.push({ path: where, message: 'is the desk’s own address, expected a person’s' });
    else if (first !== undefined) mistakes.push({ path: where, message: `is the same address as ${first}` });
    else seen.set(key, showPath(where));
  }
  return mistakes;
}

function addressesOfMember(
  member: unknown,
  index: number,
): { readonly address: string; readonly at: readonly PropertyKey[] }[] {
  if (valid(staffField, [member]) === null) return [];
  if (!isFields(member)) return [{ address: valid(addressField, member) ?? '', at: [index] }];
  const addresses = Array.isArray(member.addresses) ? member.addresses : [];
  return addresses.map((address, position) => ({
    address: valid(addressField, address) ?? '',
    at: [index, 'addresses', position],
  }));
}

function encryptionRule(desk: Fields, path: readonly PropertyKey[]): Mistake[] {
  return ['imap', 'smtp'].flatMap((server) => {
    const { host, security } = asFields(desk[server]);
    if (security !== 'none' || typeof host !== 'string' || isLoopback(host)) return [];
    const message =
      'expected "tls" or "starttls": "none" is for a server on this machine only (localhost, 127.0.0.1, ::1)';
    return [{ path: [...path, server, 'security'], message }];
  });
}

function smtpSignInRule(desk: Fields, path: readonly PropertyKey[]): Mistake[] {
  const { user, password } = asFields(desk.smtp);
  if (desk.auth !== undefined) return [];
  if ((user === undefined) === (password === undefined)) return [];
  const [missing, given] = user === undefined ? ['user', 'password'] : ['password', 'user'];
  const message = `is missing, expected beside ${given}: both sign in, neither is for a relay without sign-in`;
  return [{ path: [...path, 'smtp', missing], message }];
}

function addressesRule(desk: Fields, path: readonly PropertyKey[]): Mistake[] {
  const address = valid(addressField, desk.address);
  const given = valid(addressesField, desk.addresses);
  if (address === null || given === null || given === false) return [];
  const { ticket, done } = given ?? plusAddresses(address);
  const mistakes: Mistake[] = [];
  const where = (name: string) => [...path, 'addresses', name];
  if (templatesCollide(ticket, done))
    mistakes.push({ path: where('done'), message: 'expected addresses that can never be those of ticket' });
  for (const [name, template] of [['ticket', ticket] as const, ['done', done] as const]) {
    if (!templatesCollide(template, address)) continue;
    mistakes.push({
      path: where(name),
      message: 'expected addresses that can never be the desk’s own address',
    });
  }
  return mistakes;
}

function ownFoldersRule(desk: Fields, path: readonly PropertyKey[]): Mistake[] {
  const seen = new Map<string, FolderRole>();
  return folderEntries(desk).flatMap(([role, name]) => {
    const other = seen.get(folderKey(name));
    seen.set(folderKey(name), role);
    if (other === undefined) return [];
    return [{ path: [...path, 'folders', role], message: `expected another folder than ${other}’s` }];
  });
}

function folderEntries(desk: Fields): [FolderRole, string][] {
  const folders = valid(foldersSchema, desk.folders);
  return folders === null ? [] : FOLDER_ROLES.map((role) => [role, folders[role]]);
}

/** Commands and log lines tell desks apart by name; people by address. */
function namesRule(desks: readonly Fields[]): Mistake[] {
  return (['name', 'address'] as const).flatMap((field) => {
    const seen = new Map<string, number>();
    return desks.flatMap((desk, index) => {
      const value = field === 'name' ? (desk.name ?? desk.address) : desk.address;
      const key = typeof value === 'string' ? value.toLowerCase() : `\0${index}`;
      const first = seen.get(key);
      if (first === undefined) seen.set(key, index);
      // Two desks without names and with one address are told once, at the address.
      if (first === undefined || (field === 'name' && desk.name === undefined)) return [];
      return [
        { path: ['desks', index, field], message: `expected another ${field} than that of desks[${first}]` },
      ];
    });
  });
}

/** Two desks on one account may share no folder: each would take the other's mail for its own. */
function sharedAccountRule(desks: readonly Fields[]): Mistake[] {
  const owners = new Map<string, string>();
  return desks.flatMap((desk, index) => {
    const account = accountOf(desk);
    if (account === null) return [];
    const mine: [string, FolderRole][] = folderEntries(desk).map(([role, name]) => [
      `${accountKey(account)} ${folderKey(name)}`,
      role,
    ]);
    const mistakes = mine.flatMap(([key, role]) => {
      const owner = owners.get(key);
      if (owner === undefined) return [];
      const message = `expected another folder than ${owner}: both desks are on one account`;
      return [{ path: ['desks', index, 'folders', role], message }];
    });
    for (const [key, role] of mine) owners.set(key, owners.get(key) ?? `desks[${index}].folders.${role}`);
    return mistakes;
  });
}

function accountOf(desk: Fields): Account | null {
  const imap = valid(accountFields, desk.imap);
  return imap === null ? null : { host: imap.host, port: imapDoor(imap).port, user: imap.user };
}

/** What the schema makes of a field, or null if it is not valid by itself. */
function valid<T extends z.ZodType>(schema: T, value: unknown): z.output<T> | null {
  const result = z.safeParse(schema, value);
  return result.success ? result.data : null;
}

/** `desks[0].imap.host`, as a person would point at it. */
export function showPath(path: readonly PropertyKey[]): string {
  return path
    .map((step) => {
      if (typeof step === 'number') return `[${step}]`;
      return /^[\w$]+$/.test(String(step)) ? `.${String(step)}` : `[${showKey(String(step))}]`;
    })
    .join('')
    .replace(/^\./, '');
}

const MAX_SHOWN_KEY_CHARS = 60;

/** A key as text that is safe on a terminal and of bounded length. */
function showKey(key: string): string {
  const bounded = key.length > MAX_SHOWN_KEY_CHARS ? `${key.slice(0, MAX_SHOWN_KEY_CHARS)}…` : key;
  return JSON.stringify(bounded).replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
