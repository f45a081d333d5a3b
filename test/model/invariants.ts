/**
 * What must hold after any run, as pure functions over what the server and the post office have recorded. Each
 * answers its violations as sentences; none is what a test wants.
 */
import type { SentMail } from './memory-courier.js';
import type { FolderSnapshot, MemoryServer, ServerEvent, Stored } from './memory-mailbox.js';
import { field } from './message-text.js';

export interface Tolerance {
  /** More copies than one of that message that nobody could have prevented, by all that happened to it. */
  readonly doubles: (events: readonly ServerEvent[]) => number;
  /** Whether it may be nowhere. */
  readonly gone: (events: readonly ServerEvent[]) => boolean;
}

/**
 * Lost races may double a message, and so may a copy by a person (or, on a server without MOVE, by a worker that dies
 * or races: then they are `copiers` as well); only what people delete may be gone.
 */
export function tolerate(people: ReadonlySet<string>, copiers: ReadonlySet<string> = people): Tolerance {
  return {
    doubles: (events) =>
      events.filter(({ kind, actor }) => kind === 'double' || (kind === 'copy' && copiers.has(actor))).length,
    gone: (events) =>
      events.some(({ kind, actor }) => (kind === 'mark-deleted' || kind === 'expunge') && people.has(actor)),
  };
}

export const STRICT: Tolerance = { doubles: () => 0, gone: () => false };

/** Invariant 1: what was delivered is in exactly one folder, unchanged. */
export function everyMessageOnce(server: MemoryServer, tolerance: Tolerance): readonly string[] {
  const copies = visibleCopies(server.snapshot());
  const violations: string[] = [];
  for (const delivered of server.history.filter((event) => event.kind === 'deliver')) {
    const { origin } = delivered;
    const found = copies.get(origin) ?? [];
    const events = server.history.filter((event) => event.origin === origin);
    const name = `message ${origin} (${field(server.content(origin).raw, 'Subject') ?? 'no subject'})`;
    const most = 1 + tolerance.doubles(events);
    if (found.length === 0 && !tolerance.gone(events)) violations.push(`${name} is lost`);
    if (found.length > most) violations.push(`${name} is there ${found.length} times: ${found.join(', ')}`);
    if (!server.unchanged(server.content(origin))) violations.push(`${name} was changed`);
  }
  return violations;
}

function visibleCopies(folders: readonly FolderSnapshot[]): ReadonlyMap<number, readonly string[]> {
  const copies = new Map<number, string[]>();
  for (const folder of folders) {
    for (const { content, uid } of visible(folder)) {
      copies.set(content.origin, [...(copies.get(content.origin) ?? []), `${folder.name}/${uid}`]);
    }
  }
  return copies;
}

function visible(folder: FolderSnapshot): readonly Stored[] {
  return folder.messages.filter((each) => !each.flags.has('\\Deleted'));
}

export interface Numbering {
  readonly number: number;
  /** What the opening mail is known by, the same for every pairing compared. */
  readonly root: string;
}

/** Invariant 2: one number for a root, one root for a number; over register entries, or over what people were told. */
export function numbersAreDistinct(pairs: readonly Numbering[]): readonly string[] {
  return [
    ...severals(
      pairs,
      (pair) => `number ${pair.number}`,
      (pair) => pair.root,
    ),
    ...severals(
      pairs,
      (pair) => `root ${pair.root}`,
      (pair) => `number ${pair.number}`,
    ),
  ];
}

/** As above for entries at rest, where even two entries that say the same are one too many. */
export function entriesAreDistinct(pairs: readonly Numbering[]): readonly string[] {
  const extra = pairs.length - new Set(pairs.map((pair) => pair.number)).size;
  return [...numbersAreDistinct(pairs), ...(extra > 0 ? [`${extra} entries repeat another's number`] : [])];
}

interface Cause {
  readonly cause: string;
  readonly purpose: string;
  readonly recipient: string;
}

export interface StagedMail extends Cause {
  readonly messageId: string;
  readonly origin: number;
}

