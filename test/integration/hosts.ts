/** What hosts make of a message before it lies in the inbox: for the SMTP end of a mail world. */
import type { Delivery } from '../../src/demo/inbox.js';

export type Host = (raw: Buffer) => Delivery;

/** Fields above all that the message has by then, as a border adds what it has found. */
export function adding(...fields: readonly string[]): Host {
  return (raw) => ({
    raw: Buffer.concat([Buffer.from(fields.map((field) => `${field}\r\n`).join('')), raw]),
  });
}

/** Fields below the Received field that the host has added. */
export function addingBelow(...fields: readonly string[]): Host {
  return (raw) => {
    const [, above = '', below = ''] =
      /^([^]*?\r\nReceived: [^\r]*\r\n)([^]*)$/.exec(raw.toString('latin1')) ?? [];
    return {
      raw: Buffer.from(`${above}${fields.map((field) => `${field}\r\n`).join('')}${below}`, 'latin1'),
    };
  };
}

export const replacingIds: Host = (raw) => ({
  raw: Buffer.from(
    raw.toString('latin1').replace(/^Message-ID:.*$/im, 'Message-ID: <new@host.example>'),
    'latin1',
  ),
});

/** A server whose clock is ahead of ours, or behind. */
export function clockAhead(ms: number): Host {
  return (raw) => ({ raw, receivedAt: new Date(Date.now() + ms) });
}
