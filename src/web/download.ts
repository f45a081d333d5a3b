/** Files and sources as they are given out: piece by piece, for saving. */
import type { Context } from 'hono';
import { PartDecoder } from '../message/body/part-decoder.js';
import type { OpenedFile } from '../worker/ask/message-parts.js';
import { downloadOf } from './headers.js';
import type { Entered, WebDesk } from './site.js';

/** So much is held at once. */
const CHUNK_BYTES = 262_144;
const DOWNLOAD_TYPE = 'application/octet-stream';

/** Whatever it is, no browser shows it as a page of ours. */
function download(
  c: Context<Entered>,
  fileName: string,
  body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>,
): Response {
  c.set('kind', 'file');
  return c.body(body, 200, { 'Content-Type': DOWNLOAD_TYPE, 'Content-Disposition': downloadOf(fileName) });
}

export function downloadFile(c: Context<Entered>, desk: WebDesk, file: OpenedFile): Response {
  const { content, at, fileName } = file;
  if (content !== null) return download(c, fileName, new Uint8Array(content));
  return download(c, fileName, streamOf(decoded(desk, at)));
}

export function downloadSource(
  c: Context<Entered>,
  desk: WebDesk,
  about: {
    readonly fileName: string;
    readonly folder: string;
    readonly uid: number;
    readonly header: Buffer;
  },
): Response {
  const { fileName, folder, uid, header } = about;
  const body = pieces(desk, { folder, uid, path: 'TEXT' });
  return download(c, fileName, streamOf(after(header, body)));
}

interface Place {
  readonly folder: string;
  readonly uid: number;
  readonly path: string;
}

/** A part as it is transferred. Between two pieces the connection is free for others, however slowly they are taken. */
async function* pieces({ pool }: WebDesk, { folder, uid, path }: Place): AsyncGenerator<Buffer> {
  for (let from = 0; ; from += CHUNK_BYTES) {
    const request = { path, maxBytes: CHUNK_BYTES, from };
    const found = await pool.read(({ store }) => store.fetchPart(folder, [uid], request));
    const bytes = found.get(uid) ?? Buffer.alloc(0);
    if (bytes.length > 0) yield bytes;
    if (bytes.length < CHUNK_BYTES) return;
  }
}

async function* after(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

async function* decoded(desk: WebDesk, at: OpenedFile['at']): AsyncGenerator<Buffer> {
  if (at === null) return;
  const { folder, uid, part } = at;
  const decoder = new PartDecoder(part.encoding);
  for await (const piece of pieces(desk, { folder, uid, path: part.path })) yield decoder.push(piece);
  yield decoder.end();
}

/** Nothing is read before it is asked for. */
function streamOf(source: AsyncGenerator<Buffer>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        for (;;) {
          const { done, value } = await source.next();
          if (done === true) controller.close();
          else if (value.length > 0) controller.enqueue(new Uint8Array(value));
          else continue;
          return;
        }
      },
      async cancel() {
        await source.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
