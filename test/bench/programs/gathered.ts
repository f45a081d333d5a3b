/**
 * The work of a backlog with as few waits as there can be, and none of the care: one FETCH of all headers, one
 * MULTIAPPEND a folder (RFC 3502), one MOVE, one FETCH of the outbox, four SMTP connections, one STORE and one MOVE of
 * what was sent.
 */
import type { ImapFlow } from 'imapflow';
import { readJob, sendAll, signIn } from './job.js';

const CONNECTIONS = 4;

interface Attribute {
  readonly type: 'ATOM' | 'LITERAL';
  readonly value: string | Buffer;
}

/** imapflow has no APPEND of several messages; what it sends commands with is not in its types. */
interface Wire {
  exec(command: string, attributes: readonly (Attribute | readonly Attribute[])[]): Promise<{ next(): void }>;
}

async function appendAll(client: ImapFlow, folder: string, messages: readonly Buffer[]): Promise<void> {
  const flags: readonly Attribute[] = [{ type: 'ATOM', value: '\\Seen' }];
  const attributes = messages.flatMap((value) => [flags, { type: 'LITERAL', value } as const]);
  const answer = await (client as unknown as Wire).exec('APPEND', [
    { type: 'ATOM', value: folder },
    ...attributes,
  ]);
  answer.next();
}

const job = readJob();
const client = await signIn(job);
await client.mailboxOpen('INBOX');
await client.fetchAll('1:*', {
  headers: true,
  flags: true,
  size: true,
  internalDate: true,
  bodyStructure: true,
});
await appendAll(client, job.folders.register, job.stored);
await appendAll(
  client,
  job.folders.outbox,
  job.sent.map(({ raw }) => raw),
);
await client.messageMove('1:*', job.folders.open);
await client.mailboxOpen(job.folders.outbox);
const rows = await client.fetchAll('1:*', { source: true });
await sendAll(
  job,
  rows.map(({ source }, index) => ({ to: job.sent[index]?.to ?? '', raw: source ?? Buffer.alloc(0) })),
  CONNECTIONS,
);
await client.messageFlagsAdd('1:*', ['\\Answered']);
await client.messageMove('1:*', job.folders.open);
await client.logout();
