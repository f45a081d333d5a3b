/**
 * Sign-in with an access token: OAUTHBEARER (RFC 7628) or XOAUTH2, whichever the server offers. nodemailer knows the
 * second alone, and does not tell what the server answers to a token that it refuses.
 */
import type {
  SMTPConnectionCustomAuthHandler,
  SMTPConnectionCustomAuthHandlers,
} from 'nodemailer/lib/smtp-connection';
import { tokenStatus } from '../problem/sign-in-words.js';

const MECHANISMS = ['OAUTHBEARER', 'XOAUTH2'] as const;

type Mechanism = (typeof MECHANISMS)[number];

export interface TokenSignIn {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly accessToken: string;
}

/** Nothing in it may end a field early. */
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Of those that the server has named in its answer to EHLO; null where it offers none. */
export function tokenMechanism(ehlo: string): Mechanism | null {
  const offered = ehlo.split(/\r?\n/).flatMap(
    (line) =>
      /^250[ -]AUTH[ =](.*)$/i
        .exec(line)?.[1]
        ?.toUpperCase()
        .split(/[\s=]+/) ?? [],
  );
  return MECHANISMS.find((mechanism) => offered.includes(mechanism)) ?? null;
}

/** A refusal's `status` of the server, where it has told one. */
class TokenRefused extends Error {
  readonly oauthStatus: string;

  constructor(oauthStatus: string) {
    super('The server refused the token');
    this.oauthStatus = oauthStatus;
  }
}

/** nodemailer takes `XOAUTH2` for its own, and with it the first way that the server offers: PLAIN, say. */
export function methodOf(mechanism: Mechanism): string {
  return `TOKEN-${mechanism}`;
}

export function tokenHandlers(signIn: TokenSignIn): SMTPConnectionCustomAuthHandlers {
  return Object.fromEntries(
    MECHANISMS.map((mechanism) => [methodOf(mechanism), handlerOf(mechanism, signIn)]),
  );
}

function handlerOf(mechanism: Mechanism, signIn: TokenSignIn): SMTPConnectionCustomAuthHandler {
  return async (connection) => {
    const first = await connection.sendCommand(`AUTH ${mechanism} ${initialResponse(mechanism, signIn)}`);
    if (first.response.startsWith('235')) return;
    if (!first.response.startsWith('334')) throw new TokenRefused('');
    // RFC 7628 §3.2.3: the answer to an error is one control character, and only then the server refuses.
    await connection.sendCommand(mechanism === 'OAUTHBEARER' ? 'AQ==' : '');
    throw new TokenRefused(tokenStatus(first.response.slice(4).trim()));
  };
}

function initialResponse(mechanism: Mechanism, { host, port, user, accessToken }: TokenSignIn): string {
  if (CONTROL.test(user) || CONTROL.test(accessToken))
    throw new Error('The user or the token holds control characters');
  const fields =
    mechanism === 'XOAUTH2'
      ? [`user=${user}`]
      : [`n,a=${user.replaceAll('=', '=3D').replaceAll(',', '=2C')},`, `host=${host}`, `port=${port}`];
  return Buffer.from([...fields, `auth=Bearer ${accessToken}`, '', ''].join('\u0001')).toString('base64');
}
