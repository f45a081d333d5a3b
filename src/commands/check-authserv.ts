/**
 * Which name the host writes first in its Authentication-Results, as far as the test message proves it. A name is proposed
 * only if the desk would find it where it stands, and if the host is known to write results of DMARC by it: with a name under
 * which there are none, nobody could close a ticket by its number any more.
 */
import { cleanServerText } from '../problem/server-text.js';
import type { NewestMail, Stamp, Way } from '../worker/ask/results-on-the-way.js';
import { type Finding, well, worthKnowing } from './checklist.js';
import { lineOf, type Proposal } from './proposal.js';

const CHECK = 'authservId';
/** What the configuration takes. */
const USABLE = /^[\w.:-]{1,253}$/;

const GAIN =
  'With it a DMARC pass proves a From: staff can answer and close by plain mail from their own addresses, and a forged From of a participant closes no ticket. Without it staff need the signed addresses of their notices';

export interface Border {
  readonly way: Way;
  readonly newest: NewestMail;
  /** What the configuration says; null for nothing. */
  readonly configured: string | null;
}

interface Name {
  readonly by: string;
  /** How many messages bear a result of DMARC by it, the test message among them. */
  readonly dmarc: number;
}

export function authservFinding(border: Border): Finding {
  const names = namesAtBorder(border);
  if (border.configured !== null) return ofConfigured(border, { names, configured: border.configured });
  const chosen = names.find(({ by, dmarc }) => dmarc > 0 && USABLE.test(by));
  if (chosen !== undefined)
    return failsItself(border.way, chosen) ? afterMending(chosen) : proposed(border, { names, chosen });
  const [first] = names;
  return first === undefined ? withoutName(border) : withoutDmarc(border, first);
}

/** Those that the test message proves, from the top. */
function namesAtBorder({ way, newest }: Border): readonly Name[] {
  const stamps = way.stamps.filter(({ isAtBorder }) => isAtBorder);
  const names = new Map(stamps.map(({ by }) => [by.toLowerCase(), by]));
  return [...names].map(([name, by]) => {
    const own = stamps.some((stamp) => stamp.by.toLowerCase() === name && hasDmarc(stamp));
    return { by, dmarc: (newest.names.get(name)?.dmarc ?? 0) + (own ? 1 : 0) };
  });
}

function hasDmarc({ results }: Stamp): boolean {
  return results.some(({ method }) => method === 'dmarc');
}

function proposed(border: Border, { names, chosen }: { names: readonly Name[]; chosen: Name }): Finding {
  const others = names.filter((name) => name !== chosen).map(({ by }) => shown(by));
  const several =
    others.length === 0
      ? ''
      : ` It is the topmost of several with results of DMARC; ${others.join(', ')} stood there as well: take the one of your own host.`;
  const where = `above the Received field of ${shown(border.way.takenBy ?? '') || 'the last server'}`;
  return {
    ...worthKnowing(
      CHECK,
      `your host writes Authentication-Results as ${shown(chosen.by)}, ${where}.${several}${spread(border, chosen)} ${GAIN}:`,
    ),
    proposal: { key: 'authservId', value: chosen.by },
  };
}

function failsItself({ stamps }: Way, { by }: Name): boolean {
  return stamps.some(
    (stamp) =>
      stamp.isAtBorder &&
      stamp.by.toLowerCase() === by.toLowerCase() &&
      stamp.results.some(({ method, result }) => method === 'dmarc' && result === 'fail'),
  );
}

/** What fails has no power, a signed address or not: with the name set, staff of the same domain could do nothing. */
function afterMending({ by }: Name): Finding {
  return worthKnowing(
    CHECK,
    `your host writes Authentication-Results as ${shown(by)}, but your own mail fails DMARC there. Mend that first (see DMARC): with the name set, what staff of your domain write would count for nothing. Then set:\n  ${lineOf(proposalOf(by))}`,
  );
}

