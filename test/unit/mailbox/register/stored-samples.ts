/**
 * The form of entries in the mailbox, byte by byte. Other workers and later builds read it, so a sample here may only
 * be added, never changed. Of a kind that has none here, the example in `docs/register.md` is the sample.
 */
import type { RegisterRecord } from '../../../../src/mailbox/register/entry.js';

export interface Sample<R> {
  readonly record: R;
  /** A second entry like it does not count. */
  readonly once?: true;
  readonly subject: string;
  /** 1 where it is not said. */
  readonly version?: number;
  /** What follows the fields that all entries have. */
  readonly fields: readonly string[];
  /** The one sentence that most entries have, where it is not said. */
  readonly text?: readonly string[];
}

type Samples = {
  readonly [K in RegisterRecord['kind']]?: readonly Sample<Extract<RegisterRecord, { kind: K }>>[];
};

export const ROOT = 'a'.repeat(64);
const OTHER = 'b'.repeat(64);
export const AT = new Date('2026-01-02T03:04:05.678Z');
export const KEEP = 'This is a note of the support desk to itself. Please leave it where it is.';

export const SAMPLES = {
  ticket: [
    {
      once: true,
      record: {
        kind: 'ticket',
        number: 43,
        rootIdentity: ROOT,
        rootMessageId: null,
        requester: null,
        requesterName: '',
        requesterFrom: 'sender',
        subject: 'Printer',
        answerable: false,
        opened: AT,
      },
      subject: 'Register: ticket 43',
      fields: [
        'X-Imapdesk-Ticket: <43>',
        `X-Imapdesk-Identity: ${ROOT}`,
        'X-Imapdesk-Requester: none',
        'X-Imapdesk-Requester-Name: ""',
        'X-Imapdesk-Requester-From: sender',
        'X-Imapdesk-Subject: "Printer"',
        'X-Imapdesk-Answerable: no',
        'X-Imapdesk-Opened: 2026-01-02T03:04:05.678Z',
      ],
      text: ['Ticket 43: Printer', 'From:  (nobody that could be read)', '', KEEP],
    },
  ],
  link: [
    {
      once: true,
      record: { kind: 'link', ticket: 42, identity: ROOT, messageId: 'more@example.net' },
      subject: 'Register: a message of ticket 42',
      fields: [
        'X-Imapdesk-Ticket: <42>',
        `X-Imapdesk-Identity: ${ROOT}`,
        'X-Imapdesk-Message-Id: <more@example.net>',
      ],
    },
  ],
  written: [
    {
      once: true,
      record: { kind: 'written', ticket: 42, identity: ROOT, messageId: null },
      subject: "Register: a message of ticket 42, written in the desk's account",
      fields: ['X-Imapdesk-Ticket: <42>', `X-Imapdesk-Identity: ${ROOT}`],
    },
  ],
  hint: [
    {
      record: {
        kind: 'hint',
        ticket: 42,
        uidValidity: '17',
        uidNext: 900,
        moved: [
          { uid: 5, identity: ROOT },
          { uid: null, identity: OTHER },
        ],
        complete: true,
      },
      subject: 'Register: archived mail of ticket 42',
      fields: [
        'X-Imapdesk-Ticket: <42>',
        'X-Imapdesk-Archived: 17 900 complete',
        'X-Imapdesk-Moved: 5',
        ` ${ROOT}`,
        'X-Imapdesk-Moved: ?',
        ` ${OTHER}`,
      ],
    },
    {
      record: { kind: 'hint', ticket: null, uidValidity: '17', uidNext: 901, moved: [], complete: false },
      subject: 'Register: archive seen',
      fields: ['X-Imapdesk-Ticket: none', 'X-Imapdesk-Archived: 17 901 incomplete'],
    },
  ],
  request: [
    {
      record: { kind: 'request', id: 'r-1', ticket: 42, command: 'close' },
      subject: 'Register: close ticket 42',
      fields: ['X-Imapdesk-Ticket: <42>', 'X-Imapdesk-Request: r-1 close'],
    },
    {
      record: { kind: 'request', id: 'r-2', ticket: 42, command: 'split', identity: ROOT },
      subject: 'Register: split ticket 42',
      fields: ['X-Imapdesk-Ticket: <42>', 'X-Imapdesk-Request: r-2 split', `X-Imapdesk-Identity: ${ROOT}`],
    },
  ],
  merge: [
    {
      record: { kind: 'merge', from: 43, into: 42, joinPeople: true },
      subject: 'Register: ticket 43 is merged into ticket 42',
      fields: ['X-Imapdesk-Ticket: <43>', 'X-Imapdesk-Into: <42>', 'X-Imapdesk-Join-People: yes'],
    },
  ],
  attempt: [
    {
      record: {
        kind: 'attempt',
        identity: ROOT,
        messageId: 'bad@example.net',
        why: 'the server says "no": größer als erlaubt',
        at: AT,
      },
      subject: 'Register: a message that could not be filed',
      fields: [
        `X-Imapdesk-Identity: ${ROOT}`,
        'X-Imapdesk-Message-Id: <bad@example.net>',
        'X-Imapdesk-Why: "the server says \\"no\\": gr\\u00f6\\u00dfer als erlaubt"',
        'X-Imapdesk-At: 2026-01-02T03:04:05.678Z',
      ],
    },
  ],
  adoption: [
    {
      once: true,
      record: {
        kind: 'adoption',
        at: AT,
        uidValidity: '3',
        uidNext: 10,
        archivedUidValidity: '17',
        archivedUidNext: 1,
        taken: [
          { uid: 4, identity: ROOT, quiet: true },
          { uid: 9, identity: OTHER, quiet: false },
        ],
      },
      subject: 'Register: the desk begins',
      fields: [
        'X-Imapdesk-At: 2026-01-02T03:04:05.678Z',
        'X-Imapdesk-Inbox: 3 10',
        'X-Imapdesk-Archived: 17 1 complete',
        'X-Imapdesk-Taken-Count: 2',
      ],
      text: [KEEP, '', `4 ${ROOT} quiet`, `9 ${OTHER} answer`],
    },
  ],
  copied: [
    {
      record: {
        kind: 'copied',
        at: AT,
        uidValidity: '4',
        uidNext: 12,
        choice: 'recent',
        cause: 'copied:x',
        taken: [{ uid: 11, identity: OTHER, quiet: true }],
      },
      subject: 'Register: the inbox was copied',
      fields: [
        'X-Imapdesk-At: 2026-01-02T03:04:05.678Z',
        'X-Imapdesk-Inbox: 4 12',
        'X-Imapdesk-Choice: recent',
        'X-Imapdesk-Cause: copied:x',
        'X-Imapdesk-Taken-Count: 1',
      ],
      version: 2,
      text: [KEEP, '', `11 ${OTHER} quiet`],
    },
    {
      record: {
        kind: 'copied',
        at: AT,
        uidValidity: '5',
        uidNext: 12,
        choice: null,
        cause: 'copied:y',
        taken: [],
      },
      subject: 'Register: the inbox was copied',
      fields: [
        'X-Imapdesk-At: 2026-01-02T03:04:05.678Z',
        'X-Imapdesk-Inbox: 5 12',
        'X-Imapdesk-Choice: unasked',
        'X-Imapdesk-Cause: copied:y',
        'X-Imapdesk-Taken-Count: 0',
      ],
      version: 2,
    },
  ],
  absence: [
    {
      record: { kind: 'absence', count: 12 },
      subject: 'Register: staff were told of missing tickets',
      fields: ['X-Imapdesk-Count: 12'],
    },
  ],
  claim: [
    {
      record: {
        kind: 'claim',
        worker: 'w-1',
        host: 'mail.example.com',
        place: 'boot-1',
        pid: 4711,
        started: '123456',
        command: 'run',
        since: AT,
        at: AT,
        first: 77,
        leaseS: 30,
      },
      subject: 'Register: run is at work',
      fields: [
        'X-Imapdesk-Claim: w-1 77',
        'X-Imapdesk-Host: "mail.example.com"',
        'X-Imapdesk-Process: 4711 123456 boot-1',
        'X-Imapdesk-Command: "run"',
        'X-Imapdesk-Since: 2026-01-02T03:04:05.678Z',
        'X-Imapdesk-At: 2026-01-02T03:04:05.678Z',
        'X-Imapdesk-Lease: 30',
      ],
    },
    {
      record: {
        kind: 'claim',
        worker: 'w-2',
        host: 'büro',
        place: 'boot-2',
        pid: 1,
        started: '1',
        command: 'once',
        since: AT,
        at: AT,
        first: null,
        leaseS: null,
      },
      subject: 'Register: once is at work',
      fields: [
        'X-Imapdesk-Claim: w-2 new',
        'X-Imapdesk-Host: "b\\u00fcro"',
        'X-Imapdesk-Process: 1 1 boot-2',
        'X-Imapdesk-Command: "once"',
        'X-Imapdesk-Since: 2026-01-02T03:04:05.678Z',
        'X-Imapdesk-At: 2026-01-02T03:04:05.678Z',
      ],
    },
  ],
  alert: [
    {
      once: true,
      record: {
        kind: 'alert',
        alert: 'Nacht für Jörg',
        event: 'new',
        ticket: 43,
        identity: ROOT,
        at: AT,
        said: { subject: 'Drucker brennt', sender: 'Jane <jane@example.org>' },
      },
      subject: 'Register: to be told: new, ticket 43',
      fields: [
        'X-Imapdesk-Alert: "Nacht f\\u00fcr J\\u00f6rg"',
        'X-Imapdesk-Event: new <43>',
        ` ${ROOT}`,
        ' 2026-01-02T03:04:05.678Z',
        'X-Imapdesk-Said: "{\\"subject\\":\\"Drucker brennt\\",\\"sender\\":\\"Jane',
        ' <jane@example.org>\\"}"',
      ],
    },
    {
      once: true,
      record: {
        kind: 'alert',
        alert: 'alert 1',
        event: 'waiting',
        ticket: 7,
        identity: OTHER,
        at: AT,
        said: {},
      },
      subject: 'Register: to be told: waiting, ticket 7',
      fields: [
        'X-Imapdesk-Alert: "alert 1"',
        'X-Imapdesk-Event: waiting <7>',
        ` ${OTHER}`,
        ' 2026-01-02T03:04:05.678Z',
      ],
    },
  ],
  telling: [
    {
      once: true,
      record: {
        kind: 'telling',
        id: 'k7f3q9x2k7f3q9x2k7f3',
        alert: 'alert 1',
        attempt: 2,
        since: AT,
        at: new Date('2026-01-02T03:05:05.678Z'),
        events: [
          { event: 'new', ticket: 43, identity: ROOT, at: AT, said: {} },
          { event: 'reopened', ticket: 7, identity: OTHER, at: AT, said: { words: 'Hello' } },
        ],
      },
      subject: 'Register: told by alert 1: 2',
      fields: [
        'X-Imapdesk-Telling: k7f3q9x2k7f3q9x2k7f3 2',
        'X-Imapdesk-Alert: "alert 1"',
        'X-Imapdesk-Since: 2026-01-02T03:04:05.678Z',
        'X-Imapdesk-At: 2026-01-02T03:05:05.678Z',
        'X-Imapdesk-Event: new <43>',
        ` ${ROOT}`,
        ' 2026-01-02T03:04:05.678Z',
        'X-Imapdesk-Event: reopened <7>',
        ` ${OTHER}`,
        ' 2026-01-02T03:04:05.678Z',
        'X-Imapdesk-Said: "[{},{\\"words\\":\\"Hello\\"}]"',
      ],
    },
  ],
  routine: [
    {
      record: { kind: 'routine', routine: 'digest', day: '2026-01-02', at: AT },
      subject: 'Register: digest of 2026-01-02',
      once: true,
      fields: ['X-Imapdesk-Routine: digest 2026-01-02', 'X-Imapdesk-At: 2026-01-02T03:04:05.678Z'],
    },
    {
      record: {
        kind: 'routine',
        routine: 'stale',
        day: '2026-01-02',
        at: AT,
        warned: [{ messageId: 'one@example.com', seen: AT }],
      },
      subject: 'Register: stale of 2026-01-02',
      once: true,
      fields: [
        'X-Imapdesk-Routine: stale 2026-01-02',
        'X-Imapdesk-At: 2026-01-02T03:04:05.678Z',
        'X-Imapdesk-Warned: <one@example.com> 2026-01-02T03:04:05.678Z',
      ],
    },
  ],
  sent: [
    {
      record: { kind: 'sent', uidValidity: '8', uidNext: 55, at: AT },
      subject: 'Register: sent mail seen',
      fields: ['X-Imapdesk-Sent: 8 55', 'X-Imapdesk-At: 2026-01-02T03:04:05.678Z'],
    },
  ],
  taken: [
    {
      record: { kind: 'taken', messageIds: ['one@example.com', 'two@example.com'] },
      subject: 'Register: mail that the mail server has taken',
      fields: ['X-Imapdesk-Taken: <one@example.com>', 'X-Imapdesk-Taken: <two@example.com>'],
    },
  ],
} satisfies Samples;
