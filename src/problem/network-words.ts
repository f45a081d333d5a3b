/**
 * What failures of the network and of TLS mean, and what to try. Their own words are for programmers, and follow in
 * brackets. Node tells them by a code, nodemailer by the text alone.
 */
interface NetworkFailure {
  readonly code: string;
  /** Without secrets, in one line; may be empty. */
  readonly message: string;
}

/** `$` stands for the name of the server's settings. */
const MEANINGS: readonly (readonly [RegExp, string])[] = [
  [/ECONNREFUSED/, 'no program listens at that port; look whether the server is up, check $.host and $.port'],
  [/ENOTFOUND/, 'there is no host of that name; check $.host'],
  [/EAI_/, "the host cannot be looked up just now; check $.host, and this machine's name servers"],
  [/(HOST|NET)(UNREACH|DOWN)|ADDRNOTAVAIL/, "no way leads there; check $.host, and this machine's network"],
  [/TIMEDOUT|_TIMEOUT/, 'no answer came in time; check $.host, $.port and $.security, and any firewall'],
  [/ECONNRESET|ABORTED|EPIPE|ClosedAfter/, 'it broke off there; if that lasts, check $.port and $.security'],
  [
    /wrong.version.number|length.too.long|http.request/i,
    'no TLS is spoken at that port; check $.security and $.port',
  ],
  [
    /unsupported.protocol|protocol.version/i,
    'it knows no TLS 1.2 or newer; have it updated, or check $.port',
  ],
  [
    /handshake.failure|no.shared.cipher|too.(small|weak)/i,
    'the server and this machine know no encryption in common; have the server updated',
  ],
  [/has.expired/i, "it has expired; have it renewed, or check this machine's clock"],
  [/not.yet.valid/i, "it is not valid yet; check this machine's clock"],
  [/altname|hostname.mismatch/i, 'it is for another name; check $.host'],
  [/self.signed|unable.to.(get|verify)/i, 'no authority trusted here has signed it; name that in $.tls.ca'],
];

/** `otherwise` is what to try where nothing is known of it. */
export function networkWords(
  { code, message }: NetworkFailure,
  settings: 'imap' | 'smtp',
  otherwise?: string,
): string {
  // OpenSSL: thread, "error", number, library, function, reason, file, line.
  const raw = (/:error:\w+:[^:]*:[^:]*:([^:]+)/.exec(message)?.[1] ?? message).replace(/[.\s]+$/, '') || code;
  const known = MEANINGS.find(([pattern]) => pattern.test(`${code} ${message}`))?.[1];
  if (known !== undefined) return `${known.replaceAll('$', settings)} (${raw})`;
  return otherwise === undefined ? raw : `${raw}; ${otherwise}`;
}
