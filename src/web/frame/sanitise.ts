/**
 * The HTML of a message as a document that may be shown: text, tables, pictures of the message itself, and harmless
 * style. What it must not do is kept from it three times over: here by what is let through, by the policy that the document
 * is served with, and by the sandbox of its frame.
 */
import sanitizeHtml from 'sanitize-html';
import type { MessageHtml, Picture } from '../../worker/ask/message-parts.js';

const TAGS = [
  'a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em',
  'figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p pre q s samp section small span',
  'strike strong sub sup table tbody td tfoot th thead time tr tt u ul var wbr',
].flatMap((line) => line.split(' '));

/** Nothing in it names another place, and no character ends the value early. */
const VALUE = [/^(?=.{1,200}$)(?!.*(?:url|image|attr|var|env|expression)\s*\()[\w\s#%.,'"()+/-]+$/i];
const STYLES = [
  'background-color border border-bottom border-collapse border-color border-left border-radius border-right border-spacing',
  'border-style border-top border-width color direction font font-family font-size font-style font-variant font-weight height',
  'letter-spacing line-height list-style-type max-width min-width padding padding-bottom padding-left padding-right padding-top',
  'text-align text-decoration text-indent text-transform unicode-bidi vertical-align white-space width word-break',
].flatMap((line) => line.split(' '));

/** Raster pictures alone: an SVG is a document. */
const PICTURE_TYPE = /^image\/(?:png|jpe?g|gif|webp|bmp|avif)$/;
const PICTURE_DATA = /^data:image\/(?:png|jpe?g|gif|webp|bmp|avif);base64,[A-Za-z0-9+/=\s]+$/i;
const MAX_DEPTH = 200;
/** The parser puts each open tag before all others: with so many it takes a tenth of a second, with all that fit, minutes. */
const MAX_TAGS = 20_000;
const MAX_ADDRESS_CHARACTERS = 500;

/** Their contents go with them. */
const NO_CONTENT =
  'script style textarea option select noscript noembed noframes iframe title object svg math template xmp plaintext'.split(
    ' ',
  );

export function sanitisedHtml({ html, pictures }: MessageHtml): string {
  const sources = new Map(pictures.map((picture) => [picture.contentId, picture]));
  return sanitizeHtml(withoutTooManyTags(html), {
    allowedTags: TAGS,
    allowedAttributes: {
      '*': ['style', 'dir', 'lang', 'align', 'valign', 'bgcolor', 'width', 'height', 'title'],
      table: ['border', 'cellpadding', 'cellspacing'],
      td: ['colspan', 'rowspan', 'nowrap'],
      th: ['colspan', 'rowspan', 'nowrap', 'scope'],
      col: ['span'],
      colgroup: ['span'],
      font: ['color', 'size', 'face'],
      ol: ['start', 'type'],
      img: ['src', 'alt'],
      a: ['data-to'],
    },
    allowedStyles: { '*': Object.fromEntries(STYLES.map((name) => [name, VALUE])) },
    allowedSchemes: [],
    allowedSchemesByTag: { img: ['data'] },
    allowProtocolRelative: false,
    nonTextTags: NO_CONTENT,
    nestingLimit: MAX_DEPTH,
    transformTags: {
      a: (tagName, { href = '', title = '' }) => ({
        tagName,
        attribs: { ...shownAddress(href), ...(title === '' ? {} : { title }) },
      }),
      img: (tagName, attribs) => ({ tagName, attribs: pictureOf(attribs, sources) }),
    },
    exclusiveFilter: ({ tag, attribs }) =>
      tag === 'img' && attribs['src'] === undefined && attribs['alt'] === undefined,
  });
}

/** Cut off where there is one too many. */
function withoutTooManyTags(html: string): string {
  let at = -1;
  for (let tags = 0; tags <= MAX_TAGS; tags += 1) {
    at = html.indexOf('<', at + 1);
    if (at === -1) return html;
    // What closes a tag opens none.
    if (html[at + 1] === '/') tags -= 1;
  }
  return html.slice(0, at);
}

/** Where a link leads is shown beside its words, and nothing can be clicked. */
function shownAddress(href: string): Record<string, string> {
  const address = href.trim().slice(0, MAX_ADDRESS_CHARACTERS);
  return /^(?:https?:|mailto:|tel:)/i.test(address) ? { 'data-to': address } : {};
}

/** A picture of the message, or what stands for one that is elsewhere. */
function pictureOf(
  attribs: Readonly<Record<string, string>>,
  sources: ReadonlyMap<string, Picture>,
): Record<string, string> {
  const { src = '', alt = '', width = '', height = '', style = '' } = attribs;
  const size = Object.fromEntries(
    Object.entries({ width, height, style }).filter(([, value]) => value !== ''),
  );
  const data = dataOf(src.trim(), sources);
  if (data !== null) return { src: data, alt, ...size };
  return alt === '' ? {} : { alt };
}

function dataOf(src: string, sources: ReadonlyMap<string, Picture>): string | null {
  if (PICTURE_DATA.test(src)) return src;
  const id = /^cid:(.+)$/is.exec(src)?.[1];
  const picture = id === undefined ? undefined : (sources.get(id) ?? sources.get(unescaped(id)));
  if (picture === undefined || !PICTURE_TYPE.test(picture.type)) return null;
  return `data:${picture.type};base64,${picture.bytes.toString('base64')}`;
}

/** RFC 2392: in a `cid:` address an id is written as in any other. */
function unescaped(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

/** For a document that lies in a file, where no server says so. */
const FRAME_POLICY =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'";

const FRAME_STYLE =
  'body{margin:.5rem;font:16px/1.5 sans-serif;color:#1c2024;background:#fff;overflow-wrap:anywhere}img{max-width:100%;height:auto}' +
  'a{color:inherit;text-decoration:underline}a[data-to]::after{content:" <" attr(data-to) ">";font-size:.85em;color:#50575e}';

/** A whole document around it. */
export function frameDocument(html: MessageHtml, title: string): string {
  const named = title.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${FRAME_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${named}</title>
<style>${FRAME_STYLE}</style>
</head>
<body>
${sanitisedHtml(html)}
</body>
</html>
`;
}
