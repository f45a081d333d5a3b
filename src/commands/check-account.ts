/** What the account and its servers are like: special folders, room, sizes, clocks. Pure: from what was read to words. */
import type { Abilities } from '../delivery/smtp.js';
import type { SpecialFolder, SpecialUse } from '../mailbox/imap/folders.js';
import type { Quota } from '../mailbox/imap/quota.js';
import { EXIT } from '../problem/problem.js';
import { cleanServerText } from '../problem/server-text.js';
import { type Finding, well, worthKnowing } from './checklist.js';

const MIB = 1_048_576;
const KIB = 1024;
/** From this share of the room on it is worth a word: mail that finds none is lost to the desk. */
const NEARLY_FULL = 0.9;
/** With less than this, a letter with pictures may not fit, whatever the share. */
const LITTLE_ROOM_BYTES = 25 * MIB;
/** Many hosts take as much; letters of more are what relays fail with. */
const USUAL_LETTER_BYTES = 20 * MIB;
/** What mail becomes by base64 (RFC 2045 §6.8), with its line ends. */
const ENCODED = 1.37;

const PURPOSE: Readonly<Record<SpecialUse, string>> = {
  sent: "watched for what people send from the desk's account",
  trash: "a ticket whose mail is moved there is closed, and the desk's own copies follow it",
  junk: 'a ticket whose mail is moved there is closed; nothing in it is read as mail to the desk, so look into it now and then',
  archive: 'left alone: the desk has an archive of its own',
};

/** `watched` is the folder of sent mail that the desk watches, or null. */
export function specialFinding(special: readonly SpecialFolder[], watched: string | null): Finding {
  const check = 'special folders';
  if (special.length === 0)
    return worthKnowing(
      check,
      'the server names none (Sent, Trash, Junk, Archive), and none is there by a usual name',
    );
  const lines = special.map(({ use, folder, bySaying }) => {
    const purpose = use === 'sent' && folder !== watched ? 'not watched (sent)' : PURPOSE[use];
    return `${label(use)}: "${cleanServerText(folder)}"${bySaying ? '' : ' (by its name alone)'}, ${purpose}`;
  });
  return well(check, lines.join('\n'));
}

function label(use: SpecialUse): string {
  return `${use.slice(0, 1).toUpperCase()}${use.slice(1)}`;
}

/** null where the server tells of no quota. */
export function quotaFindings(quotas: readonly Quota[] | null): readonly Finding[] {
  const check = 'quota';
  if (quotas === null)
    return [worthKnowing(check, 'the server tells of none: look at how full the mailbox is elsewhere')];
  const limited = quotas.filter(({ limit }) => limit > 0);
  if (limited.length === 0) return [well(check, 'the mailbox has no limit')];
  return limited.map((quota) => {
    const said = `${usage(quota)} used`;
    if (quota.used >= quota.limit)
      return {
        check,
        result: 'failed',
        text: `${said}: it is full, so mail to the desk bounces, and the desk can file nothing. Make room, or have the host give more`,
        exitCode: EXIT.unavailable,
      };
    return isNearlyFull(quota)
      ? worthKnowing(
          check,
          `${said}: little is left. A full mailbox takes no mail, and the desk can file nothing; make room before that`,
        )
      : well(check, said);
  });
}

function isNearlyFull({ resource, used, limit }: Quota): boolean {
  return used >= limit * NEARLY_FULL || (resource === 'STORAGE' && (limit - used) * KIB < LITTLE_ROOM_BYTES);
}

function usage({ resource, used, limit }: Quota): string {
  if (resource === 'STORAGE') return `${size(used * KIB)} of ${size(limit * KIB)}`;
  return `${used} of ${limit} (${resource === 'MESSAGE' ? 'messages' : cleanServerText(resource)})`;
}

function size(bytes: number): string {
  if (bytes < 10 * MIB) return `${Math.ceil(bytes / KIB)} KiB`;
  if (bytes < 10_000 * MIB) return `${Math.floor(bytes / MIB)} MiB`;
  return `${Math.floor(bytes / (KIB * MIB))} GiB`;
}

/** What the SMTP server can carry (RFC 1870, RFC 6152, RFC 6531). */
export function abilityFindings({ maxSize, eightBit, utf8 }: Abilities): readonly Finding[] {
  return [
    sizeFinding(maxSize),
    ...(eightBit
      ? []
      : [
          worthKnowing(
            '8BITMIME',
            "not offered: letters with bytes above 127 are sent in another coding; signed or encrypted ones of that kind can't be sent, and go to review",
          ),
        ]),
    utf8
      ? well('SMTPUTF8', 'letters can go to addresses that are not ASCII')
      : worthKnowing(
          'SMTPUTF8',
          'not offered: no letter can go to an address whose part before the @ is not ASCII',
        ),
  ];
}

function sizeFinding(maxSize: number | null): Finding {
  const check = 'SIZE';
  if (maxSize === null) return worthKnowing(check, 'the SMTP server tells of no limit for a letter');
  const said = `the SMTP server takes letters of up to ${size(maxSize)}: attachments of about ${size(Math.floor(maxSize / ENCODED))}, since they grow in mail`;
  const then = 'A larger one that the desk has to pass on goes to review, and staff are told';
  return maxSize < USUAL_LETTER_BYTES
    ? worthKnowing(
        check,
        `${said}. That is less than most hosts take, so people can send what the desk can't pass on. ${then}`,
      )
    : well(check, `${said}. ${then}`);
}

export interface Clocks {
  /** By the server's clock, in whole seconds. */
  readonly storedAt: Date;
  /** By ours. */
  readonly sentAt: Date;
  readonly foundAt: Date;
}

/** By how much the server's clock is ahead of ours, in milliseconds: at least, and at most. Negative: behind. */
export interface Ahead {
  readonly least: number;
  readonly most: number;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** The message was stored between its sending and its finding; INTERNALDATE leaves out parts of a second. */
export function aheadOf({ storedAt, sentAt, foundAt }: Clocks): Ahead {
  return {
    least: storedAt.getTime() - foundAt.getTime(),
    most: storedAt.getTime() + SECOND_MS - sentAt.getTime(),
  };
}

export function clockFinding({ least, most }: Ahead): Finding {
  const check = 'clock';
  const known = `to within ${duration(most - least)}, by when the server stored the test message`;
  if (least <= 0 && most >= 0) return well(check, `this machine and the server agree, ${known}`);
  const off = least > 0 ? least : -most;
  const said = `the server's clock is about ${duration(off)} ${least > 0 ? 'ahead of' : 'behind'} this machine's (${known})`;
  if (off < MINUTE_MS) return well(check, said);
  const whose =
    'One of the two is wrong: compare this machine with a time server ("timedatectl"), and else tell the host';
  if (off < DAY_MS)
    return worthKnowing(
      check,
      `${said}. ${whose}. Times that the desk shows are off, what staff send from the desk's own account may be taken for a stranger's, and OAuth2 may refuse a sign-in`,
    );
  return {
    check,
    result: 'failed',
    text: `${said}. ${whose}. By a day or more the desk misjudges what is new: older mail, sent mail, and limits a day`,
    exitCode: EXIT.configuration,
  };
}

function duration(ms: number): string {
  if (ms < 90 * SECOND_MS) return `${Math.max(1, Math.round(ms / SECOND_MS))} seconds`;
  if (ms < 90 * MINUTE_MS) return `${Math.round(ms / MINUTE_MS)} minutes`;
  if (ms < 36 * 60 * MINUTE_MS) return `${Math.round(ms / (60 * MINUTE_MS))} hours`;
  return `${Math.round(ms / DAY_MS)} days`;
}
