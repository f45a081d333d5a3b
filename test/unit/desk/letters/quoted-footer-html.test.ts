/** What a relay leaves out of a reply in HTML, in the shapes in which mail programs quote. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { footerCuts } from '../../../../src/desk/letters/quoted-footer.js';
import { encodeQuotedPrintable } from '../../../../src/message/body/quoted-printable.js';
import { asBody } from '../../../../src/message/compose/original.js';
import { splitMessage } from '../../../../src/message/header/header-block.js';
import { deskIn, ENGLISH, NAMED, noticeTo, upToRule } from './notices.js';

const NOTICE = noticeTo({ isWhole: false, from: 'Jane Doe <jane@example.com>' });
const HTML = 'Content-Type: text/html; charset=utf-8';
const ADDRESS = /[^\s<>&;]+@[a-z.]+[a-z]/g;

type Shape = (lines: readonly string[]) => string;

const escaped = (line: string): string =>
  line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
/** With a link for each address, as programs make them. */
const linked = (line: string, more = ''): string =>
  escaped(line).replaceAll(ADDRESS, (address) => `<a ${more}href="mailto:${address}">${address}</a>`);

const gmail: Shape = (lines) =>
  `<div dir="ltr">Pull the plug.</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">On Mon, Jan 5, 2026, Example Support &lt;<a href="mailto:support@example.com">support@example.com</a>&gt; wrote:<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;padding-left:1ex">${lines.map((line) => `${linked(line, 'target="_blank" ')}<br>\r\n`).join('')}</blockquote></div>\r\n`;

/** By what these programs are known to write; put together by hand. */
const SHAPES: readonly (readonly [string, Shape])[] = [
  ['Gmail', gmail],
  [
    'Thunderbird',
    (lines) =>
      `<!DOCTYPE html>\r\n<html>\r\n  <head>\r\n    <meta http-equiv="Content-Type" content="text/html; charset=UTF-8">\r\n  </head>\r\n  <body>\r\n    <p>Pull the plug.</p>\r\n    <div class="moz-cite-prefix">On 1/5/26, Example Support wrote:<br>\r\n    </div>\r\n    <blockquote type="cite" cite="mid:x@example.com">\r\n      <pre class="moz-quote-pre" wrap="">${lines.map((line) => `${linked(line, 'class="moz-txt-link-abbreviated" ')}\r\n`).join('')}</pre>\r\n    </blockquote>\r\n  </body>\r\n</html>\r\n`,
  ],
  [
    'Apple Mail',
    (lines) =>
      `<html><head><style>p > a { color: red }</style></head><body>Pull the plug.<br><blockquote type="cite"><div>On 5 Jan 2026, Example Support wrote:</div><br><div>${lines.map((line) => `<span style="x">${linked(line)}</span><br>`).join('')}</div></blockquote></body></html>`,
  ],
  [
    'a program that puts each line into a paragraph',
    (lines) =>
      `<p>Pull the plug.</p><blockquote>${lines.map((line) => `<div>${linked(line) || '<br>'}</div>`).join('')}</blockquote>`,
  ],
  [
    'Outlook on the web',
    (lines) =>
      `<html><head><style type="text/css">P {margin:0}</style></head><body dir="ltr"><div class="elementToProof">Pull the plug.</div><div id="appendonsend"></div><hr style="width:98%"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri"><b>From:</b> Example Support<br><b>Subject:</b> Printer</font><div>&nbsp;</div></div><div class="BodyFragment"><font size="2"><span style="font-size:11pt"><div class="PlainText">${lines.map((line) => `${linked(line).replace(/ $/, '&nbsp;')}<br>\r\n`).join('')}</div></span></font></div></body></html>`,
  ],
];

function mail(html: string, fields: readonly string[] = [HTML]): Buffer {
  return Buffer.from(`${fields.join('\r\n')}\r\n\r\n${html}`);
}

function relayed(raw: Buffer, desk = ENGLISH): string {
  return asBody(raw, footerCuts(desk, raw, NAMED)).body.toString();
}

const words = (html: string): string => html.replaceAll(/\s+/g, '').replaceAll('<div></div>', '');

