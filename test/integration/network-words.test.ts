/** What people read where a server is not there, or is another one, from real sockets: texts change with Node. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { expect, it } from 'vitest';
import { verifyCourier } from '../../src/delivery/smtp.js';
import { connectStore } from '../../src/mailbox/imap/connection.js';

interface At {
  readonly host: string;
  readonly port: number;
  readonly security: 'tls' | 'none';
}

async function refusals(at: At): Promise<readonly string[]> {
  const { signal } = new AbortController();
  const account = { ...at, user: 'desk', password: 'open sesame', maxSilenceMs: 5000 };
  const tried = await Promise.allSettled([
    connectStore({ ...account, signal, folders: [], warn: () => undefined }),
    verifyCourier(account),
  ]);
  return tried.map((one) => (one.status === 'rejected' ? String(one.reason.message) : 'connected'));
}

async function serve(greeting: string): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy()).resume();
    socket.write(greeting);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

it('no program listens there', { timeout: 20_000 }, async () => {
  const { server, port } = await serve('');
  await once(server.close(), 'close');
  for (const said of await refusals({ host: '127.0.0.1', port, security: 'none' }))
    expect(said).toMatch(/: no program listens at that port; .* \(connect ECONNREFUSED 127\.0\.0\.1:\d+\)$/);
});

it('no TLS is spoken there', { timeout: 20_000 }, async () => {
  const { server, port } = await serve('* OK this is no TLS\r\n');
  for (const said of await refusals({ host: '127.0.0.1', port, security: 'tls' }))
    expect(said).toMatch(
      /: no TLS is spoken at that port; check (\w+)\.security and \1\.port \(wrong version number\)$/,
    );
  server.close();
});
