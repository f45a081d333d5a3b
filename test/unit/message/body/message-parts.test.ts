/** Which parts of a message are meant by its text and by the message that is attached. */
import { expect, test } from 'vitest';
import { listAttachments } from '../../../../src/message/body/attachments.js';
import { chooseMessagePart } from '../../../../src/message/body/message-parts.js';
import type { MessagePart } from '../../../../src/message/body/structure.js';
import { wordParts } from '../../../../src/message/body/word-parts.js';
import { partOf } from '../parse.js';

const mixed = (...types: readonly string[]) =>
  partOf('multipart/mixed', { children: types.map((type, index) => partOf(type, { path: `${index}` })) });

test.each([
  [['text/plain', 'message/rfc822', 'message/global'], '1'],
  [['text/plain', 'message/global', 'message/rfc822'], '1'],
  [['message/partial', 'text/plain'], undefined],
])('of %j the attached message is %s', (types, path) => {
  expect(chooseMessagePart(mixed(...types))?.path).toBe(path);
});

test('no structure has neither', () => {
  expect([chooseMessagePart(null), wordParts(null).pieces]).toEqual([null, []]);
});

const isAttachment = (part: MessagePart) =>
  listAttachments(partOf('multipart/mixed', { children: [part] })).length > 0;

test('only the text that people write is no attachment', () => {
  const named = partOf('text/plain', { fileName: '' });
  const put = partOf('text/html', { disposition: 'attachment' });
  const parts = [partOf('text/plain'), partOf('text/html'), partOf('text/csv'), partOf('image/png')];
  expect([...parts, named, put].map(isAttachment)).toEqual([false, false, true, true, true, true]);
});
