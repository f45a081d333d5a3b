/**
 * What a message is to this desk, which knows more of its way than the message tells: a list or a forwarder that feeds
 * the desk, senders that only carry other people's words, the site's own form, and programs that answer it. Every
 * message is read so, pending or filed, and so the same mailbox always reads the same.
 */

import { isNobodysAddress } from '../../message/automatic/automatic-signs.js';
import {
  NOBODY_READS_ANSWERS,
  SENT_BY_A_SERVICE,
  SILENCES_OF_ROUTE,
} from '../../message/automatic/silence-rules.js';
import { type Facts } from '../../message/facts/facts.js';
import { onlyMailbox, sameAddress } from '../../message/header/addresses.js';
import type { Authentication } from '../../message/header/authentication-results.js';
import { type FactsInput, readFacts } from '../../message/read-facts.js';
import { programOfAlert } from '../alerts/alerted.js';
import { isOwnList } from '../feeding/feeding-list.js';
import type { DeskPolicy } from '../policy.js';
import { isDeskAddress } from '../sign/ticket-address.js';
import { marks } from '../ticket/marks.js';
import { visitorOf } from './site-form.js';

/** As if authentication had failed, at a domain that asks for nothing: no power, but an answer. */
const WITHOUT_AUTHORITY: Authentication = { dmarc: 'fail', policy: null };
const NOBODY = { address: null, answerTo: null } as const;
const UNKNOWN: Authentication = { dmarc: 'none', policy: null };

export function readMessage(policy: DeskPolicy, message: FactsInput): Facts {
  const facts = readFacts(message, {
    authservId: policy.authservId ?? undefined,
    spamFields: policy.spamFields,
  });
  return asSeen(policy, facts);
}

export function asSeen(policy: DeskPolicy, facts: Facts): Facts {
  return ofAlert(policy, throughProgram(policy, throughFeeder(policy, throughForwarder(policy, facts))));
}

function ofAlert(policy: DeskPolicy, facts: Facts): Facts {
  const because = programOfAlert(policy, facts);
  return because === null ? facts : { ...facts, automatic: { kind: 'auto-reply', because: [because] } };
}

function throughFeeder(policy: DeskPolicy, facts: Facts): Facts {
  const { answerTo } = facts.sender;
  const carried = answerTo !== null && policy.replyToSenders.some((one) => sameAddress(one, answerTo));
  if (carried) return onBehalfOf(policy, facts, { from: facts.replyTo, but: [answerTo], byForm: true });
  const visitor = visitorOf(policy, facts);
  if (visitor !== null) return onBehalfOf(policy, facts, { from: [visitor], but: [], byForm: true });
  return throughOwnList(policy, facts);
}

/** A forwarder breaks SPF and often DKIM: its verdict on DMARC says nothing about the sender. */
function throughForwarder(policy: DeskPolicy, facts: Facts): Facts {
  return policy.forwarded ? { ...facts, authentication: UNKNOWN } : facts;
}

/**
 * Trackers, lists and others send what people write in them as they send everything else. What bears a mark that we
 * signed answers us, and a person may have written it: so it is told to staff, and not answered.
 *
 * A mark that was made for staff is not enough, unless the program is known for a tracker by its fields: two of them
 * that get the desk's notices, and answer each with a receipt, would hear of each other's for ever. Trackers fall silent
 * with the reports that nothing was passed on (`notice-limit.ts`).
 */
function throughProgram(policy: DeskPolicy, facts: Facts): Facts {
  const { asAnswer, suppressBecause } = facts;
  if (asAnswer === null || asAnswer.automatic !== null) return facts;
  const answers = marks(policy, facts).some(
    ({ role }) => role !== null && (asAnswer.byTracker || role.kind === 'requester'),
  );
  if (!answers) return facts;
  return {
    ...facts,
    automatic: null,
    suppressAnswer: true,
    suppressBecause: [...asAnswer.because, ...suppressBecause],
  };
}

/**
 * The header fields of a list that feeds the desk count for nothing, where no other list has passed the mail on before; its
 * own address in From hides the author.
 */
function throughOwnList(policy: DeskPolicy, facts: Facts): Facts {
  const own = facts.listIds.filter((id) => isOwnList(policy, id));
  if (own.length === 0) return facts;
  const alone = own.length === facts.listIds.length;
  const listed = alone && (facts.automatic?.kind === 'list' || facts.automatic?.kind === 'bulk');
  const ofAuthor = facts.suppressBecause.filter((name) => !SILENCES_OF_ROUTE.has(name));
  const plain: Facts = listed
    ? { ...facts, automatic: null, asAnswer: null, ...silentBecause(ofAuthor) }
    : facts;
  const { answerTo } = facts.sender;
  const isList =
    answerTo !== null && own.some((id) => id.replace('@', '.') === answerTo.toLowerCase().replace('@', '.'));
  if (!isList) return plain;
  const named = facts.originalFrom.length > 0 ? facts.originalFrom : facts.replyTo;
  return onBehalfOf(policy, plain, { from: named, but: [answerTo], byForm: false });
}

/**
 * The one other address that is named is the sender, without authority; if there is not just one, nobody is. Mail that
 * fails DMARC where the domain in From asks to refuse it is anybody's, and may name any victim: nobody is answered.
 */
function onBehalfOf(
  policy: DeskPolicy,
  facts: Facts,
  named: { from: Facts['replyTo']; but: readonly string[]; byForm: boolean },
): Facts {
  const others = named.from.filter(
    ({ address }) => !isDeskAddress(policy, address) && !named.but.some((one) => sameAddress(one, address)),
  );
  const only = onlyMailbox(others);
  const { sender, authentication, suppressAnswer, suppressBecause } = facts;
  const silences = named.byForm
    ? suppressBecause.filter((name) => name !== SENT_BY_A_SERVICE)
    : suppressBecause;
  return {
    ...facts,
    ...silentBecause(silencesFor(silences, only?.address ?? null)),
    sender: {
      ...sender,
      ...(only === null ? NOBODY : { ...only, answerTo: only.address }),
      namesNobody: false,
    },
    authentication: authentication.dmarc === 'fail' ? authentication : WITHOUT_AUTHORITY,
    asWritten: { sender, authentication, suppressAnswer, suppressBecause },
  };
}

/** Forms send as `wordpress@` and `no-reply@`: whether answers are read is told by the address that they go to. */
function silencesFor(because: readonly string[], address: string | null): readonly string[] {
  const others = because.filter((name) => name !== NOBODY_READS_ANSWERS);
  return address !== null && isNobodysAddress(address) ? [...others, NOBODY_READS_ANSWERS] : others;
}

function silentBecause(because: readonly string[]): Pick<Facts, 'suppressAnswer' | 'suppressBecause'> {
  return { suppressAnswer: because.length > 0, suppressBecause: because };
}
