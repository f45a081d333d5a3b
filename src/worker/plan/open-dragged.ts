/** A message that somebody dragged into Open, from Review, the inbox or anywhere, becomes a ticket. */
import type { Phrase } from '../../desk/policy.js';
import { isOwn } from '../../desk/sign/origin.js';
import type { Effects } from '../effects/effects.js';
import type { Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import { planPlaced } from './open-placed.js';

const MOVED: Phrase = { name: 'not-answered-moved' };
/** More than this at once is left to the next pass. */
const MAX_AT_ONCE = 50;

export function planDragged(desk: Desk, survey: Survey): Effects {
  const strange = survey.open.filter(({ ticket, facts }) => ticket === null && !isOwn(desk.policy, facts));
  const byIdentity = new Map(strange.map((message) => [message.facts.identity, message]));
  const messages = [...byIdentity.values()].slice(0, MAX_AT_ONCE);
  if (messages.length === 0) return {};
  const effects = planPlaced(desk, survey, { messages, why: MOVED, splitOff: false });
  for (const { number, rootIdentity, rootMessageId: messageId } of effects.tickets) {
    const uid = byIdentity.get(rootIdentity)?.uid;
    desk.log.info(
      { uid, messageId, ticket: number },
      'a person moved a message to Open: it becomes a ticket',
    );
  }
  return effects;
}
