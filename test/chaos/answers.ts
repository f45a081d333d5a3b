/** What a server may answer instead of doing what it is asked, as far as a client can tell one from the other. */
import { BY_CODE } from '../../src/mailbox/imap/responses.js';

export type Answer =
  /** A tagged NO or BAD, and nothing is done. */
  | { readonly how: 'refuse'; readonly status: 'NO' | 'BAD'; readonly code: string | null }
  /** BYE, and the connection is closed; nothing is done. */
  | { readonly how: 'bye'; readonly code: string | null }
  /** Nothing is done, and nothing is heard on this connection any more. */
  | { readonly how: 'silence' }
  /** The connection is reset, and nothing is done. */
  | { readonly how: 'cut' }
  /** The command is carried out, and NO is said. */
  | { readonly how: 'done-then-no'; readonly code: string | null }
  /** OK is said, and nothing is done. */
  | { readonly how: 'ok-not-done' }
  /** OK is said to MOVE, and the copies are made, but the originals stay. */
  | { readonly how: 'copied-not-moved' }
  /** A reply of SMTP (RFC 5321 §4.2), and nothing is done; 421 and a greeting close the connection. */
  | { readonly how: 'reply'; readonly reply: string }
  /** The command is carried out, and this is said. */
  | { readonly how: 'done-then-reply'; readonly reply: string };

/**
 * Every response code that we know a meaning of; null is none. What speaks of one message alone is left out: said of
 * all, it takes all to Review, as it should.
 */
const CODES = [null, ...[...BY_CODE].filter(([, { scope }]) => scope !== 'message').map(([code]) => code)];

const ENDINGS: readonly Answer[] = [
  { how: 'bye', code: 'UNAVAILABLE' },
  { how: 'bye', code: null },
  { how: 'silence' },
  { how: 'cut' },
];

const CHANGING = ['APPEND', 'UID STORE', 'UID MOVE', 'UID COPY', 'UID EXPUNGE', 'CREATE'];

function refusals(codes: readonly (string | null)[]): readonly Answer[] {
  return codes.map((code) => ({ how: 'refuse', status: 'NO', code }));
}

/** Everything that an IMAP server may answer to a command of this verb. */
export function answersTo(verb: string): readonly Answer[] {
  // Some servers know of no subscriptions: a refusal is a warning, by intent, and nobody tries again.
  if (verb === 'connect' || verb === 'SUBSCRIBE') return ENDINGS;
  const changing = CHANGING.includes(verb);
  return [
    ...refusals(CODES),
    { how: 'refuse', status: 'BAD', code: null },
    ...ENDINGS,
    ...(changing
      ? ([
          { how: 'done-then-no', code: null },
          { how: 'done-then-no', code: 'UNAVAILABLE' },
          { how: 'ok-not-done' },
        ] as const)
      : []),
    ...(verb === 'UID MOVE' ? ([{ how: 'copied-not-moved' }] as const) : []),
  ];
}

const SMTP_REPLIES: Readonly<Record<string, readonly string[]>> = {
  connect: ['421 4.3.2 too busy', '554 5.3.2 no service here'],
  EHLO: ['451 4.3.0 later', '502 5.5.1 no such command', '550 5.7.1 not from there'],
  HELO: ['451 4.3.0 later', '550 5.7.1 not from there'],
  STARTTLS: ['454 4.7.0 no TLS just now', '502 5.5.1 no such command'],
  AUTH: ['454 4.7.0 no sign-in just now', '535 5.7.8 wrong password', '534 5.7.9 too weak', '530 5.7.0 what'],
  MAIL: ['451 4.3.0 later', '452 4.3.1 no room', '550 5.7.1 not this sender', '552 5.3.4 too large'],
  RCPT: ['450 4.2.0 greylisted', '452 4.2.2 mailbox full', '550 5.1.1 nobody', '554 5.7.1 refused'],
  DATA: ['451 4.3.0 later', '554 5.7.1 refused', '503 5.5.1 not now'],
  message: [
    '451 4.3.0 later',
    '452 4.3.1 no room',
    '550 5.7.1 daily limit exceeded',
    '554 5.6.0 content refused',
  ],
};

/** Everything that an SMTP server may answer. */
export function smtpAnswersTo(verb: string): readonly Answer[] {
  const replies = [...(SMTP_REPLIES[verb] ?? []), ...(verb === 'connect' ? [] : ['421 4.3.2 closing'])];
  return [
    ...replies.map((reply): Answer => ({ how: 'reply', reply })),
    { how: 'silence' },
    { how: 'cut' },
    ...(verb === 'message'
      ? [{ how: 'done-then-reply', reply: '451 4.3.0 something went wrong' } as const]
      : []),
  ];
}

export function nameOfAnswer(answer: Answer): string {
  if ('reply' in answer) return answer.how === 'reply' ? answer.reply : `done, then ${answer.reply}`;
  const code = 'code' in answer && answer.code !== null ? ` [${answer.code}]` : '';
  if (answer.how === 'refuse') return `${answer.status}${code}`;
  return `${answer.how}${code}`;
}
