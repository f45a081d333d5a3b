/** What an SMTP failure means for the mail in hand, and for all other mail (RFC 5321 §4.2, RFC 4954 §6). */
import { EXIT, Problem } from '../desk/problem.js';

/** What nodemailer tells of a failure; none of it is trusted to be there. */
interface SmtpFailure {
  readonly message?: unknown;
  readonly code?: unknown;
  readonly responseCode?: unknown;
  readonly response?: unknown;
  /** The command that was answered: "MAIL FROM", "RCPT TO", "DATA", "AUTH PLAIN", "EHLO", "CONN" … */
  readonly command?: unknown;
}

const NOTHING_TOLD: SmtpFailure = {};

function isFailure(error: unknown): error is SmtpFailure {
  return typeof error === 'object' && error !== null;
}

interface Server {
  readonly host: string;
  readonly port: number;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

const MAX_SERVER_TEXT_CHARACTERS = 200;

/** Answers to MAIL, RCPT or DATA that speak of us, not of the mail: sign-in required, or not good enough. */
const SIGN_IN_WANTED: ReadonlySet<number> = new Set([530, 534, 535, 538]);
const TOO_BIG = 552;
const SERVICE_CLOSING = 421;
const BAD_SEQUENCE = 503;

const CERTIFICATE = /certificate|CERT_|self.signed|UNABLE_TO_(GET|VERIFY)|altnames|DEPTH_ZERO/i;

/** Whether the server, not one mail, is the trouble: all mail waits, and nothing is given up. */
export function isServerUnusable(problem: Problem): boolean {
  return problem.code === 'smtp-sign-in-refused' || problem.code.startsWith('smtp-unusable');
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function cleaned(value: unknown, server: Server): string {
  const secret = server.password ?? '';
  const shown = secret === '' ? text(value) : text(value).replaceAll(secret, '…');
  const line = shown
    .replace(/[\s\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ')
    .trim();
  return line.length > MAX_SERVER_TEXT_CHARACTERS ? `${line.slice(0, MAX_SERVER_TEXT_CHARACTERS)}…` : line;
}

interface Case {
  readonly status: number;
  readonly command: string;
  readonly code: string;
  readonly why: string;
  readonly where: string;
  readonly cause: unknown;
}

function signInProblem(known: Case): Problem {
  if (known.status >= 400 && known.status < 500) {
    return new Problem(
      'smtp-unusable-connection',
      `The SMTP server ${known.where} takes no sign-in just now: ${known.why}`,
      {
        temporary: true,
      },
    );
  }
  const told = known.status === 0 ? '' : `: ${known.why}`;
  return new Problem(
    'smtp-sign-in-refused',
    `The SMTP server ${known.where} refused the sign-in${told}. Check smtp.user and smtp.password.`,
    { exitCode: EXIT.signInRefused },
  );
}

function permanentProblem(known: Case): Problem {
  if (known.command === 'RCPT TO') {
    return new Problem('smtp-recipient-refused', `The SMTP server refused the recipient: ${known.why}`);
  }
  if (known.command === 'DATA' || known.status === TOO_BIG) {
    return new Problem('smtp-message-refused', `The SMTP server refused the message: ${known.why}`);
  }
  if (known.command === 'MAIL FROM') {
    return new Problem(
      'smtp-unusable-sender',
      `The SMTP server ${known.where} refused the desk's address as sender: ${known.why}. Check address and smtp.envelopeFrom.`,
    );
  }
  return new Problem(
    'smtp-unusable-server',
    `The SMTP server ${known.where} takes no mail from here: ${known.why}`,
  );
}

function temporaryProblem(known: Case): Problem {
  const { status, command } = known;
  const aboutMail = command === 'RCPT TO' || command === 'DATA' || command === 'MAIL FROM';
  const deferred = aboutMail && status !== SERVICE_CLOSING && status !== BAD_SEQUENCE;
  const code = deferred ? 'smtp-deferred' : 'smtp-unusable-connection';
  return new Problem(code, `The SMTP server ${known.where} takes this later at best: ${known.why}`, {
    temporary: true,
  });
}

function aboutSignIn(known: Case): boolean {
  const { code, command, status } = known;
  return code === 'EAUTH' || code === 'ENOAUTH' || command.startsWith('AUTH') || SIGN_IN_WANTED.has(status);
}

/** For a reply with a status that says something; else null. */
function answered(known: Case): Problem | null {
  if (aboutSignIn(known)) {
    return signInProblem(known);
  }
  const { status } = known;
  if (status < 400 || status >= 600) {
    return null;
  }
  return status >= 500 && status !== BAD_SEQUENCE ? permanentProblem(known) : temporaryProblem(known);
}

/** The Problem for a failed transaction or connection; unknown failures are temporary. */
export function smtpProblem(error: unknown, server: Server): Problem {
  const failure = isFailure(error) ? error : NOTHING_TOLD;
  const known: Case = {
    status: typeof failure.responseCode === 'number' ? failure.responseCode : 0,
    command: text(failure.command).toUpperCase(),
    code: text(failure.code),
    why: cleaned(failure.response, server) || cleaned(failure.message, server) || text(failure.code),
    where: `${server.host}:${String(server.port)}`,
    cause: error,
  };
  if (known.code !== 'EENVELOPE' && CERTIFICATE.test(`${known.code} ${text(failure.message)}`)) {
    return new Problem(
      'smtp-unusable-certificate',
      `The certificate of the SMTP server ${known.where} is not accepted: ${known.why}. Check smtp.host, or name the authority that signed it.`,
    );
  }
  if (known.code === 'ETLS' || /wrong version number|ssl3_/i.test(known.why)) {
    return new Problem(
      'smtp-unusable-tls',
      `No TLS with the SMTP server ${known.where}: ${known.why}. Check smtp.security and smtp.port.`,
    );
  }
  return (
    answered(known) ??
    new Problem('smtp-unusable-connection', `No connection to the SMTP server ${known.where}: ${known.why}`, {
      temporary: true,
      exitCode: EXIT.unavailable,
      cause: error,
    })
  );
}
