/**
 * Names for messages that a person can read and that are the same in every run: Message-IDs and identities of what the
 * desk has written depend on keys and clocks, so each is told by what the message is.
 */
import { identityOf } from '../../src/message/header/identity.js';
import type { DeskWorld } from './desk-world.js';
import { field, splitMessage } from './message-text.js';

/** What messages are called, by their bytes, and by the ids that others name them by. */
export class Names {
  readonly #known = new Map<string, string>();

  constructor({ server, post }: DeskWorld) {
    const origins = new Set(server.history.map(({ origin }) => origin));
    const stored = [...origins].map((origin) => server.content(origin).raw);
    for (const raw of [...stored, ...post.sent.map((mail) => mail.raw)]) this.#learn(raw);
  }

  of(raw: Buffer): string {
    return this.in(labelOf(raw));
  }

  /** The text, with names in place of identities and of the desk's own Message-IDs. */
  in(text: string): string {
    return text
      .replace(/<?imapdesk\.[^\s>"@]+@[^\s>"]+>?/g, (id) => this.#find(id.replace(/[<>]/g, '')))
      .replace(/\b[0-9a-f]{64}\b/g, (identity) => this.#find(identity));
  }

  #find(id: string): string {
    const label = this.#known.get(id);
    return label === undefined ? id : `{${this.in(label)}}`;
  }

  #learn(raw: Buffer): void {
    const label = labelOf(raw);
    const messageId = (field(raw, 'Message-ID') ?? '').replace(/[<>]/g, '');
    for (const id of [messageId, identityOf(splitMessage(raw).header, raw.length)])
      if (!this.#known.has(id)) this.#known.set(id, label);
  }
}

/** A register entry, a letter in the outbox, or any other mail. */
function labelOf(raw: Buffer): string {
  const entry = field(raw, 'X-Imapdesk-Entry');
  if (entry !== null) return [entry, ...aboutOf(raw)].join(' ');
  const purpose = field(raw, 'X-Imapdesk-Stage');
  const messageId = field(raw, 'Message-ID') ?? '';
  if (purpose === null) return messageId === '' ? `"${field(raw, 'Subject') ?? ''}"` : messageId;
  const [to, cause] = [field(raw, 'X-Imapdesk-Stage-To'), field(raw, 'X-Imapdesk-Stage-Cause')];
  return `${purpose} to ${to ?? '?'} for ${cause ?? '?'}`;
}

/** What tells one entry from another of its kind. */
function aboutOf(raw: Buffer): readonly string[] {
  const names = ['Ticket', 'Into', 'Identity', 'Archived', 'Moved'];
  return names.flatMap((name) => field(raw, `X-Imapdesk-${name}`) ?? []);
}
