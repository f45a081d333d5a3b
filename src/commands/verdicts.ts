/**
 * What hosts have found of the desk's own mail (RFC 8601 §2.7), in plain words: what it means for mail that goes to others,
 * what to do about it, and who can.
 */

import type { MethodResult } from '../message/header/authentication-results-syntax.js';
import { cleanServerText } from '../problem/server-text.js';
import type { Stamp, Way } from '../worker/ask/results-on-the-way.js';
import { type Finding, well, worthKnowing } from './checklist.js';

type Method = 'dmarc' | 'spf' | 'dkim';

const LABEL: Readonly<Record<Method, string>> = { dmarc: 'DMARC', spf: 'SPF', dkim: 'DKIM' };
const METHODS: readonly Method[] = ['dmarc', 'spf', 'dkim'];

/** `{domain}` is that of the desk's address. "Whoever manages the DNS" may be the host, or the seller of the domain. */
const MEANING: Readonly<Record<Method, Readonly<Record<string, string>>>> = {
  dmarc: {
    none: '{domain} publishes no policy, or none was found: others have nothing by which to tell its mail from forged mail. Whoever manages the DNS of {domain} adds a TXT record _dmarc.{domain}, to begin with "v=DMARC1; p=none", once SPF or DKIM pass',
    bestguesspass:
      '{domain} publishes no policy; with a usual one it would pass. Whoever manages the DNS of {domain} adds a TXT record _dmarc.{domain}, to begin with "v=DMARC1; p=none"',
    fail: "neither SPF nor DKIM vouch for {domain}: others may refuse the desk's letters, or put them into junk. Let the host sign with DKIM for {domain} itself (an administrator of the host), and publish the key that it gives you (whoever manages the DNS of {domain})",
    temperror:
      'the DNS of {domain} did not answer the host just then: check again later; if it stays so, whoever manages the DNS of {domain} has to look',
    permerror:
      'the record _dmarc.{domain} cannot be read: there are two of them, or one is mistyped. Whoever manages the DNS of {domain} mends it',
  },
  spf: {
    none: "{domain} publishes no SPF record: whoever manages its DNS adds a TXT record that names the servers of this host; the host's help has its text",
    neutral:
      "the SPF record of {domain} says neither yes nor no of the server that sent this: whoever manages the DNS of {domain} adds this host's servers to it",
    softfail:
      'the SPF record of {domain} does not name the server that sent this, so that others may take the letters for forged: whoever manages the DNS of {domain} adds what this host\'s help tells ("include:…")',
    fail: 'the SPF record of {domain} forbids the server that sent this to send for it: whoever manages the DNS of {domain} adds what this host\'s help tells ("include:…"), or the letters go by the server that the record names (smtp)',
    policy: 'a rule of the host itself was against it: ask the host',
    temperror:
      'the DNS of {domain} did not answer the host just then: check again later; if it stays so, whoever manages the DNS of {domain} has to look',
    permerror:
      'the SPF record of {domain} cannot be used: it is mistyped, there are two of them, or it asks for more than ten further ones. Whoever manages the DNS of {domain} mends it',
  },
  dkim: {
    none: 'it bore no signature: an administrator of the host switches DKIM on for {domain}, and whoever manages the DNS of {domain} publishes the key',
    neutral:
      'its signature could not be used: an administrator of the host looks at how DKIM is set up for {domain}',
    fail: 'its signature does not fit: the message was changed after it was signed (a footer, a scanner), or the DNS of {domain} has another key than the host signs with. An administrator of the host compares the two',
    policy:
      'it is signed in a way that the host does not accept (such as with a short key): an administrator of the host makes a new key',
    temperror:
      'the key could not be fetched just then: check again later; if it stays so, whoever manages the DNS of {domain} has to look',
    permerror:
      'the key is missing in the DNS, or mistyped: whoever manages the DNS of {domain} publishes the one that the host gives',
  },
};

interface Found {
  readonly by: string;
  readonly result: MethodResult;
}

/** Those that count most come first: those at the border alone, if there are any; and of DKIM, which may sign twice, a pass. */
function foundFor(stamps: readonly Stamp[], method: string): readonly Found[] {
  const border = stamps.filter(({ isAtBorder }) => isAtBorder);
  const others = stamps.filter(({ isAtBorder }) => !isAtBorder);
  const [atBorder, elsewhere] = [border, others].map((some) =>
    some.flatMap(({ by, results }) =>
      results.filter((one) => one.method === method).map((result) => ({ by, result })),
    ),
  );
  const found = atBorder?.length === 0 ? (elsewhere ?? []) : (atBorder ?? []);
  if (method !== 'dkim') return found;
  return [...found.filter(({ result }) => result.result === 'pass'), ...found];
}

