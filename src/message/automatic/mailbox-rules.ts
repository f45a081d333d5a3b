/**
 * What the rules of an Exchange or Microsoft 365 mailbox write into the mail that they make, and how to tell what such a
 * rule has only passed on from what it says itself.
 *
 * All of it bears `X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent` and `Auto-Submitted: auto-generated`;
 * since early 2026 mail that is redirected or forwarded does, too (zammad#6025, comments of March 2026).
 *
 * - Redirected mail keeps the author's From, Subject and Message-ID. `Resent-From` or `X-MS-Exchange-Inbox-Rules-Loop`
 *   names the mailbox that did it (OfficeDocs-Support#541; Exchange team, "Loop prevention in Exchange Online").
 * - Forwarded mail is a new mail of that mailbox, with a mark of forwarding in its subject.
 * - An answer (a template, an absence note) is a new mail of that mailbox as well, with `X-Auto-Response-Suppress: All`,
 *   and no such mark (headers in public samples of Exchange 2013, 2016 and Exchange Online, 2017 to 2023).
 */
import { canonicalAddress, mailboxesOf, sameAddress } from '../header/addresses.js';
import { withoutComments } from '../header/comments.js';
import { fieldValues, type HeaderBlock } from '../header/header-block.js';
import { ownMessageId } from '../header/message-ids.js';
import type { MessageView } from './automatic-view.js';

const SOURCE_FIELD = 'x-ms-exchange-generated-message-source';
/** Names the mailbox whose rule passed the message on, so that it does not pass the same mail on again. */
export const LOOP_FIELD = 'x-ms-exchange-inbox-rules-loop';
const PARENT_FIELD = 'x-ms-exchange-parent-message-id';
const SUPPRESS_FIELD = 'x-auto-response-suppress';
const RULE = /mailbox rules/i;
/** Exchange Online passes mail on once, Exchange Server three times at most. */
const MAX_RULES = 3;
const MAX_NAMED = 5;

/** Marks of forwarding in front of a subject, as Outlook and Exchange write them in the languages they speak. */
const FORWARD_MARK =
  /^(?:\[[^\]]{1,40}\] ?)*(?:fwd?|wg|tr|rv|enc|i|vb|vs|vl|pd|fs|doorst|vidarebefordrat|videresend|továbbítás|tov|trimis|redir|[iİ]lt|i̇lt|πρθ|пересл|пер|إعادة توجيه|转发|轉寄|轉發|転送|전달|הועבר|تحويل)(?:\[\d{1,3}\]| ?\(\d{1,3}\))? ?[:：]/iu;

/** A rule of a mailbox made this mail, or passed it on. */
export function isOfMailboxRule(block: HeaderBlock): boolean {
  return fieldValues(block, SOURCE_FIELD).some((value) => RULE.test(value));
}

/** By the mark in front of its subject, or the message that it carries. */
export function isForwarded(view: MessageView): boolean {
  return FORWARD_MARK.test(view.subject) || view.partTypes.has('message/rfc822');
}

/**
 * The header of what a mailbox rule has redirected, without what the rule has written into it to say that a program sent
 * it: whose mail that is, and whether a program wrote it, is told by the rest. All other mail comes back as it is.
 */
export function beforeRedirect(block: HeaderBlock): HeaderBlock {
  const rules = rulesNamed(block);
  if (rules === 0 || !isRedirected(block)) return block;
  const byName = new Map(block.byName);
  byName.delete(SOURCE_FIELD);
  // One for each rule: what its author has written into it still counts.
  let left = rules;
  const submitted = (block.byName.get('auto-submitted') ?? []).filter(({ value }) => {
    const ofRule = left > 0 && withoutComments(value).trim().toLowerCase() === 'auto-generated';
    if (ofRule) left -= 1;
    return !ofRule;
  });
  if (submitted.length > 0) byName.set('auto-submitted', submitted);
  else byName.delete('auto-submitted');
  return { ...block, byName };
}

function rulesNamed(block: HeaderBlock): number {
  const named = fieldValues(block, SOURCE_FIELD).flatMap((value) => value.slice(0, 1_000).split(','));
  return Math.min(named.filter((one) => RULE.test(one)).length, MAX_RULES);
}

/** Its author is not the mailbox whose rule sent it; or is, but the rule only sent it once more. */
function isRedirected(block: HeaderBlock): boolean {
  const authors = mailboxesOf(block, ['from'], MAX_NAMED).map(({ address }) => address);
  const resenders = mailboxesOf(block, ['resent-from'], MAX_NAMED).map(({ address }) => address);
  const owners = fieldValues(block, LOOP_FIELD)
    .slice(0, MAX_NAMED)
    .flatMap((value) => canonicalAddress(value.replace(/[<>\s]/g, '')) ?? []);
  const isAuthor = (address: string): boolean => authors.some((one) => sameAddress(one, address));
  // A rule of the author's own mailbox wrote it, even where another mailbox has redirected it since.
  if (owners.some(isAuthor)) return resenders.some(isAuthor);
  if (resenders.length > 0 || keepsItsId(block)) return true;
  // The two may be names of one mailbox: an answer of its rule asks for no answer to it.
  return owners.length > 0 && authors.length > 0 && !fieldValues(block, SUPPRESS_FIELD).some(isAll);
}

const isAll = (value: string): boolean => value.trim().toLowerCase() === 'all';

function keepsItsId(block: HeaderBlock): boolean {
  const id = ownMessageId(block);
  return id !== null && fieldValues(block, PARENT_FIELD).some((value) => value.includes(`<${id}>`));
}
