/** Makes header blocks and facts out of text, for the tests of this folder. */
import { Buffer } from 'node:buffer';
import type { MessagePart } from '../../../src/message/body/structure.js';
import { type Facts } from '../../../src/message/facts/facts.js';
import {
  type HeaderBlock,
  parseHeaderBlock,
  splitMessage,
} from '../../../src/message/header/header-block.js';
import { readFacts } from '../../../src/message/read-facts.js';

/** Lines of a header, without the empty one at the end. */
export function blockOf(...lines: readonly string[]): HeaderBlock {
  return parseHeaderBlock(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`));
}

export function factsOf(raw: Buffer | string, authservId?: string): Facts {
  const bytes = Buffer.from(raw);
  const { header } = splitMessage(bytes);
  const message = { header, size: bytes.length, receivedAt: new Date(0), structure: null };
  return readFacts(message, { authservId });
}

export function partOf(type: string, more: Partial<MessagePart> = {}): MessagePart {
  return {
    path: '1',
    type,
    charset: null,
    encoding: null,
    size: 100,
    disposition: null,
    fileName: null,
    children: [],
    ...more,
  };
}

export const words = (text: string): string[] => text.trim().split(/\s+/);

/** Those of a list that are read in another way than all should be. */
export function butFor<Value>(
  all: Value,
  list: readonly string[],
  read: (one: string) => Value,
): readonly string[] {
  return list.filter((one) => read(one) !== all);
}
