/** The mail of the demo, all of it written for it. Each is what a mail client or a host would send. */
import { randomUUID } from 'node:crypto';
import { mailDate } from './bounce.js';
import { INFO_PNG_BASE64, JAPANESE, samplePdf } from './sample-parts.js';

interface Correspondent {
  readonly name: string;
  readonly address: string;
}

export interface Sample {
  /** As people read it. */
  readonly subject: string;
  readonly messageId: string;
  readonly raw: Buffer;
}

/** Whom a sample is from and to, and when it was written. */
export interface Heading {
  readonly from: Correspondent;
  readonly to: string;
  readonly at: Date;
}

interface Letter {
  /** As it stands in the field, encoded if need be. */
  readonly subject: string;
  /** What From calls the sender, likewise. */
  readonly name?: string;
  readonly fields?: readonly string[];
  /** The content's own fields, the empty line and the body. */
  readonly content: readonly string[];
}

const PLAIN = ['Content-Type: text/plain; charset=us-ascii', ''];
const ISO_2022_JP = ['Content-Type: text/plain; charset=ISO-2022-JP', 'Content-Transfer-Encoding: 7bit', ''];

function compose(heading: Heading, letter: Letter, subject = letter.subject): Sample {
  const { from, to, at } = heading;
  const messageId = `<${randomUUID()}@${from.address.replace(/^.*@/, '')}>`;
  const lines = [
    `Date: ${mailDate(at)}`,
    `From: ${letter.name ?? from.name} <${from.address}>`,
    `To: <${to}>`,
    `Subject: ${letter.subject}`,
    `Message-ID: ${messageId}`,
    ...(letter.fields ?? []),
    'MIME-Version: 1.0',
    ...letter.content,
    '',
  ];
  return { subject, messageId, raw: Buffer.from(lines.join('\r\n'), 'latin1') };
}

/** RFC 2045 §6.8. */
function base64Lines(base64: string): readonly string[] {
  return base64.match(/.{1,76}/g) ?? [];
}

export function plainQuestion(heading: Heading): Sample {
  return compose(heading, {
    subject: 'The printer stops after page two',
    content: [
      ...PLAIN,
      'Hello,',
      '',
      'since this morning our printer stops after the second page, whatever we',
      'print. The display says "please wait" and nothing else. We have switched',
      'it off and on again, of course. What else can we try?',
      '',
      'Kind regards',
      heading.from.name,
    ],
  });
}

/** HTML beside plain text, with a picture shown in the text and a PDF attached. */
export function invoiceWithPdf(heading: Heading): Sample {
  const [mixed, related, alternative] = [1, 2, 3].map((level) => `part${level}-${randomUUID()}`);
  return compose(heading, {
    subject: 'Invoice 2041 has the wrong address',
    content: [
      `Content-Type: multipart/mixed; boundary="${mixed}"`,
      '',
      `--${mixed}`,
      `Content-Type: multipart/related; boundary="${related}"`,
      '',
      `--${related}`,
      `Content-Type: multipart/alternative; boundary="${alternative}"`,
      '',
      `--${alternative}`,
      ...PLAIN,
      'Hello, the attached invoice still has our old address on it.',
      'Could you send a new one? We moved to 7 Mill Lane in October.',
      '',
      heading.from.name,
      `--${alternative}`,
      'Content-Type: text/html; charset=us-ascii',
      '',
      '<p><img src="cid:logo@example.com" alt="" width="24"> Hello, the attached invoice still has our',
      '<b>old address</b> on it. Could you send a new one? We moved to 7 Mill Lane in October.</p>',
      `<p>${heading.from.name}</p>`,
      `--${alternative}--`,
      `--${related}`,
      'Content-Type: image/png; name="logo.png"',
      'Content-Disposition: inline; filename="logo.png"',
      'Content-ID: <logo@example.com>',
      'Content-Transfer-Encoding: base64',
      '',
      ...base64Lines(INFO_PNG_BASE64),
      `--${related}--`,
      `--${mixed}`,
      'Content-Type: application/pdf; name="invoice-2041.pdf"',
      'Content-Disposition: attachment; filename="invoice-2041.pdf"',
      'Content-Transfer-Encoding: base64',
      '',
      ...base64Lines(samplePdf('Invoice 2041').toString('base64')),
      `--${mixed}--`,
    ],
  });
}

/** In the encoding that Japanese mail has had for decades. */
export function japaneseQuestion(heading: Heading): Sample {
  const letter = {
    subject: JAPANESE.subject.encodedWord,
    name: JAPANESE.name.encodedWord,
    content: [...ISO_2022_JP, ...JAPANESE.body],
  };
  return compose(heading, letter, JAPANESE.subject.text);
}

/** From somebody whose mailbox is gone by the time we answer, so that the answer bounces. */
export function questionFromGoneMailbox(heading: Heading): Sample {
  return compose(heading, {
    subject: 'Are you open on Saturday?',
    content: [...PLAIN, 'I would like to bring my laptop in. Are you open on Saturday?'],
  });
}

/** What a message that answers another names of it. */
export interface Answered {
  readonly messageId: string;
  readonly subject: string;
  readonly references: string;
}

export function followUp(heading: Heading, answered: Answered): Sample {
  return compose(heading, {
    subject: `Re: ${answered.subject.replace(/^Re: /i, '')}`,
    fields: threadFields(answered),
    content: [
      ...PLAIN,
      'One more thing: it prints fine from the tray at the back. So it may be',
      'the paper feed of the front one.',
      '',
      heading.from.name,
    ],
  });
}

/** An automatic reply that answers everything, acknowledgements too. */
export function outOfOffice(heading: Heading, answered: Answered): Sample {
  const letter = {
    subject: JAPANESE.away.encodedWord,
    name: JAPANESE.name.encodedWord,
    fields: [
      'Auto-Submitted: auto-replied (vacation)',
      'X-Auto-Response-Suppress: All',
      ...threadFields(answered),
    ],
    content: [...ISO_2022_JP, ...JAPANESE.awayBody],
  };
  return compose(heading, letter, JAPANESE.away.text);
}

function threadFields({ messageId, references }: Answered): readonly string[] {
  const ids = [...references.split(/\s+/), messageId].filter((id) => id !== '');
  return [`In-Reply-To: ${messageId}`, `References: ${ids.join('\r\n ')}`];
}

const MAX_SUBJECT_CHARS = 15;

/** A line that somebody typed while the demo runs; its first words are the subject, in one encoded word. */
export function typedQuestion(heading: Heading, line: string): Sample {
  const subject = line.slice(0, MAX_SUBJECT_CHARS);
  const body = Buffer.from(`${line}\r\n`, 'utf8').toString('base64');
  const content = [
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    ...base64Lines(body),
  ];
  const encoded = `=?utf-8?B?${Buffer.from(subject, 'utf8').toString('base64')}?=`;
  return compose(heading, { subject: encoded, content }, subject);
}
