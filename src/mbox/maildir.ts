/**
 * Names in a Maildir (https://cr.yp.to/proto/maildir.html, and Maildir++ for `,S=` and folders): `UNIQUE:2,FLAGS`. Ours hold the
 * identity of the message, so a name alone says what is there.
 */
export interface MaildirName {
  /** What stands before the flags: it never changes. */
  readonly unique: string;
  /** When the message was delivered, by the name; null where it does not begin with a time. */
  readonly at: Date | null;
  /** Letters in ASCII order, such as `RS`. */
  readonly letters: string;
}

/** Of flags a Maildir has these; `\Deleted` and `\Draft` say nothing of a message in a ticket. */
const LETTERS: readonly (readonly [letter: string, flag: string])[] = [
  ['F', '\\Flagged'],
  ['R', '\\Answered'],
  ['S', '\\Seen'],
];

/** Seconds of 1980 to 2286: a name that begins otherwise tells no time. */
const TIME = /^(\d{9,10})\./;

export function readMaildirName(name: string): MaildirName {
  const [unique = '', ...rest] = name.split(/[:;!]2,/);
  const letters = [...new Set(rest.join('').match(/[A-Z]/g) ?? [])].sort().join('');
  const seconds = Number(TIME.exec(unique)?.[1] ?? Number.NaN);
  return { unique, at: Number.isNaN(seconds) ? null : new Date(seconds * 1000), letters };
}

export function flagsOf({ letters }: Pick<MaildirName, 'letters'>): readonly string[] {
  return LETTERS.flatMap(([letter, flag]) => (letters.includes(letter) ? [flag] : []));
}

export function uniqueName(message: {
  readonly receivedAt: Date;
  readonly identity: string;
  readonly size: number;
}): string {
  const seconds = Math.max(0, Math.floor(message.receivedAt.getTime() / 1000));
  return `${String(seconds).padStart(10, '0')}.${message.identity}.imapdesk,S=${message.size}`;
}

export function nameWith(unique: string, flags: Iterable<string>): string {
  const set = new Set(flags);
  return `${unique}:2,${LETTERS.flatMap(([letter, flag]) => (set.has(flag) ? [letter] : [])).join('')}`;
}

/** The identity in a name of ours; null in any other. */
export function identityIn(name: string): string | null {
  return /^\d{10,}\.([0-9a-f]{64})\.imapdesk,S=\d+(?::2,[A-Z]*)?$/.exec(name)?.[1] ?? null;
}
