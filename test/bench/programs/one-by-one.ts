/** The work of a backlog without its care: bare appends over three connections, then serial sends, then one MOVE. */
import { readJob, sendAll, signIn } from './job.js';

const APPENDING = 3;

const job = readJob();
const { register, outbox, open } = job.folders;
const appends = [
  ...job.stored.map((raw) => ({ folder: register, raw })),
  ...job.sent.map(({ raw }) => ({ folder: outbox, raw })),
];
const clients = await Promise.all(Array.from({ length: APPENDING }, () => signIn(job)));
await Promise.all(
  clients.map(async (client, index) => {
    for (let at = index; at < appends.length; at += APPENDING) {
      const one = appends[at];
      if (one !== undefined) await client.append(one.folder, one.raw, ['\\Seen']);
    }
  }),
);
await sendAll(job, job.sent, 1);
const [first] = clients;
if (first === undefined) throw new Error('Nobody is signed in.');
await first.mailboxOpen('INBOX');
await first.messageMove('1:*', open);
await Promise.all(clients.map((client) => client.logout()));
