/** The text of HTML: words as they were written, lines and cells apart, in linear work. */
import { describe, expect, test } from 'vitest';
import { laidOut } from '../../../../src/message/body/html-layout.js';
import { htmlText } from '../../../../src/message/body/html-text.js';

const LONG = 'every word of a long sentence stands in one line '.repeat(10).trim();

describe('the layout of HTML', () => {
  test.each([
    ['a long paragraph', `<p>${LONG}</p>`, LONG],
    ['a long paragraph that is wrapped in its source', `<p>\n  ${LONG.replaceAll(' ', '\n  ')}\n</p>`, LONG],
    ['a long quotation', `<blockquote><p>${LONG}</p></blockquote>`, `> ${LONG}`],
    ['spaces between inline tags', `<b>${LONG}</b> <i>${LONG}</i>`, `${LONG} ${LONG}`],
    ['lines that begin with a space', '<p> a b </p>\n<p>\n c d\n</p>e<br> f', 'a b\n\nc d\n\ne\nf'],
    ['preformatted lines', '<pre>a  b\n   c</pre> d   e', 'a  b\n   c\n\nd e'],
    ['headings', '<h1>Order Qx7</h1><H6>Late</H6>x', 'Order Qx7\n\nLate\n\nx'],
    ['a table', 'a<table><tr><th>b</th><td>c</td></tr><tr><td>d<td>e</table>', 'a\n\nb | c\nd | e'],
    [
      'tables in tables',
      'a<table><tr><td><table><tr><td>b</td></tr></table></td></tr></table>c',
      'a\n\nb\n\nc',
    ],
    ['a control that the text has itself', '<p>a\x1f\x1fb</p>', 'a b'],
    ['other elements that begin like a heading', '<p>a</p><hr><header>b</header>', null],
  ])('%s', async (_, html, expected) => {
    const { text } = await htmlText(html);
    if (expected === null) expect(text).toMatch(/^a\n[\s-]+\nb$/);
    else expect(text).toBe(expected);
  });

  test.each([
    ['spaces', ' '],
    ['spaces between inline tags', '<b> </b>'],
    ['controls', '\x1f'],
    ['rows', '<tr>'],
    ['line breaks', '<br> '],
    ['words', 'a '],
  ])('is made in linear work: %s', async (_, piece) => {
    const begin = performance.now();
    const html = `<p>${piece.repeat(250_000 / piece.length)}</p>`;
    expect(laidOut(html).length).toBeGreaterThan(0);
    expect(typeof (await htmlText(`${html}b`)).text).toBe('string');
    expect(performance.now() - begin).toBeLessThan(20_000);
  });
});
