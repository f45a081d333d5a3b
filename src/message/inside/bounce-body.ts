/**
 * What the text of a bounce tells that its header does not: whether the mail failed, is late or has arrived, which
 * message it was, and for whom. It reads the first part of the body as it is stored, all parts together, whatever
 * their encoding; half the real bounces are in no form that a MIME reader would help with. Pure and bounded; never
 * throws. Nothing found here gives anybody power.
 */
import { isUtf8 } from 'node:buffer';
import { decodeQuotedPrintable } from '../body/quoted-printable.js';
import { parseHeaderBlock } from '../header/header-block.js';
import { ownMessageId, referencedIds } from '../header/message-ids.js';
import {
  DELAYED_TEXT,
  DELIVERED_TEXT,
  FAILED_TEXT,
  FORWARD_MARK,
  GIVEN_UP_TEXT,
  GREETING,
  QUOTED_ANSWER,
} from './bounce-phrases.js';

/** What lies beyond is not read. */
export const MAX_BOUNCE_BODY_BYTES = 65_536;
export const MAX_RETURNED_HEADERS = 3;
export const MAX_RETURNED_IDS = 40;
export const MAX_FAILED_RECIPIENTS = 10;
const MAX_ACTIONS = 20;
const MAX_RETURNED_HEADER_LINES = 400;
const MAX_NOTICE_CHARACTERS = 8_000;
const MAX_BLANKS = 32;
const MAX_OPENING_CHARACTERS = 1_200;

export type DeliveryOutcome = 'failed' | 'delayed' | 'delivered';

export interface BounceBody {
  /** null where the text does not tell. */
  readonly outcome: DeliveryOutcome | null;
  /** It bears more than words of returned mail: a status, an error code, a returned header. */
  readonly proven: boolean;
  /** Ids in the returned header, without brackets: its own, then those that it names; our signed ids are among them. */
  readonly returnedIds: readonly string[];
  /** Addresses in lower case, as the bounce names them; bounded. */
  readonly failedRecipients: readonly string[];
}

/**
 * Reads the body of a message that looks like a bounce. `body` is what follows the header block, as it is stored,
 * from its beginning; it may be cut off anywhere, and 32 KB are enough for nearly all.
 */
export function readBounceBody(body: Buffer): BounceBody {
  const text = readableText(body.subarray(0, MAX_BOUNCE_BODY_BYTES));
  const lines = text.split(/\r?\n/);
  const starts = returnedHeaderLines(lines);
  const notice = noticeOf(lines, starts[0]);
  const returnedIds = returnedIdsOf(lines, starts);
  const actions = actionsOf(text);
  const failedRecipients = failedRecipientsOf(text, notice);
  const outcome = outcomeOf(actions, notice);
  const evidence = [returnedIds.length > 0, failedRecipients.length > 0, ERROR_CODE.test(notice)].some(
    Boolean,
  );
  const proven = actions.length > 0 || (outcome !== null && evidence && isServersOwn(notice));
  return { outcome, proven, returnedIds, failedRecipients };
}

/** A server comes to the point at once, and greets nobody. */
function isServersOwn(notice: string): boolean {
  const opening = notice.replace(/\s+/g, ' ').trim().slice(0, MAX_OPENING_CHARACTERS);
  const says = [FAILED_TEXT, DELAYED_TEXT, DELIVERED_TEXT, GIVEN_UP_TEXT].some((text) => text.test(opening));
  return says && !GREETING.test(opening) && !FORWARD_MARK.test(notice) && !QUOTED_ANSWER.test(notice);
}

/** RFC 5321 §4.2, RFC 3463 §2; and what Amazon's notifications are written in. */
const ERROR_CODE = /\b[45]\d\d[ -]|\b[45]\.\d{1,3}\.\d{1,3}\b|"notificationType/i;

function readableText(bytes: Buffer): string {
  const raw = decodeBytes(bytes);
  const plain = /=(?:\r?\n|[0-9A-F]{2})/.test(raw)
    ? decodeBytes(decodeQuotedPrintable(bytes.toString('latin1')))
    : raw;
  const blocks = base64Blocks(raw);
  // Patterns below have several ways to match a run of blanks, so long ones are cut.
  return `${plain}\n${blocks}`.replace(/[ \t]{32,}/g, (run) => run.slice(0, MAX_BLANKS));
}

/** UTF-8 if it is that but for a character that is cut off at the end, else Latin-1. */
function decodeBytes(bytes: Buffer): string {
  for (let cut = 0; cut < 4; cut += 1) {
    const whole = bytes.subarray(0, Math.max(0, bytes.length - cut));
    if (isUtf8(whole)) return whole.toString('utf8');
  }
  return bytes.toString('latin1');
}

/** Texts that parts carry in base64: at least one full line of it after an empty line. */
function base64Blocks(raw: string): string {
  const found: string[] = [];
  for (const match of raw.matchAll(/(?:^|\n\r?\n)((?:[A-Za-z0-9+/]{60,76}\r?\n)+[A-Za-z0-9+/=]{0,76})/g)) {
    found.push(decodeBytes(Buffer.from(match[1] ?? '', 'base64')));
  }
  return found.join('\n');
}

