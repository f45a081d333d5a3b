/** Tables of HTML as lines: cells parted, layout left alone, in linear work. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withLinesOfRows } from '../../../../src/message/body/html-tables.js';
import { htmlText, visibleHtml } from '../../../../src/message/body/html-text.js';

const row = (...cells: readonly string[]): string =>
  `<tr>${cells.map((one) => `<td>${one}</td>`).join('')}</tr>`;
const table = (...rows: readonly string[]): string => `<table>${rows.join('\n')}</table>`;

async function textOf(html: string): Promise<string> {
  return (await htmlText(html)).text.trim();
}

describe('a table of data', () => {
  test.each([
    ['cells are parted', table(row('a b', 'c'), row('d', 'e f')), 'a b | c\nd | e f'],
    ['also without closing tags', '<table><tr><th>a<th>b<tr><td>c<td>d</table>', 'a | b\nc | d'],
    ['and without a first row', '<table><td>a<td>b<tr><td>c<td>d</table>x', 'a | b\nc | d\n\nx'],
    ['and without an end', `x${table(row('a', 'b')).replace('</table>', '')}`, 'x\n\na | b'],
    [
      'groups of rows',
      '<table><thead><tr><th>a<th>b</thead><tbody><tr><td>c<td>d</tbody></table>',
      'a | b\nc | d',
    ],
    ['paragraphs in cells', table(row('<p class=x>a</p>', '\n <div><p>b</p></div>\n')), 'a | b'],
    ['a few lines in a cell', table(row('a', 'b<br>c<br/>\n<div>d</div>')), 'a | b / c / d'],
    ['tags in a line', table(row('<b> a</b> <i>b</i> ', '<font>c</font>')), 'a b | c'],
    ['a link', table(row('<a href="https://x.test/">a</a>', 'b')), 'a [https://x.test/] | b'],
    ['a link that is not closed', table(row('<a href="https://x.test/">a', 'b')), 'a [https://x.test/] | b'],
    ['labels', table(row('Name:', 'Jane'), row('Größe：', '5')), 'Name: Jane\nGröße： 5'],
    ['an empty cell in a row', table(row('a', 'b', 'c'), row('d', '&nbsp;', 'f')), 'a | b | c\nd | | f'],
    ['an empty cell in front', table(row('a', 'b', 'c'), row('', 'e', 'f')), 'a | b | c\n| e | f'],
    ['empty cells at the end', table(row('a', 'b', 'c'), row('d', 'e', '')), 'a | b | c\nd | e'],
    [
      'margins',
      table(row('&nbsp;', 'a', '\u200b', 'b', ''), row('', 'c', '&#8203;', 'd', '&#xA0;')),
      'a | b\nc | d',
    ],
    [
      'cells over several columns',
      table('<tr><td colspan="2">a</td><td>b</td></tr>', row('c', '', 'd'), row('', '', 'e')),
      'a | b\nc | d\ne',
    ],
    ['a row with one cell', table(row('<p>a</p>'), row('b', 'c'), row('<p>d</p>')), 'a\nb | c\nd'],
    ['a picture with a name', table(row('<img alt="Logo" src="x">a', 'b')), 'Logo [x]a | b'],
    ['one in text', `x${table(row('a', 'b'))}y`, 'x\n\na | b\n\ny'],
    [
      'a wide row stays one line',
      table(row(...Array.from({ length: 64 }, () => 'word'))),
      Array.from({ length: 64 }, () => 'word').join(' | '),
    ],
  ])('%s', async (_, html, expected) => {
    expect(await textOf(html)).toBe(expected);
  });
});

describe('a table of layout', () => {
  test.each([
    ['one cell a row', table(row('<p>a</p><p>b</p>'), row('c'))],
    ['one cell with words', table(row('&nbsp;', '<p>a</p><p>b</p>', '<img src="x">'))],
    ['lists', table(row('a', '<ul><li>b</li></ul>'))],
    ['a quotation', table(row('a', '<blockquote>b</blockquote>'))],
    ['preformatted lines', table(row('a', '<pre>b\n  c</pre>'))],
    ['many lines', table(row('a', 'b<br>c<br>d<br>e<br>f'))],
    ['a long text', table(row('a', 'long '.repeat(101)))],
    ['very many cells', table(row(...Array.from({ length: 65 }, () => 'a')))],
    ['words between cells', '<table><tr><td>a</td>b<td>c</td></tr></table>'],
  ])('is left as it is: %s', (_, html) => {
    const seen = visibleHtml(html);
    expect(withLinesOfRows(seen)).toBe(seen);
  });

  test('around a table of data', async () => {
    const data = table(row('a', 'b'), row('c', 'd'));
    expect(await textOf(table(row('', `<p>x</p>${data}<p>y</p>`, ''), row('', 'z', '')))).toBe(
      'x\n\na | b\nc | d\n\ny\n\nz',
    );
    expect(await textOf(table(row('x', data), row('y', 'z')))).toBe('x\n\na | b\nc | d\n\ny | z');
  });

  test.each(['a</td></tr></table>b', '<td>a<td>b', '<tr><td>a</tr>b', '</table><td hidden>a'])(
    'is not what stands outside of any: %s',
    (html) => {
      expect(withLinesOfRows(visibleHtml(html)).replaceAll(' hidden=""', '')).toBe(
        visibleHtml(html).replaceAll(' hidden=""', ''),
      );
    },
  );
});

describe('what nobody sees of a table', () => {
  const unseen = [
    '<td style="color:red; DISPLAY : none;width:1px">x</td>',
    "<td class=a style='display:none'>x</td>",
    '<td hidden>x</td>',
    '<td HIDDEN="">x</td>',
    '<td hidden class=a>x<table><tr><td hidden>y</td><td>z</td></tr></table></td>',
  ];
  test.each(unseen)('%s', async (cell) => {
    expect(await textOf(`<table><tr><td>a</td>${cell}<td>b</td></tr>${row('c', '', 'd')}</table>`)).toBe(
      'a | b\nc | d',
    );
    expect(await textOf(`<table><tr>${cell}<td><ul><li>a</li></ul></td></tr></table>b`)).toBe('* a\n\nb');
  });

  test('a row', async () => {
    const hidden = `<tr style="display:none"><td>x</td><td>y</td></tr>`;
    expect(await textOf(table(row('a', 'b'), hidden, row('c', 'd')))).toBe('a | b\nc | d');
  });

  test.each([
    '<td style="display:inline">x</td>',
    '<td style="xdisplay:none">x</td>',
    '<td title="hidden">x</td>',
  ])('but this: %s', async (cell) => {
    expect(await textOf(`<table><tr><td>a</td>${cell}</tr></table>`)).toBe('a | x');
  });
});

const PIECES = [
  '<table>',
  '</table>',
  '<tr>',
  '</tr>',
  '<td>',
  '</td>',
  '<th colspan="2">',
  '<td hidden="">',
  '<tbody>',
  '</tbody>',
  '<p>',
  '</p>',
  '<b>',
  '</b>',
  '<br>',
  '<ul>',
  '<img alt="p" src="q">',
  'a',
  'b:',
  '&nbsp;',
  ' ',
  '\n',
];

test('no word is lost or moved, however tables are broken', () => {
  const words = (html: string): string =>
    html.replaceAll(/<[^>]*>| \/ |\|/g, '').replaceAll(/&nbsp;|\s/g, '');
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...PIECES.filter((one) => !one.includes('hidden'))), { maxLength: 60 }),
      (pieces) => {
        const html = pieces.join('');
        expect(words(withLinesOfRows(html))).toBe(words(html));
      },
    ),
    { numRuns: 2_000 },
  );
});

test('whatever stands there, it is told the same way twice, and lines of rows stay', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }), (pieces) => {
      const html = pieces.join('');
      const once = withLinesOfRows(html);
      expect(withLinesOfRows(html)).toBe(once);
      expect(once.length).toBeLessThanOrEqual(4 * html.length + 20);
    }),
    { numRuns: 1_000 },
  );
});

test.each([
  ['cells', '<td>a'],
  ['empty cells', '<td>'],
  ['rows', '<tr><td>a<td>b'],
  ['tables in cells', '<table><tr><td>a<td>'],
  ['tables in cells that nobody sees', '<table><tr><td hidden="">'],
  ['tables that begin in rows', '<table><tr>'],
  ['ends of cells', '</td>'],
  ['ends of tables', '</table>'],
  ['lines in one cell', 'a<br>'],
  ['tags in one cell', '<b>'],
  ['no-break spaces', '&nbsp;'],
  ['spaces', ' '],
])('is read in linear work: %s', async (_, piece) => {
  // Not a measure of speed: work that grows with the square of its input would take minutes.
  const begin = performance.now();
  const html = `<table><tr><td>x</td><td>${piece.repeat(4_000_000 / piece.length)}`;
  expect(withLinesOfRows(html).length).toBeGreaterThan(0);
  expect(typeof (await htmlText(html.slice(0, 250_000))).text).toBe('string');
  expect(performance.now() - begin).toBeLessThan(20_000);
});
