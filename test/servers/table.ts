/**
 * The kinds of IMAP server that tests run on, and all in which they differ as far as tests must know. What is measured
 * is measured on the versions of Debian 12.
 */
import type { MailFormat } from '../../src/demo/dovecot-config.js';
import type { Tool } from '../integration/tools.js';

export type ServerKind = 'maildir' | 'sdbox' | 'mdbox' | 'cyrus' | 'courier' | 'imap4d';

export interface ServerTraits {
  /** What people call it. */
  readonly name: string;
  /** The script that gets it; null for Dovecot, without which no test runs. */
  readonly script: Extract<Tool, 'cyrus' | 'courier' | 'imap4d'> | null;
  /** How Dovecot keeps mail; null for another server. */
  readonly format: MailFormat | null;
  /** Before the names of all folders but INBOX. */
  readonly prefix: string;
  readonly delimiter: '/' | '.';
  /** Where it is missing, a cut may leave two copies of a message that was on its way. */
  readonly move: boolean;
  /** Whether APPEND, COPY and MOVE tell the new UIDs. */
  readonly uidplus: boolean;
  /** Whether APPEND keeps the last line of a message without a line end as it is. */
  readonly keepsMissingLineEnd: boolean;
  /** Whether the header of a message that ends in it is given out whole. Courier leaves out the last LF. */
  readonly keepsOpenHeader: boolean;
  /** Whether a message of a thousand parts is given out whole. Courier ends it at about the three-hundredth. */
  readonly readsManyParts: boolean;
  /** Whether the beginning of a part ends where the part does. Courier gives a CR more. */
  readonly endsParts: boolean;
  /** What becomes of a message with line ends that are LF alone. */
  readonly bareLf: 'kept' | 'made CRLF' | 'refused';
  /** Whether it takes a message whose header holds what is no field, or other bytes than it should. */
  readonly takesMalformed: boolean;
  /** Whether SEARCH LARGER and SMALLER count as RFC822.SIZE does. Courier keeps LF in its files, and counts those. */
  readonly searchCountsAlike: boolean;
  /**
   * Whether a message of type message/rfc822 is one to BODYSTRUCTURE without MIME-Version, too (RFC 2045 §4 asks for
   * one), and BODY[1] is that message with its header. Courier heeds no Content-Type without MIME-Version, and gives
   * the text of the inner message.
   */
  readonly readsLoneMessage: boolean;
  /** How a message comes to an inbox in tests: as a file, as from a delivery agent, or by IMAP. */
  readonly delivery: 'file' | 'append';
  /** Where a mailbox that is kept is put back: an account's files, or those of the whole server, at rest. */
  readonly kept: 'account' | 'server';
}

/** What Dovecot and Cyrus have in common. */
const COMMON = {
  prefix: '',
  delimiter: '/',
  move: true,
  uidplus: true,
  keepsMissingLineEnd: true,
  keepsOpenHeader: true,
  readsManyParts: true,
  endsParts: true,
  searchCountsAlike: true,
  readsLoneMessage: true,
} as const;

const DOVECOT = {
  ...COMMON,
  script: null,
  bareLf: 'made CRLF',
  takesMalformed: true,
  kept: 'account',
} as const;

export const SERVERS: Readonly<Record<ServerKind, ServerTraits>> = {
  maildir: { ...DOVECOT, name: 'Dovecot maildir', format: 'maildir', delivery: 'file' },
  sdbox: { ...DOVECOT, name: 'Dovecot sdbox', format: 'sdbox', delivery: 'append' },
  mdbox: { ...DOVECOT, name: 'Dovecot mdbox', format: 'mdbox', delivery: 'append' },
  cyrus: {
    ...COMMON,
    name: 'Cyrus',
    script: 'cyrus',
    format: null,
    bareLf: 'refused',
    takesMalformed: false,
    delivery: 'append',
    kept: 'server',
  },
  courier: {
    name: 'Courier',
    script: 'courier',
    format: null,
    prefix: 'INBOX.',
    delimiter: '.',
    move: false,
    uidplus: true,
    keepsMissingLineEnd: false,
    keepsOpenHeader: false,
    readsManyParts: false,
    endsParts: false,
    bareLf: 'made CRLF',
    takesMalformed: true,
    searchCountsAlike: false,
    readsLoneMessage: false,
    delivery: 'file',
    kept: 'account',
  },
  imap4d: {
    name: 'GNU imap4d',
    script: 'imap4d',
    format: null,
    prefix: '',
    delimiter: '/',
    move: false,
    uidplus: false,
    keepsMissingLineEnd: false,
    keepsOpenHeader: false,
    readsManyParts: false,
    endsParts: false,
    bareLf: 'made CRLF',
    takesMalformed: true,
    searchCountsAlike: false,
    readsLoneMessage: false,
    delivery: 'append',
    kept: 'account',
  },
};

/** All that the desk works on. GNU imap4d is not one of them: imap4d.test.ts says why. */
export const ALL_SERVERS = [
  'maildir',
  'sdbox',
  'mdbox',
  'cyrus',
  'courier',
] as const satisfies readonly ServerKind[];
