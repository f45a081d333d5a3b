import type { MessageStructureObject } from 'imapflow';
import { describe, expect, it } from 'vitest';
import {
  MAX_STRUCTURE_DEPTH,
  MAX_STRUCTURE_PARTS,
  messageStructure,
} from '../../../../src/mailbox/imap/structure.js';
import type { MessagePart } from '../../../../src/message/body/structure.js';

function flat(part: MessagePart | null): MessagePart[] {
  return part === null ? [] : [part, ...part.children.flatMap(flat)];
}

const TEXT: MessageStructureObject = { type: 'text/plain' };

describe('structure', () => {
  it('tells nothing where the server tells nothing', () => {
    expect(messageStructure(undefined)).toBeNull();
  });

  it('reads what a part says of itself', () => {
    const part = messageStructure({
      type: 'TEXT/Plain',
      parameters: { charset: 'utf-8', name: 'old.txt' },
      encoding: 'BASE64',
      size: 12,
      disposition: 'Attachment',
      dispositionParameters: { filename: 'new.txt' },
    });
    expect(part).toEqual({
      path: '1',
      type: 'text/plain',
      charset: 'utf-8',
      encoding: 'base64',
      size: 12,
      disposition: 'attachment',
      fileName: 'new.txt',
      children: [],
    });
    expect(messageStructure({ ...TEXT, parameters: { name: 'old.txt' } })?.fileName).toBe('old.txt');
    expect(messageStructure({ ...TEXT, disposition: 'x-odd' })?.disposition).toBe('attachment');
    expect(messageStructure(TEXT)).toMatchObject({
      charset: null,
      encoding: null,
      size: 0,
      disposition: null,
    });
  });

  it.each<[string, MessageStructureObject, string[]]>([
    ['one part', TEXT, ['1']],
    ['a multipart', { type: 'multipart/mixed', childNodes: [TEXT, TEXT] }, ['', '1', '2']],
    [
      'a multipart in a multipart',
      {
        type: 'multipart/mixed',
        childNodes: [{ type: 'multipart/alternative', childNodes: [TEXT, TEXT] }, TEXT],
      },
      ['', '1', '1.1', '1.2', '2'],
    ],
    [
      'an attached message of one part',
      { type: 'multipart/mixed', childNodes: [TEXT, { type: 'message/rfc822', childNodes: [TEXT] }] },
      ['', '1', '2', '2.1'],
    ],
    [
      'an attached multipart message',
      {
        type: 'multipart/mixed',
        childNodes: [
          { type: 'message/rfc822', childNodes: [{ type: 'multipart/mixed', childNodes: [TEXT, TEXT] }] },
        ],
      },
      ['', '1', '1', '1.1', '1.2'],
    ],
    ['a message that is all of it', { type: 'message/rfc822', childNodes: [TEXT] }, ['1', '1.1']],
  ])('numbers the parts of %s', (_name, node, paths) => {
    expect(flat(messageStructure(node)).map(({ path }) => path)).toEqual(paths);
  });

  it('goes no deeper and no wider than its limits', () => {
    let deep: MessageStructureObject = TEXT;
    for (let level = 0; level < MAX_STRUCTURE_DEPTH * 3; level++)
      deep = { type: 'multipart/mixed', childNodes: [deep] };
    expect(flat(messageStructure(deep))).toHaveLength(MAX_STRUCTURE_DEPTH);
    const at = (count: number): number =>
      flat(
        messageStructure({ type: 'multipart/mixed', childNodes: Array.from({ length: count }, () => TEXT) }),
      ).length;
    expect(at(MAX_STRUCTURE_PARTS - 1)).toBe(MAX_STRUCTURE_PARTS);
    expect(at(MAX_STRUCTURE_PARTS)).toBe(MAX_STRUCTURE_PARTS);
    expect(
      flat(messageStructure({ ...TEXT, parameters: { name: 'n'.repeat(5000) } }))[0]?.fileName,
    ).toHaveLength(300);
  });
});
