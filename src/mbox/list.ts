/**
 * The list that lies beside exported tickets, `tickets.jsonl`: a line of JSON says what the export is, and one for each ticket what
 * its mail does not say. Lines are appended, the later one counts; one that a dead process left unfinished counts for nothing.
 */
import { z } from 'zod';

export const LIST_NAME = 'tickets.jsonl';
const LAYOUTS = ['mbox', 'maildir', 'html'] as const;
export type Layout = (typeof LAYOUTS)[number];

/** Newer ones are refused: who does not know what they say would lose it. */
const VERSION = 1;

const head = z.object({
  imapdesk: z.literal('export'),
  version: z.number().int(),
  layout: z.enum(LAYOUTS),
  /** Address of the desk. */
  desk: z.string().max(1_000),
});

const number = z.number().int().min(1).max(999_999_999);
const identity = z.string().regex(/^[0-9a-f]{64}$/);
const text = z.string().max(20_000);
const moment = z.iso.datetime();

const entry = z.object({
  ticket: number,
  subject: text,
  requester: text.nullable(),
  requesterName: text,
  requesterFrom: z.enum(['sender', 'redirected', 'forwarded', 'subject', 'recipient', 'reply-to']),
  answerable: z.boolean(),
  opened: moment,
  root: identity,
  rootId: text.nullable(),
  follows: number.optional(),
});

const ticket = entry.extend({
  state: z.enum(['open', 'archived']),
  splitOff: z.boolean().optional(),
  merged: z.array(entry.extend({ into: number, joinPeople: z.boolean() })).optional(),
  /** Of its file, if it is one. */
  bytes: z.number().int().min(0).optional(),
  /** Of pages: how they look. */
  look: z.string().max(100).optional(),
  /** Identities, of a file in its order. */
  messages: z.array(identity),
});

/** Of a ticket of another program, whose it is; all else its mail says. */
const whose = z.object({
  ticket: number,
  requesters: z.array(z.object({ address: text, name: text })).max(1_000),
});

/** What had this number was merged into another one, and its messages lie with that. */
const merged = z.object({ merged: number });

/** The highest number that the desk has given. Who reads it has to look whether it can be one. */
const highest = z.object({ highest: z.number().int().min(0) });

export type ListHead = z.infer<typeof head>;
export type ListedEntry = z.infer<typeof entry>;
export type ListedTicket = z.infer<typeof ticket>;

/** As it was written, which may be no address. */
type ListedPerson = z.infer<typeof whose>['requesters'][number];

export interface List {
  readonly head: ListHead;
  readonly highest: number;
  /** All that was said of each, the latest last. */
  readonly tickets: ReadonlyMap<number, readonly ListedTicket[]>;
  /** Whose tickets are of which no more is listed. */
  readonly requesters: ReadonlyMap<number, readonly ListedPerson[]>;
}

export type ListFault = 'no list' | 'too new';

/** Of what is no list, why. Lines that say nothing that is known are passed over. */
export function readList(content: string): List | ListFault {
  const [first = '', ...lines] = content.split('\n');
  const begun = head.safeParse(parsed(first));
  if (!begun.success) return 'no list';
  if (begun.data.version > VERSION) return 'too new';
  const tickets = new Map<number, ListedTicket[]>();
  const requesters = new Map<number, readonly ListedPerson[]>();
  let most = 0;
  for (const line of lines) {
    const value = parsed(line);
    const one = ticket.safeParse(value);
    const named = whose.safeParse(value);
    const gone = merged.safeParse(value);
    if (one.success) tickets.set(one.data.ticket, [...(tickets.get(one.data.ticket) ?? []), one.data]);
    else if (named.success) requesters.set(named.data.ticket, named.data.requesters);
    else if (gone.success) tickets.delete(gone.data.merged);
    else most = Math.max(most, highest.safeParse(value).data?.highest ?? 0);
  }
  return { head: begun.data, highest: most, tickets, requesters };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

export function headLine(about: Pick<ListHead, 'layout' | 'desk'>): string {
  return `${JSON.stringify({ imapdesk: 'export', version: VERSION, ...about })}\n`;
}

export function ticketLine(listed: ListedTicket): string {
  return `${JSON.stringify(listed)}\n`;
}

export function mergedLine(former: number): string {
  return `${JSON.stringify({ merged: former })}\n`;
}

export function highestLine(most: number): string {
  return `${JSON.stringify({ highest: most })}\n`;
}
