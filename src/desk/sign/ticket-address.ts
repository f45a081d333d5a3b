/**
 * The addresses and ids that name a ticket.
 *
 * A ticket address is the configured template with `42` (plain) or `42.k7f3q9x2` (signed) for `{id}`. A signed id is
 * a Message-ID of the form `imapdesk.42.k7f3q9x2.<rest>@domain`. Both tokens cover the desk, the number and the role
 * of the person whom the address or message was made for; a token that does not verify leaves a plain address.
 */
import { domainOf, sameAddress } from '../../message/header/addresses.js';
import type { DeskPolicy, StaffMember } from '../policy.js';
import { sameToken, TOKEN_CHARACTERS, token as tokenOf } from './signature.js';

/** Whom a signed address or id was made for. */
export type Role =
  | { readonly kind: 'requester' }
  | {
      readonly kind: 'staff';
      readonly member: StaffMember;
      /** It stands in the text of notices, which may be quoted to anybody: good for notes and closing, for no relay. */
      readonly limited?: boolean;
    };

export const REQUESTER: Role = { kind: 'requester' };

export interface NamedTicket {
  readonly number: number;
  /** The done form of the address, which closes; or the note form, which tells only staff. */
  readonly done: boolean;
  readonly note: boolean;
  /** null for a plain address, or a token that does not verify. */
  readonly role: Role | null;
}

const LABEL = 'ticket address 1';
/** Numbers have at most nine digits, so that they stay exact and short in every place. What is longer names no ticket anywhere. */
const NUMBER_DIGITS = 9;
export const MAX_NUMBER = 10 ** NUMBER_DIGITS - 1;
/** What comes from elsewhere has one digit less, so that no file uses up the numbers that the desk gives from there on. */
export const MAX_IMPORTED_NUMBER = 10 ** (NUMBER_DIGITS - 1) - 1;
const ID = `([1-9][0-9]{0,${NUMBER_DIGITS - 1}})(?:\\.([0-9a-z]{${TOKEN_CHARACTERS}}))?`;
const SIGNED_ID = new RegExp(
  `^imapdesk\\.([0-9]{1,${NUMBER_DIGITS}})\\.([0-9a-z]{${TOKEN_CHARACTERS}})\\.[0-9a-z.-]{1,80}@`,
  'i',
);

function roleText(role: Role): string {
  if (role.kind === 'requester') return 'requester';
  return staffText(role.member.addresses[0] ?? '', role.limited === true);
}

function staffText(address: string, limited: boolean): string {
  return `${limited ? 'staff, limited' : 'staff'} ${address.toLowerCase()}`;
}

/** The number of a ticket with what signs it. */
function signed(policy: DeskPolicy, { number, role }: { number: number; role: Role }): string {
  return `${number}.${signRole(policy, policy.secrets[0], { number, text: roleText(role) })}`;
}

function signRole(policy: DeskPolicy, secret: string, named: { number: number; text: string }): string {
  return tokenOf(secret, LABEL, [policy.address.toLowerCase(), String(named.number), named.text]);
}

interface Signed {
  readonly role: Role;
  readonly token: string;
}

/** A member is known by each of their addresses: another one may have been the first when a notice went out. */
function roleTexts(policy: DeskPolicy): readonly { role: Role; text: string }[] {
  const staff = policy.staff.flatMap((member) =>
    member.addresses.flatMap((address) => [
      { role: { kind: 'staff' as const, member }, text: staffText(address, false) },
      { role: { kind: 'staff' as const, member, limited: true }, text: staffText(address, true) },
    ]),
  );
  return [{ role: REQUESTER, text: roleText(REQUESTER) }, ...staff];
}

/** Mail of a ticket names it several times, and so does the next one. */
const MAX_KNOWN_NUMBERS = 200;
const tokensOf = new WeakMap<DeskPolicy, Map<number, readonly Signed[]>>();

/** All that a ticket's number may be signed with: every role under every secret. */
function tokensFor(policy: DeskPolicy, number: number): readonly Signed[] {
  const known = tokensOf.get(policy) ?? new Map<number, readonly Signed[]>();
  tokensOf.set(policy, known);
  const before = known.get(number);
  if (before !== undefined) return before;
  const texts = roleTexts(policy);
  const tokens = policy.secrets.flatMap((secret) =>
    texts.map(({ role, text }) => ({ role, token: signRole(policy, secret, { number, text }) })),
  );
  if (known.size >= MAX_KNOWN_NUMBERS) known.clear();
  known.set(number, tokens);
  return tokens;
}

function verifiedRole(policy: DeskPolicy, number: number, given: string): Role | null {
  let found: Role | null = null;
  // Every role and secret is tried whatever the outcome, so that time tells nothing.
  for (const { role, token } of tokensFor(policy, number)) if (sameToken(token, given)) found ??= role;
  return found;
}

interface AddressPattern {
  readonly pattern: RegExp;
  readonly done: boolean;
  readonly note: boolean;
}

