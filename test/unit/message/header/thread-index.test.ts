import { describe, expect, it } from 'vitest';
import { parseHeaderBlock } from '../../../../src/message/header/header-block.js';
import {
  MAX_THREAD_INDEX_CHARACTERS,
  readThreadIndex,
  searchableThreadIndex,
} from '../../../../src/message/header/thread-index.js';

const SHARED = '0101dbf6989806c2860f5551a14fb0c64315f44967';
const index = (bytes: string): string => Buffer.from(bytes, 'hex').toString('base64');
const ROOT = `${SHARED}c9`;
const read = (...values: readonly string[]) => {
  const fields = values.map((value) => `Thread-Index: ${value}\r\n`).join('');
  return readThreadIndex(parseHeaderBlock(Buffer.from(`${fields}\r\n`))).threadIndex ?? null;
};

describe("Outlook's mark of a conversation", () => {
  it.each([
    ['a new mail', index(ROOT), false],
    ['an answer', index(`${ROOT}8000000010`), true],
    ['an answer to an answer', index(`${ROOT}80000000108000000020`), true],
    ['half a mark of an answer', index(`${ROOT}800000`), false],
    [
      'a folded field',
      `${index(`${ROOT}8000000010`).slice(0, 20)}\r\n ${index(`${ROOT}8000000010`).slice(20)}`,
      true,
    ],
  ])('is read from %s', (_, value, answers) => {
    expect(read(value)).toEqual({ conversation: ROOT, answers });
  });

  it('is the same for all mails of it, also where it was read from a report of a public desk', () => {
    // The value that FreeScout issue 4922 shows, of July 2025.
    const shown = read('AQHb9piJBsCGD1GVoU+wxkNV9ElnybQ1RAuAgAAAtACAAACgAIAAALSAgAAA84A=');
    expect(shown?.answers).toBe(true);
    expect(shown?.conversation).toHaveLength(44);
    expect(read('AQHb9piJBsCGD1GVoU+wxkNV9ElnyQ==')?.conversation).toBe(shown?.conversation);
  });

  it.each([
    ['too short', index(SHARED)],
    ['of another first byte', index(`00${ROOT.slice(2)}`)],
    ['without a GUID', index(`0101dbf69898${'00'.repeat(16)}`)],
    ['no base64', '<one@example.com>'],
    ['empty', ''],
    ['too long', index(`${ROOT}${'80'.repeat(MAX_THREAD_INDEX_CHARACTERS)}`)],
  ])('is none if it is %s', (_, value) => {
    expect(read(value)).toBeNull();
  });

  it('is the first that can be read of several fields', () => {
    expect(read('nothing!', index(ROOT))?.conversation).toBe(ROOT);
  });

  it('is searched for by what all its mails begin with', () => {
    const found = read(index(`${ROOT}8000000010`));
    const searched = found === null ? '' : searchableThreadIndex(found);
    expect(searched).toHaveLength(28);
    for (const more of ['', '8000000010', 'ffffffffffffffffffff'])
      expect(index(`${ROOT}${more}`).startsWith(searched)).toBe(true);
  });
});
