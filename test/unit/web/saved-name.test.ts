/** What files of mail are called among saved pages: none opens as something that runs. */
import { describe, expect, it } from 'vitest';
import { savedName } from '../../../src/web/saved/saved-name.js';

describe('the name of a saved file', () => {
  it.each([
    ['photo.PNG', '1-photo.PNG'],
    ['bill.pdf', '1-bill.pdf'],
    ['bill.html', '1-bill.html.txt'],
    ['bill.pdf.SVG', '1-bill.pdf.SVG.txt'],
    ['mail.eml', '1-mail.eml.txt'],
    ['sums.csv', '1-sums.csv.txt'],
    ['setup.exe', '1-setup.exe.bin'],
    ['link.desktop', '1-link.desktop.bin'],
    ['macros.docm', '1-macros.docm.bin'],
    ['unnamed', '1-unnamed.bin'],
    ['bill.html. . ', '1-bill.html.txt'],
    ['bill.png:run.html', '1-bill.png_run.html.txt'],
    ['../../a/b\\c.png', '1-.._.._a_b_c.png'],
    ['.png', '1-.png'],
    ['bill.png\u202e', '1-bill.png_.bin'],
    ['\ud800.png', '1-_.png'],
  ])('%j is %s', (fileName, saved) => {
    expect(savedName({ place: 1, fileName })).toBe(saved);
  });

  it('is short enough for a file system, with its ending', () => {
    const long = savedName({ place: 50, fileName: `${'\u{1f600}'.repeat(120)}.html` });
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(255);
    expect(long.endsWith('.txt')).toBe(true);
  });
});
