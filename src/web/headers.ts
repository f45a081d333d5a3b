/** The header fields of every answer: nothing runs, nothing is loaded from elsewhere, nothing is kept. */

const COMMON = {
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Origin-Agent-Cluster': '?1',
  'X-DNS-Prefetch-Control': 'off',
  'X-Robots-Tag': 'noindex, nofollow',
} as const;

export type AnswerKind = 'page' | 'frame' | 'file';

const POLICIES: Readonly<Record<AnswerKind, string>> = {
  page: "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  // Of a message's HTML: in no origin, whether it stands in its frame or is opened by itself.
  frame:
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox",
  // Whatever takes a file for a page shows nothing of it.
  file: "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox",
};

export function headersFor(kind: AnswerKind): Readonly<Record<string, string>> {
  return {
    ...COMMON,
    'Content-Security-Policy': POLICIES[kind],
    ...(kind === 'frame' ? {} : { 'X-Frame-Options': 'DENY' }),
  };
}

/** RFC 6266: a name in ASCII for old programs, and the name itself. */
export function downloadOf(fileName: string): string {
  const plain = fileName.replace(/[^A-Za-z0-9._ -]/g, '_');
  const encoded = encodeURIComponent(fileName.replace(/\p{Cs}/gu, '_')).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