/** What was ever appended to the outbox, by the staging fields above it. */
export function stagedMail(server: MemoryServer, outbox: string): readonly StagedMail[] {
  return server.history
    .filter((event) => event.kind === 'append' && event.folder === outbox)
    .map(({ origin }) => {
      const { raw } = server.content(origin);
      const read = (name: string): string => field(raw, name) ?? '';
      return {
        origin,
        cause: read('X-Imapdesk-Stage-Cause'),
        purpose: read('X-Imapdesk-Stage'),
        recipient: read('X-Imapdesk-Stage-To'),
        messageId: read('Message-ID'),
      };
    });
}

/**
 * Invariant 3: one cause, purpose and recipient have one Message-ID for ever, repeats are the same mail, and nothing
 * is sent that was not staged.
 */
export function mailIsSteady(staged: readonly StagedMail[], sent: readonly SentMail[]): readonly string[] {
  const known = new Set(staged.map((mail) => mail.messageId));
  return [
    ...severals(staged, effect, (mail) => mail.messageId),
    ...severals(staged, (mail) => mail.messageId, effect),
    ...severals(
      sent,
      (mail) => mail.messageId,
      (mail) => mail.envelope.to,
    ),
    ...severals(
      sent,
      (mail) => mail.messageId,
      (mail) => mail.raw.toString('latin1'),
    ),
    ...sent.filter((mail) => !known.has(mail.messageId)).map((mail) => `${mail.messageId} was never staged`),
  ];
}

/** The part of invariant 3 that holds under the lock only. */
export function stagedOnce(staged: readonly StagedMail[]): readonly string[] {
  return severals(
    staged,
    (mail) => mail.messageId,
    (mail) => `append ${mail.origin}`,
  );
}

/** No mail was accepted twice: only a death or a lost connection may cause a repeat. */
export function sentOnce(sent: readonly SentMail[]): readonly string[] {
  return severals(
    [...sent.entries()],
    ([, mail]) => mail.messageId,
    ([index]) => `sending ${index}`,
  );
}

export interface QuietFolders {
  readonly inbox: string;
  readonly register: string;
  readonly outbox: string;
}

/** What a command has written. */
function isAsked({ content }: Stored): boolean {
  return ['request', 'merge'].includes(field(content.raw, 'X-Imapdesk-Entry') ?? '');
}

/** After a clean last pass: nothing pending, nothing asked for, no transition under way, nothing held or waiting to be sent. */
export function isQuiet(server: MemoryServer, names: QuietFolders): readonly string[] {
  const look = (name: string): readonly Stored[] =>
    server
      .snapshot()
      .filter((folder) => folder.name === name)
      .flatMap(visible);
  return [
    ...look(names.inbox).map((each) => `${names.inbox}/${each.uid} is pending`),
    ...look(names.register)
      .filter(
        (each) => flagged(each) && (field(each.content.raw, 'X-Imapdesk-Entry') ?? 'ticket') === 'ticket',
      )
      .map((each) => `${names.register}/${each.uid} is under way`),
    ...look(names.register)
      .filter((each) => !each.flags.has('\\Answered') && isAsked(each))
      .map((each) => `${names.register}/${each.uid} has not been carried out`),
    ...look(names.outbox)
      .filter((each) => flagged(each) || !each.flags.has('\\Answered'))
      .map((each) => `${names.outbox}/${each.uid} is ${flagged(each) ? 'held' : 'not sent'}`),
  ];
}

function effect({ cause, purpose, recipient }: Cause): string {
  return `${purpose} to ${recipient} about ${cause}`;
}

function flagged(message: Stored): boolean {
  return message.flags.has('\\Flagged');
}

/** A sentence for each key that has more than one value. */
function severals<T>(
  items: readonly T[],
  key: (item: T) => string,
  value: (item: T) => string,
): readonly string[] {
  const values = new Map<string, Set<string>>();
  for (const item of items)
    values.set(key(item), (values.get(key(item)) ?? new Set<string>()).add(value(item)));
  return [...values]
    .filter(([, set]) => set.size > 1)
    .map(([name, set]) => `${name} has ${[...set].join(' and ')}`);
}
