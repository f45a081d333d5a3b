/** HTML without what nobody sees, in linear work, and as text. */
import { describe, expect, test } from 'vitest';
import { htmlText, MAX_HTML_CHARACTERS, visibleHtml } from '../../../../src/message/body/html-text.js';

describe('what is seen of HTML', () => {
  test.each([
    ['text alone', 'a & b', 'a & b'],
    ['tags without what they say', '<P CLASS="x" style=\'y\'>a</P>', '<p>a</p>'],
    [
      'links and names of pictures',
      '<a class=x href="https://x.test/?a=1">a</a><img alt=b src=c>',
      '<a href="https://x.test/?a=1">a</a><img alt="b" src="c">',
    ],
    ['a picture inside without its bytes', '<img alt="b" src="data:image/png;base64,AAAA">', '<img alt="b">'],
    ['no script in a link', '<a href=" javascript:x()">a</a>', '<a>a</a>'],
    ['no link that is too long', `<a href="${'x'.repeat(1_001)}">a</a>`, '<a>a</a>'],
    ['a link at its limit', `<a href="${'x'.repeat(1_000)}">a</a>`, `<a href="${'x'.repeat(1_000)}">a</a>`],
    ['a > in a value', '<a title="1 > 0" href=x>a</a>', '<a href="x">a</a>'],
    ['comments', 'a<!-- <p>x</p> -->b<!-->c<!-->d', 'abcd'],
    ['conditions of Word', 'a<![if !vml]>b<![endif]><!--[if mso]>x<![endif]-->c', 'abc'],
    ['style, script, title', '<style>x</style>a<SCRIPT src=y>if (a<b) x</Script >b<title>x</title>c', 'abc'],
    ['elements of Word', 'a<o:p>b</o:p>', 'ab'],
    ['what is no tag', '1 < 2 <3 <', '1 &lt; 2 &lt;3 &lt;'],
    ['nothing behind style that never ends', 'a<style>b<p>c', 'a'],
    ['nothing behind a comment that never ends', 'a<!-- b<p>c', 'a'],
    ['nothing of a tag that is cut off', 'a<img src="data:xxxx', 'a'],
    ['a quote that never ends up to the end of its tag', '<a href="x>b</a>', '<a href="x">b</a>'],
    ['a doctype', '<!DOCTYPE html><?xml version="1.0"?>a', 'a'],
  ])('%s', (_, html, seen) => {
    expect(visibleHtml(html)).toBe(seen);
  });

  test.each([
    ['tags that never end', '<a '],
    ['quotes that never end', '<a href="'],
    ['two kinds of quotes', `<a b='" c="' `],
    ['comments that never end', '<!--'],
    ['style that never ends', '<style>'],
    ['closing tags that never end', '<style></style '],
    ['equals signs', '<a ='],
    ['white space', `<a ${' '.repeat(50)}`],
    ['brackets', '<'],
  ])('is found in linear work: %s', async (_, piece) => {
    // Not a measure of speed: work that grows with the square of its input would take minutes.
    const begin = performance.now();
    const html = piece.repeat(4_000_000 / piece.length);
    visibleHtml(html);
    visibleHtml(`${html}>`);
    expect(performance.now() - begin).toBeLessThan(20_000);
  });
});

describe('the text of HTML', () => {
  test('goes as far as its limit', async () => {
    const words = (count: number) => 'word '.repeat(count);
    const fits = await htmlText(`<style>${'x'.repeat(MAX_HTML_CHARACTERS)}</style>${words(1_000)}`);
    expect([fits.text.length, fits.cut]).toEqual([5_000 - 1, false]);
    const beyond = await htmlText(`<p>${words(MAX_HTML_CHARACTERS / 5)}</p><p>end</p>`);
    expect([beyond.text.length > 200_000, beyond.text.includes('end'), beyond.cut]).toEqual([
      true,
      false,
      true,
    ]);
  });

  test.each([
    ['many levels', '<div>'.repeat(40_000)],
    ['many quotations', '<blockquote>'.repeat(20_000)],
    ['many tables', '<table><tr><td>'.repeat(15_000)],
    ['many lists', '<ul><li>'.repeat(30_000)],
  ])('is read in bounded work: %s', async (_, html) => {
    const begin = performance.now();
    expect((await htmlText(`${html}words`)).text).toContain('words');
    expect(performance.now() - begin).toBeLessThan(20_000);
  });
});
