/** A message that somebody dragged into Open, from Review, the inbox or anywhere, becomes a ticket. */

import type { Phrase } from '../../desk/policy.js';
import { isOwn } from '../../desk/sign/origin.js';
import { release } from '../effects/stage-mail.js';
import { clearUnderWay } from '../effects/transition.js';
import type { Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import { openPlaced } from './open-placed.js';

const MOVED: Phrase = { name: 'not-answered-moved' };
/** More than this at once is left to the next pass. */
const MAX_AT_ONCE = 50;

/** Answers whether any ticket was opened, so that the survey is no longer true. */
export async function openDragged(desk: Desk, survey: Survey): Promise<boolean> {
  const strange = survey.open.filter(({ ticket, facts }) => ticket === null && !isOwn(desk.policy, facts));
  const byIdentity = new Map(strange.map((message) => [message.facts.identity, message]));
  const messages = [...byIdentity.values()].slice(0, MAX_AT_ONCE);
  if (messages.length === 0) return false;
  const done = await openPlaced(desk, survey, { messages, why: MOVED, splitOff: false });
  if (done === null) return true;
  const { opened, staged } = done;
  await release(desk, staged, new Set(staged.keys()));
  await clearUnderWay(
    desk,
    survey,
    opened.map(({ number }) => number),
  );
  for (const { message, number } of opened) {
    desk.log.info(
      { uid: message.uid, messageId: message.facts.messageId, ticket: number },
      'a person moved a message to Open: it is a ticket',
    );
  }
  return true;
}
