/**
 * What a message is to this desk, where the configuration knows more of its way than the message tells: a list or a
 * forwarder that feeds the desk, senders that only carry other people's words, and trackers that answer it. Every message is read so, pending
 * or filed, and so the same mailbox always reads the same.
 */
import { sameAddress } from '../message/addresses.js';
import type { Authentication } from '../message/authentication-results.js';
import { type Facts, type FactsInput, readFacts } from '../message/facts.js';
import { marks } from './marks.js';
import type { DeskPolicy } from './policy.js';
import { isDeskAddress } from './ticket-address.js';

/** As if authentication had failed, at a domain that asks for nothing: no power, but an answer. */
const WITHOUT_AUTHORITY: Authentication = { dmarc: 'fail', policy: null };
const UNKNOWN: Authentication = { dmarc: 'none', policy: null };

export function readMessage(policy: DeskPolicy, message: FactsInput): Facts {
  const facts = readFacts(message, {
    authservId: policy.authservId ?? undefined,
    spamFields: policy.spamFields,
  });
  return asSeen(policy, facts);
}

export function asSeen(policy: DeskPolicy, facts: Facts): Facts {
  const direct = throughTracker(policy, throughForwarder(policy, facts));
  const { address } = direct.sender;
  const carried = address !== null && policy.replyToSenders.some((one) => sameAddress(one, address));
  if (carried) {
    const seen = onBehalfOf(policy, direct, { from: direct.replyTo, but: [address] });
    // A form that fails DMARC where its domain asks to refuse such mail is anybody's, and may name any victim.
    const forged = direct.authentication.dmarc === 'fail' ? direct.authentication : seen.authentication;
    return { ...seen, authentication: forged };
  }
  return throughOwnList(policy, direct);
}

/** A forwarder breaks SPF and often DKIM: its verdict on DMARC says nothing about the sender. */
function throughForwarder(policy: DeskPolicy, facts: Facts): Facts {
  return policy.forwarded ? { ...facts, authentication: UNKNOWN } : facts;
}

/**
 * A tracker sends what people write in it as it sends everything else. What bears a mark that we signed answers us, and
 * a person may have written it: so it is told to staff, and not answered.
 */
function throughTracker(policy: DeskPolicy, facts: Facts): Facts {
  const { asAnswer, suppressBecause } = facts;
  if (asAnswer === null || !marks(policy, facts).some(({ role }) => role !== null)) return facts;
  return {
    ...facts,
    automatic: asAnswer.automatic,
    suppressAnswer: true,
    suppressBecause: [...asAnswer.because, ...suppressBecause],
  };
}

/** The header fields of a list that feeds the desk count for nothing; its own address in From hides the author. */
function throughOwnList(policy: DeskPolicy, facts: Facts): Facts {
  const own = facts.listIds.filter((id) => policy.ownLists.some((list) => list.toLowerCase() === id));
  if (own.length === 0) return facts;
  const listed = facts.automatic?.kind === 'list' || facts.automatic?.kind === 'bulk';
  const plain: Facts = listed
    ? { ...facts, automatic: null, suppressAnswer: false, suppressBecause: [] }
    : facts;
  const { address } = facts.sender;
  const isList = address !== null && own.some((id) => address.toLowerCase().replace('@', '.') === id);
  if (!isList) return plain;
  const named = facts.originalFrom.length > 0 ? facts.originalFrom : facts.replyTo;
  return onBehalfOf(policy, plain, { from: named, but: [address] });
}

/** The one other address that is named is the sender, without authority; if there is not just one, nobody is. */
function onBehalfOf(
  policy: DeskPolicy,
  facts: Facts,
  named: { from: Facts['replyTo']; but: readonly string[] },
): Facts {
  const others = named.from.filter(
    ({ address }) => !isDeskAddress(policy, address) && !named.but.some((one) => sameAddress(one, address)),
  );
  const [only] = others;
  const sender =
    others.length === 1 && only !== undefined
      ? { ...facts.sender, ...only }
      : { ...facts.sender, address: null };
  return { ...facts, sender, authentication: WITHOUT_AUTHORITY };
}
