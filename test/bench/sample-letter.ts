/** Mail for the desk: each from somebody else, so that no limit to one sender is met. */

const LINE_CHARACTERS = 76;

export interface Wanted {
  readonly name: string;
  /** Of an attachment, as transferred; none if left out. */
  readonly attachedBytes?: number;
}

export function sampleLetter({ name, attachedBytes = 0 }: Wanted): Buffer {
  const header = [
    `From: Jane Doe <jane+${name}@example.com>`,
    'To: support@example.com',
    `Subject: About ${name}`,
    `Message-ID: <${name}@example.com>`,
    'Date: Mon, 23 Nov 2026 10:00:00 +0000',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="part"',
    '',
    '--part',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'Hello,',
    '',
    `the printer ${name} is on fire. Please send somebody with a bucket of water.`,
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
  const parts = [...header, ...(attachedBytes > 0 ? attachment : []), '--part--', ''];
  return Buffer.from(parts.join('\r\n'));
}
