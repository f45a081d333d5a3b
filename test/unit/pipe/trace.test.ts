/** What is put on top, and that it makes no one believed who was not, and nobody unbelieved who was. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readFacts } from '../../../src/message/read-facts.js';
import type { Envelope } from '../../../src/pipe/envelope.js';
import { withTrace } from '../../../src/pipe/trace.js';

const RECEIVED = 'Received: from a.example by mx.example.com; Mon, 23 Nov 2026 10:00:00 +0000\r\n';
const OURS = 'Authentication-Results: mx.example.com; dmarc=pass header.from=example.com\r\n';
const REST = 'From: Jane <jane@example.com>\r\nTo: support@example.com\r\nSubject: x\r\n\r\nHello\r\n';
const ENVELOPE: Envelope = { sender: 'jane@example.com', recipients: ['ticket-4@example.com'] };

function traced(message: string, envelope: Envelope = ENVELOPE): string {
  return withTrace(Buffer.from(message, 'latin1'), envelope).toString('latin1');
}

function factsOf(message: string) {
  const raw = Buffer.from(message, 'latin1');
  const header = raw.subarray(0, raw.indexOf('\r\n\r\n') + 4);
  const about = { header, size: raw.length, receivedAt: new Date(0), structure: null };
  return readFacts(about, { authservId: 'mx.example.com' });
}

describe('trace fields', () => {
  it('stand on top, and below them is the message that came', () => {
    expect(traced(RECEIVED + REST)).toBe(
      `Return-Path: <jane@example.com>\r\nDelivered-To: ticket-4@example.com\r\n${RECEIVED}${REST}`,
    );
  });

  it('are not added where nobody tells the envelope', () => {
    expect(traced(RECEIVED + REST, { sender: null, recipients: [] })).toBe(RECEIVED + REST);
  });

  it('are not added again where the transport has added them', () => {
    const postfix =
      'Return-Path: <jane@example.com>\r\nX-Original-To: Ticket-4@example.com\r\nDelivered-To: desk@localhost\r\n';
    expect(traced(postfix + RECEIVED + REST)).toBe(postfix + RECEIVED + REST);
    const exim = 'Return-path: <jane@example.com>\r\nEnvelope-to: a@example.com, ticket-4@example.com\r\n';
    expect(traced(exim + RECEIVED + REST)).toBe(exim + RECEIVED + REST);
  });

  it('are added where the author has written them', () => {
    const forged = 'Return-Path: <jane@example.com>\r\nDelivered-To: ticket-4@example.com\r\n';
    expect(traced(RECEIVED + forged + REST)).toContain(`Delivered-To: ticket-4@example.com\r\n${RECEIVED}`);
  });

  it('tell the recipient to the desk as if it stood in To', () => {
    expect(factsOf(traced(RECEIVED + REST)).recipients).toEqual([
      'ticket-4@example.com',
      'support@example.com',
    ]);
  });

  it('tell a null sender, whatever the message says below', () => {
    const nobody = { sender: '', recipients: [] };
    const forged = `${RECEIVED}Return-Path: <jane@example.com>\r\n${REST}`;
    expect(traced(forged, nobody)).toMatch(/^Return-Path: <>\r\n/);
    expect(factsOf(forged).automatic).toBeNull();
    expect(factsOf(traced(forged, nobody)).automatic).not.toBeNull();
  });

  it('leave results believed that stand at the top, with those of the transport or without', () => {
    const pass = { dmarc: 'pass', policy: null };
    expect(factsOf(traced(OURS + RECEIVED + REST)).authentication).toEqual(pass);
    const postfix = 'Return-Path: <jane@example.com>\r\nDelivered-To: ticket-4@example.com\r\n';
    expect(factsOf(traced(postfix + OURS + RECEIVED + REST)).authentication).toEqual(pass);
  });

  it('make no results believed that were not', () => {
    const none = { dmarc: 'none', policy: null };
    for (const forged of [
      RECEIVED + OURS + REST,
      `Subject: y\r\n${OURS}${REST}`,
      REST.replace('\r\n\r\n', `\r\n${OURS}\r\n`),
    ])
      expect(factsOf(traced(forged)).authentication).toEqual(none);
  });

  it('cost the results where a Return-Path above them differs from the envelope', () => {
    const other = 'Return-Path: <else@example.com>\r\n';
    expect(factsOf(traced(other + OURS + RECEIVED + REST)).authentication.dmarc).toBe('none');
  });

  it('are not continued by a message that begins with white space', () => {
    const odd = ` and evil@example.com\r\n${REST}`;
    expect(traced(odd)).toBe(
      `Return-Path: <jane@example.com>\r\nDelivered-To: ticket-4@example.com\r\nX-Delivered-By: imapdesk\r\n${odd}`,
    );
  });

  it('stand above an empty header', () => {
    expect(traced('\r\nHello\r\n')).toBe(
      'Return-Path: <jane@example.com>\r\nDelivered-To: ticket-4@example.com\r\n\r\nHello\r\n',
    );
  });

  it('give and take no trust in any message of the corpus', () => {
    const folder = new URL('../../corpus/', import.meta.url);
    const names = readdirSync(folder).filter((name) => name.endsWith('.eml'));
    expect(names.length).toBeGreaterThan(200);
    for (const name of names) {
      const came = readFileSync(new URL(name, folder), 'latin1');
      const returnPath = /^Return-Path: <(.*)>\r?\n/i.exec(came)?.[1] ?? 'jane@example.com';
      const sender = { sender: returnPath, recipients: ['support@example.com'] };
      expect(factsOf(traced(came, sender)).authentication, name).toEqual(factsOf(came).authentication);
    }
  });
});
