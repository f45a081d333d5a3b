/**
 * Filing many messages at once, beside a loop that takes them one by one: it fetches each, appends what the desk has
 * appended for it, and moves it, over the same client library.
 */
import { bytesOf, countOf, type Traffic } from './meter.js';
import { type MeteredDesk, withDesk } from './metered-desk.js';
import { sampleLetter } from './sample-letter.js';
import type { Figure, Measure, Setting, Shown } from './table.js';

const PENDING = { whole: [100, 500], quick: [100] };
const PENDING_WITH_PICTURE = 100;
const PICTURE_BYTES = 64 * 1024;
/** A register entry, an acknowledgement and a notice: there can't be fewer. */
const LEAST_APPENDS = 3;
/**
 * After each batch the desk reads the header blocks of what it has written, and the loop looks back at nothing. Of mail
 * that is as short as what is written for it, that is most of all bytes.
 */
const SHORT_MAIL_TIMES = 3;
const APPENDED_TO = ['Tickets/Register', 'Tickets/Outbox'];

interface Flood {
  readonly count: number;
  readonly attachedBytes: number;
}

async function deliverAll(desk: MeteredDesk, { count, attachedBytes }: Flood): Promise<void> {
  for (let index = 0; index < count; index += 1)
    await desk.deliver(sampleLetter({ name: `pending-${index}`, attachedBytes }));
}

interface Appended {
  readonly folder: string;
  readonly raw: Buffer;
}

/** What lies in the folders that the desk writes to: all of it was appended. */
async function readAppended(desk: MeteredDesk): Promise<readonly Appended[]> {
  return desk.inMailbox(async (client) => {
    const appended: Appended[] = [];
    for (const folder of APPENDED_TO) {
      await client.mailboxOpen(folder, { readOnly: true });
      for (const { source } of await client.fetchAll('1:*', { source: true }))
        appended.push({ folder, raw: source ?? Buffer.alloc(0) });
    }
    return appended;
  });
}

async function byDesk(flood: Flood): Promise<{ traffic: Traffic; appended: readonly Appended[] }> {
  return withDesk(async (desk) => {
    await deliverAll(desk, flood);
    const [pass] = await desk.passes(1);
    if (pass?.outcome.decided.get('new') !== flood.count)
      throw new Error('The desk did not file all of them.');
    return { traffic: pass.traffic, appended: await readAppended(desk) };
  });
}

/** In a mailbox of its own, which a desk has made the folders of. */
async function byLoop(flood: Flood, appended: readonly Appended[]): Promise<Traffic> {
  return withDesk(async (desk) => {
    await deliverAll(desk, flood);
    desk.meter.take();
    return desk.inMailboxMetered(async (client) => {
      await client.mailboxOpen('INBOX');
      const uids = (await client.search({ all: true }, { uid: true })) || [];
      for (const [index, uid] of uids.entries()) {
        await client.fetchOne(`${uid}`, { source: true, flags: true }, { uid: true });
        const from = Math.round((index * appended.length) / flood.count);
        const to = Math.round(((index + 1) * appended.length) / flood.count);
        for (const { folder, raw } of appended.slice(from, to)) await client.append(folder, raw);
        await client.messageMove(`${uid}`, 'Tickets/Open', { uid: true });
      }
      if (uids.length !== flood.count) throw new Error('The loop did not find all of them.');
      return desk.meter.take();
    });
  });
}

const isAppend = (verb: string): boolean => verb === 'APPEND';

interface Both {
  readonly flood: Flood;
  readonly ours: Traffic;
  readonly naive: Traffic;
}

async function both(flood: Flood): Promise<Both> {
  const { traffic: ours, appended } = await byDesk(flood);
  return { flood, ours, naive: await byLoop(flood, appended) };
}

function perMessage({ flood, ours, naive }: Both, what: string, of: (traffic: Traffic) => number): Figure {
  const { count, attachedBytes } = flood;
  const kind = attachedBytes === 0 ? 'short' : `of ${attachedBytes / 1024} KB`;
  return {
    what: `${count} pending, ${kind}: ${what} a message`,
    value: of(ours) / count,
    bound: of(naive) / count,
  };
}

async function run({ quick }: Setting): Promise<Shown> {
  const figures: Figure[] = [];
  for (const count of quick ? PENDING.quick : PENDING.whole) {
    const short = await both({ count, attachedBytes: 0 });
    figures.push(
      perMessage(short, 'commands but APPEND', (traffic) => countOf(traffic, (verb) => !isAppend(verb))),
      { ...perMessage(short, 'APPEND', (traffic) => countOf(traffic, isAppend)), bound: LEAST_APPENDS },
      perMessage(short, 'round trips', ({ roundTrips }) => roundTrips),
      { ...perMessage(short, 'bytes', bytesOf), times: SHORT_MAIL_TIMES },
    );
  }
  if (quick) return { figures };
  const withPicture = await both({ count: PENDING_WITH_PICTURE, attachedBytes: PICTURE_BYTES });
  return { figures: [...figures, perMessage(withPicture, 'bytes', bytesOf)] };
}

export const filing: Measure = {
  title: 'filing: a pass that files many messages, each a new ticket with a notice and an acknowledgement',
  boundIs:
    'a loop that fetches, appends and moves one message after the other; for APPEND, what cannot be fewer',
  run,
};
