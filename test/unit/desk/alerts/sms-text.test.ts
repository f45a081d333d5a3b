/** One SMS: what counts, and where it is cut. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { smsText } from '../../../../src/desk/alerts/sms-text.js';

/** 3GPP TS 23.038 §6.2.1, spelt anew. */
const GSM = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€]*$/;
const septets = (text: string): number =>
  Array.from(text).reduce((sum, one) => sum + (/[\^{}\\[~\]|€]/.test(one) ? 2 : 1), 0);

describe('an SMS', () => {
  it.each([
    ['Example Support: new ticket 7', 'Example Support: new ticket 7'],
    ['“Kaputt” – sagt Jörg…', '"Kaputt" - sagt Jörg...'],
    ['two\r\n lines\tand\u00a0more', 'two lines and more'],
    ['a'.repeat(160), 'a'.repeat(160)],
    ['a'.repeat(161), `${'a'.repeat(157)}...`],
    ['€'.repeat(80), '€'.repeat(80)],
    ['€'.repeat(81), `${'€'.repeat(78)}...`],
    ['д'.repeat(70), 'д'.repeat(70)],
    ['д'.repeat(71), `${'д'.repeat(67)}...`],
    [`${'a'.repeat(69)}🙂`, `${'a'.repeat(67)}...`],
    // A family is seven code points, and one character.
    [`${'ж'.repeat(60)}👨‍👩‍👧‍👦${'ж'.repeat(10)}`, `${'ж'.repeat(60)}...`],
  ])('of %j', (written, sent) => {
    expect(smsText(written)).toBe(sent);
  });

  it('fits into one part, whatever is written', () => {
    const units = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc.string({ unit: fc.constantFrom('a', 'ä', '€', '[', ' '), maxLength: 300 }),
      fc.string({ unit: fc.constantFrom('a', '🙂', 'e\u0301', '\u200d'), maxLength: 300 }),
    );
    fc.assert(
      fc.property(units, (written) => {
        const sent = smsText(written);
        if (GSM.test(sent)) expect(septets(sent)).toBeLessThanOrEqual(160);
        else expect(sent.length).toBeLessThanOrEqual(70);
        expect(sent).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
      }),
    );
  });
});