const patternsOf = new WeakMap<DeskPolicy, readonly AddressPattern[]>();

function addressPatterns(policy: DeskPolicy): readonly AddressPattern[] {
  const known = patternsOf.get(policy);
  if (known !== undefined) return known;
  const forms = [
    { template: policy.addresses?.done, done: true, note: false },
    { template: noteTemplate(policy), done: false, note: true },
    { template: bounceTemplate(policy), done: false, note: false },
    { template: policy.addresses?.ticket, done: false, note: false },
  ];
  const patterns = forms.flatMap(({ template, done, note }) =>
    template === undefined ? [] : [{ pattern: templatePattern(template), done, note }],
  );
  patternsOf.set(policy, patterns);
  return patterns;
}

function templatePattern(template: string): RegExp {
  const [before = '', after = ''] = template
    .split('{id}')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${before}${ID}${after}$`, 'i');
}

export function signedTicketAddress(policy: DeskPolicy, number: number, role: Role): string {
  return signedForm(policy, policy.addresses?.ticket, { number, role }) ?? policy.address;
}

export function signedDoneAddress(policy: DeskPolicy, number: number, role: Role): string | null {
  return signedForm(policy, policy.addresses?.done, { number, role });
}

/** Where staff write what only staff shall read. */
export function signedNoteAddress(policy: DeskPolicy, number: number, role: Role): string | null {
  return signedForm(policy, noteTemplate(policy), { number, role });
}

function signedForm(
  policy: DeskPolicy,
  template: string | undefined,
  named: { number: number; role: Role },
): string | null {
  return template?.replace('{id}', signed(policy, named)) ?? null;
}

/** The envelope sender by which a bounce proves which ticket's mail came back, where the SMTP server allows one. */
export function signedBounceAddress(policy: DeskPolicy, number: number, role: Role): string | null {
  return signedForm(policy, bounceTemplate(policy), { number, role });
}

function bounceTemplate(policy: DeskPolicy): string | undefined {
  return policy.addresses?.ticket.replace('{id}', '{id}-bounce');
}

function noteTemplate(policy: DeskPolicy): string | undefined {
  return policy.addresses?.ticket.replace('{id}', '{id}-note');
}

/** Which ticket an address names, or null for any other address. Verifying costs a signature for each role. */
export function readTicketAddress(policy: DeskPolicy, address: string, verify = true): NamedTicket | null {
  for (const { pattern, done, note } of addressPatterns(policy)) {
    const match = pattern.exec(address);
    if (match?.[1] === undefined) continue;
    const number = Number(match[1]);
    const role = match[2] === undefined || !verify ? null : verifiedRole(policy, number, match[2]);
    return { number, done, note, role };
  }
  return null;
}

/** An id of the desk's own: `rest` tells messages apart; "ticket" is the one that every message of a role names. */
export function signedId(policy: DeskPolicy, named: { number: number; role: Role }, rest: string): string {
  const domain = policy.address.slice(policy.address.lastIndexOf('@') + 1);
  return `imapdesk.${signed(policy, named)}.${rest}@${domain}`;
}

export function threadId(policy: DeskPolicy, number: number, role: Role): string {
  return signedId(policy, { number, role }, 'ticket');
}

/** Whether an id has the form of ours, genuine or not. */
export function isOurForm(id: string): boolean {
  return SIGNED_ID.test(id);
}

/** Whether an id is the one by which another desk of this software knows its ticket. */
export function isThreadIdOfOther(policy: DeskPolicy, id: string): boolean {
  return isOurForm(id) && id.toLowerCase().includes('.ticket@') && readSignedId(policy, id) === null;
}

/** The number that an id of our form names, whoever signed it; null for any other id. */
export function numberInId(id: string): number | null {
  const number = Number(SIGNED_ID.exec(id)?.[1] ?? 0);
  return number === 0 ? null : number;
}

/** Whether an id claims to be one that this desk has made: in our form, and of the desk's own domain. */
export function isOurId(policy: DeskPolicy, id: string): boolean {
  return isOurForm(id) && domainOf(id) === domainOf(policy.address);
}

/** The ticket and role that one of our own ids proves; null for any other id, or one that does not verify. */
export function readSignedId(policy: DeskPolicy, id: string): { number: number; role: Role } | null {
  const match = SIGNED_ID.exec(id);
  if (match?.[1] === undefined || match[2] === undefined) return null;
  const number = Number(match[1]);
  const role = verifiedRole(policy, number, match[2]);
  return role === null ? null : { number, role };
}

/** Whether an address is the desk's own in any form. */
export function isDeskAddress(policy: DeskPolicy, address: string): boolean {
  return sameAddress(address, policy.address) || readTicketAddress(policy, address, false) !== null;
}

export function staffMemberOf(policy: DeskPolicy, address: string | null): StaffMember | null {
  if (address === null) return null;
  return policy.staff.find((member) => member.addresses.some((own) => sameAddress(own, address))) ?? null;
}
