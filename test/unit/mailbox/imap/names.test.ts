import { describe, expect, it } from 'vitest';
import { encodePath, folderNames, type Namespace } from '../../../../src/mailbox/imap/names.js';

function names(namespace: Partial<Namespace>): ReturnType<typeof folderNames> {
  return folderNames({ delimiter: '/', prefix: '', foreignPrefixes: [], spellings: [], ...namespace });
}

const SLASH = names({});
const DOT = names({ delimiter: '.' });
const COURIER = names({ delimiter: '.', prefix: 'INBOX.', foreignPrefixes: ['shared.'] });
const FLAT = names({ delimiter: '' });

describe('folder names', () => {
  it.each([
    [SLASH, 'Tickets/Open', 'Tickets/Open'],
    [SLASH, 'Tickets.Open', 'Tickets.Open'],
    [SLASH, 'inbox', 'INBOX'],
    [SLASH, 'Inbox/Tickets', 'Inbox/Tickets'],
    [DOT, 'Tickets/Open', 'Tickets.Open'],
    [DOT, 'Tickets.Open', 'Tickets.Open'],
    [COURIER, 'Tickets/Open', 'INBOX.Tickets.Open'],
    [COURIER, 'INBOX/Tickets/Open', 'INBOX.Tickets.Open'],
    [COURIER, 'INBOX.Tickets.Open', 'INBOX.Tickets.Open'],
    [COURIER, 'Inbox/Tickets', 'INBOX.Tickets'],
    [COURIER, 'Inbox', 'INBOX'],
    [COURIER, 'INBOXES', 'INBOX.INBOXES'],
    [COURIER, 'shared/Tickets', 'shared.Tickets'],
    [FLAT, 'Tickets/Open', 'Tickets/Open'],
  ])('translates for the server (%#)', (translate, folder, path) => {
    expect(translate.toPath(folder)).toBe(path);
  });

  it.each([
    [SLASH, 'Tickets/Open', 'Tickets/Open'],
    [DOT, 'Tickets.Open', 'Tickets/Open'],
    [COURIER, 'INBOX.Tickets.Open', 'Tickets/Open'],
    [COURIER, 'INBOX', 'INBOX'],
    [COURIER, 'shared.Tickets', 'shared/Tickets'],
    [COURIER, 'INBOX.with/slash', null],
    [COURIER, 'elsewhere.Tickets', null],
    [
      names({ delimiter: '.', prefix: 'INBOX.', spellings: ['INBOX.Tickets.Open'] }),
      'INBOX.Tickets.Open',
      'INBOX.Tickets.Open',
    ],
    [names({ spellings: ['Inbox'] }), 'INBOX', 'Inbox'],
  ])('translates back (%#)', (translate, path, folder) => {
    expect(translate.toName(path)).toBe(folder);
  });

  it.each(['', 'a\r\nb', 'a\u0000', 'x'.repeat(501)])('refuses what can be no folder (%#)', (folder) => {
    expect(() => SLASH.toPath(folder)).toThrow(
      expect.objectContaining({ code: 'imap-folder-name', exitCode: 78 }),
    );
  });
});

describe('modified UTF-7', () => {
  it.each([
    ['Tickets/Open', 'Tickets/Open'],
    ['R&D', 'R&-D'],
    ['Entwürfe', 'Entw&APw-rfe'],
    ['台北', '&U,BTFw-'],
    ['日本語 mail', '&ZeVnLIqe- mail'],
    ['😀', '&2D3eAA-'],
  ])('encodes %s', (path, encoded) => {
    expect(encodePath(path)).toBe(encoded);
  });
});
