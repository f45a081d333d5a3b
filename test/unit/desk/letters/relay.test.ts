import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { forReview } from '../../../../src/desk/decide/decide.js';
import { composeLetter } from '../../../../src/desk/letters/compose-letter.js';
import { stageMessage, verifyStaged } from '../../../../src/desk/letters/staging.js';
import { asBody } from '../../../../src/message/compose/original.js';
import { deskPolicy, message, STEVE, ticket } from '../desk.js';

describe('a relay to many', () => {
  const MEGABYTE = 1_048_576;
  const policy = deskPolicy();
  const facts = message({ from: 'steve@example.org' });
  const about = ticket(1, message());
  const occasion = { decision: forReview(facts, 'x'), facts, ticket: about };
  const writer = {
    policy,
    now: new Date(0),
    folders: { review: 'Review', open: 'Open', archived: 'Archived' },
  };
  const source = Buffer.concat([Buffer.from('Content-Type: x/y\r\n\r\n'), Buffer.alloc(4 * MEGABYTE, 0xe9)]);
  const write = (to: string) =>
    composeLetter(writer, occasion, {
      letter: { purpose: 'relay', to, member: STEVE },
      reading: { excerpt: '', left: null, cut: false, attachments: [], body: asBody(source), part: null },
    });

  it('shares one body', () => {
    const before = process.memoryUsage().arrayBuffers;
    const letters = Array.from({ length: 20 }, (_, index) => write(`n${index}@example.com`));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(MEGABYTE);
    expect(letters.every(({ raw }) => raw.length > 4 * MEGABYTE)).toBe(true);
  });

  it('is what was signed, whatever pieces it was put together from', () => {
    const letter = write('jane@example.com');
    const opened = verifyStaged(policy, letter.raw);
    expect(opened?.stage).toEqual(letter.stage);
    expect(opened?.raw.subarray(-4 * MEGABYTE).equals(source.subarray(-4 * MEGABYTE))).toBe(true);
    const all = opened?.raw ?? Buffer.alloc(0);
    for (const at of [0, 1, 65_535, 65_536, 65_537, all.length])
      expect(
        stageMessage(policy, letter.stage, all.subarray(0, at), all.subarray(at)).equals(letter.raw),
      ).toBe(true);
    const changed = Buffer.from(letter.raw);
    changed[changed.length - 1] = 0xe8;
    expect(verifyStaged(policy, changed)).toBeNull();
  });

  it('is signed as it always was, so that what waits in an outbox is still sent', () => {
    const stage = { purpose: 'relay', ticket: 1, to: 'a@b.example', cause: 'c', causeId: null } as const;
    const raw = Buffer.from('A: b\r\n\r\nP\u00fcll\r\n', 'latin1');
    const parts = ['stage 1', 'relay', '1', 'a@b.example', 'c', '', raw.toString('latin1')];
    const hmac = createHmac('sha256', policy.secrets[0]);
    for (const part of parts) hmac.update(`${Buffer.byteLength(part)}:${part},`);
    const field = `X-Imapdesk-Stage-Signature: ${hmac.digest('hex')}\r\n`;
    expect(stageMessage(policy, stage, raw).toString('latin1')).toContain(field);
  });
});
