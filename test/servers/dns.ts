/** A name server on loopback that knows a few records and says of everything else that it is not there (RFC 1035). */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export interface Records {
  /** By the name that is asked for, in lower case. */
  readonly srv?: Readonly<
    Record<string, readonly { priority: number; weight: number; port: number; target: string }[]>
  >;
  readonly mx?: Readonly<Record<string, readonly { preference: number; exchange: string }[]>>;
  readonly a?: Readonly<Record<string, string>>;
}

export interface NameServer {
  /** IP:PORT. */
  readonly at: string;
  /** Each name that was asked for, in lower case. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

const TYPES = { a: 1, mx: 15, srv: 33 } as const;
const HEADER_BYTES = 12;
const NO_SUCH_NAME = 3;

export async function startNameServer(records: Records): Promise<NameServer> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (query, from) => {
    const { name, type, end } = questionOf(query);
    asked.push(name);
    socket.send(answerTo(query.subarray(0, end), answersFor(records, name, type)), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    at: `127.0.0.1:${socket.address().port}`,
    asked,
    async stop() {
      socket.close();
      await once(socket, 'close');
    },
  };
}

function questionOf(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  while (query[at] !== 0) {
    const length = query[at] ?? 0;
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

function answersFor(records: Records, name: string, type: number): readonly { type: number; data: Buffer }[] {
  if (type === TYPES.srv)
    return (records.srv?.[name] ?? []).map(({ priority, weight, port, target }) => ({
      type,
      data: Buffer.concat([...[priority, weight, port].map(twoBytes), nameBytes(target)]),
    }));
  if (type === TYPES.mx)
    return (records.mx?.[name] ?? []).map(({ preference, exchange }) => ({
      type,
      data: Buffer.concat([twoBytes(preference), nameBytes(exchange)]),
    }));
  const address = type === TYPES.a ? records.a?.[name] : undefined;
  return address === undefined ? [] : [{ type, data: Buffer.from(address.split('.').map(Number)) }];
}

function answerTo(asked: Buffer, answers: readonly { type: number; data: Buffer }[]): Buffer {
  const header = Buffer.concat([
    asked.subarray(0, 2),
    twoBytes(0x8180 | (answers.length === 0 ? NO_SUCH_NAME : 0)),
    ...[1, answers.length, 0, 0].map(twoBytes),
  ]);
  const rows = answers.map(({ type, data }) =>
    // The name is the one in the question; class IN, and no time to live.
    Buffer.concat([...[0xc000 + HEADER_BYTES, type, 1, 0, 0, data.length].map(twoBytes), data]),
  );
  return Buffer.concat([header, asked.subarray(HEADER_BYTES), ...rows]);
}

function twoBytes(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function nameBytes(name: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '');
  return Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
    Buffer.from([0]),
  ]);
}
