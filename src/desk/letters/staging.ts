/**
 * Outgoing mail while it lies in the outbox: the message to be sent, with staging fields above it that say for whom
 * and why. The signature covers those fields and every byte below them, so that what somebody else puts into the
 * outbox, or changes there, is never sent under the desk's name. The fields are taken off on sending.
 *
 * Of a letter that passes on a large message the outbox holds the rest alone, and the SHA-256 of what is taken from that
 * message when it is sent (`complete.ts`): the signature covers it as it covers what lies there.
 */
import {
  fieldValues,
  type HeaderBlock,
  parseHeaderBlock,
  splitMessage,
} from '../../message/header/header-block.js';
import { withoutCopyMark } from '../../message/header/identity.js';
import type { DeskPolicy } from '../policy.js';
import { sameToken, signature } from '../sign/signature.js';
import { isPurpose, PURPOSES, type Purpose } from './letters.js';
import type { StagedOriginal } from './passed-on.js';
import type { Row } from './row.js';

export interface Staging {
  readonly purpose: Purpose;
  readonly ticket: number | null;
  /** Envelope recipient; null for what is only filed, never sent. */
  readonly to: string | null;
  /** Identity of the message, or name of the request, that this is for. */
  readonly cause: string;
  /** Message-ID of the cause, by which it can be searched for. */
  readonly causeId: string | null;
  /** What it is completed with when it is sent, out of its cause; missing where it is whole. */
  readonly original?: StagedOriginal;
}

const LABEL = 'stage 1';
/** Of what is completed: nobody can make it a whole letter by taking the field away. */
const LABEL_OF_INCOMPLETE = 'stage 2';
const ORIGINAL =
  /^sha256=([0-9a-f]{64}) size=([0-9]{1,10})(?: without=((?:[0-9]{1,10}-[0-9]{1,10},?){1,20}))?$/;
const STAGE_LINE = /^X-Imapdesk-Stage[A-Za-z-]*:[^\r\n]*\r\n/;

export const KEPT_IN_TICKET: readonly string[] = Object.entries<Row>(PURPOSES).flatMap(
  ([purpose, { kept }]) => (kept === true ? [purpose] : []),
);

export function keptInTicket(stage: Staging): boolean {
  return stage.ticket !== null && rowOf(stage).kept === true;
}

/** All that is said of letters of its purpose. */
export function rowOf({ purpose }: Pick<Staging, 'purpose'>): Row {
  return PURPOSES[purpose];
}

function sign(secret: string, stage: Staging, pieces: readonly Buffer[]): string {
  const { purpose, ticket, to, cause, causeId, original } = stage;
  const said = [purpose, String(ticket ?? ''), to ?? '', cause, causeId ?? ''];
  return original === undefined
    ? signature(secret, LABEL, [...said, pieces])
    : signature(secret, LABEL_OF_INCOMPLETE, [...said, originalText(original), pieces]);
}

function originalText({ sha256, size, cuts = [] }: StagedOriginal): string {
  const without = cuts.map(({ from, to }) => `${from}-${to}`).join(',');
  return `sha256=${sha256} size=${size}${without === '' ? '' : ` without=${without}`}`;
}

/** The message comes in pieces, so that the body of a relay to many is put together once for each, and not twice. */
export function stageMessage(policy: DeskPolicy, stage: Staging, ...pieces: readonly Buffer[]): Buffer {
  const fields = [
    ['X-Imapdesk-Stage', stage.purpose],
    ['X-Imapdesk-Stage-Ticket', String(stage.ticket ?? 'none')],
    ['X-Imapdesk-Stage-To', stage.to ?? 'nobody'],
    ['X-Imapdesk-Stage-Cause', stage.cause],
    ['X-Imapdesk-Stage-Cause-Id', stage.causeId === null ? 'none' : `<${stage.causeId}>`],
    ...(stage.original === undefined
      ? []
      : [['X-Imapdesk-Stage-Original', originalText(stage.original)] as const]),
    ['X-Imapdesk-Stage-Signature', sign(policy.secrets[0], stage, pieces)],
  ];
  const text = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.concat([Buffer.from(text), ...pieces]);
}

/** What the staging fields say; null for a message without them. Says nothing yet about who wrote them. */
export function readStaging(block: HeaderBlock): Staging | null {
  const one = (name: string): string | null => {
    const values = fieldValues(block, name);
    return values.length === 1 && values[0] !== undefined ? values[0].trim() : null;
  };
  const purpose = one('x-imapdesk-stage');
  const ticket = one('x-imapdesk-stage-ticket');
  const to = one('x-imapdesk-stage-to');
  const cause = one('x-imapdesk-stage-cause');
  const causeId = one('x-imapdesk-stage-cause-id');
  if (purpose === null || !isPurpose(purpose) || ticket === null || to === null || cause === null)
    return null;
  return {
    purpose,
    ticket: /^[0-9]{1,9}$/.test(ticket) ? Number(ticket) : null,
    to: to === 'nobody' ? null : to,
    cause,
    causeId: causeId === null || causeId === 'none' ? null : causeId.replace(/^<|>$/g, ''),
    ...readOriginal(one('x-imapdesk-stage-original')),
  };
}

function readOriginal(value: string | null): Pick<Staging, 'original'> {
  const [, sha256, size, without] = ORIGINAL.exec(value ?? '') ?? [];
  if (sha256 === undefined) return {};
  const cuts = [...(without ?? '').matchAll(/(\d+)-(\d+)/g)].map(([, from, to]) => ({
    from: Number(from),
    to: Number(to),
  }));
  return { original: { sha256, size: Number(size), ...(cuts.length === 0 ? {} : { cuts }) } };
}

/** The message to be sent, if this worker's secret signed exactly this; else null. */
export function verifyStaged(policy: DeskPolicy, stored: Buffer): { stage: Staging; raw: Buffer } | null {
  const source = asStaged(stored);
  const block = parseHeaderBlock(splitMessage(source).header);
  const stage = readStaging(block);
  const given = fieldValues(block, 'x-imapdesk-stage-signature')[0]?.trim();
  if (stage === null || given === undefined) return null;
  const raw = source.subarray(stagingLength(source));
  const genuine = policy.secrets.some((secret) => sameToken(sign(secret, stage, [raw]), given));
  return genuine ? { stage, raw } : null;
}

/** Without what a copying program has put into it: a mailbox that has moved is worked on as it was. */
function asStaged(stored: Buffer): Buffer {
  const { header } = splitMessage(stored);
  const original = withoutCopyMark(header);
  return original === header ? stored : Buffer.concat([original, stored.subarray(header.length)]);
}

/** Our staging fields are one short line each and stand at the very top. */
function stagingLength(source: Buffer): number {
  let at = 0;
  for (;;) {
    const end = source.indexOf('\r\n', at);
    if (end < 0) return at;
    if (!STAGE_LINE.test(source.subarray(at, end + 2).toString('latin1'))) return at;
    at = end + 2;
  }
}