/** Where lines begin that are the Message-ID of a returned header, however deep they are quoted. */
function returnedHeaderLines(lines: readonly string[]): number[] {
  const found: number[] = [];
  for (const [index, line] of lines.entries()) {
    if (found.length >= MAX_RETURNED_HEADERS) break;
    if (/^[\s>|]*Message-ID[ \t]*:/i.test(line)) found.push(index);
  }
  return found;
}

/** The ids of the headers around those lines, and the one that a report names beside them. */
function returnedIdsOf(lines: readonly string[], starts: readonly number[]): string[] {
  const ids = new Set<string>();
  const original = /^[ \t>]*(?:X-)?Original-Message-ID[ \t]*:[ \t]*<([^<>\s]{1,900})>/im.exec(
    lines.join('\n'),
  )?.[1];
  for (const at of starts) {
    const block = parseHeaderBlock(Buffer.from(`${headerAround(lines, at).join('\r\n')}\r\n\r\n`));
    for (const id of [ownMessageId(block), ...referencedIds(block)]) if (id !== null) ids.add(id);
  }
  if (original !== undefined) ids.add(original);
  return [...ids].slice(0, MAX_RETURNED_IDS);
}

function isEmpty(line: string): boolean {
  return line.trim() === '';
}

/** The lines around one up to the next empty ones, without what quotes them. */
function headerAround(lines: readonly string[], at: number): string[] {
  const mark = /^[\s>|]*/.exec(lines[at] ?? '')?.[0] ?? '';
  const near = lines.slice(Math.max(0, at - MAX_RETURNED_HEADER_LINES), at + MAX_RETURNED_HEADER_LINES);
  const bare = near.map((line) => unquoted(line, mark));
  const here = Math.min(at, MAX_RETURNED_HEADER_LINES);
  const begin = bare.slice(0, here).findLastIndex(isEmpty) + 1;
  const end = bare.findIndex((line, index) => index > here && isEmpty(line));
  return bare.slice(begin, end < 0 ? bare.length : end);
}

function unquoted(line: string, mark: string): string {
  return line.startsWith(mark) ? line.slice(mark.length) : line.replace(/^[>|]+ ?/, '');
}

/** What the server says itself: the text before the returned header, without what only parts the parts. */
function noticeOf(lines: readonly string[], returnedAt: number | undefined): string {
  const before = lines.slice(0, returnedAt ?? lines.length);
  const end = returnedAt === undefined ? before.length : before.findLastIndex(isEmpty) + 1;
  const notice = before.slice(0, end).filter((line) => !/^(?:--\S+$|Content-|MIME-)/i.test(line));
  return notice.join('\n').slice(0, MAX_NOTICE_CHARACTERS);
}

function actionsOf(text: string): string[] {
  const found: string[] = [];
  for (const match of text.matchAll(/^[ \t>]*Action[ \t]*:[ \t]*([a-z]{5,12})/gim)) {
    if (found.length >= MAX_ACTIONS) break;
    found.push((match[1] ?? '').toLowerCase());
  }
  return found.filter((action) => /^(?:failed|failure|delayed|delivered|relayed|expanded)$/.test(action));
}

/** RFC 3464 §2.3.3 where there is a status; of several recipients the worst. Else what the text says. */
function outcomeOf(actions: readonly string[], notice: string): DeliveryOutcome | null {
  if (actions.some((action) => action.startsWith('fail'))) return 'failed';
  if (actions.includes('delayed')) return 'delayed';
  if (actions.length > 0) return 'delivered';
  const text = notice.replace(/\s+/g, ' ');
  if (DELAYED_TEXT.test(text) && !GIVEN_UP_TEXT.test(text)) return 'delayed';
  if (FAILED_TEXT.test(text) || GIVEN_UP_TEXT.test(text)) return 'failed';
  if (DELIVERED_TEXT.test(text)) return 'delivered';
  return ERROR_CODE.test(text) ? 'failed' : null;
}

const STATUS_RECIPIENT =
  /^[ \t>]*(?:Final|Original)-Recipient[ \t]*:[ \t]*(?:[\w-]{1,20}[ \t]*;)?[ \t]*<?([^\s<>;,]{1,200}@[^\s<>;,]{1,200})/gim;
/** A line that begins with the address, as qmail, Postfix, Exim and Sendmail write it; or one that names it as failed. */
const NOTICE_RECIPIENT =
  /^[ \t]*(?:(?:to|recipient|failed recipient|user|could not be delivered to)[ \t]*:)?[ \t]*(?:"[^"\n]{0,80}"[ \t]*)?["'<]?([^\s<>"'(),:;]{1,100}@[a-z0-9.-]{3,200})["'>]?(?=[ \t]*(?:$|:|\())/gim;

function failedRecipientsOf(text: string, notice: string): string[] {
  const found = new Set<string>();
  const collect = (source: string, pattern: RegExp): void => {
    for (const match of source.matchAll(pattern)) {
      if (found.size >= MAX_FAILED_RECIPIENTS) return;
      found.add((match[1] ?? '').toLowerCase());
    }
  };
  collect(text, STATUS_RECIPIENT);
  if (found.size === 0) collect(notice, NOTICE_RECIPIENT);
  return [...found];
}
