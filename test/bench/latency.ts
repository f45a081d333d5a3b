/** How long a new mail waits for its acknowledgement while the desk is at work and the server tells it of new mail. */
import { ImapFlow } from 'imapflow';
import { chosenServers } from '../servers/start.js';
import type { ServerKind } from '../servers/table.js';
import { type MeasuredDesk, STAFF, withMeasured } from './desk.js';
import { type Figure, type Measure, median, type Setting, type Shown } from './table.js';

const MAILS = { whole: 50, quick: 3 };
const ALLOWED_MS = 30;
/** A server that looks now and then must not be met at the same moment of its round each time. */
const PAUSES_MS = [0, 37, 74, 111, 148];
/** Cyrus where `scripts/bench` has found it. */
const KINDS: readonly ServerKind[] =
  process.env['IMAPDESK_CYRUS'] === undefined ? ['maildir'] : ['maildir', 'cyrus'];

/** A client that does nothing but to wait for the server's word in the same inbox. */
async function bareClient(desk: MeasuredDesk): Promise<ImapFlow> {
  const { user, password } = desk.world.accounts.support;
  const { host, port } = desk.world.imap;
  const client = new ImapFlow({
    host,
    port,
    secure: false,
    doSTARTTLS: false,
    auth: { user, pass: password },
    logger: false,
  });
  client.on('error', () => undefined);
  await client.connect();
  await client.mailboxOpen('INBOX');
  return client;
}

/** When the server tells of more messages than there were. */
function nextWord(client: ImapFlow): Promise<number> {
  return new Promise((resolve) => {
    const hear = ({ count, prevCount }: { count: number; prevCount: number }): void => {
      if (count <= prevCount) return;
      client.off('exists', hear);
      resolve(performance.now());
    };
    client.on('exists', hear);
  });
}

async function acknowledged(desk: MeasuredDesk, before: number): Promise<number> {
  for (let count = before + 1; ; count += 1) {
    await desk.sink.until(count);
    const letter = desk.sink.taken[count - 1];
    if (letter !== undefined && letter.to !== STAFF) return letter.at;
  }
}

/** Each mail a while after the one before. The first is not counted: a process compiles then what it only runs later. */
async function each(mails: number, one: () => Promise<number>): Promise<number> {
  const taken: number[] = [];
  for (let mail = 0; mail <= mails; mail += 1) {
    await new Promise((resolve) => setTimeout(resolve, PAUSES_MS[mail % PAUSES_MS.length]));
    const ms = await one();
    if (mail > 0) taken.push(ms);
  }
  return median(taken);
}

/** Without the desk: it may have moved a mail away before a server that looks now and then has told another client of it. */
async function bareLatency(desk: MeasuredDesk, mails: number): Promise<number> {
  const client = await bareClient(desk);
  void client.idle();
  const bare = await each(mails, async () => {
    const told = nextWord(client);
    const deliveredAt = performance.now();
    await desk.deliverNew(1);
    return (await told) - deliveredAt;
  });
  client.close();
  // What has come is out of the way.
  await desk.once();
  return bare;
}

async function deskLatency(desk: MeasuredDesk, mails: number): Promise<number> {
  const running = await desk.run();
  const own = await each(mails, async () => {
    const [sent, idle] = [desk.sink.taken.length, desk.nextIdle()];
    const deliveredAt = performance.now();
    await desk.deliverNew(1);
    const acknowledgedAt = await acknowledged(desk, sent);
    await desk.sink.until(sent + 2);
    await idle;
    return acknowledgedAt - deliveredAt;
  });
  await running.stop();
  return own;
}

async function run({ quick, ours }: Setting): Promise<Shown> {
  const mails = quick ? MAILS.quick : MAILS.whole;
  const figures: Figure[] = [];
  for (const { kind, name, missing } of await chosenServers(KINDS)) {
    if (missing !== '') continue;
    const seen = await withMeasured(ours, { kind }, async (desk) => ({
      bare: await bareLatency(desk, mails),
      desk: await deskLatency(desk, mails),
    }));
    figures.push(
      {
        what: `${name}: ms from delivery to acknowledgement, median of ${mails}`,
        value: seen.desk,
        bound: seen.bare + ALLOWED_MS,
      },
      { what: `${name}: ms from delivery to the server’s word`, value: seen.bare, bound: null },
    );
  }
  return { figures };
}

export const latency: Measure = {
  title: 'latency: from the delivery of a mail to its acknowledgement, under `run`',
  boundIs: `the server’s word to a client that only waits, and ${ALLOWED_MS} ms`,
  run,
};
