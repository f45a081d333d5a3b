/** What `check` says of the results that the desk's own mail got. */
import { describe, expect, it } from 'vitest';
import { authenticationFields, verdictFindings } from '../../../src/commands/verdicts.js';
import { readResults } from '../../../src/message/header/authentication-results-syntax.js';
import type { Way } from '../../../src/worker/ask/results-on-the-way.js';

function way(...values: readonly string[]): Way {
  const stamps = values.map((value) => {
    const { authservId, results } = readResults(value);
    return { by: authservId, results, isAtBorder: authservId === 'mx.example.com' };
  });
  return { stamps, takenBy: 'mx.example.com' };
}

function found(...values: readonly string[]) {
  return verdictFindings(way(...values), 'example.com');
}

function textOf(results: string, check: string): string {
  const finding = found(`mx.example.com; ${results}`).find((one) => one.check === check);
  return `${finding?.result}: ${finding?.text}`;
}

describe('results of the own mail', () => {
  it('that are good are said in a word', () => {
    const findings = found('mx.example.com; dmarc=pass; spf=pass; dkim=pass header.d=mail.example.com');
    expect(findings.map(({ check, result }) => [check, result])).toEqual([
      ['DMARC', 'ok'],
      ['SPF', 'ok'],
      ['DKIM', 'ok'],
    ]);
  });

  it.each([
    [
      'dmarc=fail',
      'DMARC',
      /note: fail .*neither SPF nor DKIM vouch for example\.com.*administrator of the host/,
    ],
    ['dmarc=none', 'DMARC', /_dmarc\.example\.com, to begin with "v=DMARC1; p=none"/],
    ['dmarc=bestguesspass', 'DMARC', /publishes no policy/],
    ['dmarc=temperror', 'DMARC', /check again later/],
    ['dmarc=permerror', 'DMARC', /cannot be read.*manages the DNS of example\.com/],
    ['spf=none', 'SPF', /publishes no SPF record: whoever manages its DNS/],
    ['spf=neutral', 'SPF', /neither yes nor no/],
    ['spf=softfail', 'SPF', /does not name the server.*include:/],
    ['spf=fail', 'SPF', /forbids the server/],
    ['spf=temperror', 'SPF', /did not answer/],
    ['spf=permerror', 'SPF', /more than ten/],
    ['spf=fail smtp.mailfrom=bounces@sender.example', 'SPF', /the SPF record of sender\.example forbids/],
    ['spf=none smtp.helo=out.example', 'SPF', /out\.example publishes no SPF/],
    ['dkim=none', 'DKIM', /bore no signature: an administrator of the host switches DKIM on/],
    ['dkim=fail', 'DKIM', /changed after it was signed/],
    ['dkim=policy', 'DKIM', /short key/],
    ['dkim=permerror', 'DKIM', /key is missing in the DNS/],
    ['dkim=odd', 'DKIM', /note: odd .*no result that RFC 8601 knows/],
    [
      'dkim=pass header.d=host.example',
      'DKIM',
      /note: pass .*host\.example, which does not vouch for example\.com/,
    ],
  ])('%s', (results, check, expected) => {
    expect(textOf(results, check)).toMatch(expected);
  });

  it('that nobody looked for are no fault', () => {
    expect(found()).toMatchObject([{ check: 'own mail', result: 'note' }]);
    expect(found('mx.example.com; auth=pass smtp.auth=support')).toMatchObject([
      { check: 'own mail', result: 'note', text: expect.stringContaining('sent with a sign-in') },
    ]);
    expect(found()[0]?.text).toMatch(/no fault.*mailbox elsewhere/);
  });

  it('that are bad although the mail was sent with a sign-in are taken with care', () => {
    expect(textOf('auth=pass; spf=fail', 'SPF')).toMatch(/compare with what a mailbox elsewhere says first$/);
  });

  it('at the border count before others, and of two signatures the good one', () => {
    const both = found(
      'relay.example; spf=fail',
      'mx.example.com; spf=pass; dmarc=pass; dkim=fail; dkim=pass header.d=example.com',
    );
    expect(both).toMatchObject([
      { check: 'DMARC', result: 'ok' },
      { check: 'SPF', result: 'ok' },
      { check: 'DKIM', result: 'ok' },
    ]);
    expect(found('relay.example; spf=softfail')).toMatchObject([{ check: 'SPF', result: 'note' }]);
  });

  it('may be said by a server that gives no name', () => {
    const { stamps } = way('mx.example.com; spf=fail; arc=fail');
    const nameless = { takenBy: null, stamps: stamps.map((one) => ({ ...one, by: '', isAtBorder: false })) };
    const texts = verdictFindings(nameless, 'example.com').map(({ text }) => text);
    expect(
      texts.filter((text) => text.startsWith('fail (said by a server that gives no name): ')),
    ).toHaveLength(2);
  });

  it('without one of DMARC say how to see it', () => {
    expect(found('mx.example.com; spf=pass')).toMatchObject([
      { check: 'SPF', result: 'ok' },
      { check: 'DMARC', result: 'note', text: expect.stringContaining('did not say') },
    ]);
  });

  it('of ARC are told where it is broken', () => {
    const checks = (arc: string) => found(`mx.example.com; dmarc=pass; arc=${arc}`).map(({ check }) => check);
    expect(checks('fail')).toContain('ARC');
    expect(checks('pass')).not.toContain('ARC');
  });

  it('are fields for programs, with nothing in them that moves a terminal', () => {
    const odd = way('mx.example.com; spf=pass');
    expect(authenticationFields(odd)).toEqual({
      takenBy: 'mx.example.com',
      results: [{ by: 'mx.example.com', atBorder: true, method: 'spf', result: 'pass' }],
    });
    expect(authenticationFields({ stamps: [], takenBy: null })).toEqual({ takenBy: null, results: [] });
    const moving = {
      stamps: [
        { by: 'a\u001b[2Jb', results: odd.stamps.flatMap(({ results }) => results), isAtBorder: true },
      ],
      takenBy: 'x\u0007',
    };
    expect(JSON.stringify(authenticationFields(moving))).not.toMatch(/\\u001b|\\u0007/);
  });
});
