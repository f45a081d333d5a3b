/**
 * What is posted to each kind of service. A text may hold what a stranger wrote: whatever the service takes for markup, a mention
 * or a link in it is made harmless, so that no mail rings everybody's bell.
 */
import { type AlertMessage, severalLines } from '../desk/alerts/alert-message.js';

export interface Posted {
  readonly type: string;
  readonly body: string;
}

export type Shape = 'imapdesk' | 'slack' | 'mattermost' | 'discord' | 'ntfy' | 'matrix-hookshot';

/** Discord takes no more characters in one message. */
const MAX_DISCORD_CHARS = 2000;
/** ntfy makes an attachment of more bytes. */
const MAX_NTFY_BYTES = 4096;
/** It shows nothing, and parts what would be a mention. */
const NOTHING = '\u200b';
/** Discord: no previews of links. */
const SUPPRESS_EMBEDS = 4;

const SHAPES: Readonly<Record<Shape, (message: AlertMessage) => Posted>> = {
  imapdesk: (message) => json(ownShape(message)),
  slack: (message) =>
    json({ text: forSlack(severalLines(message)), mrkdwn: false, unfurl_links: false, unfurl_media: false }),
  mattermost: (message) => json({ text: forMattermost(severalLines(message)) }),
  discord: (message) =>
    json({
      content: upTo(MAX_DISCORD_CHARS, forMarkdown(severalLines(message))),
      allowed_mentions: { parse: [] },
      flags: SUPPRESS_EMBEDS,
    }),
  ntfy: (message) => ({
    type: 'text/plain; charset=utf-8',
    body: upToBytes(MAX_NTFY_BYTES, severalLines(message)),
  }),
  'matrix-hookshot': (message) => {
    const text = severalLines(message);
    return json({ text: forMarkdown(text), html: forHtml(text) });
  },
};

export function shaped(shape: Shape, message: AlertMessage): Posted {
  return SHAPES[shape](message);
}

/** Our own: stable, with a field for everything. */
export function ownShape({ id, alert, desk, events, headline, details }: AlertMessage): object {
  return {
    id,
    alert,
    desk,
    text: [headline, ...details].join('\n'),
    events: events.map(({ event, ticket, at, code, said }) => ({
      event,
      ticket,
      at: at.toISOString(),
      ...(code === undefined ? {} : { code }),
      ...said,
    })),
  };
}

function json(value: object): Posted {
  return { type: 'application/json', body: JSON.stringify(value) };
}

/** docs.slack.dev: these three are the characters that it interprets; `<!channel>` is nothing without its brackets. */
function forSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const MARKDOWN = /[\\`*_{}[\]()#+\-.!~|>:]/g;

function forMarkdown(text: string): string {
  return apart(text.replaceAll(MARKDOWN, '\\$&'));
}

/** It takes Slack's `<!channel>`, Markdown, and every `@all` that stands in a text. */
function forMattermost(text: string): string {
  return forMarkdown(text);
}

/** `@everyone`, `@all` and `<!here>` as text. */
function apart(text: string): string {
  return text.replaceAll(/[@<]/g, `$&${NOTHING}`);
}

function forHtml(text: string): string {
  const safe = text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
  return apart(safe).replaceAll('\n', '<br>');
}

function upTo(most: number, text: string): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '');
  // What escapes the next character must not be left alone.
  return `${kept.replace(/\\+$/, '')}…`;
}

function upToBytes(most: number, text: string): string {
  if (Buffer.byteLength(text) <= most) return text;
  const kept = Buffer.from(text).subarray(0, most - Buffer.byteLength('…'));
  return `${new TextDecoder().decode(kept).replace(/\ufffd+$/, '')}…`;
}
