/** Reads of all messages of a folder what no desk can do without (header, size, time and flags), and moves them. */
import { readMoveJob, signIn } from './job.js';

const job = readMoveJob();
const client = await signIn(job);
await client.mailboxOpen(job.from);
await client.fetchAll('1:*', { headers: true, flags: true, size: true, internalDate: true });
await client.messageMove('1:*', job.to);
await client.logout();
