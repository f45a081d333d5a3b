/** The test message of `check` on hosts that do odd things with it. */
import { describe, expect, it } from 'vitest';
import { decide } from '../../../../src/desk/decide/decide.js';
import { readTicketAddress } from '../../../../src/desk/sign/ticket-address.js';
import { Ledger } from '../../../../src/desk/ticket/ledger.js';
import {
  composeTestMail,
  makeRoundTrip,
  type RoundTrip,
  type TestMail,
} from '../../../../src/worker/ask/test-mail.js';
import type { WorkingDesk } from '../../../../src/worker/workplace/desk.js';
import { DeskWorld, POLICY } from '../../../model/desk-world.js';

const TRACE = 'Received: from mail.example.com by mail.example.com; Mon, 02 Nov 2026 09:00:00 +0000\r\n';

interface Host {
  readonly world: DeskWorld;
  readonly mail: TestMail;
  /** What becomes of the message once it is sent. */
  readonly send: (raw: Buffer) => void;
}

function host(send: (world: DeskWorld, raw: Buffer) => void): Host {
  const world = new DeskWorld();
  world.server.create('INBOX');
  return { world, mail: composeTestMail(POLICY, world.clock.now()), send: (raw) => send(world, raw) };
}

function place(world: DeskWorld, folder: string, raw: Buffer | string): void {
  world.server.create(folder);
  world.server.place({ kind: 'deliver', actor: 'host', folder }, Buffer.from(raw), []);
}

/** `aheadMs`: how far this machine's clock is ahead of the server's. */
async function roundTrip({ world, mail, send }: Host, aheadMs = 0): Promise<RoundTrip> {
  const desk: WorkingDesk = {
    ...world.desk(),
    now: () => new Date(world.clock.now().getTime() + aheadMs),
    courier: {
      connections: 1,
      send: (_envelope, raw) => Promise.resolve(send(raw)),
      close: () => Promise.resolve(),
    },
  };
  const pause = (ms: number): Promise<void> => Promise.resolve(world.clock.advance(ms));
  return makeRoundTrip(desk, mail, { forMs: 60_000, pause });
}

function remaining(world: DeskWorld): number {
  const counts = world.server.folderNames().map((name) => world.server.folder(name).all().length);
  return counts.reduce((sum, count) => sum + count, 0);
}

describe('the test message', () => {
  it('names no ticket, and is never taken for one', () => {
    const world = new DeskWorld();
    const mail = composeTestMail(POLICY, world.clock.now());
    expect(readTicketAddress(POLICY, mail.to)).toBeNull();
    const facts = (raw: string) => {
      const header = Buffer.from(raw.slice(0, raw.indexOf('\r\n\r\n') + 4));
      const stored = {
        uid: 1,
        flags: new Set<string>(),
        size: raw.length,
        receivedAt: new Date(),
        header,
        structure: null,
      };
      return world.desk().cache.factsOf(stored);
    };
    const ledger = new Ledger(POLICY, { highest: 3, tickets: [] });
    const raw = TRACE + mail.raw.toString();
    expect(decide(POLICY, ledger, facts(raw))).toMatchObject({
      kind: 'own',
      destination: 'review',
      notifyStaff: false,
    });
    const rewritten = raw.replace(/^Message-ID:.*\r\n/m, 'Message-ID: <else@host.example>\r\n');
    expect(decide(POLICY, ledger, facts(rewritten))).toMatchObject({
      kind: 'automatic',
      destination: 'review',
      notifyStaff: false,
      acknowledge: false,
    });
  });

  it('is found in the inbox, and removed from everywhere', async () => {
    const good = host((world, raw) => {
      place(world, 'Sent', raw);
      place(world, 'INBOX', TRACE + raw.toString());
      place(world, 'INBOX', 'Subject: imapdesk check\r\nMessage-ID: <other@example.com>\r\n\r\n');
    });
    expect(await roundTrip(good)).toEqual({
      outcome: 'arrived',
      arrival: {
        folder: 'INBOX',
        afterMs: expect.any(Number),
        messageId: good.mail.messageId,
        from: 'support@example.com',
        replyTo: good.mail.to,
        referenceKept: true,
        storedAt: expect.any(Date),
        sentAt: expect.any(Date),
        foundAt: expect.any(Date),
        way: { stamps: [], takenBy: 'mail.example.com' },
      },
    });
    expect(remaining(good.world)).toBe(1);
  });

  it('is found and removed though the clock of the server is years behind', async () => {
    const slow = host((world, raw) => {
      place(world, 'Junk', TRACE + raw.toString());
      place(world, 'INBOX', TRACE + raw.toString());
    });
    const years = 3 * 365 * 86_400_000;
    expect(await roundTrip(slow, years)).toMatchObject({ outcome: 'arrived', arrival: { folder: 'INBOX' } });
    expect(remaining(slow.world)).toBe(0);
  });

  it('is found in any other folder, but a copy of what was sent is no arrival', async () => {
    const junk = host((world, raw) => {
      place(world, 'Archive/Sent', raw);
      place(world, 'Junk', TRACE + raw.toString());
    });
    expect(await roundTrip(junk)).toMatchObject({ outcome: 'arrived', arrival: { folder: 'Junk' } });
    expect(remaining(junk.world)).toBe(0);
    const onlySent = host((world, raw) => place(world, 'Sent', raw));
    expect(await roundTrip(onlySent)).toEqual({ outcome: 'lost' });
    expect(remaining(onlySent.world)).toBe(0);
  });

  it('is known again by a host that replaces its ids and fields', async () => {
    const rewriting = host((world, raw) => {
      const text = raw
        .toString()
        .replace(/^(Message-ID|References|X-Imapdesk-[A-Za-z]+|Reply-To):.*\r\n/gm, '')
        .replace(/^From:.*$/m, 'From: <account@host.example>');
      place(world, 'INBOX', `${TRACE}Message-ID: <new@host.example>\r\n${text}`);
    });
    expect(await roundTrip(rewriting)).toMatchObject({
      outcome: 'arrived',
      arrival: {
        messageId: 'new@host.example',
        from: 'account@host.example',
        replyTo: null,
        referenceKept: false,
      },
    });
    expect(remaining(rewriting.world)).toBe(0);
  });

  it('that bounces is not waited for, and its report stays', async () => {
    const bouncing = host((world, raw) => {
      const report = [
        'From: MAILER-DAEMON@mail.example.com',
        'Return-Path: <>',
        'Message-ID: <report@mail.example.com>',
        'Subject: Undelivered Mail Returned to Sender',
        'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
        '',
        `--b\r\n\r\n${raw.toString()}\r\n--b--`,
      ];
      place(world, 'INBOX', report.join('\r\n'));
    });
    const began = bouncing.world.clock.now().getTime();
    expect(await roundTrip(bouncing)).toEqual({ outcome: 'bounced' });
    expect(bouncing.world.clock.now().getTime() - began).toBeLessThan(10_000);
    expect(remaining(bouncing.world)).toBe(1);
  });
});