/** A host may write by a name for each of its machines: one alone can be configured. */
function spread({ newest }: Border, { by }: Name): string {
  const others = [...newest.names].filter(([name, { dmarc }]) => name !== by.toLowerCase() && dmarc > 0);
  if (others.length === 0) return '';
  const told = others.slice(0, 3).map(([name, { dmarc }]) => `${shown(name)} (${dmarc})`);
  return ` Of the newest ${newest.of} messages from elsewhere some bear results by another name, which would not count: ${told.join(', ')}.`;
}

function ofConfigured(
  border: Border,
  { names, configured }: { names: readonly Name[]; configured: string },
): Finding {
  const { way, newest } = border;
  const name = configured.trim().toLowerCase();
  const seen = newest.names.get(name);
  if (names.some(({ by }) => by.toLowerCase() === name))
    return well(CHECK, `${shown(configured)}: the test message bears results by this name`);
  if (seen !== undefined)
    return well(
      CHECK,
      `${shown(configured)}: ${seen.bearing} of the newest ${newest.of} messages from elsewhere bear results by this name`,
    );
  const chosen = names.find(({ by, dmarc }) => dmarc > 0 && USABLE.test(by));
  const nobody = `no result by the configured name ${shown(configured)} was found, on the test message or on the newest ${newest.of} messages from elsewhere`;
  if (chosen === undefined)
    return worthKnowing(
      CHECK,
      way.stamps.length === 0 && newest.of === 0
        ? `${nobody}: a host often checks no mail to itself, so send one from elsewhere, and check again`
        : `${nobody}: as it stands, no From is proven. Compare it with the first word of Authentication-Results in a message that came from elsewhere`,
    );
  return {
    ...worthKnowing(
      CHECK,
      `${nobody}: as it stands, no From is proven. Your host writes ${shown(chosen.by)}, so the line should be:`,
    ),
    proposal: { key: 'authservId', value: chosen.by },
  };
}

function withoutName({ way, newest }: Border): Finding {
  const [first] = way.stamps;
  const stamp = way.stamps.find(({ by }) => by !== '');
  if (first !== undefined && stamp === undefined)
    return worthKnowing(
      CHECK,
      'your host writes Authentication-Results without a name, as Microsoft 365 does: anybody could write them so, and imapdesk believes none. Nothing is proposed; staff use the signed addresses of their notices',
    );
  if (stamp !== undefined)
    return worthKnowing(
      CHECK,
      `results by ${shown(stamp.by)} stand on the test message, but ${way.takenBy === null ? 'with no Received field below them' : 'below a Received field'}: there a stranger could have written them as well, so imapdesk believes none. Nothing is proposed; staff use the signed addresses of their notices`,
    );
  const [best] = [...newest.names]
    .filter(([, { dmarc }]) => dmarc > 0)
    .sort((a, b) => b[1].dmarc - a[1].dmarc);
  const none = 'your host adds no Authentication-Results to mail that it delivers to itself';
  if (best === undefined || !USABLE.test(best[0]))
    return worthKnowing(
      CHECK,
      `${none}: that is usual. Nothing is proposed; if it adds them to mail from elsewhere, their first word is the name to set. ${GAIN}`,
    );
  return worthKnowing(
    CHECK,
    `${none}. ${best[1].dmarc} of the newest ${newest.of} messages from elsewhere bear results of DMARC by ${shown(best[0])}. If that is your own host, and nobody else's server, set it by hand. ${GAIN}:\n  ${lineOf(proposalOf(best[0]))}`,
  );
}

function withoutDmarc({ newest }: Border, { by }: Name): Finding {
  const line = USABLE.test(by) ? `:\n  ${lineOf(proposalOf(by))}` : '';
  return worthKnowing(
    CHECK,
    `your host writes Authentication-Results as ${shown(by)}, but none of DMARC was seen, on the test message or on the newest ${newest.of} messages from elsewhere, and no other counts. Once mail from elsewhere bears "dmarc=" by this name, set it${line}`,
  );
}

function proposalOf(value: string): Proposal {
  return { key: 'authservId', value };
}

function shown(name: string): string {
  return cleanServerText(name);
}
