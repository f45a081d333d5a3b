/**
 * What happens in the demo: mail arrives, the desk answers, and mail arrives in answer to that. Each step waits for
 * what the one before must have brought about, so the play is also a test of the desk.
 */
import type { MailStore } from '../mailbox/store.js';
import { answerTo, openMessages, type Seen } from './look.js';
import {
  followUp,
  type Heading,
  invoiceWithPdf,
  japaneseQuestion,
  outOfOffice,
  plainQuestion,
  questionFromGoneMailbox,
  type Sample,
} from './sample-mail.js';
import { JAPANESE } from './sample-parts.js';
import type { Name } from './setup.js';
import type { MailWorld } from './world.js';

export interface Staging {
  readonly world: MailWorld;
  /** The desk's own mailbox. */
  readonly store: MailStore;
  readonly say: (line: string) => void;
  /** Rejects when the play is to end early: the desk has ended, or Ctrl-C. */
  readonly interrupted: Promise<never>;
}

const WAIT_MS = 60_000;
const POLL_MS = 200;
const GONE = { name: 'Robin', address: 'robin@example.com' };

/** One of the first mails, and who wrote it. */
interface Opening {
  readonly sample: Sample;
  readonly address: string;
}

/** Delivers the mail that opens tickets. */
export async function deliverOpenings(world: MailWorld, say: Staging['say']): Promise<readonly Opening[]> {
  const { jane, taro, support } = world.accounts;
  const heading = (from: Heading['from']): Heading => ({ from, to: support.address, at: new Date() });
  const openings = [
    { sample: plainQuestion(heading(jane)), address: jane.address },
    { sample: invoiceWithPdf(heading(jane)), address: jane.address },
    { sample: japaneseQuestion(heading(taro)), address: taro.address },
    { sample: questionFromGoneMailbox(heading(GONE)), address: GONE.address },
  ];
  for (const { sample, address } of openings) {
    say(`${address} writes: "${sample.subject}"`);
    await world.deliver('support', sample.raw, { envelope: { from: address, to: support.address } });
  }
  say('The mailbox of the last one is gone by now: our answer will bounce.');
  return openings;
}

/** Plays the rest. Throws with what is missing if something does not come about in time. */
export async function play(stage: Staging, openings: readonly Opening[]): Promise<void> {
  const { world } = stage;
  const acknowledged = await waitFor(stage, async () => {
    const answers = openings.map(({ sample, address }) => answerTo(world.sent, address, sample.messageId));
    const missing = openings.filter((_, index) => answers[index] === null);
    return {
      found: answers,
      missing: missing.map(({ sample }) => `an acknowledgement of "${sample.subject}"`),
    };
  });
  const [question, , japanese] = acknowledged;
  if (question == null || japanese == null) throw new Error('There is nothing to answer.');
  const replies = [
    await reply(stage, 'jane', followUp(headingOf(stage, 'jane', question), question)),
    await reply(stage, 'taro', outOfOffice(headingOf(stage, 'taro', japanese), japanese)),
  ];
  await waitFor(stage, async () => {
    const open = await openMessages(stage.store);
    return {
      found: open,
      missing: [...missingMail(open, [...openings, ...replies]), ...missingNotices(stage)],
    };
  });
  const toTaro = world.sent.filter(({ to }) => to.includes(world.accounts.taro.address));
  if (toTaro.length !== 1) throw new Error('The out-of-office reply was answered, which it must not be.');
}

function headingOf({ world }: Staging, name: Name, answered: Seen): Heading {
  return { from: world.accounts[name], to: answered.replyTo, at: new Date() };
}

async function reply({ world, say }: Staging, name: Name, sample: Sample): Promise<{ sample: Sample }> {
  const { address } = world.accounts[name];
  const automatic = sample.subject === JAPANESE.away.text;
  const to = world.accounts.support.address;
  say(
    automatic
      ? `${address} is away, and a machine answers: "${sample.subject}"`
      : `${address} replies: "${sample.subject}"`,
  );
  await world.deliver('support', sample.raw, { envelope: { from: automatic ? '' : address, to } });
  return { sample };
}

function missingMail(open: readonly Seen[], mail: readonly { readonly sample: Sample }[]): readonly string[] {
  const ids = new Set(open.map(({ messageId }) => messageId));
  const missing = mail.filter(({ sample }) => !ids.has(sample.messageId));
  const bounced = open.some(({ from }) => from.includes('MAILER-DAEMON'));
  return [
    ...missing.map(({ sample }) => `"${sample.subject}" among the open tickets`),
    ...(bounced ? [] : ['the bounce among the open tickets']),
  ];
}

/** Everybody on the staff hears of the four tickets and of the reply, at the least. */
function missingNotices({ world }: Staging): readonly string[] {
  const { steve, ann } = world.accounts;
  const lacking = [steve, ann].filter(
    ({ address }) => world.sent.filter(({ to }) => to.includes(address)).length < 5,
  );
  return lacking.map(({ address }) => `five notices to ${address}`);
}

interface Look<T> {
  readonly found: T;
  /** What is still to come about. */
  readonly missing: readonly string[];
}

async function waitFor<T>(stage: Staging, look: () => Promise<Look<T>>): Promise<T> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const { found, missing } = await look();
    if (missing.length === 0) return found;
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${missing.join(', ')}.`);
    await Promise.race([stage.interrupted, new Promise((resolve) => setTimeout(resolve, POLL_MS))]);
  }
}
