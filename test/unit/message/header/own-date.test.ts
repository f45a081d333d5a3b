import { describe, expect, it } from 'vitest';
import { parseHeaderBlock } from '../../../../src/message/header/header-block.js';
import { ownDate } from '../../../../src/message/header/own-date.js';

function dateOf(...lines: string[]): string | null {
  return ownDate(parseHeaderBlock(Buffer.from([...lines, '', ''].join('\r\n'))))?.toISOString() ?? null;
}

const RECEIVED = 'Received: from a (b; c) by mx.example.com (x) with ESMTPS id 12;';

describe("a message's own date", () => {
  it.each([
    ['Mon, 2 Nov 2026 09:05:06 +0100', '2026-11-02T08:05:06.000Z'],
    ['02 Nov 2026 09:05 -0830', '2026-11-02T17:35:00.000Z'],
    ['Mon, 2 Nov 2026 09:05:06 GMT', '2026-11-02T09:05:06.000Z'],
    ['Mon, 2 Nov 2026 09:05:06 EST', '2026-11-02T14:05:06.000Z'],
    ['Mon, 2 Nov 2026 09:05:06', '2026-11-02T09:05:06.000Z'],
    ['Mon, 2 Nov 99 09:05:06 +0000 (UTC)', '1999-11-02T09:05:06.000Z'],
    ['Mon, 2 nov 26 09:05:06 +0000', '2026-11-02T09:05:06.000Z'],
    ['2 November 2026 09:05:06 +0000', '2026-11-02T09:05:06.000Z'],
    ['2 Nov 126 09:05:06 +0000', '2026-11-02T09:05:06.000Z'],
  ])('is read: %s', (written, meant) => {
    expect(dateOf(`Date: ${written}`)).toBe(meant);
  });

  it.each(['', 'yesterday', '2026-11-02T09:05:06Z', '2 Foo 2026 09:05:06 +0000', '\0', 'a 1'])(
    'is none where it cannot be read: %j',
    (written) => {
      expect(dateOf(`Date: ${written}`)).toBeNull();
    },
  );

  it('is none without a date', () => {
    expect(dateOf('Subject: 2 Nov 2026 09:05:06 +0000')).toBeNull();
  });

  it('is that of the delivery, whatever the sender wrote', () => {
    const forged = ['Received: by evil; 1 Jan 2001 00:00:00 +0000', 'Date: 1 Jan 2001 00:00:00 +0000'];
    expect(dateOf(RECEIVED, '\tMon, 2 Nov 2026 09:05:06 +0000 (CET; x)', ...forged)).toBe(
      '2026-11-02T09:05:06.000Z',
    );
  });

  it('is Date where the delivery says none', () => {
    expect(dateOf('Received: by mx.example.com', 'Date: 1 Jan 2001 00:00:00 +0000')).toBe(
      '2001-01-01T00:00:00.000Z',
    );
  });

  it('costs little, however long the field is', () => {
    expect(dateOf(`Date: ${'1 Jan '.repeat(100_000)}`)).toBeNull();
  });
});