describe.each(SHAPES)('in the way of %s', (_, shape) => {
  it('the desk’s lines go, and nothing else', () => {
    const body = relayed(mail(shape(NOTICE)));
    expect(words(body)).toBe(words(shape(upToRule(NOTICE))));
    expect(body).toContain('It burns.');
    expect(body).not.toMatch(/-note@|-done@/);
  });

  it('no line becomes longer than the mail’s own, in quoted-printable too', () => {
    const encoded = shape(NOTICE).split('\r\n').map(encodeQuotedPrintable).join('\r\n');
    const body = relayed(mail(encoded, [HTML, 'Content-Transfer-Encoding: quoted-printable']));
    expect(body).not.toMatch(/-note@|-done@/);
    for (const line of body.split('\r\n')) expect(line.length).toBeLessThanOrEqual(76);
    const decoded = body
      .replaceAll('=\r\n', '')
      .replaceAll(/=([0-9A-F]{2})/g, (__, digits: string) =>
        String.fromCharCode(Number.parseInt(digits, 16)),
      );
    expect(words(decoded)).toBe(words(shape(upToRule(NOTICE))));
  });

  it('all stays where one line differs, is missing or somebody has written between', () => {
    const rule = NOTICE.indexOf('-- ');
    const signed = NOTICE.findLastIndex((line) => /-(?:note|done)@/.test(line));
    for (const changed of [
      NOTICE.with(signed, `${NOTICE[signed]}!`),
      NOTICE.with(rule, '---'),
      NOTICE.toSpliced(rule + 2, 0, 'No, to Ann.'),
      NOTICE.map((line) => line.replace(/(support\+1)\.[0-9a-z]{8}/, '$1.k7f3q9x2')),
    ]) {
      const raw = mail(shape(changed));
      expect(relayed(raw)).toBe(splitMessage(raw).body.toString());
    }
  });
});

describe('HTML', () => {
  function untouched(raw: Buffer): void {
    expect(relayed(raw)).toBe(splitMessage(raw).body.toString());
  }

  it('is cut beside its text, each for itself', async () => {
    const desk = await deskIn('de');
    const notice = noticeTo({ desk, isWhole: false });
    const alternative = (lines: readonly string[]): string =>
      [
        '--b',
        'Content-Type: text/plain; charset=utf-8',
        '',
        'Zieh den Stecker.',
        ...lines.map((line) => `> ${line}`),
        '--b',
        HTML,
        '',
        gmail(lines),
        '--b--',
        '',
      ].join('\r\n');
    const raw = mail(alternative(notice), ['Content-Type: multipart/alternative; boundary=b']);
    expect(words(relayed(raw, desk))).toBe(words(alternative(upToRule(notice))));
  });

  it('stays where it quotes nothing, or Word does not say what it quotes', () => {
    const lines = NOTICE.map((line) => `<p class=MsoNormal>${linked(line)}<o:p></o:p></p>`).join('\r\n');
    untouched(mail(`<div class=WordSection1><p class=MsoNormal>Pull the plug.</p>${lines}</div>`));
    untouched(mail(NOTICE.map((line) => `${linked(line)}<br>`).join('')));
  });

  it('stays where an element would be cut in half, or the HTML is odd', () => {
    const rule = NOTICE.indexOf('-- ');
    const half = NOTICE.map((line, at) => linked(line).replace(at === rule + 1 ? ' ' : /$^/, ' <b>'));
    untouched(mail(`x<blockquote>${half.join('<br>')}</b></blockquote>`));
    untouched(mail(`${gmail(NOTICE)}<!-- `));
    for (const odd of ['<!-->', '<!--->', '<!-- --!>']) untouched(mail(`${gmail(NOTICE)}${odd} -->`));
    untouched(mail(`${gmail(NOTICE)}<style>`));
    untouched(mail(`${gmail(NOTICE)}<a href="`));
  });

  it('stays where it is signed, attached or encoded in base64', () => {
    const html = gmail(NOTICE);
    untouched(mail(html, [HTML, 'Content-Disposition: attachment']));
    untouched(mail(Buffer.from(html).toString('base64'), [HTML, 'Content-Transfer-Encoding: base64']));
    const signed = `--b\r\n${HTML}\r\n\r\n${html}\r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--b--\r\n`;
    untouched(mail(signed, ['Content-Type: multipart/signed; boundary=b']));
  });

  it('of anybody’s stays, byte for byte', () => {
    const theirs = NOTICE.map((line) => line.replace(/(support\+1)\.[0-9a-z]{8}/, '$1.k7f3q9x2'));
    const piece = fc.oneof(
      fc.constantFrom(...theirs.map((line) => linked(line)), '<br>', '<blockquote>', '</blockquote>', '-- '),
      fc.constantFrom(
        '<div>',
        '</div>',
        '<pre>',
        '<span>',
        '</span>',
        '<!--',
        '<style>',
        '&#x2d;',
        '<',
        '\r\n',
      ),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        untouched(mail(pieces.join('')));
      }),
    );
  });

  it.each([
    '<',
    '<a ',
    '<!--',
    '<!-- >',
    '<a href="',
    "<a b='",
    '<br>',
    '&#1;',
    '<style>',
    '-- <br>',
    '<b>',
    'a',
    'a b="" ',
  ])('of a quarter of a megabyte is read in linear time: %s', (odd) => {
    const begun = performance.now();
    footerCuts(ENGLISH, mail(`x<blockquote><${odd.repeat(260_000 / odd.length)}`), NAMED);
    footerCuts(ENGLISH, mail(`x<blockquote>${odd.repeat(260_000 / odd.length)}`), NAMED);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });
});
