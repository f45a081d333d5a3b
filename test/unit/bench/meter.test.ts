import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { listenAt } from '../../../src/demo/listening.js';
import { countOf, type Meter, startMeter } from '../../bench/meter.js';

const DISTANCE_MS = 40;
/** What timers may be early by. */
const ROUNDING_MS = 2;

let server: Server;
let meter: Meter;
const clients: Socket[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await meter.close();
  server.close();
});

/** A server that answers each line with what `answer` makes of it. */
async function serve(answer: (line: string) => string): Promise<void> {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write('* OK hello\r\n');
    let rest = '';
    socket.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString('latin1')).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) socket.write(answer(line));
    });
    socket.on('end', () => socket.end());
  });
  meter = await startMeter(await listenAt(server));
}

/** A client that can wait for an answer that ends so. */
function open(): { readonly socket: Socket; readonly heard: (end: string) => Promise<string> } {
  const socket = connect(meter.port, '127.0.0.1');
  clients.push(socket);
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  return {
    socket,
    heard: async (end) => {
      while (!text.endsWith(end)) await once(socket, 'data');
      const all = text;
      text = '';
      return all;
    },
  };
}

const ok = (line: string): string => `${line.split(' ')[0]} OK done\r\n`;

it('counts commands, and what is said without waiting as one turn', async () => {
  await serve(ok);
  meter.setDistance(DISTANCE_MS);
  const { socket, heard } = open();
  await heard('hello\r\n');
  socket.write('a NOOP\r\n');
  await heard('a OK done\r\n');
  socket.write('b UID FETCH 1 FLAGS\r\n');
  socket.write('c NOOP\r\nd NOOP\r\n');
  await heard('d OK done\r\n');
  const traffic = meter.take();
  expect(Object.fromEntries(traffic.commands)).toEqual({ NOOP: 3, 'UID FETCH': 1 });
  expect(countOf(traffic)).toBe(4);
  expect(traffic).toMatchObject({ turns: 2, roundTrips: 4, connections: 1 });
  expect(traffic.bytesToServer).toBe(45);
  expect(traffic.bytesToClient).toBe('* OK hello\r\n'.length + 4 * 'a OK done\r\n'.length);
  expect(meter.take()).toMatchObject({ turns: 0, roundTrips: 0, bytesToClient: 0 });
});

it('takes literals for what they are', async () => {
  await serve(() => '');
  const { socket, heard } = open();
  await heard('hello\r\n');
  const seen = new Promise<string>((resolve) => {
    meter.watch('client', (line) => {
      if (line.startsWith('z')) resolve(line);
      return line.startsWith('z');
    });
  });
  socket.write('a APPEND x {8+}\r\nb NOOP\r\n {3}\r\nc N () {2+}\r\nd \r\nz LOGOUT\r\n');
  expect(await seen).toBe('z LOGOUT\r\n');
  expect(Object.fromEntries(meter.take().commands)).toEqual({ APPEND: 1, LOGOUT: 1 });
});

it('keeps every byte and its order at a distance, and answers no sooner than from there', async () => {
  const lines: string[] = [];
  await serve((line) => {
    lines.push(line);
    return ok(line);
  });
  meter.setDistance(DISTANCE_MS);
  const startedAt = performance.now();
  const { socket, heard } = open();
  await heard('hello\r\n');
  // A handshake, and the greeting's way.
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(2 * DISTANCE_MS - ROUNDING_MS);
  const saidAt = performance.now();
  const said = Array.from({ length: 500 }, (_, index) => `${index} NOOP`);
  for (const line of said) socket.write(`${line}\r\n`);
  await heard('499 OK done\r\n');
  expect(performance.now() - saidAt).toBeGreaterThanOrEqual(DISTANCE_MS - ROUNDING_MS);
  expect(lines).toEqual(said);
});

it('passes the end of a connection on behind its last byte', async () => {
  await serve(ok);
  meter.setDistance(DISTANCE_MS);
  const { socket, heard } = open();
  await heard('hello\r\n');
  socket.end('a LOGOUT\r\n');
  const [text] = await Promise.all([heard('a OK done\r\n'), once(socket, 'close')]);
  expect(text).toBe('a OK done\r\n');
});
