/** HTML of mail made harmless. What a browser makes of it, test/integration/web-pages.test.ts shows. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { frameDocument, sanitisedHtml } from '../../../../src/web/frame/sanitise.js';

const plain = (html: string): string => sanitisedHtml({ html, pictures: [] });
const ACTIVE =
  /<(?:script|style|iframe|object|embed|form|input|svg|math|link|meta|base|video|audio|template|noscript)\b|\son\w+=|javascript:|href=|srcset|url\(/i;

describe('HTML of mail', () => {
  it('keeps words, tables and harmless style', () => {
    const html =
      '<p style="color:red;text-align:center">Hello <b>you</b></p><table border="1"><tr><td colspan="2">x</td></tr></table>';
    expect(plain(html)).toBe(
      '<p style="color:red;text-align:center">Hello <b>you</b></p><table border="1"><tr><td colspan="2">x</td></tr></table>',
    );
  });

  it('shows where a link leads, and has none', () => {
    expect(plain('<a href="https://evil.example/?a=1&b=2" onclick="x()">bank.example</a>')).toBe(
      '<a data-to="https://evil.example/?a=1&amp;b=2">bank.example</a>',
    );
    expect(plain('<a href="javascript:x()">click</a>')).toBe('<a>click</a>');
  });

  it('shows pictures that the message brings, and no others', () => {
    const pictures = [
      { contentId: 'dot@x', type: 'image/png', bytes: Buffer.from('png') },
      { contentId: 'svg@x', type: 'image/svg+xml', bytes: Buffer.from('<svg/>') },
    ];
    const html =
      '<img src="cid:dot@x" alt="a"><img src="CID:dot%40x"><img src="cid:svg@x" alt="b"><img src="https://t.example/p" alt="c"><img src="data:image/svg+xml;base64,AAAA"><img src="data:text/html,x">';
    expect(sanitisedHtml({ html, pictures })).toBe(
      '<img src="data:image/png;base64,cG5n" alt="a" /><img src="data:image/png;base64,cG5n" alt="" /><img alt="b" /><img alt="c" />',
    );
  });

  it.each([
    '<p style="background:url(https://t.example/)">x</p>',
    '<p style="color:red;background-image:image-set(\'a\' 1x)">x</p>',
    '<p style="width:expression(alert(1))">x</p>',
    '<p style="position:fixed;inset:0">x</p>',
    '<p style="color:red;}</style><script>x</script>">x</p>',
    '<svg><style><img src=x onerror=alert(1)></style></svg>',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
    '<form action="/sign-out"><button>x</button></form>',
    '<base href="//evil.example"><meta http-equiv="refresh" content="0;url=//evil.example"><link rel=stylesheet href=//x>',
    '<a href="java\nscript:alert(1)">x</a><a href="&#106;avascript:alert(1)">x</a><area href=x><map name=x>',
    '<<script>script>alert(1)<</script>/script><img src=x:x onerror=alert(1) //><iframe srcdoc="<script>x</script>">',
    '<p id="content" class="skip" name="x">x</p><template><script>x</script></template><plaintext>',
  ])('leaves nothing that acts in %s', (html) => {
    expect(plain(html)).not.toMatch(ACTIVE);
    expect(plain(html)).not.toMatch(/\b(?:id|class|name)=/);
  });

  it('is bounded in depth', () => {
    expect(plain('<div>'.repeat(150_000)).length).toBeLessThan(10_000);
    expect(plain('<b></i>'.repeat(150_000)).length).toBeLessThan(10_000);
  });

  it('leaves nothing that acts of the corpus, and never throws', () => {
    const corpus = join(import.meta.dirname, '../../../corpus');
    for (const name of readdirSync(corpus).filter((one) => one.endsWith('.eml')))
      expect(plain(readFileSync(join(corpus, name), 'latin1')), name).not.toMatch(
        /<script|<style|<svg|\son\w+=["'a-z]/i,
      );
  });

  it('stands in a document with a policy of its own', () => {
    const document = frameDocument({ html: 'x', pictures: [] }, '</title><script>');
    expect(document).toContain('<title>&#60;/title&#62;&#60;script&#62;</title>');
    expect(document).toContain("default-src 'none'; img-src data:");
  });
});
