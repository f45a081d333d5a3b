/**
 * What all pages have around them. Pages are pure: from what is shown to HTML, so the same ones are served and written into
 * a folder. Everything that is put into a template is escaped by it; there is no script, and no style but the one file.
 */
import { html } from 'hono/html';
import type { Words } from '../words/english.js';
import type { PageLanguage } from '../words/language.js';
import { NOTHING_ASKED, type Places } from './places.js';

export type Html = ReturnType<typeof html>;

/** Who looks at a page, and how it is shown to them. */
export interface Viewing {
  readonly language: PageLanguage;
  readonly words: Words;
  readonly places: Places;
  /** null for pages of no desk. */
  readonly desk: { readonly name: string; readonly timezone: string } | null;
  /** Who is signed in by a name; null for whoever knows the password. */
  readonly who: string | null;
}

type Section = 'tickets' | 'figures' | null;

interface Page {
  readonly title: string;
  readonly section?: Section;
  readonly main: Html;
}

export function layout(viewing: Viewing, { title, section = null, main }: Page): Html {
  const { words, places, desk, language } = viewing;
  const whole = desk === null ? `${title} – imapdesk` : `${title} – ${desk.name}`;
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
${policy(places.policy)}<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>${whole}</title>
<link rel="stylesheet" href="${places.style}">
</head>
<body>
<a class="skip" href="#content">${words.skip}</a>
<header>
<p class="desk">${deskName(viewing)}</p>
${desk === null ? '' : navigation(viewing, section)}
${signedIn(viewing)}
</header>
<main id="content" tabindex="-1">
${main}
</main>
</body>
</html>
`;
}

function deskName({ desk, places }: Viewing): Html {
  if (desk === null) return html`imapdesk`;
  return places.home === null ? html`${desk.name}` : html`<a href="${places.home}">${desk.name}</a>`;
}

function policy(text: string | null): Html | string {
  if (text === null) return '';
  return html`<meta http-equiv="Content-Security-Policy" content="${text}">
<meta name="referrer" content="no-referrer">
`;
}

function navigation({ words, places }: Viewing, section: Section): Html | string {
  const { list, figures } = places;
  if (list === null) return '';
  const here = (is: Section): Html | string => (section === is ? html` aria-current="page"` : '');
  return html`<nav aria-label="${words.navigation}"><ul>
<li><a href="${list(NOTHING_ASKED)}"${here('tickets')}>${words.tickets}</a></li>
${figures === null ? '' : html`<li><a href="${figures}"${here('figures')}>${words.figures}</a></li>`}
</ul></nav>`;
}

function signedIn({ words, who, places }: Viewing): Html | string {
  if (who !== null) return html`<p class="out">${words.signedInAs(who)}</p>`;
  if (places.signOut === null) return '';
  return html`<form method="post" action="${places.signOut}" class="out"><button>${words.signOut}</button></form>`;
}

/** Text of others: it cannot turn the direction of what stands around it. */
export function foreign(text: string): Html {
  return html`<bdi>${text}</bdi>`;
}

export function moment({ words, desk }: Viewing, at: Date): Html {
  if (Number.isNaN(at.getTime())) return html`–`;
  const shown = new Intl.DateTimeFormat(words.locale, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: desk?.timezone ?? 'UTC',
  }).format(at);
  return html`<time datetime="${at.toISOString()}">${shown}</time>`;
}

/** A page that says one thing. */
export function notePage(
  viewing: Viewing,
  { title, text }: { readonly title: string; readonly text: string },
): Html {
  return layout(viewing, { title, main: html`<h1>${title}</h1><p>${text}</p>` });
}
