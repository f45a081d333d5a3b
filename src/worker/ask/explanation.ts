/** What the desk would decide of messages at hand, with nothing changed. Each is judged by itself. */
import { decide } from '../../desk/decide/decide.js';
import type { DeskPolicy } from '../../desk/policy.js';
import type { Decision } from '../../desk/ticket/decision.js';
import { Ledger } from '../../desk/ticket/ledger.js';
import type { Facts } from '../../message/facts/facts.js';
import { lookUpNamed } from '../sight/look-up.js';
import { isDeskOpen } from '../sight/opening.js';
import { takeSurvey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';

/** Against the mailbox as it is now; one that no desk has taken on yet has no tickets. */
export async function decideNow(desk: Desk, messages: readonly Facts[]): Promise<readonly Decision[]> {
  const { policy } = desk;
  if (!(await isDeskOpen(desk))) {
    const nothing = new Ledger(policy, { highest: 0, tickets: [] });
    return messages.map((facts) => withoutNumber(decide(policy, nothing, facts)));
  }
  const survey = await takeSurvey(desk);
  await lookUpNamed(desk, survey, messages);
  return messages.map((facts) => withoutNumber(decide(policy, survey.ledger, facts)));
}

/** Without a mailbox: every ticket that a message names is taken to exist, and its sender to belong to it. */
export function decideOffline(policy: DeskPolicy, messages: readonly Facts[]): readonly Decision[] {
  const ledger = new Ledger(policy, { highest: 0, tickets: [], offline: true });
  return messages.map((facts) => withoutNumber(decide(policy, ledger, facts)));
}

/** No number has been given to a ticket that nobody has opened. */
function withoutNumber(decision: Decision): Decision {
  return decision.kind === 'new' ? { ...decision, ticket: null } : decision;
}