/** `domain` is that of the desk's address. */
export function verdictFindings(way: Way, domain: string): readonly Finding[] {
  const checked = METHODS.filter((method) => foundFor(way.stamps, method).length > 0);
  if (checked.length === 0) return [unchecked(way, domain)];
  const isInside = isSignedIn(way);
  const findings = checked.map((method) => findingOf(way, { method, domain, isInside }));
  const isWell = findings.every(({ result }) => result === 'ok');
  const misses = checked.includes('dmarc') || !isWell ? [] : [withoutDmarc(domain)];
  return [...findings, ...misses, ...brokenArc(way)];
}

function withoutDmarc(domain: string): Finding {
  return worthKnowing(
    LABEL.dmarc,
    `your host did not say what DMARC makes of it; a mailbox elsewhere shows it: send a letter there from ${domain}, and look for "dmarc=" in its Authentication-Results`,
  );
}

function unchecked(way: Way, domain: string): Finding {
  const how = isSignedIn(way)
    ? 'it was sent with a sign-in, and that was enough (auth=pass)'
    : 'nothing says that anybody did';
  return worthKnowing(
    'own mail',
    `no host has checked SPF, DKIM or DMARC of it: ${how}. That is usual for mail within one host, and no fault. What others make of mail from ${domain} shows in a mailbox elsewhere: send a letter there, and look for "dmarc=pass" in its Authentication-Results`,
  );
}

function isSignedIn({ stamps }: Way): boolean {
  return stamps.some(({ results }) =>
    results.some(({ method, result }) => method === 'auth' && result === 'pass'),
  );
}

function findingOf(
  way: Way,
  { method, domain, isInside }: { method: Method; domain: string; isInside: boolean },
): Finding {
  const [found] = foundFor(way.stamps, method);
  if (found === undefined) throw new TypeError('A method without a result has no finding.');
  const said = `${shown(found.result.result)} (said by ${sayer(found)})`;
  if (found.result.result === 'pass') return passed(found, { method, domain, said });
  const meaning = MEANING[method][found.result.result] ?? 'no result that RFC 8601 knows: ask the host';
  const inside = isInside
    ? '. But it was sent with a sign-in (auth=pass), and a host may not check such mail as others do: compare with what a mailbox elsewhere says first'
    : '';
  return worthKnowing(
    LABEL[method],
    `${said}: ${meaning.replaceAll('{domain}', () => judged(found, { method, domain }))}${inside}`,
  );
}

/** SPF judges the envelope's sender, and without one the name that the server has given (RFC 7208 §2.3, §2.4). */
function judged({ result }: Found, { method, domain }: { method: Method; domain: string }): string {
  if (method !== 'spf') return domain;
  const { properties } = result;
  const sender = properties.get('smtp.mailfrom') ?? properties.get('smtp.helo') ?? '';
  return shown(sender.slice(sender.lastIndexOf('@') + 1)) || domain;
}

/** A pass of another domain's does nothing for DMARC (RFC 7489 §3.1). */
function passed(
  { result }: Found,
  { method, domain, said }: { method: Method; domain: string; said: string },
): Finding {
  const property = { dmarc: null, spf: 'smtp.mailfrom', dkim: 'header.d' }[method];
  const named = property === null ? undefined : result.properties.get(property);
  const other = named?.slice(named.lastIndexOf('@') + 1).toLowerCase() ?? '';
  if (method !== 'dkim' || other === '' || isRelated(other, domain)) return well(LABEL[method], said);
  return worthKnowing(
    LABEL[method],
    `${said}, but the signature is that of ${shown(other)}, which does not vouch for ${domain}: an administrator of the host switches DKIM on for ${domain} itself`,
  );
}

function isRelated(one: string, other: string): boolean {
  return one === other || one.endsWith(`.${other}`) || other.endsWith(`.${one}`);
}

function brokenArc({ stamps }: Way): readonly Finding[] {
  const [arc] = foundFor(stamps, 'arc');
  if (arc === undefined || arc.result.result !== 'fail') return [];
  return [
    worthKnowing(
      'ARC',
      `fail (said by ${sayer(arc)}): a forwarder on the way has changed the message after it had sealed it. That concerns forwarded mail; tell whoever runs the forwarder`,
    ),
  ];
}

function sayer({ by }: Found): string {
  return shown(by) || 'a server that gives no name';
}

/** For programs. */
export function authenticationFields({ stamps, takenBy }: Way): Record<string, unknown> {
  return {
    takenBy: takenBy === null ? null : shown(takenBy),
    results: stamps.flatMap(({ by, results, isAtBorder }) =>
      results.map(({ method, result }) => ({
        by: shown(by),
        atBorder: isAtBorder,
        method: shown(method),
        result: shown(result),
      })),
    ),
  };
}

function shown(text: string): string {
  return cleanServerText(text);
}
