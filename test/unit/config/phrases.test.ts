import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPhrases } from '../../../src/config/phrases.js';
import { fill, loadTemplates } from '../../../src/config/templates.js';
import { TEXTS } from '../../../src/desk/letters/texts.js';
import { PHRASES } from '../../../src/desk/phrases.js';
import type { DeskPolicy } from '../../../src/desk/policy.js';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'imapdesk-phrases-'));
});
afterAll(() => rm(dir, { recursive: true }));

async function folderWith(content: string): Promise<string> {
  const folder = await mkdtemp(join(dir, 'own-'));
  await writeFile(join(folder, 'phrases.txt'), content);
  return folder;
}

async function override(content: string): Promise<DeskPolicy['phrase']> {
  return loadPhrases(PHRASES, 'de', await folderWith(content));
}

describe('phrases', () => {
  it('are of the language that is asked for', async () => {
    const [english, german] = [
      await loadPhrases(PHRASES, 'en', null),
      await loadPhrases(PHRASES, 'de', null),
    ];
    expect(english('no-subject')).toBe('(no subject)');
    expect(german('no-subject')).toBe('(kein Betreff)');
    expect(german('size-megabytes', { whole: 1, tenth: 5 })).toBe('1,5 MB');
  });

  it('take values as they are, on one line', async () => {
    const english = await loadPhrases(PHRASES, 'en', null);
    expect(english('subject-review-notice', { subject: 'a {{subject}} & <b>\n\n c' })).toBe(
      'To be looked at: a {{subject}} & <b> c',
    );
  });

  it('keep their no-break spaces, and no line ends', async () => {
    const french = await loadPhrases(PHRASES, 'fr', null);
    expect(french('subject-review-notice', { subject: 'a\u202f?\u2028b\n\u00a0c' })).toBe(
      'À examiner\u00a0: a\u202f? b \u00a0c',
    );
  });

  it('of a desk’s own replace as many as there are', async () => {
    const own = await override('\uFEFFno-subject: (ohne Worte)\r\n\r\nrelay-name: {{member}}, Team\r\n');
    expect(own('no-subject')).toBe('(ohne Worte)');
    expect(own('relay-name', { member: 'Ann' })).toBe('Ann, Team');
    expect(own('unknown-sender')).toBe('unbekannter Absender');
  });

  it('may stand beside texts of a desk’s own, or be missing there', async () => {
    const folder = await folderWith('no-subject: (leer)\n');
    await writeFile(join(folder, 'filing-note.txt'), 'Nummer {{number}}\n');
    const two = TEXTS.filter(({ name }) => name === 'filing-note' || name === 'not-relayed');
    const texts = await loadTemplates(two, 'de', folder);
    expect(fill(texts.get('filing-note') ?? '', { number: 7 })).toBe('Nummer 7\n');
    expect(texts.get('not-relayed')).toContain('an NIEMANDEN außerhalb');
    await rm(join(folder, 'phrases.txt'));
    expect((await loadPhrases(PHRASES, 'de', folder))('no-subject')).toBe('(kein Betreff)');
  });

  it.each([
    ['no words', /phrases\.txt, line 1: expected a name, a colon, a space and words$/],
    ['no-subject:', /line 1: expected a name/],
    ['\n\nno-subjekt: x', /line 3: no phrase has the name no-subjekt, did you mean no-subject\?$/],
    ['zzz: x', /no phrase has the name zzz$/],
    ['no-subject: a\nno-subject: b', /line 2: no-subject stands there twice$/],
    ['no-subject: {{subject}}', /{{subject}} stands for nothing in this text/],
    ['relay-name: {{membr}}', /did you mean {{member}}\?$/],
    ['relay-name: {{member', /a {{…}} is not closed/],
  ])('%j is refused', async (content, message) => {
    await expect(override(content)).rejects.toThrow(message);
    await expect(override(content)).rejects.toMatchObject({ code: 'template-invalid', exitCode: 78 });
  });

  it('must be in a file that can be read', async () => {
    const folder = await mkdtemp(join(dir, 'odd-'));
    await mkdir(join(folder, 'phrases.txt'));
    await expect(loadPhrases(PHRASES, 'en', folder)).rejects.toThrow(
      /phrases\.txt: cannot be read \(EISDIR\)$/,
    );
  });
});
