import { describe, expect, it } from 'vitest';
import { MAX_RECIPIENTS, readEnvelope } from '../../../src/pipe/envelope.js';

const NOTHING = { sender: null, recipients: null };

describe('the envelope', () => {
  it('is what was typed, whatever the environment says', () => {
    const env = { SENDER: 'other@example.org', RECIPIENT: 'other@example.com' };
    const typed = {
      sender: '<jane@example.com>',
      recipients: ['support@example.com', 'ticket-4@example.com'],
    };
    expect(readEnvelope(typed, env)).toEqual({
      sender: 'jane@example.com',
      recipients: ['support@example.com', 'ticket-4@example.com'],
    });
  });

  it('comes from the environment of the transport, each recipient once', () => {
    const env = {
      SENDER: 'jane@example.com',
      RECIPIENT: 'desk@localhost',
      ORIGINAL_RECIPIENT: 'ticket-4@example.com',
      ORIG_RECIPIENT: '<ticket-4@example.com>',
    };
    expect(readEnvelope(NOTHING, env)).toEqual({
      sender: 'jane@example.com',
      recipients: ['desk@localhost', 'ticket-4@example.com'],
    });
  });

  it.each(['', '<>', 'MAILER-DAEMON', 'mailer-daemon'])('has a null sender: %j', (sender) => {
    expect(readEnvelope({ sender, recipients: null }, { SENDER: 'x@example.com' }).sender).toBe('');
    expect(readEnvelope(NOTHING, { SENDER: sender }).sender).toBe('');
  });

  it('takes a daemon of some host for the sender that it is', () => {
    expect(readEnvelope({ sender: 'MAILER-DAEMON@example.com', recipients: null }, {}).sender).toBe(
      'MAILER-DAEMON@example.com',
    );
  });

  it('has the sender of the line in front where nothing else tells', () => {
    const line = 'From jane@example.com Mon Nov 23 10:00:00 2026';
    expect(readEnvelope(NOTHING, {}, line).sender).toBe('jane@example.com');
    expect(readEnvelope(NOTHING, {}, 'From MAILER-DAEMON Mon Nov 23 10:00:00 2026').sender).toBe('');
    expect(readEnvelope(NOTHING, { SENDER: 'taro@example.com' }, line).sender).toBe('taro@example.com');
  });

  it('has the null sender where Sieve names none', () => {
    expect(
      readEnvelope(NOTHING, { RECIPIENT: 'a@example.com', ORIG_RECIPIENT: 'a@example.com' }).sender,
    ).toBe('');
  });

  it('is unknown where nobody tells', () => {
    expect(readEnvelope(NOTHING, {})).toEqual({ sender: null, recipients: [] });
  });

  it('makes no second field and no long line of an address', () => {
    const typed = {
      sender: `"a\r\nBcc: v"@example.com`,
      recipients: [`x\n@example.com`, 'y'.repeat(5000), ''],
    };
    const { sender, recipients } = readEnvelope(typed, {});
    expect(sender).toBe('"aBcc: v"@example.com');
    expect(recipients).toEqual(['x@example.com', 'y'.repeat(900)]);
  });

  it('has so many recipients at most', () => {
    const many = Array.from({ length: MAX_RECIPIENTS + 1 }, (_, index) => `u${index}@example.com`);
    expect(readEnvelope({ sender: null, recipients: many }, {}).recipients).toEqual(many.slice(0, -1));
  });
});
