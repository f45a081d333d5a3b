/** Signs in, asks whether anything has changed, and leaves: nobody who looks at a mailbox does less. */
import { readAccount, signIn } from './job.js';

const client = await signIn(readAccount());
await client.status('INBOX', { messages: true, uidNext: true, uidValidity: true });
await client.logout();
