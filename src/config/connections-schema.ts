/** How many connections servers are given by one process. */
import { z } from 'zod';
import { countSchema } from './count.js';
import { expected, object } from './expected.js';
import { hostSchema } from './server-schema.js';

const MOST_CONNECTIONS = 10_000;
const connections = countSchema(1, MOST_CONNECTIONS);

export const connectionsSchema = object('an object with connectionsPerHost', {
  connectionsPerHost: connections
    .default(1_000)
    .describe(
      'How many IMAP connections `run` has to one server (host and port) at once. Where there are more desks than that, they take turns: each connects, makes its pass, and signs out. A server that says “too many” gets fewer by itself, and more again bit by bit.',
    ),
  connectionsAt: z
    .record(hostSchema, connections, { error: expected('an object of numbers, by host name') })
    .default({})
    .describe('The same for single servers, by host name: `{ "imap.example.com": 20 }`.'),
})
  .prefault({})
  .describe('What servers are asked to bear.');

type WrittenConnections = z.output<typeof connectionsSchema>;

export interface ConnectionLimits {
  readonly connectionsPerHost: number;
  /** By host name in lower case, in place of that. */
  readonly connectionsAt: ReadonlyMap<string, number>;
}

export function completeConnections(written: WrittenConnections): ConnectionLimits {
  const { connectionsPerHost, connectionsAt } = written;
  const named = Object.entries(connectionsAt).map(([host, most]) => [host.toLowerCase(), most] as const);
  return { connectionsPerHost, connectionsAt: new Map(named) };
}
