/** A whole desk in memory: the worker as it is, over the memory server and post office, with short texts. */

import type { RegisterRecord, StateCommand } from '../../src/mailbox/register/entry.js';
import { formatRecord } from '../../src/mailbox/register/format.js';
import { rememberingStore, StoreMemory } from '../../src/mailbox/remembering.js';
import type { MailStore } from '../../src/mailbox/store.js';
import { Problem, type ProblemOptions } from '../../src/problem/problem.js';
import { beginDesk } from '../../src/worker/pass/begin-desk.js';
import { unclaimed } from '../../src/worker/workplace/claim.js';
import type { DeskFolders, WorkingDesk } from '../../src/worker/workplace/desk.js';
import { FactsCache } from '../../src/worker/workplace/facts-cache.js';
import { deskPolicy } from '../unit/desk/desk.js';
import { failure, PostOffice, type PostOfficeOptions } from './memory-courier.js';
import { counterClock, MemoryServer, type ServerOptions } from './memory-mailbox.js';
import { field, partOf, splitMessage } from './message-text.js';
import { type Passed, passOf } from './pass-of.js';
import type { Gate } from './scheduler.js';

export const FOLDERS: DeskFolders = {
  inbox: 'INBOX',
  open: 'Open',
  archived: 'Archived',
  review: 'Review',
  outbox: 'Outbox',
  register: 'Register',
};

export const POLICY = deskPolicy({
  name: 'Example Support',
  secrets: ['a secret of the model, long enough to sign with'],
  staff: [
    { name: 'Steve', addresses: ['steve@example.com'] },
    { name: 'Ann', addresses: ['ann@example.com'] },
  ],
  notices: { show: 'whole', maxBytes: 5_000_000 },
});

/** A gate that stands open: for what needs no order and no faults. */
export const openGate: Gate = {
  actor: 'worker',
  begin: () =>
    Promise.resolve({
      between: () => Promise.resolve(),
      race: () => Promise.resolve(),
      end: () => Promise.resolve(),
    }),
};

/** A gate behind which the server refuses the calls that the pattern names. */
export function refusing(refused: RegExp, options: ProblemOptions = {}): Gate {
  const refusal = (): Problem =>
    new Problem('imap-refused', 'The server refuses.', { temporary: true, scope: 'folder', ...options });
  return {
    actor: 'worker',
    begin: (what) => (refused.test(what) ? Promise.reject(refusal()) : openGate.begin(what)),
  };
}

/** A desk whose server answers some calls in another way. */
export function withStore(desk: WorkingDesk, changes: Partial<MailStore>): WorkingDesk {
  const store = new Proxy(desk.store, {
    get: (target, name) => {
      const changed: unknown = Reflect.get(changes, name);
      const value: unknown = changed ?? Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(changed === undefined ? target : changes) : value;
    },
  });
  return { ...desk, store };
}

export interface WorldOptions extends Omit<ServerOptions, 'now'> {
  readonly post?: PostOfficeOptions;
  /** How many messages a pass reads and decides at a time; as many as ever if left out. */
  readonly windowMessages?: number | undefined;
}

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: object;
  readonly message: string;
}

export class DeskWorld {
  readonly clock = counterClock();
  readonly server: MemoryServer;
  readonly post: PostOffice;
  readonly log: LogLine[] = [];
  readonly windowMessages: number | undefined;
  readonly #memories: StoreMemory[] = [];
  #ids = 0;

  constructor({ post, windowMessages, ...server }: WorldOptions = {}, origin?: DeskWorld) {
    this.windowMessages = windowMessages ?? origin?.windowMessages;
    this.server =
      origin?.server.clone(this.clock.now) ?? new MemoryServer({ now: this.clock.now, ...server });
    this.post = new PostOffice(post);
    if (origin === undefined) return;
    this.clock.advance(origin.clock.now().getTime() - this.clock.now().getTime());
    this.post.sent.push(...origin.post.sent);
    if (post === undefined) this.post.rule = origin.post.rule;
    this.#ids = origin.#ids;
  }

  /** A world that stands as this one does now, and goes its own way from here. */
  clone(options: Pick<WorldOptions, 'post'> = {}): DeskWorld {
    return new DeskWorld(options, this);
  }

