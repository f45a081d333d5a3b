/**
 * The rules that concern several fields at once. They read the file as it was written and skip what is not valid by
 * itself, so that a person sees every mistake in one go, those of single fields and these.
 */
import { z } from 'zod';
import type { Account } from './account.js';
import { addressSchema, plusAddresses, templatesCollide } from './address.js';
import { alertMistakes } from './alerts-rules.js';
import { authRule } from './auth-rules.js';
import { type PlacedDesk, TakenByDesks } from './between-desks.js';
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
  const desks = desksIn(written);
  const all = desks.map(({ fields }) => fields);
  const alerts = isFields(written) ? alertMistakes(written, all) : [];
  const web = isFields(written) ? webMistakes(written) : [];
  return [
    ...(isFields(written) ? deskCountRule(written) : []),
    ...desks.flatMap(mistakesOfDesk),
    ...takeDesks(new TakenByDesks(), desks),
    ...alerts,
    ...web,
  ];
}

/** The desks of the configuration's own file. */
export function desksIn(written: unknown): readonly PlacedDesk[] {
  const desks = isFields(written) && Array.isArray(written.desks) ? written.desks.map(asFields) : [];
  return desks.map((fields, index) => ({
    fields,
    path: ['desks', index],
    place: `desks[${index}]`,
    isFile: false,
  }));
}

/** What is wrong between the fields of one desk. */
export function mistakesOfDesk({ fields, path }: Pick<PlacedDesk, 'fields' | 'path'>): Mistake[] {
  const rules: Rule[] = [staffRule, encryptionRule, authRule, smtpSignInRule, addressesRule, ownFoldersRule];
  return rules.flatMap((rule) => rule(fields, path));
}

/** What these desks have, and others have already. */
export function takeDesks(taken: TakenByDesks, desks: readonly PlacedDesk[]): Mistake[] {
  return taken.take(desks, (desk) => {
    const account = accountOf(desk);
    return account === null ? null : { account, folders: folderEntries(desk) };
  });
}

/** Of a folder it is known only later how many desks it holds. */
function deskCountRule({ desks, desksFolder }: Fields): Mistake[] {
  if (desksFolder !== undefined) return [];
  if (desks === undefined) return [{ path: ['desks'], message: 'is missing, expected a list of desks' }];
  const isEmpty = Array.isArray(desks) && desks.length === 0;
  return isEmpty ? [{ path: ['desks'], message: 'expected at least one desk' }] : [];
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
