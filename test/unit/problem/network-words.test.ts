/** Failures of the network and of TLS are told in words, with their own text behind them, alike for both servers. */
import { describe, expect, it } from 'vitest';
import { smtpProblem } from '../../../src/delivery/smtp-problems.js';
import { commandProblem, connectProblem } from '../../../src/mailbox/imap/problems.js';
import { networkWords } from '../../../src/problem/network-words.js';

const SERVER = { host: 'mail.example.com', port: 993, user: 'desk', password: 'open sesame' };

/** As imapflow tells it, by its code, and as nodemailer does, by its text. */
function bothOf(code: string, message: string): readonly string[] {
  const imap = connectProblem(Object.assign(new Error(message), { code }), SERVER).message;
  const smtp = smtpProblem(Object.assign(new Error(message), { code: 'ESOCKET', command: 'CONN' }), SERVER);
  return [imap, smtp.message.replace('SMTP server', 'IMAP server').replaceAll('smtp.', 'imap.')];
}

describe('a failure of the network', () => {
  it.each([
    [
      'ECONNREFUSED',
      'connect ECONNREFUSED 192.0.2.1:993',
      'no program listens at that port; look whether the server is up, check imap.host and imap.port',
    ],
    ['ENOTFOUND', 'getaddrinfo ENOTFOUND mail.example.com', 'there is no host of that name; check imap.host'],
    [
      'EAI_AGAIN',
      'getaddrinfo EAI_AGAIN mail.example.com',
      "the host cannot be looked up just now; check imap.host, and this machine's name servers",
    ],
    [
      'EHOSTUNREACH',
      'connect EHOSTUNREACH 192.0.2.1:993',
      "no way leads there; check imap.host, and this machine's network",
    ],
    [
      'ETIMEDOUT',
      'connect ETIMEDOUT 192.0.2.1:993',
      'no answer came in time; check imap.host, imap.port and imap.security, and any firewall',
    ],
    ['ECONNRESET', 'read ECONNRESET', 'it broke off there; if that lasts, check imap.port and imap.security'],
  ])('%s', (code, raw, words) => {
    const told = `No connection to the IMAP server mail.example.com:993: ${words} (${raw})`;
    expect(bothOf(code, raw)).toEqual([told, told]);
  });

  it('is told the same where Node gives no text, and where it has no words of ours', () => {
    expect(networkWords({ code: 'ECONNREFUSED', message: '' }, 'smtp')).toMatch(
      /^no program listens.*\(ECONNREFUSED\)$/,
    );
    expect(networkWords({ code: 'EODD', message: 'Odd.' }, 'smtp')).toBe('Odd');
    expect(networkWords({ code: 'EODD', message: '' }, 'smtp', 'check all')).toBe('EODD; check all');
  });

  it('leaves what the server said before it hung up', () => {
    const failure = { code: 'ClosedAfterConnectTLS', reason: 'Too many connections' };
    expect(connectProblem(failure, SERVER).message).toMatch(/: Too many connections$/);
  });

  it('is told of a connection that breaks later, too', () => {
    expect(commandProblem({ code: 'ECONNRESET', message: 'read ECONNRESET' }, 'read flags').message).toBe(
      'The connection to the IMAP server was lost: it broke off there; if that lasts, check imap.port and imap.security (read ECONNRESET)',
    );
  });
});

describe('a certificate that is not accepted', () => {
  it.each([
    [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'self-signed certificate',
      'no authority trusted here has signed it; name that in imap.tls.ca',
    ],
    [
      'SELF_SIGNED_CERT_IN_CHAIN',
      'self-signed certificate in certificate chain',
      'no authority trusted here has signed it; name that in imap.tls.ca',
    ],
    [
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'unable to verify the first certificate',
      'no authority trusted here has signed it; name that in imap.tls.ca',
    ],
    [
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'unable to get local issuer certificate',
      'no authority trusted here has signed it; name that in imap.tls.ca',
    ],
    [
      'CERT_HAS_EXPIRED',
      'certificate has expired',
      "it has expired; have it renewed, or check this machine's clock",
    ],
    ['CERT_NOT_YET_VALID', 'certificate is not yet valid', "it is not valid yet; check this machine's clock"],
    [
      'ERR_TLS_CERT_ALTNAME_INVALID',
      "Hostname/IP does not match certificate's altnames: Host: mail.example.com. is not in the cert's altnames: DNS:b.example",
      'it is for another name; check imap.host',
    ],
  ])('%s', (code, raw, words) => {
    const told = `The certificate of the IMAP server mail.example.com:993 is not accepted: ${words} (${raw})`;
    expect(bothOf(code, raw)).toEqual([told, told]);
  });

  it('for any other reason is told with the keys that may be wrong', () => {
    const [imap, smtp] = bothOf('CERT_REVOKED', 'certificate revoked.');
    expect(imap).toMatch(/not accepted: certificate revoked; check imap\.host and imap\.tls\.ca$/);
    expect(smtp).toBe(imap);
  });
});

describe("OpenSSL's own words", () => {
  const openssl = (reason: string): string =>
    `803CC28F167F0000:error:0A00010B:SSL routines:ssl3_get_record:${reason}:../deps/openssl/ssl/record/ssl3_record.c:350:`;

  it.each([
    [
      'wrong version number',
      'no TLS is spoken at that port; check imap.security and imap.port (wrong version number)',
    ],
    [
      'unsupported protocol',
      'it knows no TLS 1.2 or newer; have it updated, or check imap.port (unsupported protocol)',
    ],
    [
      'sslv3 alert handshake failure',
      'the server and this machine know no encryption in common; have the server updated (sslv3 alert handshake failure)',
    ],
    ['decode error', 'decode error; check imap.security and imap.port'],
  ])('%s', (reason, words) => {
    const told = `No TLS with the IMAP server mail.example.com:993: ${words}`;
    const [imap, smtp] = ['EPROTO', 'ETLS'].map((code) => {
      const error = Object.assign(new Error(openssl(reason)), { code, command: 'CONN' });
      return code === 'EPROTO' ? connectProblem(error, SERVER) : smtpProblem(error, SERVER);
    });
    expect(imap?.message).toBe(told);
    expect(smtp?.message.replace('SMTP server', 'IMAP server').replaceAll('smtp.', 'imap.')).toBe(told);
  });
});
