/** Small mail for the model: new matters, and answers to what the desk has sent. */
import { field } from './message-text.js';

export interface Letter {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly messageId: string;
  readonly body?: string;
  /** Whole lines, without the line end. */
  readonly extra?: readonly string[];
  /** As the Date field has it; in the course of the model's first day, if none is given. */
  readonly date?: string;
}

export function letter(content: Letter): Buffer {
  const lines = [
    `From: ${content.from}`,
    `To: ${content.to}`,
    `Subject: ${content.subject}`,
    `Message-ID: <${content.messageId}>`,
    `Date: ${content.date ?? 'Mon, 2 Nov 2026 10:00:00 +0000'}`,
    ...(content.extra ?? []),
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    '',
    content.body ?? 'Hello.',
    '',
  ];
  return Buffer.from(lines.join('\r\n'));
}

export interface Answer {
  readonly from: string;
  readonly messageId: string;
  /** Answer to the address that closes the ticket. */
  readonly done?: boolean;
}

/** What a mail client makes of Reply: to Reply-To, or else to From, threaded by In-Reply-To and References. */
export function answerTo(original: Buffer, answer: Answer): Buffer {
  const id = field(original, 'Message-ID') ?? '';
  const to = field(original, 'Reply-To') ?? field(original, 'From') ?? '';
  const subject = field(original, 'Subject') ?? '';
  const references = [field(original, 'References') ?? '', id].join(' ').trim();
  return letter({
    from: answer.from,
    to: answer.done === true ? to.replace(/@(?=[^@]*$)/, '-done@') : to,
    subject: /^re:/i.test(subject) ? subject : `Re: ${subject}`,
    messageId: answer.messageId,
    extra: [`In-Reply-To: ${id}`, `References: ${references}`],
  });
}
