import { describe, expect, it } from 'vitest';
import { canRewrite, isUnicode, wantsColours } from '../../../src/terminal/abilities.js';
import { cellsOf, inOneLine } from '../../../src/terminal/cells.js';
import { shortSpan, spanInWords } from '../../../src/terminal/span.js';

describe('colours', () => {
  it.each([
    ['a terminal', { TERM: 'xterm' }, true, true],
    ['no terminal', { TERM: 'xterm' }, false, false],
    ['a dumb terminal', { TERM: 'dumb' }, true, false],
    ['NO_COLOR', { TERM: 'xterm', NO_COLOR: '1' }, true, false],
    ['NO_COLOR that is empty', { TERM: 'xterm', NO_COLOR: '' }, true, true],
    ['FORCE_COLOR without a terminal', { FORCE_COLOR: '1' }, false, true],
    ['FORCE_COLOR that says no', { FORCE_COLOR: '0' }, true, false],
    ['both', { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
  ])('%s', (_what, env, terminal, wanted) => {
    expect(wantsColours(env, terminal)).toBe(wanted);
  });

  it('are no matter of lines that are written anew', () => {
    expect(canRewrite({ TERM: 'xterm', NO_COLOR: '1' })).toBe(true);
    expect(canRewrite({ TERM: 'dumb' })).toBe(false);
  });
});

describe('isUnicode', () => {
  it.each([
    [{ LANG: 'en_GB.UTF-8' }, true],
    [{ LC_ALL: 'C', LANG: 'en_GB.UTF-8' }, false],
    [{ LC_ALL: '', LC_CTYPE: 'C.utf8' }, true],
    [{}, false],
  ])('%j: %s', (env, unicode) => {
    expect(isUnicode(env)).toBe(unicode);
  });
});

describe('inOneLine', () => {
  it('takes away what orders a terminal about, and leaves what people write', () => {
    expect(inOneLine('a\r\n\u001b[31mb\u009b\u202ec\u2028d')).toBe('a [31mb c d');
    const written = '山田 👩‍👧 می‌خواهم é\u0301';
    expect(inOneLine(written)).toBe(written);
    expect(cellsOf('می‌خ')).toBe(3);
  });
});

describe('a span of time', () => {
  it.each([
    [-5, '0 seconds', '0 s'],
    [999, '0 seconds', '0 s'],
    [1000, '1 second', '1 s'],
    [59_999, '59 seconds', '59 s'],
    [60_000, '1 minute', '1 min'],
    [3_599_999, '59 minutes', '59 min'],
    [3_600_000, '1 hour', '1 h'],
    [2 * 86_400_000 - 1, '47 hours', '47 h'],
    [2 * 86_400_000, '2 days', '2 d'],
  ])('%i ms is %s', (ms, words, short) => {
    expect(spanInWords(ms)).toBe(words);
    expect(shortSpan(ms)).toBe(short);
  });
});
