/**
 * Reactions: a sign that somebody sets to a message, in place of words, and that mail programs send as a mail of its own.
 *
 * - Gmail's have a part that says so, by a published format (Gmail, "Email reactions", version 1): JSON with `version` 1
 *   and `emoji`, one emoji of UTS #51; inline, anywhere in the message.
 * - Outlook's have no field and no part that tells them (reports of 2024 to 2026; nextcloud/mail#10961): they are answers
 *   out of Exchange whose text is one sentence, "Jane Roe reacted to your message:", a picture, and the quotation.
 *
 * So the header and the structure say where to look, and the text decides. What is not surely a reaction is a person's mail.
 */
import { beginsBanner } from '../body/banner.js';
import { readPart, readUncleaned } from '../body/decode-part.js';
import { bodyParts } from '../body/message-parts.js';
import type { MessagePart } from '../body/structure.js';
import { chooseTextPart } from '../body/word-parts.js';
import type { Facts, Reaction } from '../facts/facts.js';
import type { HeaderBlock } from '../header/header-block.js';
import { isQuotedSender } from '../quotes/quoted-header.js';
import { isEmoji } from './emoji.js';
import { reactionSentence } from './reaction-sentences.js';

const GMAIL_PART = 'text/vnd.google.email-reaction+json';
/** The sentence of a reaction stands in the first lines, and Gmail's part is shorter. */
const MAX_BYTES = 4_096;
/** Outlook's style sheet stands before the words. */
const MAX_HTML_BYTES = 32_768;
/** Where a quotation begins: Outlook's rule, quotation marks, `---- Original message ----`. */
const QUOTATION = /^(?:_{5,}|-{3,}|>)/;
/** Outlook on a phone signs so where nobody has set anything else; the link tells it in any language. */
const SIGNATURE_OF_OUTLOOK = /^[^<>[\]]{0,60}[<[]https:\/\/aka\.ms\/[^<>[\]\s]{1,100}[>\]]$/;
const MAX_BANNER_LINES = 3;
/** What stands in a text for a picture, beside its name. */
const PICTURE = /\[[^\]]{0,100}\]|<[^>]{0,200}>/g;
/** The six signs of Outlook, as its pictures are named (English and German). */
const SIGN =
  /^(?:like|thumbs up|heart|love|celebrate|celebration|laugh|surprised?|sad|gefällt mir|daumen hoch|herz|feiern|lachen|überrascht|traurig)$/i;

/** Whether a look at the body may show a reaction: Gmail's part is there, or it answers something and comes out of Exchange. */
export function mayBeReaction(block: HeaderBlock, structure: MessagePart | null): boolean {
  if (gmailPart(structure) !== null) return true;
  const answers = block.byName.has('in-reply-to') || block.byName.has('references');
  return answers && isOutOfExchange(block);
}

function isOutOfExchange({ byName }: HeaderBlock): boolean {
  const names = [...byName.keys()];
  return names.some(
    (name) => name.startsWith('x-ms-') || name === 'x-originatororg' || name === 'thread-index',
  );
}

function gmailPart(structure: MessagePart | null): MessagePart | null {
  const parts = bodyParts(structure);
  return parts.find(({ type, disposition }) => type === GMAIL_PART && disposition !== 'attachment') ?? null;
}

/** The part whose first bytes tell; null where there is none. */
export function reactionPart(structure: MessagePart | null): MessagePart | null {
  return gmailPart(structure) ?? chooseTextPart(structure);
}

/** How many bytes of that part are enough, as transferred. */
export function bytesOfReaction({ type }: MessagePart): number {
  return type === 'text/html' ? MAX_HTML_BYTES : MAX_BYTES;
}

/** What a person wrote in the desk's own account, and what is automatic for a stronger reason, is none. */
export function asksForReaction({ mayBeReaction: may, automatic, fromAccount }: Facts): boolean {
  const open = automatic === null || automatic.kind === 'list' || automatic.kind === 'bulk';
  return may && open && fromAccount !== true;
}

/** The facts, with what the first bytes of that part tell. Never rejects. */
export async function lookForReaction(facts: Facts, part: MessagePart, bytes: Buffer): Promise<Facts> {
  const first = bytes.subarray(0, bytesOfReaction(part));
  const isJson = part.type === GMAIL_PART;
  const reaction = readReaction(part, await (isJson ? readUncleaned(part, first) : readPart(part, first)));
  return reaction === null ? facts : withReaction(facts, reaction);
}

/** What the decoded text of that part tells; null for anything but a reaction. Never throws. */
export function readReaction(part: MessagePart, text: string): Reaction | null {
  return part.type === GMAIL_PART ? fromGmail(text) : fromOutlook(text, part.size <= bytesOfReaction(part));
}

/** What Gmail itself would not show as a reaction is none. */
function fromGmail(text: string): Reaction | null {
  try {
    const told: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
    if (typeof told !== 'object' || told === null || !('version' in told) || !('emoji' in told)) return null;
    const { version, emoji } = told;
    return version === 1 && typeof emoji === 'string' && isEmoji(emoji) ? { emoji } : null;
  } catch {
    return null;
  }
}

/** One sentence, pictures around it, and nothing else above the quotation. */
function fromOutlook(text: string, isWhole: boolean): Reaction | null {
  const words = withoutBanner(text.split('\n').flatMap((line) => line.trim() || []));
  const end = words.findIndex((line, at) => at > 0 && beginsQuotation(line, words[at + 1]));
  // What was not read may be anybody's words.
  if (end < 0 && !isWhole) return null;
  const own = end < 0 ? words : words.slice(0, end);
  const at = own.findIndex((line) => readSentence(line) !== null);
  const sentence = readSentence(own[at] ?? '');
  const signs = own.map((line, index) => (index === at ? sentence : readSign(line)));
  if (sentence === null || signs.includes(null)) return null;
  const emoji = signs.find((sign) => sign?.emoji != null)?.emoji ?? null;
  // A picture below may be that of a signature.
  return at > 0 || emoji !== null || sentence.isSure ? { emoji } : null;
}

function readSentence(line: string): ReturnType<typeof reactionSentence> {
  return reactionSentence(line.replace(PICTURE, ''));
}

function withoutBanner(lines: readonly string[]): readonly string[] {
  if (!beginsBanner(lines[0] ?? '')) return lines;
  const sentence = lines.slice(0, MAX_BANNER_LINES + 1).findIndex((line) => readSentence(line) !== null);
  return sentence < 0 ? lines : lines.slice(sentence);
}

/** `below` is the next line that is not empty. */
function beginsQuotation(line: string, below = ''): boolean {
  const isIntroduction = /[:：]$/.test(line) && below.startsWith('>');
  return isIntroduction || QUOTATION.test(line) || isQuotedSender(line);
}

/** A line that is only a picture, or what stands for one; else null. */
function readSign(line: string): Reaction | null {
  if (SIGNATURE_OF_OUTLOOK.test(line)) return { emoji: null };
  const name = line.replace(PICTURE, '').trim();
  if (isEmoji(name)) return { emoji: name };
  return name === '' || SIGN.test(name) ? { emoji: null } : null;
}

/** The facts of a message that is one: a program sent it at somebody's click, so it changes nothing and is not answered. */
function withReaction(facts: Facts, reaction: Reaction): Facts {
  const because = [
    'It is a reaction: a sign set to a message, without words.',
    ...(facts.automatic?.because ?? []),
  ];
  return { ...facts, reaction, automatic: { kind: 'reaction', because } };
}
