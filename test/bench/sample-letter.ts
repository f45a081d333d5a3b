/** Mail for the desk: each from somebody else, so that no limit to one sender is met. */

const LINE_CHARACTERS = 76;

export interface Wanted {
  readonly name: string;
  /** Of an attachment, as transferred; none if left out. */
  readonly attachedBytes?: number;
  /** Addresses of others who are to take part. */
  readonly cc?: readonly string[];
}

export function sampleLetter({ name, attachedBytes = 0, cc = [] }: Wanted): Buffer {
  return written({
    attachedBytes,
    fields: [
      `From: Jane Doe <${requester(name)}>`,
      'To: support@example.com',
      ...(cc.length === 0 ? [] : [`Cc: ${cc.join(', ')}`]),
      `Subject: About ${name}`,
      `Message-ID: <${name}@example.com>`,
    ],
    text: `the printer ${name} is on fire. Please send somebody with a bucket of water.`,
  });
}

export function requester(name: string): string {
  return `jane+${name}@example.com`;
}

export interface Answer {
  /** The letter that is answered, whole. */
  readonly to: Buffer;
  readonly from: string;
  readonly name: string;
  readonly attachedBytes?: number;
}

/** As a mail client answers: to Reply-To, with the ids of what it answers. */
export function answerTo({ to, from, name, attachedBytes = 0 }: Answer): Buffer {
  const text = to.toString('latin1');
  const header = text.slice(0, text.indexOf('\r\n\r\n')).replaceAll(/\r\n[ \t]+/g, ' ');
  const field = (wanted: string): string =>
    new RegExp(`^${wanted}: (.*)$`, 'im').exec(header)?.[1]?.trim() ?? '';
  const id = field('Message-ID');
  return written({
    attachedBytes,
    fields: [
      `From: ${from}`,
      `To: ${field('Reply-To') || field('From')}`,
      `Subject: Re: ${field('Subject')}`,
      `Message-ID: <${name}@example.com>`,
      `In-Reply-To: ${id}`,
      `References: ${field('References')} ${id}`,
    ],
    text: `that is about ${name}.`,
  });
}

interface Parts {
  readonly fields: readonly string[];
  readonly text: string;
  readonly attachedBytes: number;
}

function written({ fields, text, attachedBytes }: Parts): Buffer {
  const body = [
    'Date: Mon, 23 Nov 2026 10:00:00 +0000',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="part"',
    '',
    '--part',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'Hello,',
    '',
    text,
    '',
    'Jane',
    '',
  ];
  const attachment = [
    '--part',
    'Content-Type: application/octet-stream',
    'Content-Disposition: attachment; filename="picture.bin"',
    'Content-Transfer-Encoding: base64',
    '',
    `${'A'.repeat(LINE_CHARACTERS)}\r\n`.repeat(Math.ceil(attachedBytes / (LINE_CHARACTERS + 2))),
  ];
  const parts = [...fields, ...body, ...(attachedBytes > 0 ? attachment : []), '--part--', ''];
  return Buffer.from(parts.join('\r\n'));
}
