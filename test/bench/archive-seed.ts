/**
 * Old tickets, written into the maildir as files: the mail itself into the archive before the desk begins, and into the
 * register what the desk would have written of them. A desk would take hours to make as many.
 */
import { chownSync, mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RegisterRecord } from '../../src/mailbox/register/entry.js';
import { formatRecord } from '../../src/mailbox/register/format.js';
import { splitMessage } from '../../src/message/header/header-block.js';
import { identityOf } from '../../src/message/header/identity.js';
import type { TestWorld } from '../integration/world.js';
import { FOLDERS, type MeasuredDesk } from './desk.js';

const MESSAGES_A_TICKET = 4;
const OPENED = new Date('2026-01-05T10:00:00Z');

/** So many messages of closed tickets, in a mailbox that no desk has begun yet. */
export function seedArchive(world: TestWorld, messages: number): void {
  const folder = maildir(world, FOLDERS.archived);
  for (let index = 0; index < messages; index += 1) write(folder, index, 'S', archived(index));
}

/** The entries of these tickets: one and a hint each, done with. */
export async function seedRegister(desk: MeasuredDesk, messages: number): Promise<void> {
  const { world } = desk;
  const status = await desk.inMailbox((client) =>
    client.status(FOLDERS.archived, { uidValidity: true, uidNext: true }),
  );
  if (status === false) throw new Error('There is no archive.');
  const place = { uidValidity: String(status.uidValidity), uidNext: Number(status.uidNext) };
  const folder = maildir(world, FOLDERS.register);
  const highest = Math.ceil(messages / MESSAGES_A_TICKET);
  for (let number = 1; number <= highest; number += 1) {
    const first = (number - 1) * MESSAGES_A_TICKET;
    const members = Array.from({ length: MESSAGES_A_TICKET }, (_, index) => first + index);
    const moved = members.map((index) => ({ uid: index + 1, identity: identity(archived(index)) }));
    const records: readonly RegisterRecord[] = [
      {
        kind: 'ticket',
        number,
        rootIdentity: moved[0]?.identity ?? '',
        rootMessageId: `<archived-${first}@example.net>`,
        requester: `old-${number}@example.net`,
        requesterName: 'Somebody',
        requesterFrom: 'sender',
        subject: `Old matter ${number}`,
        answerable: true,
        opened: OPENED,
      },
      { kind: 'hint', ticket: number, ...place, moved, complete: true },
    ];
    for (const [index, record] of records.entries()) {
      const writing = {
        deskName: 'Example Support',
        deskAddress: 'support@example.com',
        now: OPENED,
        id: `seed-${number}-${index}`,
        highest,
      };
      write(folder, 2 * number + index, 'RS', formatRecord(record, writing));
    }
  }
}

/** A message of about a kilobyte; the first of a ticket has no References. */
function archived(index: number): Buffer {
  const number = Math.floor(index / MESSAGES_A_TICKET) + 1;
  const root = (number - 1) * MESSAGES_A_TICKET;
  const lines = [
    `From: Somebody <old-${number}@example.net>`,
    'To: support@example.com',
    `Subject: ${index === root ? '' : 'Re: '}Old matter ${number}`,
    `Message-ID: <archived-${index}@example.net>`,
    ...(index === root
      ? []
      : [`In-Reply-To: <archived-${index - 1}@example.net>`, `References: <archived-${root}@example.net>`]),
    'Date: Mon, 05 Jan 2026 10:00:00 +0000',
    '',
    ...Array.from(
      { length: 8 },
      () => 'The printer was on fire, and somebody came with a bucket of water; it went out.',
    ),
    '',
  ];
  return Buffer.from(lines.join('\r\n'));
}

function identity(raw: Buffer): string {
  return identityOf(splitMessage(raw).header, raw.length);
}

/** Of a folder below the account's, made if need be. */
function maildir(world: TestWorld, folder: string): string {
  const home = join(world.folder, 'mail', world.accounts.support.user, 'mail');
  const path = join(home, folder);
  const { uid, gid } = statSync(home);
  for (const made of [dirname(path), path, ...['cur', 'new', 'tmp'].map((name) => join(path, name))]) {
    mkdirSync(made, { recursive: true, mode: 0o700 });
    chownSync(made, uid, gid);
  }
  return path;
}

/** As Dovecot would name it, in an order that it gives UIDs in. It takes INTERNALDATE from the file: nothing of it is of today. */
function write(folder: string, index: number, flags: string, raw: Buffer): void {
  const { uid, gid } = statSync(folder);
  const name = `${1_767_600_000 + index}.M1P1.localhost,S=${raw.length}:2,${flags}`;
  const path = join(folder, 'cur', name);
  writeFileSync(path, raw, { mode: 0o600 });
  chownSync(path, uid, gid);
  utimesSync(path, OPENED, OPENED);
}
