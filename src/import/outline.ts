/** What is known of each message that is to be imported, read once from its file: enough to name it, to thread it and to find it again. */
import type { DeskPolicy } from '../desk/policy.js';
import { readSignedId, readTicketAddress } from '../desk/sign/ticket-address.js';
import type { Facts } from '../message/facts/facts.js';
import { parseHeaderBlock, splitMessage } from '../message/header/header-block.js';
import { identityOf } from '../message/header/identity.js';
import { ownDate } from '../message/header/own-date.js';
import type { Desk } from '../worker/workplace/desk.js';
import { readMessage } from './files.js';
import type { SourceMessage } from './source.js';

export interface Outlined {
  readonly source: SourceMessage;
  /** As it is, and as a server keeps it that ends each message with a line end. */
  readonly identities: readonly string[];
  readonly messageId: string | null;
  readonly references: readonly string[];
  /** Numbers of this desk's tickets that its ids and addresses prove, by their signatures. */
  readonly proven: readonly number[];
  /** When it came; never in the future, which some servers do not take. */
  readonly at: Date;
  readonly size: number;
}

const LINE_END = Buffer.from('\r\n');

export async function outline(desk: Desk, source: SourceMessage): Promise<Outlined> {
  const raw = await readMessage(source);
  const { header } = splitMessage(raw);
  const now = desk.now();
  const told = source.at ?? ownDate(parseHeaderBlock(header)) ?? now;
  const at = told > now || told.getTime() < 0 ? now : told;
  const facts = desk.cache.factsOf({ header, size: raw.length, receivedAt: at, structure: null });
  const isEnded = raw.subarray(-2).equals(LINE_END);
  const ended = isEnded ? [] : [identityOf(header, raw.length + LINE_END.length)];
  const { messageId, references } = facts;
  const proven = provenBy(desk.policy, facts);
  const identities = [facts.identity, ...ended];
  return { source, identities, messageId, references, proven, at, size: raw.length };
}

function provenBy(policy: DeskPolicy, { messageId, references, toAndCc }: Facts): readonly number[] {
  const ids = [...(messageId === null ? [] : [messageId]), ...references];
  const byIds = ids.flatMap((id) => readSignedId(policy, id)?.number ?? []);
  const byAddresses = toAndCc.flatMap(({ address }) => {
    const named = readTicketAddress(policy, address);
    return named === null || named.role === null ? [] : [named.number];
  });
  return [...new Set([...byIds, ...byAddresses])];
}

export function factsOf(desk: Desk, raw: Buffer, at: Date): Facts {
  const { header } = splitMessage(raw);
  return desk.cache.factsOf({ header, size: raw.length, receivedAt: at, structure: null });
}
