/**
 * What the desk's own border says about the sender's domain (RFC 8601), as far as DMARC goes.
 *
 * Anybody can write such a field, so only a field counts that
 * - bears the configured authserv-id, compared without case (without a configured one, nothing counts), and
 * - stands in the run of trace fields at the very top, above the first Received field. The topmost Received was
 *   added by our own side, and what stands above it came later. A Received field of a local delivery
 *   (`with LMTP`) does not end the run, a second Return-Path or any field of the author's does.
 *
 * So a border that adds its results below its own Received field is not believed: from there on our fields and a
 * stranger's look the same.
 */
import { canonicalDomain } from './addresses.js';
import { type MethodResult, type Results, readResults } from './authentication-results-syntax.js';
import type { HeaderBlock, HeaderField } from './header-block.js';

export interface Authentication {
  readonly dmarc: 'pass' | 'fail' | 'none';
  /** The policy that the domain asks for, where the result names it. */
  readonly policy: 'none' | 'quarantine' | 'reject' | null;
}

export interface AuthenticationOptions {
  readonly authservId?: string | undefined;
  /** The address of the strict From; without one nothing can pass. */
  readonly sender: string | null;
}

const UNKNOWN: Authentication = { dmarc: 'none', policy: null };
/** The run at the top ends after this many fields, whatever they are. */
export const MAX_TOP_TRACE_FIELDS = 50;

const TOP_TRACE_FIELD =
  /^(?:authentication-results|arc-.*|received|received-spf|return-path|delivered-to|envelope-to|delivery-date|x-.*)$/;

/** The verdict on the sender's domain. Where several results that count disagree, the worse one holds. */
export function readAuthentication(block: HeaderBlock, options: AuthenticationOptions): Authentication {
  const { authservId, sender } = options;
  if (authservId === undefined || authservId.trim() === '' || block.ambiguous) return UNKNOWN;
  const results = borderResults(block)
    .filter((read) => read.authservId.toLowerCase() === authservId.trim().toLowerCase())
    .flatMap((read) => read.results)
    .filter((result) => result.method === 'dmarc');
  const failed = results.find((result) => result.result === 'fail');
  if (failed !== undefined) return { dmarc: 'fail', policy: policyOf(failed) };
  const [first] = results;
  if (first === undefined) return UNKNOWN;
  const passes = results.every((result) => result.result === 'pass' && speaksOf(result, sender));
  return { dmarc: passes ? 'pass' : 'none', policy: policyOf(first) };
}

/** What may count, whatever its name: the fields in the run at the top, in their order. */
export function borderResults(block: HeaderBlock): readonly Results[] {
  return borderFields(block).map(({ value }) => readResults(value));
}

export function borderFields(block: HeaderBlock): readonly HeaderField[] {
  return block.ambiguous ? [] : topTraceFields(block).filter(({ name }) => name === 'authentication-results');
}

/** The run at the top that our own side has added, in its order. */
export function topTraceFields(block: HeaderBlock): readonly HeaderField[] {
  const found: HeaderField[] = [];
  let returnPaths = 0;
  for (const field of block.fields.slice(0, MAX_TOP_TRACE_FIELDS)) {
    if (field.name === 'return-path') returnPaths += 1;
    if (returnPaths > 1 || !TOP_TRACE_FIELD.test(field.name)) break;
    if (isBoundary(field)) break;
    found.push(field);
  }
  return found;
}

/**
 * A Received field that another server than the one of a local delivery has added. The name that a client gives in HELO stands in
 * it as well, and some servers let that hold spaces, and so "with LMTP": what says more than one thing is no local delivery's.
 */
export function isBoundary({ name, value }: HeaderField): boolean {
  if (name !== 'received') return false;
  const protocols = value.match(/\bwith\s+[^\s;()]+/gi) ?? [];
  const servers = value.match(/\bby\s/gi) ?? [];
  return protocols.length !== 1 || servers.length > 1 || !/\sLMTP/i.test(protocols.join(''));
}

/** A pass must be about the domain that the strict parse has read from From, wherever the result names one. */
function speaksOf(result: MethodResult, sender: string | null): boolean {
  if (sender === null) return false;
  const named = result.properties.get('header.from');
  const domain = named === undefined ? null : named.slice(named.lastIndexOf('@') + 1);
  return domain === null || canonicalDomain(domain) === sender.slice(sender.lastIndexOf('@') + 1);
}

const POLICIES: ReadonlyMap<string | undefined, Authentication['policy']> = new Map([
  ['none', 'none'],
  ['quarantine', 'quarantine'],
  ['reject', 'reject'],
  // Microsoft's word for what it has let in although the domain asks to reject it.
  ['oreject', 'reject'],
]);

/** As OpenDMARC, Gmail (in a comment), Fastmail and Microsoft 365 write it. */
function policyOf(result: MethodResult): Authentication['policy'] {
  const named =
    /\bp=(none|quarantine|reject)\b/i.exec(result.comment)?.[1] ??
    result.properties.get('policy.published-domain-policy') ??
    result.properties.get('policy.dmarc') ??
    result.properties.get('action');
  return POLICIES.get(named?.toLowerCase()) ?? null;
}
