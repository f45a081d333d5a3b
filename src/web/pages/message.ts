/** One message in the page of its ticket. */
import { html } from 'hono/html';
import type { Note } from '../../message/body/word-parts.js';
import type { TextPiece } from '../../message/quotes/folded.js';
import { foreign, type Html, layout, moment, type Viewing } from './layout.js';

interface FileShown {
  /** Counted from 1. */
  readonly place: number;
  readonly fileName: string;
  readonly type: string;
  readonly size: number;
}

export interface MessageShown {
  /** What it is called in addresses. */
  readonly name: string;
  /** Counted from 1. */
  readonly place: number;
  readonly total: number;
  readonly from: string;
  readonly to: readonly string[];
  readonly receivedAt: Date;
  readonly subject: string;
  /** Mail that the desk has written. */
  readonly byDesk: boolean;
  readonly pieces: readonly TextPiece[];
  readonly cut: boolean;
  readonly notes: readonly Note[];
  readonly files: readonly FileShown[];
  readonly html: 'none' | 'hidden' | 'shown' | 'always';
  /** The page that it stands on. */
  readonly pageFrom: number;
}

export function messageArticle(viewing: Viewing, ticket: number, message: MessageShown): Html {
  const { words } = viewing;
  const { name, place, total, from, to, receivedAt, subject, byDesk, files } = message;
  const id = `m-${name}`;
  return html`<article id="${id}" aria-labelledby="${id}-h" class="${byDesk ? 'desk' : 'person'}">
<h3 id="${id}-h">${foreign(from || words.nobody)}${byDesk ? html` <span class="by">${words.byTheDesk}</span>` : ''} <span class="place">${words.messageOf(place, total)}</span></h3>
<dl class="fields">
<div><dt>${words.date}</dt><dd>${moment(viewing, receivedAt)}</dd></div>
<div><dt>${words.to}</dt><dd>${foreign(to.join(', ') || words.nobody)}</dd></div>
<div><dt>${words.subject}</dt><dd>${foreign(subject || words.noSubject)}</dd></div>
</dl>
${noteLines(viewing, message)}
${textPieces(viewing, message)}
${files.length === 0 ? '' : fileList(viewing, ticket, message)}
${actions(viewing, ticket, message)}
${message.html === 'shown' || message.html === 'always' ? htmlFrame(viewing, ticket, message) : ''}
</article>
`;
}

function noteLines({ words }: Viewing, { notes }: MessageShown): Html {
  return html`${notes.map((note) => {
    const text =
      note.kind === 'encrypted'
        ? words.encrypted
        : words.attachedMessage(note.subject || words.noSubject, note.from || words.nobody);
    return html`<p class="note">${foreign(text)}</p>
`;
  })}`;
}

/** Where all of a text is quoted, it is shown: it may be all that somebody had to say. */
function textPieces({ words, places }: Viewing, { pieces, cut }: MessageShown): Html {
  if (pieces.length === 0)
    return html`<p class="note">${cut && places.source === null ? words.textIsInMail : words.noText}</p>`;
  const isAllQuoted = pieces.every(({ quoted }) => quoted);
  return html`${pieces.map(({ quoted, text }) => {
    const shown = html`<div class="text" dir="auto">${text}</div>
`;
    if (!quoted) return shown;
    const lines = text.split('\n').length;
    return html`<details${isAllQuoted ? html` open` : ''}><summary>${words.quoted(lines)}</summary>
${shown}</details>
`;
  })}${cut ? html`<p class="note">${places.source === null ? words.textIsInMail : words.textIsCut}</p>` : ''}`;
}

function fileList({ words, places }: Viewing, ticket: number, { name, files }: MessageShown): Html {
  return html`<h4>${words.files}</h4>
<ul class="files">
${files.map(
  (file) =>
    html`<li><a href="${places.file(ticket, name, file)}" download="${places.savedAs(file)}">${foreign(file.fileName)}</a> <span>${file.type}, ${file.size} ${words.bytes}</span></li>
`,
)}</ul>`;
}

function actions({ words, places }: Viewing, ticket: number, message: MessageShown): Html | string {
  const { name, place, total, pageFrom } = message;
  const about = html`<span class="unseen"> (${words.messageOf(place, total)})</span>`;
  const link = (href: string, text: string): Html => html`<li><a href="${href}">${text}${about}</a></li>
`;
  const shown = { from: pageFrom };
  const links = [
    ...(message.html === 'hidden'
      ? [link(places.ticket(ticket, { ...shown, html: name }), words.showHtml)]
      : []),
    ...(message.html === 'shown' ? [link(`${places.ticket(ticket, shown)}#m-${name}`, words.hideHtml)] : []),
    ...(places.headers === null ? [] : [link(places.headers(ticket, name), words.headers)]),
    ...(places.source === null ? [] : [link(places.source(ticket, name), words.source)]),
  ];
  return links.length === 0
    ? ''
    : html`<ul class="actions">
${links}</ul>`;
}

/** Without any permission: no script, no form, no other origin, no way out. */
function htmlFrame({ words, places }: Viewing, ticket: number, { name, place }: MessageShown): Html {
  return html`<p class="hint">${words.htmlNote}</p>
<iframe sandbox="" referrerpolicy="no-referrer" title="${words.htmlOf(place)}" src="${places.html(ticket, name)}"></iframe>`;
}

export function headersPage(
  viewing: Viewing,
  about: { readonly ticket: number; readonly place: number; readonly text: string },
): Html {
  const { words, places } = viewing;
  const title = words.headersOf(about.place, about.ticket);
  return layout(viewing, {
    title,
    section: 'tickets',
    main: html`<h1>${title}</h1>
<p><a href="${places.ticket(about.ticket)}">${words.backToTicket(about.ticket)}</a></p>
<pre class="headers" tabindex="0" role="region" aria-label="${words.headers}">${about.text}</pre>`,
  });
}
