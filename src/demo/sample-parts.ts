/** Parts of the sample mail that are no plain text: a picture, a PDF, and Japanese in ISO-2022-JP (RFC 1468). */

/** A white "i" on green, 24 pixels square. */
export const INFO_PNG_BASE64 =
  'iVBORw0KGgoAAAANSUhEUgAAABgAAAAYCAIAAABvFaqvAAAAcElEQVR42mP4TyXAgEdOJasYDZFmEKZ+YkxkwGPKm2+f0RAesxiwmoKpDas4doMwHYLLIKxmMeAyBb9BmGahGIQZKPgRzQwiJo7wqxk1iP4G4TKLoEHEpiPyDaJCFqFapqVmMULNgo2aRS01C3/yAAAtmPntFCOVpwAAAABJRU5ErkJggg==';

/** Node encodes no ISO-2022-JP, so it stands here encoded: in base64 for fields, with its escapes for bodies. */
export const JAPANESE = {
  name: { text: '山田太郎', encodedWord: '=?ISO-2022-JP?B?GyRCOzNFREJATzobKEI=?=' },
  subject: { text: 'ログインできません', encodedWord: '=?ISO-2022-JP?B?GyRCJW0lMCUkJXMkRyQtJF4kOyRzGyhC?=' },
  away: {
    text: '自動応答: 休暇中です',
    encodedWord: '=?ISO-2022-JP?B?GyRCPCtGMDF+RXobKEI6IBskQjVZMktDZiRHJDkbKEI=?=',
  },
  /** "Yamada here. Since I changed my password I cannot sign in, and the mail for a new one does not come." */
  body: [
    '\u001B$B$*@$OC$K$J$C$F$*$j$^$9!#;3ED$G$9!#\u001B(B',
    '',
    '\u001B$B%Q%9%o!<%I$rJQ$($?$"$H!"%m%0%$%s$G$-$J$/$J$j$^$7$?!#\u001B(B',
    "\u001B$B:F@_Dj$N%a!<%k$bFO$-$^$;$s!#$43NG'$r$*4j$$$$$?$7$^$9!#\u001B(B",
    '',
    '\u001B$B;3EDB@O:\u001B(B',
  ],
  /** "I am on leave, and back on Monday." */
  awayBody: ['\u001B$B$?$@$$$^5Y2K$r$$$?$@$$$F$*$j$^$9!#7nMKF|$KLa$j$^$9!#\u001B(B'],
} as const;

/** A valid PDF of one page with one line of plain ASCII text, which may hold no brackets or backslashes. */
export function samplePdf(text: string): Buffer {
  const content = `BT /F1 24 Tf 72 770 Td (${text}) Tj ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let file = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(offset).padStart(10, '0')} 00000 n \n`;
  });
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join('')}`;
  const trailer = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF\n`;
  return Buffer.from(file + table + trailer, 'latin1');
}
