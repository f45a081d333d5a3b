/** Whoever forges the beginning of a ticket in a thread that they know of is not sent what its people are answered. */
import { expect, it } from 'vitest';
import { DeskWorld } from './desk-world.js';
import { answerTo, letter } from './sample-mail.js';

const DESK = 'support@example.com';
const VIC = 'vic@victim.example';
const WIM = 'wim@other.example';
const EVIL = 'mallory@evil.example';
const ROW = ['In-Reply-To: <w@x.example>', 'References: <v@x.example> <w@x.example>'];
const INDEX = `Thread-Index: ${Buffer.from(`0101dbf69898${'c2860f55'.repeat(4)}8000000010`, 'hex').toString('base64')}`;

interface Forged {
  readonly from: string;
  readonly to: string;
  readonly lines: readonly string[];
}

/** The outside addresses that staff's answer to the real mail reaches. */
async function answered(forged: Forged, lines: readonly string[]): Promise<readonly string[]> {
  const world = new DeskWorld();
  await world.pass();
  const subject = 'Re: Offer';
  world.server.deliver(
    letter({ from: forged.from, to: forged.to, subject, messageId: 'forged@x', extra: forged.lines }),
  );
  await world.pass();
  const before = world.post.sent.length;
  world.server.deliver(
    letter({ from: VIC, to: `${WIM}, ${DESK}`, subject, messageId: 'real@x', extra: lines }),
  );
  await world.pass();
  const notice = world.post.sent.slice(before).find(({ envelope }) => envelope.to === 'steve@example.com');
  const raw = notice?.raw ?? Buffer.alloc(0);
  const sent = world.post.sent.length;
  world.server.deliver(answerTo(raw, { from: 'steve@example.com', messageId: 'answer@example.com' }));
  await world.pass();
  return world.post.sent.slice(sent).map(({ envelope }) => envelope.to);
}

it.each<[string, Forged, readonly string[]]>([
  ['its Reply-To', { from: VIC, to: `${WIM}, ${DESK}`, lines: [...ROW, `Reply-To: ${EVIL}`] }, ROW],
  ['its Reply-To, by Thread-Index', { from: VIC, to: DESK, lines: [INDEX, `Reply-To: ${EVIL}`] }, [INDEX]],
  ['its Cc', { from: VIC, to: `${WIM}, ${EVIL}, ${DESK}`, lines: ROW }, ROW],
  [
    'its Reply-To, with nobody in From',
    { from: 'undisclosed:;', to: `${VIC}, ${WIM}, ${DESK}`, lines: [...ROW, `Reply-To: ${EVIL}`] },
    ROW,
  ],
])('a forged opening draws nothing to %s', async (_, forged, lines) => {
  const reached = await answered(forged, lines);
  expect(reached).toContain(VIC);
  expect(reached).not.toContain(EVIL);
});
