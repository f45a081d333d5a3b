/** How many commands, and how many bytes at once, the words of a batch cost. */
import { expect, test } from 'vitest';
import type { MessagePart } from '../../../../src/message/body/structure.js';
import { readStoredWords } from '../../../../src/worker/sight/asked-parts.js';
import { partOf } from '../../message/parse.js';

const LIMITS = { steps: [32_768, 4_194_304], enough: 400 };

const plain = (path: string, more: Partial<MessagePart> = {}) => partOf('text/plain', { path, ...more });
const multipart = (type: string, ...children: readonly MessagePart[]) =>
  partOf(`multipart/${type}`, { path: '', children });

/** A mailbox in which every part of every message says what it is. */
async function read(
  structures: readonly MessagePart[],
  bytesOf = (uid: number, path: string): Buffer | null => Buffer.from(`${path} of ${uid}`),
) {
  const asked: string[] = [];
  const words = await readStoredWords(
    {
      fetchPart: (folder, uids, { path, maxBytes }) => {
        asked.push(`${folder} ${uids.length} ${path} ${maxBytes}`);
        const found = uids.flatMap((uid): [number, Buffer][] => {
          const bytes = bytesOf(uid, path);
          return bytes === null ? [] : [[uid, bytes.subarray(0, maxBytes)]];
        });
        return Promise.resolve(new Map(found));
      },
    },
    'INBOX',
    { messages: structures.map((structure, index) => ({ uid: index + 1, structure })), limits: LIMITS },
  );
  return { asked, texts: [...words].sort(([a], [b]) => a - b).map(([, { text }]) => text) };
}

test('a batch of plain mail and of alternatives costs one command', async () => {
  const html = partOf('text/html', { path: '2' });
  const batch = Array.from({ length: 100 }, (_, index) =>
    index % 2 === 0 ? plain('1') : multipart('alternative', plain('1'), html),
  );
  const { asked, texts } = await read(batch);
  expect(asked).toEqual(['INBOX 100 1 32768']);
  expect(texts[99]).toBe('1 of 100');
});

test('each message is answered with its own parts, and the same part of all is one command', async () => {
  const batch = [
    plain('1'),
    multipart('mixed', plain('1'), plain('2')),
    multipart('mixed', plain('1'), plain('3')),
    multipart('mixed', plain('2'), plain('3')),
    partOf('image/png'),
  ];
  const { asked, texts } = await read(batch);
  expect(asked).toEqual(['INBOX 3 1 32768', 'INBOX 2 2 32768', 'INBOX 2 3 32768']);
  expect(texts).toEqual(['1 of 1', '1 of 2\n\n2 of 2', '1 of 3\n\n3 of 3', '2 of 4\n\n3 of 4', '']);
});

test('what is large is read of two messages at once', async () => {
  const html = partOf('text/html', { size: 5_000_000 });
  const style = Buffer.from(`<style>${'x'.repeat(40_000)}</style>words`);
  const { asked, texts } = await read(
    Array.from({ length: 5 }, () => html),
    () => style,
  );
  expect(asked).toEqual(['INBOX 5 1 32768', 'INBOX 2 1 4194304', 'INBOX 2 1 4194304', 'INBOX 1 1 4194304']);
  expect(texts).toEqual(Array.from({ length: 5 }, () => 'words'));
});

test('of a message that is gone nothing is read', async () => {
  const { texts } = await read([plain('1'), plain('1')], (uid) => (uid === 1 ? null : Buffer.from('here')));
  expect(texts).toEqual(['', 'here']);
});