  /** A worker of its own: its connections, and nothing remembered. */
  desk(imap: Gate = openGate, smtp: Gate = imap): WorkingDesk {
    const note = (level: LogLine['level']) => (fields: object, message: string) => {
      this.log.push({ level, fields, message });
    };
    const memory = new StoreMemory([FOLDERS.register, FOLDERS.outbox], { reread: [FOLDERS.outbox] });
    this.#memories.push(memory);
    return {
      policy: POLICY,
      folders: FOLDERS,
      store: rememberingStore(this.server.connect(imap), { memory }),
      courier: this.post.connect(smtp),
      sent: null,
      envelopeFrom: 'desk',
      hold: false,
      adopt: { withinMs: 2 * 86_400_000, atMost: 25, choice: null },
      now: this.clock.now,
      newId: () => String(++this.#ids),
      log: {
        trace: note('debug'),
        debug: note('debug'),
        info: note('info'),
        warn: note('warn'),
        error: note('error'),
      },
      cache: new FactsCache(POLICY),
      claim: unclaimed,
      signal: new AbortController().signal,
    };
  }

  /** What `imapdesk once` does. */
  async pass(desk: WorkingDesk = this.desk()): Promise<Passed> {
    this.lookAway();
    await beginDesk(desk);
    return passOf(desk, this.windowMessages);
  }

  /** Time goes by: what a desk has seen of its folders may have changed. */
  lookAway(): void {
    for (const memory of this.#memories) memory.changed();
  }

  /** What `imapdesk close N` writes. */
  async request(gate: Gate, command: StateCommand, ticket: number): Promise<void> {
    await this.ask(gate, (id) => ({ kind: 'request', id, command, ticket }));
  }

  /** What a command writes into the register. */
  async ask(gate: Gate, record: (id: string) => RegisterRecord): Promise<void> {
    const id = `request-${++this.#ids}`;
    const raw = formatRecord(record(id), {
      deskName: POLICY.name,
      deskAddress: POLICY.address,
      now: this.clock.now(),
      id,
      highest: 0,
    });
    await this.server.connect(gate).append(FOLDERS.register, [{ raw, flags: ['\\Seen'] }]);
  }

  /** What lies in a folder, in order of UID: `name` of each message that is not deleted. */
  contents(folder: keyof DeskFolders): readonly string[] {
    return this.visible(folder).map(({ content }) => nameOf(content.raw));
  }

  visible(folder: keyof DeskFolders) {
    const name = FOLDERS[folder];
    if (!this.server.folderNames().includes(name)) return [];
    return this.server
      .folder(name)
      .all()
      .filter(({ flags }) => !flags.has('\\Deleted'));
  }

  /** To whom the letters go that wait in the outbox, or lie in Review. */
  addressees(folder: 'outbox' | 'review'): readonly string[] {
    return this.visible(folder)
      .filter(({ flags }) => folder === 'review' || !flags.has('\\Answered'))
      .map(({ content }) => field(content.raw, 'X-Imapdesk-Stage-To') ?? '');
  }

  /** Every ticket entry that is there, as `1 open` or `2 archived under way`. */
  tickets(): readonly string[] {
    return this.visible('register').flatMap(({ content, flags }) => {
      if (field(content.raw, 'X-Imapdesk-Entry') !== 'ticket') return [];
      const number = (field(content.raw, 'X-Imapdesk-Ticket') ?? '').replace(/[<>]/g, '');
      const state = flags.has('\\Answered') ? 'archived' : 'open';
      return [`${number} ${state}${flags.has('\\Flagged') ? ' under way' : ''}`];
    });
  }

  /** Which number people were told for which opening mail. */
  told(): readonly { readonly number: number; readonly root: string }[] {
    return this.post.sent.flatMap(({ raw }) => {
      const number = /\[issue([0-9]+)\]/.exec(field(raw, 'Subject') ?? '')?.[1];
      if (purposeOf(raw) !== 'acknowledgement' || number === undefined) return [];
      return [{ number: Number(number), root: field(raw, 'In-Reply-To') ?? '' }];
    });
  }

  /** Each sent mail as `purpose to recipient`, in order, since `from`. */
  sent(from = 0): readonly string[] {
    return this.post.sent.slice(from).map(({ raw, envelope }) => `${purposeOf(raw)} to ${envelope.to}`);
  }
}

/** The first line of the text, which is the template's name. It stands last where a notice shows a message whole. */
function purposeOf(raw: Buffer): string {
  const isBelow = /boundary="?[0-9a-f]{40}-part"?$/.test(field(raw, 'Content-Type') ?? '');
  const text = isBelow ? (partOf(raw, '3') ?? partOf(raw, '2') ?? raw) : splitMessage(raw).body;
  return text.toString('latin1').split('\r\n')[0] ?? '';
}

/** What a person would tell a message by: the first word of its template if it is the desk's, else its subject. */
export function nameOf(raw: Buffer): string {
  const own = field(raw, 'X-Imapdesk-Origin') !== null;
  return own ? `(${purposeOf(raw)})` : (field(raw, 'Subject') ?? '');
}

/** What a worker sees when its connection to the SMTP server is cut while a letter is under way. */
export function smtpLost(): Problem {
  return failure({ step: 'message', reply: null }, Buffer.alloc(0));
}
