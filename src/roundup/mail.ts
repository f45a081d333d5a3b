/**
 * A message of a tracker as a mail. It is made up: nobody has sent these bytes, and a field says so. The same export gives the same
 * bytes again, which is how a second import knows them.
 */
import { createHash } from 'node:crypto';
import { formatDate } from '../message/compose/compose.js';
import { type AttachedFile, textWithFiles } from '../message/compose/compose-mail.js';
import { MAX_NAME_CHARACTERS } from '../message/header/addresses.js';
import { cleanText } from '../message/header/encoded-words.js';
import { encodeUnstructured, foldField, formatMailbox } from '../message/header/header-encoding.js';
import { MAX_MESSAGE_ID_CHARACTERS } from '../message/header/message-ids.js';
import { MAX_SUBJECT_CHARACTERS } from '../message/header/subject.js';
import { textFrom } from './literal.js';
import type { Person, TrackerIssue, TrackerMail } from './tracker.js';

export interface MailContent {
  /** null for none. */
  readonly text: Buffer | null;
  /** Of each of its files, in order. */
  readonly files: readonly Buffer[];
}

const ID = /^<([!-;=?-~]+@[!-;=?-~]+)>$/;
/** RFC 2606: nobody has it. */
const NOWHERE = 'roundup.invalid';

export function composeTrackerMail(issue: TrackerIssue, mail: TrackerMail, content: MailContent): Buffer {
  const to = mail.recipients.map(({ name, address }) => formatMailbox(clean(name), address));
  const answered = ID.exec(mail.inReplyTo.trim())?.[0];
  const origin = `Roundup, issue${issue.id}${mail.id === null ? '' : `, msg${mail.id}`}`;
  const header = [
    foldField('From', formatPerson(mail.from)),
    foldField('To', to.length === 0 ? 'undisclosed-recipients:;' : to.join(', ')),
    foldField('Subject', encodeUnstructured(cleanText(issue.title, MAX_SUBJECT_CHARACTERS))),
    foldField('Date', formatDate(mail.at)),
    foldField('Message-ID', messageIdOf(issue, mail)),
    ...(answered === undefined ? [] : [foldField('In-Reply-To', answered)]),
    foldField('X-Made-From-Export', origin),
    foldField('MIME-Version', '1.0'),
  ];
  const files = mail.files.map(({ name, type }, index): AttachedFile => {
    return { name, type, content: content.files[index] ?? Buffer.alloc(0) };
  });
  const { text } = content;
  if (mail.isHtml && text !== null) files.unshift({ name: 'message.html', type: 'text/html', content: text });
  const words = mail.isHtml || text === null ? '' : textFrom(text);
  return Buffer.concat([Buffer.from(header.join('')), textWithFiles(words, files)]);
}

/** Who has no address is a group of nobody (RFC 6854 §2.1), which cannot be answered. */
function formatPerson({ name, address }: Person): string {
  if (address !== null) return formatMailbox(clean(name), address);
  return formatMailbox(clean(name) || 'nobody', '').replace(/ <>$/, ':;');
}

function clean(name: string): string {
  return cleanText(name, MAX_NAME_CHARACTERS);
}

function messageIdOf(issue: TrackerIssue, mail: TrackerMail): string {
  const own = ID.exec(mail.messageId.trim())?.[0];
  if (own !== undefined && own.length <= MAX_MESSAGE_ID_CHARACTERS) return own;
  const ids = [issue.id, mail.id, mail.at.getTime(), ...mail.files.map(({ id }) => id)];
  const hash = createHash('sha256').update(JSON.stringify(ids)).digest('hex');
  return `<${hash.slice(0, 32)}@${NOWHERE}>`;
}
