/**
 * What the desk would decide of messages at hand, with nothing changed, on the way that a pass goes. Each is judged by
 * itself, as if it had just arrived; what a pass would know of it, and a file does not tell, is named.
 */
import { readMessage } from '../../desk/decide/as-seen.js';
import { decide } from '../../desk/decide/decide.js';
import type { DeskPolicy } from '../../desk/policy.js';
import type { Decision } from '../../desk/ticket/decision.js';
import { isInItsName } from '../../desk/ticket/in-its-name.js';
import { Ledger } from '../../desk/ticket/ledger.js';
import { trueStructure } from '../../message/body/true-structure.js';
import type { Facts } from '../../message/facts/facts.js';
import { parseHeaderBlock } from '../../message/header/header-block.js';
import { DELIVERY_FIELDS } from '../../message/read-facts.js';
import { readWhole, type WholeMail } from '../../message/whole.js';
import { judge, lookInto } from '../plan/decide-batch.js';
import type { PartSource } from '../sight/asked-parts.js';
import { beginningOf, withFoldersToCome } from '../sight/beginning.js';
import { lookAgain } from '../sight/look-again.js';
import { recogniseAccount } from '../sight/own-account.js';
import type { Pending } from '../sight/pending.js';
import { takeSurvey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';

export interface Explained {
  readonly facts: Facts;
  readonly decision: Decision;
  /** Facts that a pass would know, a sentence each. */
  readonly unseen: readonly string[];
}

/** Against the mailbox as it is now; one that no desk has taken on yet has no tickets. */
export async function explainNow(given: Desk, messages: readonly Buffer[]): Promise<readonly Explained[]> {
  await beginningOf(given);
  const desk = await withFoldersToCome(given);
  const survey = await takeSurvey(desk);
  const explained: Explained[] = [];
  for (const raw of messages) {
    const { pending, source, unseen } = atHand(desk.policy, raw, desk.now());
    const { known, waiting } = await recogniseAccount(desk, [pending]);
    const [seen = pending] = await lookInto(desk, survey, { known: [...known, ...waiting], source });
    const { decision } = judge(desk, survey, seen);
    explained.push(told(seen, decision, [...unseen, ...waiting.map(() => NOT_SAVED)]));
  }
  return explained;
}

/** Without a mailbox: every ticket that a message names is taken to exist, and its sender to belong to it. */
export async function explainOffline(
  policy: DeskPolicy,
  messages: readonly Buffer[],
  now: Date,
): Promise<readonly Explained[]> {
  const ledger = new Ledger(policy, { highest: 0, tickets: [], offline: true });
  const each = messages.map(async (raw) => {
    const { pending, source, unseen } = atHand(policy, raw, now);
    const [seen = pending] = await lookAgain(source, [pending]);
    const more = isInItsName(policy, seen.facts) ? [OFFLINE, UNPROVEN] : [OFFLINE];
    return told(seen, decide(policy, ledger, seen.facts), [...unseen, ...more]);
  });
  return Promise.all(each);
}

/** No number has been given to a ticket that nobody has opened. */
function told({ facts }: Pending, decision: Decision, unseen: readonly string[]): Explained {
  return { facts, decision: decision.kind === 'new' ? { ...decision, ticket: null } : decision, unseen };
}

/** A message as it would lie in the inbox, and where its parts are to be had. */
export function atHand(
  policy: DeskPolicy,
  raw: Buffer,
  now: Date,
): { readonly pending: Pending; readonly source: PartSource; readonly unseen: readonly string[] } {
  const mail = readWhole(raw, now);
  const uid = 1;
  return {
    pending: { uid, facts: readMessage(policy, mail), structure: trueStructure(mail), quiet: false },
    source: {
      policy,
      folders: { inbox: '' },
      store: {
        fetchPart: (_folder, _uids, { path, maxBytes }) => {
          const part = mail.parts.get(path)?.subarray(0, maxBytes);
          return Promise.resolve(new Map(part === undefined ? [] : [[uid, part]]));
        },
      },
    },
    unseen: unseenOf(policy, mail),
  };
}

const OFFLINE =
  'what the mailbox holds: every ticket that it names is taken to exist, and its sender to belong to it';
const UNPROVEN =
  "whether a person wrote it in the desk's account, which the folder of sent mail would show: it counts as anybody's";
const NOT_SAVED =
  "whether a person wrote it in the desk's account: a pass waits a minute for its copy in the folder of sent mail";

function unseenOf({ authservId }: DeskPolicy, { header }: WholeMail): readonly string[] {
  const { byName } = parseHeaderBlock(header);
  const lacks = (...names: readonly string[]): boolean => !names.some((name) => byName.has(name));
  return [
    'when it came: it is taken to have come just now, after the desk began',
    'flags that the server has set on it, such as $Junk',
    ...(lacks(...DELIVERY_FIELDS)
      ? ['to which address it was delivered, where To and Cc do not name it: it has no Delivered-To field']
      : []),
    ...(authservId !== null && lacks('authentication-results')
      ? ['what the receiving server says of its sender: it has no Authentication-Results field']
      : []),
  ];
}
