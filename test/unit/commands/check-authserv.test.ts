/** Which authserv-id `check` proposes, and when it proposes none. */
import { describe, expect, it } from 'vitest';
import { authservFinding, type Border } from '../../../src/commands/check-authserv.js';
import { readResults } from '../../../src/message/header/authentication-results-syntax.js';
import type { NewestMail, Stamp } from '../../../src/worker/ask/results-on-the-way.js';

const NOTHING_NEW: NewestMail = { of: 0, names: new Map() };

function stamp(value: string, isAtBorder = true): Stamp {
  const { authservId, results } = readResults(value);
  return { by: authservId, results, isAtBorder };
}

function newest(of: number, names: Record<string, { bearing: number; dmarc: number }>): NewestMail {
  return { of, names: new Map(Object.entries(names)) };
}

function found(stamps: readonly Stamp[], more: Partial<Border> = {}) {
  return authservFinding({
    way: { stamps, takenBy: 'mx.example.com' },
    newest: NOTHING_NEW,
    configured: null,
    ...more,
  });
}

const PASS = 'mx.example.com; dmarc=pass';

describe('authservId', () => {
  it('is proposed with what it gives where the host writes results of DMARC above its Received field', () => {
    expect(found([stamp(PASS)])).toMatchObject({
      result: 'note',
      text: expect.stringMatching(
        /above the Received field of mx\.example\.com\. With it a DMARC pass proves a From/,
      ),
      proposal: { key: 'authservId', value: 'mx.example.com' },
    });
  });

  it('is proposed where the test message has none of DMARC, but mail from elsewhere has', () => {
    const more = { newest: newest(9, { 'mx.example.com': { bearing: 9, dmarc: 8 } }) };
    expect(found([stamp('MX.example.com; auth=pass')], more).proposal).toEqual({
      key: 'authservId',
      value: 'MX.example.com',
    });
  });

  it('is not proposed without any result of DMARC: a name without one would only take powers away', () => {
    const finding = found([stamp('mx.example.com; spf=pass; dkim=pass')]);
    expect(finding.proposal).toBeUndefined();
    expect(finding.text).toMatch(/none of DMARC was seen.*\n {2}"authservId": "mx\.example\.com"$/s);
  });

  it('is not proposed before the desk’s own mail passes: staff of its domain would have no power', () => {
    const finding = found([stamp('mx.example.com; dmarc=fail')]);
    expect(finding.proposal).toBeUndefined();
    expect(finding.text).toMatch(/your own mail fails DMARC there\. Mend that first/);
  });

  it('is the topmost of several, and says so', () => {
    const finding = found([
      stamp('scanner.example; spf=pass'),
      stamp(PASS),
      stamp('in.example.net; dmarc=none'),
    ]);
    expect(finding.proposal?.value).toBe('mx.example.com');
    expect(finding.text).toMatch(
      /topmost of several.*scanner\.example, in\.example\.net stood there as well/,
    );
  });

  it('is never one from below the border, nor one that only mail from elsewhere bears', () => {
    const below = found([stamp('evil.example; dmarc=pass', false)]);
    expect(below.proposal).toBeUndefined();
    expect(below.text).toMatch(/below a Received field: there a stranger could have written/);
    expect(
      found([stamp(PASS, false)], { way: { stamps: [stamp(PASS, false)], takenBy: null } }).text,
    ).toMatch(/with no Received field below them/);
    const seen = newest(20, { 'evil.example': { bearing: 20, dmarc: 20 } });
    const elsewhere = found([], { newest: seen });
    expect(elsewhere.proposal).toBeUndefined();
    expect(elsewhere.text).toMatch(/adds no Authentication-Results.*If that is your own host/);
    expect(found([stamp(PASS, false), stamp(PASS)], { newest: seen }).proposal?.value).toBe('mx.example.com');
  });

  it('is none where the host writes no name', () => {
    const nameless = { ...stamp(PASS, false), by: '' };
    const finding = found([nameless]);
    expect(finding.proposal).toBeUndefined();
    expect(finding.text).toContain('without a name, as Microsoft 365 does');
    expect(found([nameless, stamp(PASS)]).proposal?.value).toBe('mx.example.com');
  });

  it('is not alarming where the host adds none', () => {
    const finding = found([]);
    expect(finding).toMatchObject({ result: 'note', text: expect.stringContaining('that is usual') });
    expect(finding.proposal).toBeUndefined();
  });

  it('is not proposed if the configuration would not take it', () => {
    expect(found([stamp('"mx example"; dmarc=pass')]).proposal).toBeUndefined();
    expect(found([stamp(`${'x'.repeat(254)}; dmarc=pass`)]).proposal).toBeUndefined();
  });

  it('warns of a host with a name for each machine', () => {
    const more = {
      newest: newest(30, {
        'mx.example.com': { bearing: 10, dmarc: 10 },
        'mx2.example.com': { bearing: 12, dmarc: 11 },
      }),
    };
    expect(found([stamp(PASS)], more).text).toContain('mx2.example.com (11)');
  });

  it('is well where it is configured and found, and questioned where it is not', () => {
    expect(found([stamp(PASS)], { configured: 'MX.example.com' })).toMatchObject({ result: 'ok' });
    const seen = newest(5, { 'mx.example.com': { bearing: 4, dmarc: 4 } });
    expect(found([], { configured: 'mx.example.com', newest: seen })).toMatchObject({
      result: 'ok',
      text: expect.stringContaining('4 of the newest 5'),
    });
    expect(found([stamp(PASS)], { configured: 'old.example.com' })).toMatchObject({
      result: 'note',
      text: expect.stringContaining('no From is proven'),
      proposal: { key: 'authservId', value: 'mx.example.com' },
    });
    const nobody = found([], { configured: 'old.example.com' });
    expect(nobody.proposal).toBeUndefined();
    expect(nobody.text).toContain('send one from elsewhere');
  });

  it('shows no controls of what a server wrote', () => {
    const finding = found([{ by: 'mx\u001b[31m', results: [], isAtBorder: false }]);
    expect(finding.text).not.toContain('\u001b');
  });
});
