/** What is posted where, and that nothing which a stranger writes rings a bell or makes a link. */
import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../../src/alerts/post.js';
import { type Shape, shaped } from '../../../src/alerts/shapes.js';
import { signedFields } from '../../../src/alerts/signature.js';
import type { AlertMessage } from '../../../src/desk/alerts/alert-message.js';

function alert(subject: string): AlertMessage {
  return {
    id: 'k7f3q9x2',
    alert: 'night',
    desk: 'Example Support',
    headline: 'Example Support: new ticket 7',
    details: [subject],
    events: [{ event: 'new', ticket: 7, at: new Date(0), said: { subject } }],
  };
}

function posted(shape: Shape, subject: string): Record<string, unknown> {
  const { type, body } = shaped(shape, alert(subject));
  expect(type).toBe('application/json');
  return JSON.parse(body);
}

const EVIL = '<!channel> <https://evil.example|bank> @everyone @all **b** [x](http://e) &amp; _i_ `c`';

describe('a shape', () => {
  it('of our own has a field for everything', () => {
    expect(posted('imapdesk', EVIL)).toEqual({
      id: 'k7f3q9x2',
      alert: 'night',
      desk: 'Example Support',
      text: `Example Support: new ticket 7\n${EVIL}`,
      events: [{ event: 'new', ticket: 7, at: '1970-01-01T00:00:00.000Z', subject: EVIL }],
    });
  });

  it('for Slack escapes the three characters that it interprets', () => {
    const { text, ...rest } = posted('slack', EVIL);
    expect(text).toContain('&lt;!channel&gt; &lt;https://evil.example|bank&gt;');
    expect(text).toContain('&amp;amp;');
    expect(rest).toEqual({ mrkdwn: false, unfurl_links: false, unfurl_media: false });
  });

  it('for Discord lets nobody be mentioned', () => {
    const { content, allowed_mentions, flags } = posted('discord', EVIL);
    expect(allowed_mentions).toEqual({ parse: [] });
    expect(flags).toBe(4);
    expect(content).toContain('\\*\\*b\\*\\*');
    expect(String(posted('discord', 'x'.repeat(5000))['content']).length).toBeLessThanOrEqual(2000);
  });

  it('for ntfy is the text alone, and no attachment', () => {
    const { type, body } = shaped('ntfy', alert('ü'.repeat(5000)));
    expect(type).toBe('text/plain; charset=utf-8');
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(4096);
    expect(body).toMatch(/^Example Support: new ticket 7\nü+…$/);
  });

  it('for Matrix says the same as text and as HTML', () => {
    const { html } = posted('matrix-hookshot', '<img src=x onerror="y">');
    expect(html).toContain('&lt;img src=x onerror=&quot;y&quot;&gt;');
    expect(html).toContain('Example Support: new ticket 7<br>');
  });

  it.each(['slack', 'mattermost', 'discord', 'matrix-hookshot'] as const)(
    'for %s holds no mention and no markup, whatever a stranger writes',
    (shape) => {
      const piece = fc.constantFrom(
        '<',
        '!',
        '@',
        'all',
        'channel',
        'here',
        'everyone',
        '>',
        '|',
        '`',
        '[',
        '](',
        ')',
        '\\',
        '&',
      );
      fc.assert(
        fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
          const values = posted(shape, pieces.join(''));
          const shown = String(values['text'] ?? values['content']);
          expect(shown).not.toMatch(/<[!@#]|<https?:/);
          if (shape !== 'slack') {
            expect(shown).not.toMatch(/@(?:all|channel|here|everyone)/);
            // Whatever Markdown interprets stands behind a backslash.
            expect(shown.replaceAll(/\\[\\`*_{}[\]()#+\-.!~|>:]/g, '')).not.toMatch(/[`*_[\]]/);
          }
        }),
      );
    },
  );
});

describe('a signature', () => {
  const AT = new Date('2026-06-01T12:00:00.900Z');

  it('is that of Standard Webhooks', () => {
    const body = '{"a":"ü"}';
    const fields = signedFields({ id: 'x1', at: AT, body }, 'a secret');
    expect(fields['webhook-id']).toBe('x1');
    expect(fields['webhook-timestamp']).toBe('1780315200');
    const mac = createHmac('sha256', 'a secret').update(`x1.1780315200.${body}`).digest('base64');
    expect(fields['webhook-signature']).toBe(`v1,${mac}`);
  });

  it('takes a secret in base64 as that project writes them', () => {
    const key = Buffer.from([1, 2, 3, 4, 250]);
    const fields = signedFields({ id: 'x', at: AT, body: '' }, `whsec_${key.toString('base64')}`);
    const mac = createHmac('sha256', key).update('x.1780315200.').digest('base64');
    expect(fields['webhook-signature']).toBe(`v1,${mac}`);
  });

  it('agrees with the one that the project gives as an example', () => {
    const fields = signedFields(
      {
        id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        at: new Date(1_614_265_330_000),
        body: '{"test": 2432232314}',
      },
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    );
    expect(fields['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('is none without a secret', () => {
    expect(Object.keys(signedFields({ id: 'x', at: AT, body: '' }, undefined))).toEqual([
      'webhook-id',
      'webhook-timestamp',
    ]);
  });
});

describe('an answer', () => {
  it.each([
    [200, 'told'],
    [201, 'told'],
    [204, 'told'],
    [301, 'refused'],
    [400, 'refused'],
    [401, 'again'],
    [404, 'again'],
    [413, 'refused'],
    [429, 'again'],
    [500, 'again'],
    [502, 'unknown'],
    [503, 'again'],
    [504, 'unknown'],
  ])('of %i is %s', (status, kind) => {
    expect(outcomeOf(status, '').kind).toBe(kind);
  });
});
