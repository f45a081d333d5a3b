/** What a relay leaves out of a reply: the desk's own words below a notice, where they are quoted, and nothing else. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../../../src/config/language.js';
import { footerCuts } from '../../../../src/desk/letters/quoted-footer.js';
import { encodeQuotedPrintable } from '../../../../src/message/body/quoted-printable.js';
import { asBody } from '../../../../src/message/compose/original.js';
import { splitMessage } from '../../../../src/message/header/header-block.js';
import { deskPolicy, STEVE } from '../desk.js';
import { deskIn, ENGLISH, fromRule, NAMED, noticeTo, type Shown, upToRule } from './notices.js';

const OWN = ['Pull the plug.', '', 'On Monday, Jane Doe wrote:', ''];
const cutsOf = (raw: Buffer, desk = ENGLISH) => footerCuts(desk, raw, NAMED);
const quote = (lines: readonly string[], mark = '> '): readonly string[] =>
  lines.map((line) => `${mark}${line}`);

function plain(lines: readonly string[], fields: readonly string[] = []): Buffer {
  return Buffer.from([...fields, '', ...lines, ''].join('\r\n'));
}

function relayed(raw: Buffer, desk = ENGLISH): string {
  return asBody(raw, cutsOf(raw, desk)).body.toString();
}

function expectUntouched(raw: Buffer, desk = ENGLISH): void {
  expect(cutsOf(raw, desk)).toEqual([]);
}

const OCCASIONS: readonly Shown[] = [
  {},
  { isWhole: false },
  { isWhole: false, quoted: 0 },
  { isWhole: false, quoted: 4 },
  { isWhole: false, quoted: 9 },
  { from: '"Doe, Inc." <jane@example.com>' },
  { from: 'Acme Inc. <jane@example.com>' },
  { decision: { automatic: { kind: 'generated', because: [] } } },
  { decision: { newcomer: true, refused: 'close' } },
  { decision: { follows: 7, refused: 'reopen' } },
  { from: 'ann@example.org', decision: { kind: 'update', newcomer: true } },
  { from: 'ann@example.org', decision: { kind: 'new' } },
  { fields: ['Cc: kim@example.net, lee@example.net'] },
  { answerTo: [] },
  { answerTo: ['a@example.com', 'b@example.com'] },
  ...(['redirected', 'forwarded', 'subject', 'recipient', 'reply-to'] as const).map((from) => ({
    decision: { staff: STEVE, requester: { address: 'jo@example.net', name: 'Jo', from } },
  })),
];

describe.each(LANGUAGES)('in %s', async (language) => {
  const desks = [
    await deskIn(language),
    await deskIn(language, { staff: [STEVE] }),
    await deskIn(language, { authservId: 'mx.example.com', name: 'Example (A+B)?' }),
  ];

  it('every text below a notice is known', () => {
    for (const desk of desks)
      for (const about of OCCASIONS) {
        const notice = noticeTo({ ...about, desk });
        const reply = plain([...OWN, ...quote(notice), 'Steve'], ['Content-Type: text/plain; charset=utf-8']);
        const left = [...OWN, ...quote(upToRule(notice)), 'Steve', ''].join('\r\n');
        expect(relayed(reply, desk)).toBe(left);
      }
  });
});

describe('it is found', () => {
  const notice = noticeTo({ isWhole: false, fields: ['Cc: kim@example.net'] });
  const all = [...OWN, ...quote(notice), '', 'Steve'];
  const left = [...OWN, ...quote(upToRule(notice)), '', 'Steve', ''].join('\r\n');

  it('under any depth of quotation, and several times', () => {
    const deep = [...quote(quote(notice)), ...quote(notice), ...quote(notice, '>')];
    const rest = [
      ...quote(quote(upToRule(notice))),
      ...quote(upToRule(notice)),
      ...quote(upToRule(notice), '>'),
    ];
    expect(relayed(plain([...OWN, ...deep]))).toBe([...OWN, ...rest, ''].join('\r\n'));
  });

  it('without the spaces at the ends of its lines', () => {
    expect(relayed(plain(all.map((line) => line.trimEnd())))).toBe(
      left
        .split('\r\n')
        .map((line) => line.trimEnd())
        .join('\r\n'),
    );
  });

  it('at the end, with and without a last line end', () => {
    const bare = plain([...OWN, ...quote(notice)]);
    const rest = [...OWN, ...quote(upToRule(notice)), ''].join('\r\n');
    expect(relayed(bare)).toBe(rest);
    expect(relayed(bare.subarray(0, -2))).toBe(rest);
  });

  it('below a signature of the customer’s', () => {
    const signed = ['It burns.', '-- ', 'Jane', ...fromRule(notice)];
    expect(relayed(plain([...OWN, ...quote(signed)]))).toBe(
      [...OWN, ...quote(['It burns.', '-- ', 'Jane']), ''].join('\r\n'),
    );
  });

  it('in the first part of a mail with files', () => {
    const mixed = (text: string): string =>
      `MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\nNo MIME\r\n--b\r\nContent-Type: text/plain\r\n\r\n${text}\r\n--b\r\nContent-Type: image/png\r\n\r\nx\r\n--b--\r\n`;
    expect(relayed(Buffer.from(mixed(all.join('\r\n'))))).toBe(
      splitMessage(Buffer.from(mixed(left.slice(0, -2)))).body.toString(),
    );
  });

  it('in quoted-printable, where other lines keep the form that they have', async () => {
    const desk = await deskIn('de');
    const german = noticeTo({ desk, fields: [`Cc: ${'k'.repeat(60)}@example.net`] });
    const encoded = (lines: readonly string[]): string =>
      [...lines.map(encodeQuotedPrintable), ''].join('\r\n');
    const above = ['Grüße =', ...OWN];
    const fields =
      'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: Quoted-Printable\r\n\r\n';
    const odd = 'odd =3d line=\r\n and=20more\r\n';
    const raw = Buffer.from(`${fields}${odd}${encoded([...above, ...quote(german), 'Ende'])}`);
    expect(relayed(raw, desk)).toBe(`${odd}${encoded([...above, ...quote(upToRule(german)), 'Ende'])}`);
  });

  it('in Latin-1', async () => {
    const desk = await deskIn('de');
    const german = noticeTo({ desk, from: 'Jörg <jane@example.com>' });
    const head = 'Content-Type: text/plain; charset=ISO-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\n';
    const raw = Buffer.from(`${head}${[...OWN, ...quote(german), 'Grüße', ''].join('\r\n')}`, 'latin1');
    const { body } = asBody(raw, cutsOf(raw, desk));
    expect(body.toString('latin1')).toBe([...OWN, ...quote(upToRule(german)), 'Grüße', ''].join('\r\n'));
  });
});

describe('nothing is left out', () => {
  const notice = noticeTo();
  const quoted = quote(notice);
  const text = [...OWN, ...quoted];

  it('where a line is not the desk’s', () => {
    for (const index of quoted.keys())
      for (const line of [
        `${quoted[index]}!`,
        'I see.',
        `> ${quoted[index]}`,
        quoted[index]?.slice(2) ?? '',
      ]) {
        const changed = [...OWN, ...quoted.with(index, line)];
        if (!changed.includes('> -- ') || index > 0) expectUntouched(plain(changed));
      }
    expectUntouched(plain([...OWN, ...quoted.toSpliced(2, 0, '', 'No, to Ann.', '')]));
    expectUntouched(plain([...OWN, ...quoted.toSpliced(2, 0, '> an old line')]));
    expectUntouched(plain([...OWN, ...quoted.slice(0, -1)]));
    expectUntouched(plain([...OWN, ...quoted.slice(1)]));
  });

  it('where somebody else is named than notices can have named', () => {
    const other = (line: string): Buffer => plain([...OWN, ...quoted.with(1, line)]);
    for (const who of ['Kim', 'Jane', 'Jane Doe <jane@example.com> and Kim', 'I know who'])
      expectUntouched(other(`> ${who} wrote this.`));
    const left = noticeTo({ isWhole: false, quoted: 0 }).map((line) =>
      line.replace('Tickets/Open', 'my drawer'),
    );
    expectUntouched(plain([...OWN, ...quote(left)]));
    const who = noticeTo({ from: 'ann@example.org', decision: { kind: 'update', newcomer: true } });
    expectUntouched(plain([...OWN, ...quote(who.map((line) => line.replaceAll('Ann', 'Kim')))]));
  });

  it('where nobody has quoted', () => {
    expectUntouched(plain([...OWN, ...notice]));
    expectUntouched(plain([...OWN, ...quote(notice, '| ')]));
    expectUntouched(plain([...OWN, ...quote(notice, '    ')]));
  });

  it('where no address in it is one that this desk has signed for a notice', () => {
    const other = { ...ENGLISH, secrets: ['another secret of another desk, also long'] as const };
    expectUntouched(plain([...OWN, ...quote(noticeTo({ desk: other }))]));
    const bare = text.map((line) => line.replace(/(support\+1)\.[0-9a-z]{8}/, '$1'));
    expectUntouched(plain(bare));
    const closed = deskPolicy({ ...ENGLISH, addresses: null });
    expectUntouched(plain([...OWN, ...quote(noticeTo({ desk: closed }))]), closed);
    expectUntouched(plain(text), closed);
  });

  it('of what is signed or encrypted, and where its bytes may mean something else', () => {
    const lines = text.join('\r\n');
    const type = (fields: string): Buffer => Buffer.from(`${fields}\r\n\r\n${lines}\r\n`);
    for (const fields of [
      'Content-Type: text/html',
      'Content-Type: text/plain; charset=utf-16',
      'Content-Type: text/plain; charset=iso-2022-jp',
      'Content-Type: text/plain; name=a.txt',
      'Content-Type: text/plain\r\nContent-Disposition: attachment',
      'Content-Transfer-Encoding: base64',
      'Content-Transfer-Encoding: x-uuencode',
      'From: a@example.com\rFrom: b@example.com',
    ])
      expectUntouched(type(fields));
    expectUntouched(plain(['-----BEGIN PGP SIGNED MESSAGE-----', ...text]));
    const multipart = (kind: string, parts: readonly string[]): Buffer =>
      Buffer.from(
        `Content-Type: multipart/${kind}; boundary=b\r\n\r\n${parts.map((part) => `--b\r\n${part}\r\n`).join('')}--b--\r\n`,
      );
    const words = `Content-Type: text/plain\r\n\r\n${lines}`;
    expect(cutsOf(multipart('mixed', [words]))).toHaveLength(1);
    expect(cutsOf(multipart('alternative', [words, 'Content-Type: text/html\r\n\r\n<p>x</p>']))).toHaveLength(
      1,
    );
    for (const raw of [
      multipart('signed', [words, 'Content-Type: application/pgp-signature\r\n\r\nx']),
      multipart('mixed', [words, 'Content-Type: application/pgp-signature\r\n\r\nx']),
      multipart('mixed', [words, 'Content-Type: application/x-pkcs7-signature\r\n\r\nx']),
      multipart('mixed', [`Content-Type: multipart/signed; boundary=c\r\n\r\n--c\r\n${words}\r\n--c--`]),
      multipart('alternative', [words, words]),
      multipart('mixed', ['Content-Type: text/html\r\n\r\n<p>x</p>', words]),
    ])
      expectUntouched(raw);
  });

  it('where nothing would be left', () => {
    expectUntouched(plain(['', ...quoted, '']));
  });

  it('of any text in which no address is signed', () => {
    const theirs = text.map((line) => line.replace(/(support\+1)\.[0-9a-z]{8}/, '$1.k7f3q9x2'));
    const piece = fc.oneof(
      fc.constantFrom(...theirs, '> -- ', '-- ', '>', '> ', ''),
      fc.string({ unit: 'binary' }),
    );
    const fields = fc.constantFrom(
      '',
      'Content-Transfer-Encoding: quoted-printable\r\n',
      'Content-Type: text/plain; charset=latin1\r\n',
    );
    fc.assert(
      fc.property(fields, fc.array(piece, { maxLength: 30 }), (head, lines) => {
        const raw = Buffer.from(`${head}\r\n${lines.join('\r\n')}`);
        expect(asBody(raw, cutsOf(raw)).body.equals(splitMessage(raw).body)).toBe(true);
      }),
    );
  });

  it('of anybody’s lines, wherever the desk’s stand among them', () => {
    const own = fc.array(
      fc
        .string({ unit: 'grapheme' })
        .filter((line) => !line.startsWith('>') && !line.includes('\n') && !line.includes('\r')),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(own, own, (above, below) => {
        const raw = plain(['x', ...above, ...quoted, ...below]);
        expect(relayed(raw)).toBe(['x', ...above, ...quote(upToRule(notice)), ...below, ''].join('\r\n'));
      }),
    );
  });
});
