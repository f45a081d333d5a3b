/**
 * HTML as text. mailparser writes the text; what it is given is first made small and harmless in one pass: without
 * comments (Word's conditions), style, scripts and titles, and without all that its tags say but links and names of
 * pictures. So a long style sheet or a picture inside (`data:`) hides no words, and the bound is one of words.
 */
import { laidOut, withPlainSpaces } from './html-layout.js';
import { withLinesOfRows } from './html-tables.js';

/** Of HTML without what nobody sees, more than this is not turned into text. */
export const MAX_HTML_CHARACTERS = 262_144;
const MAX_LINK_CHARACTERS = 1_000;
/** A longer name is none. */
const MAX_TAG_NAME_CHARACTERS = 40;

const HEAD = 'Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n';
const PARSER_OPTIONS = {
  skipTextToHtml: true,
  skipImageLinks: true,
  keepCidLinks: true,
  // What the layout adds of spaces, line breaks and bars between cells comes on top.
  maxHtmlLengthToParse: 4 * MAX_HTML_CHARACTERS,
};

/** An attribute that says so in place of a style. */
const HIDDEN = ' hidden=""';
const UNSEEN = new Set(['script', 'style', 'template', 'title', 'xml']);
const KEPT_ATTRIBUTES = new Set(['alt', 'colspan', 'href', 'src', 'start']);
const TAG_NAME = new RegExp(`/?[a-z][a-z0-9:-]{0,${MAX_TAG_NAME_CHARACTERS}}`, 'iy');
const ATTRIBUTE = /[\s/"']*([^\s"'>/=]*)\s*(=?)\s*/y;
const BARE_VALUE = /[^\s>]*/y;
/** In a `style`: nobody sees it. */
const DISPLAYS_NOTHING = /(?:^|;)\s*display\s*:\s*none\b/i;
const BLOCK = /^\/?(?:blockquote|br|div|dd|dt|h[1-6]|hr|li|ol|p|table|td|th|tr|ul)$/;

/** It is loaded late: it brings as much as a pass without HTML needs besides. */
export function loadParser(): Promise<typeof import('mailparser')> {
  return import('mailparser');
}

/** The text of HTML that may be cut off anywhere; '' if nothing can be read. Never rejects. */
export async function htmlText(html: string): Promise<{ text: string; cut: boolean }> {
  const seen = visibleHtml(html);
  const cut = seen.length > MAX_HTML_CHARACTERS;
  const some = cut ? seen.slice(0, seen.lastIndexOf('<', MAX_HTML_CHARACTERS - 1)) : seen;
  const text = await parsed(some);
  // What is nested too deep for mailparser has words all the same.
  return { text: text.trim() === '' ? await parsed(withoutTags(some)) : text, cut };
}

async function parsed(html: string): Promise<string> {
  const { simpleParser } = await loadParser();
  try {
    const { text = '' } = await simpleParser(
      Buffer.from(HEAD + laidOut(withLinesOfRows(html)), 'utf8'),
      PARSER_OPTIONS,
    );
    return withPlainSpaces(text);
  } catch {
    return '';
  }
}

/** Only line breaks are left of what the tags say. */
function withoutTags(html: string): string {
  return html.replace(/<([^\s>]*)[^>]*>/g, (_, name: string) => (BLOCK.test(name) ? '<br>' : ''));
}

/** HTML in which every `<` begins a whole tag, and nothing is left that people do not see. */
export function visibleHtml(html: string): string {
  const scan = new Scan(html);
  const out: string[] = [];
  let at = 0;
  while (at < html.length) {
    const next = html.indexOf('<', at);
    if (next < 0) break;
    out.push(html.slice(at, next));
    at = scan.markup(next, out);
  }
  out.push(html.slice(Math.min(at, html.length)));
  return out.join('');
}

/** Reads one piece of markup after the other. It looks for no end twice that is not there, so all work is linear. */
class Scan {
  readonly #html: string;
  readonly #ends = new Map<string, number>();

  constructor(html: string) {
    this.#html = html;
  }

  /** What stands from a `<` on; answers where it ends, and puts out what is seen of it. */
  markup(at: number, out: string[]): number {
    if (this.#html.startsWith('<!--', at)) return this.#after('-->', at + 2);
    if (this.#html.startsWith('<!', at) || this.#html.startsWith('<?', at)) return this.#after('>', at);
    TAG_NAME.lastIndex = at + 1;
    const name = TAG_NAME.exec(this.#html)?.[0].toLowerCase() ?? '';
    if (name === '') {
      out.push('&lt;');
      return at + 1;
    }
    const { end, kept } = this.#tag(at + 1 + name.length);
    if (end < 0) return this.#html.length;
    if (UNSEEN.has(name)) return this.#behind(name, end);
    // Word's own elements, "o:p", have no meaning of their own.
    if (!name.includes(':')) out.push(`<${name}${kept}>`);
    return end;
  }

  /** The attributes of a tag; `end` is -1 where it has none. */
  #tag(from: number): { end: number; kept: string } {
    let kept = '';
    let at = from;
    while (at < this.#html.length) {
      ATTRIBUTE.lastIndex = at;
      const [, name = '', equals = ''] = ATTRIBUTE.exec(this.#html) ?? [];
      at = Math.max(ATTRIBUTE.lastIndex, at);
      if (name.toLowerCase() === 'hidden') kept += HIDDEN;
      if (equals === '' && this.#html[at] === '>') return { end: at + 1, kept };
      if (equals === '' && name === '') at += 1;
      if (equals === '') continue;
      const value = this.#value(at);
      kept += attribute(name.toLowerCase(), value.text);
      at = value.end;
    }
    return { end: -1, kept };
  }

  #value(at: number): { text: string; end: number } {
    const quote = this.#html[at] ?? '';
    const close = quote === '"' || quote === "'" ? this.#find(quote, at + 1) : -1;
    if (close >= 0)
      return {
        text: this.#html.slice(at + 1, Math.min(close, at + MAX_LINK_CHARACTERS + 2)),
        end: close + 1,
      };
    BARE_VALUE.lastIndex = at;
    BARE_VALUE.exec(this.#html);
    const end = Math.max(BARE_VALUE.lastIndex, at);
    return { text: this.#html.slice(at, Math.min(end, at + MAX_LINK_CHARACTERS + 1)), end };
  }

  /** Behind the closing tag of what is not seen; the end where there is none. */
  #behind(name: string, from: number): number {
    const known = this.#ends.get(name);
    if (known !== undefined && known < from) return this.#html.length;
    const closing = new RegExp(`</${name}[^>]{0,100}>`, 'gi');
    closing.lastIndex = from;
    if (closing.exec(this.#html) !== null) return closing.lastIndex;
    this.#ends.set(name, from - 1);
    return this.#html.length;
  }

  #after(what: string, from: number): number {
    const found = this.#find(what, from);
    return found < 0 ? this.#html.length : found + what.length;
  }

  #find(what: string, from: number): number {
    const last = this.#ends.get(what) ?? this.#html.lastIndexOf(what);
    this.#ends.set(what, last);
    return from > last ? -1 : this.#html.indexOf(what, from);
  }
}

/** As it is put out; a picture that is inside the text itself has a name at most. */
function attribute(name: string, value: string): string {
  if (name === 'style' && DISPLAYS_NOTHING.test(value)) return HIDDEN;
  if (!KEPT_ATTRIBUTES.has(name) || value.length > MAX_LINK_CHARACTERS) return '';
  if (/^[\s\0-\x1f]*(?:data|javascript|vbscript):/i.test(value)) return '';
  return ` ${name}="${value.replace(/["<>]/g, '')}"`;
}
