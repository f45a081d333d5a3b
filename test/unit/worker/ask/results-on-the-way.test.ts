/** Whose results on the test message count, and whose do not. */
import { describe, expect, it } from 'vitest';
import { parseHeaderBlock } from '../../../../src/message/header/header-block.js';
import { resultsOfNewest, wayOf } from '../../../../src/worker/ask/results-on-the-way.js';
import { DeskWorld } from '../../../model/desk-world.js';

const SENT = 'X-Imapdesk-Origin: x\r\nFrom: support@example.com\r\nSubject: imapdesk check\r\n\r\n';
const OURS = 'Authentication-Results: mx.example.com; dmarc=pass header.from=example.com\r\n';
const RECEIVED =
  'Received: from client.example by mx.example.com with ESMTPS; Mon, 02 Nov 2026 09:00:00 +0000\r\n';
const LMTP =
  'Received: from mx.example.com by imap.example.com with LMTP; Mon, 02 Nov 2026 09:00:00 +0000\r\n';

function way(...added: readonly string[]) {
  return wayOf(parseHeaderBlock(Buffer.from(added.join('') + SENT)), parseHeaderBlock(Buffer.from(SENT)));
}

function borders(...added: readonly string[]): readonly (readonly [string, boolean])[] {
  return way(...added).stamps.map(({ by, isAtBorder }) => [by, isAtBorder]);
}

describe('the way of the test message', () => {
  it('shows what the last server has added above its Received field', () => {
    expect(way('Return-Path: <>\r\n', OURS, RECEIVED)).toMatchObject({
      takenBy: 'mx.example.com',
      stamps: [{ by: 'mx.example.com', isAtBorder: true, results: [{ method: 'dmarc', result: 'pass' }] }],
    });
  });

  it('has a local delivery for no border', () => {
    expect(borders(LMTP, OURS, RECEIVED)).toEqual([['mx.example.com', true]]);
    expect(way(LMTP, OURS, RECEIVED).takenBy).toBe('mx.example.com');
  });

  it('believes nothing below the Received field, where a stranger could have written as well', () => {
    expect(borders(RECEIVED, OURS)).toEqual([['mx.example.com', false]]);
    const relay = OURS.replace('mx.example.com', 'relay.example');
    expect(borders(OURS, RECEIVED, relay, RECEIVED)).toEqual([
      ['mx.example.com', true],
      ['relay.example', false],
    ]);
  });

  it('believes nothing where no server has added a Received field of its own: a sender could stand there too', () => {
    expect(borders(OURS)).toEqual([['mx.example.com', false]]);
    expect(borders(LMTP, OURS)).toEqual([['mx.example.com', false]]);
    expect(way(OURS).takenBy).toBeNull();
  });

  it('believes nothing below a second Return-Path, or in a header that programs read in two ways', () => {
    expect(borders('Return-Path: <>\r\n', 'Return-Path: <>\r\n', OURS, RECEIVED)).toEqual([
      ['mx.example.com', false],
    ]);
    expect(borders(OURS, 'X-Odd: a\rb\r\n', RECEIVED)).toEqual([['mx.example.com', false]]);
  });

  it('does not look below the first field that the message had itself', () => {
    const block = Buffer.from(`${RECEIVED}From: support@example.com\r\n${OURS}X-Imapdesk-Origin: x\r\n\r\n`);
    expect(wayOf(parseHeaderBlock(block), parseHeaderBlock(Buffer.from(SENT))).stamps).toEqual([]);
  });

  it('shows results without a name, and never believes them', () => {
    const nameless =
      'Authentication-Results: spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=example.com; dmarc=pass action=none\r\n';
    expect(way(nameless, RECEIVED).stamps).toMatchObject([
      {
        by: '',
        isAtBorder: false,
        results: [
          { method: 'spf', result: 'pass' },
          { method: 'dmarc', result: 'pass' },
        ],
      },
    ]);
  });

  it('leaves out what cannot be read', () => {
    expect(borders('Authentication-Results: ; \r\n', 'Authentication-Results: a b c\r\n', RECEIVED)).toEqual(
      [],
    );
  });
});

describe('the results of the newest mail', () => {
  it('are counted by name, a message once, the desk’s own copies not', async () => {
    const world = new DeskWorld();
    world.server.create('INBOX');
    const place = (header: string) =>
      world.server.place(
        { kind: 'deliver', actor: 'host', folder: 'INBOX' },
        Buffer.from(`${header}From: a@example.org\r\n\r\nHello\r\n`),
        [],
      );
    place(OURS + OURS + RECEIVED);
    place(`Authentication-Results: MX.example.com; spf=pass\r\n${RECEIVED}`);
    place(`${RECEIVED}Authentication-Results: forged.example; dmarc=pass\r\n`);
    place(OURS);
    const { of, names } = await resultsOfNewest(world.desk());
    expect(of).toBe(3);
    expect([...names]).toEqual([['mx.example.com', { bearing: 2, dmarc: 1 }]]);
  });
});
