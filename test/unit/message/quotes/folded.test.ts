/** A text in pieces, with what is quoted apart. */
import { describe, expect, it } from 'vitest';
import { foldQuotes } from '../../../../src/message/quotes/folded.js';
import type { Thread } from '../../../../src/message/quotes/quotes.js';

const nothing: Thread = { first: false, known: [], earlier: [] };
const fold = (lines: readonly string[], thread = nothing) => foldQuotes(lines.join('\n'), thread);

describe('folding quotes', () => {
  it('parts long quotations from words, and leaves out nothing', () => {
    const lines = ['Yes.', '', '> a', '> b', '', '> c', '> d', '', 'And no.'];
    expect(fold(lines)).toEqual([
      { quoted: false, text: 'Yes.' },
      { quoted: true, text: '> a\n> b\n\n> c\n> d' },
      { quoted: false, text: 'And no.' },
    ]);
  });

  it('leaves short quotations between answers', () => {
    const lines = ['> one?', 'Yes.', '> two?', 'No.'];
    expect(fold(lines)).toEqual([{ quoted: false, text: lines.join('\n') }]);
  });

  it('knows what was quoted without marks by the earlier message', () => {
    const earlier = ['The printer burns', 'in room five', 'since Monday', 'and it smells'].join('\n');
    const header = [
      'From: Jane <jane@example.com>',
      'Sent: Monday',
      'To: support@example.com',
      'Subject: Printer',
    ];
    const lines = ['Water it.', '', ...header, '', ...earlier.split('\n')];
    const [words, quotation] = fold(lines, {
      first: false,
      known: ['jane@example.com'],
      earlier: [earlier],
    });
    expect([words?.quoted, words?.text]).toEqual([false, 'Water it.']);
    expect(quotation?.quoted).toBe(true);
  });

  it('has no piece of nothing', () => {
    expect(fold(['', ' ', ''])).toEqual([]);
  });
});
