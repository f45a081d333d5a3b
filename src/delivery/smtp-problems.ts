/** What an SMTP failure means for the mail in hand, and for all other mail: `responses.ts`, told as a Problem. */
import { fieldsOf, textOf } from '../problem/failure.js';
import { hideIn } from '../problem/hidden.js';
import { networkWords } from '../problem/network-words.js';
import { EXIT, Problem, unended } from '../problem/problem.js';
import { cleanServerText } from '../problem/server-text.js';
import { asSentence, signInAdvice } from '../problem/sign-in-words.js';
import { BrokenAtLetter, MailRefusal, type RefusedBecause } from './refusal.js';
import {
  type Meaning,
  meaningOf,
  type Reply,
  readReply,
  SIGN_IN,
  type SmtpCode,
  type Step,
  TOO_LARGE,
} from './responses.js';

/** What nodemailer tells of a failure; none of it is trusted to be there. */
interface SmtpFailure {
  readonly message?: unknown;
  readonly code?: unknown;
  readonly response?: unknown;
  /** The command that was answered: "MAIL FROM", "RCPT TO", "DATA", "AUTH PLAIN", "EHLO", "CONN" … */
  readonly command?: unknown;
  /** Of `TokenRefused`. */
  readonly oauthStatus?: unknown;
}

interface Server {
  readonly host: string;
  readonly port: number;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly accessToken?: string | undefined;
}

/** Recipients are named in mail to staff, never in logs. */
const ADDRESS = /[^\s<>"'()]+@[^\s<>"'()]+/g;

const CERTIFICATE = /certificate|CERT_|self.signed|UNABLE_TO_(GET|VERIFY)|altnames|DEPTH_ZERO/i;

/** The secret goes first: it may have the form of an address. */
function cleaned(value: unknown, server: Server): string {
  return cleanServerText(
    hideIn(textOf(value), [server.password ?? '', server.accessToken ?? '']).replace(ADDRESS, '…'),
  );
}

interface Case {
  readonly step: Step;
  readonly reply: Reply;
  readonly why: string;
  readonly where: string;
  /** What to do about a refused sign-in, as a sentence. */
  readonly advice: string;
  /** Of nodemailer; the rest of what it tells is in `why`. */
  readonly code: string;
}

const STEPS: readonly Step[] = ['EHLO', 'STARTTLS', 'AUTH', 'MAIL FROM', 'RCPT TO', 'DATA'];

function stepOf({ code, command }: SmtpFailure, { status }: Reply): Step {
  const said = textOf(command).toUpperCase();
  if (code === 'EAUTH' || code === 'ENOAUTH') return 'AUTH';
  if (said === 'DATA' && code === 'EMESSAGE') return 'message';
  if (said === 'HELO') return 'EHLO';
  return STEPS.find((step) => said.startsWith(step)) ?? (status === 0 ? 'connect' : 'greeting');
}

const SENTENCES: Readonly<Record<SmtpCode, (known: Case) => string>> = {
  'smtp-unusable-connection': ({ where, reply, why, code }) =>
    reply.status === 0
      ? `No connection to the SMTP server ${where}: ${networkWords({ code, message: why }, 'smtp')}`
      : `The SMTP server ${where} takes this later at best: ${why}`,
  'smtp-unusable-server': ({ where, why }) => `The SMTP server ${where} takes no mail from here: ${why}`,
  'smtp-unusable-tls': ({ where, why, code }) =>
    `No TLS with the SMTP server ${where}: ${networkWords({ code, message: why }, 'smtp', 'check smtp.security and smtp.port')}`,
  'smtp-unusable-sign-in': ({ where, why }) => `The SMTP server ${where} takes no sign-in just now: ${why}`,
  'smtp-unusable-sender': ({ where, why, reply }) =>
    reply.status < 500
      ? `The SMTP server ${where} takes no mail from the desk's address now: ${why}`
      : `The SMTP server ${where} refused the desk's address as sender: ${unended(why)}. Check address and smtp.envelopeFrom.`,
  'smtp-sign-in-refused': ({ where, why, advice }) =>
    `The SMTP server ${where} refused the sign-in${why === '' ? '' : `: ${unended(why)}`}. ${advice}`,
  'smtp-deferred': ({ where, why }) => `The SMTP server ${where} takes this later at best: ${why}`,
  'smtp-refused': ({ where, why }) => `The SMTP server ${where} refused a message: ${why}`,
  'smtp-recipient-refused': ({ why }) => `The SMTP server refused the recipient: ${why}`,
  'smtp-too-large': ({ why }) => `The SMTP server refused the message, which is too large for it: ${why}`,
  'smtp-message-refused': ({ why }) => `The SMTP server refused the message: ${why}`,
};

const ABOUT_MAIL: ReadonlySet<SmtpCode> = new Set([
  'smtp-deferred',
  'smtp-refused',
  'smtp-recipient-refused',
  'smtp-too-large',
  'smtp-message-refused',
]);

function told(meaning: Meaning, known: Case, because: RefusedBecause): Problem {
  const message = SENTENCES[meaning.code](known);
  if (ABOUT_MAIL.has(meaning.code)) {
    const { status, enhanced } = known.reply;
    return new MailRefusal(meaning, message, {
      because,
      sameness: `${known.step} ${status} ${enhanced ?? ''}`,
    });
  }
  const { temporary, scope } = meaning;
  if (meaning.code === 'smtp-sign-in-refused')
    return new Problem(meaning.code, message, { temporary, scope, exitCode: EXIT.signInRefused });
  const unreachable = meaning.code === 'smtp-unusable-connection' && known.reply.status === 0;
  return new Problem(meaning.code, message, {
    temporary,
    scope,
    ...(unreachable ? { exitCode: EXIT.unavailable } : {}),
  });
}

/** The Problem for a failed transaction or connection; unknown failures are temporary, and of the server. */
export function smtpProblem(error: unknown, server: Server, size = 0): Problem {
  if (error instanceof Problem) return error;
  const failure = fieldsOf<SmtpFailure>(error);
  const code = textOf(failure.code);
  const known = caseOf(failure, server);
  const { step, reply } = known;
  const noSignIn = reply.status === 0 && (code === 'EAUTH' || code === 'ENOAUTH');
  const meaning = noSignIn ? SIGN_IN : meaningOf(step, reply);
  return beforeAnyAnswer(failure, known, size) ?? told(meaning, known, reasonOf(meaning, known.why, size));
}

function caseOf(failure: SmtpFailure, server: Server): Case {
  const reply = readReply(textOf(failure.response));
  const why = cleaned(failure.response, server) || cleaned(failure.message, server) || textOf(failure.code);
  const byToken = server.accessToken !== undefined;
  return {
    step: stepOf(failure, reply),
    reply,
    why,
    advice: asSentence(signInAdvice({ said: why, byToken, status: textOf(failure.oauthStatus) }, 'smtp')),
    where: `${server.host}:${String(server.port)}`,
    code: textOf(failure.code),
  };
}

/**
 * The same for what happened with a message in hand, after the sign-in. nodemailer does not tell where in it a line was
 * cut. A server that says at MAIL FROM that it closes (421), or that it is not its turn (503), has not looked at any message.
 */
export function problemAtLetter(error: unknown, server: Server, size = 0): Problem {
  const problem = smtpProblem(error, server, size);
  const known = caseOf(fieldsOf<SmtpFailure>(error), server);
  const { step, reply, why } = known;
  if (problem.code === 'smtp-unusable-connection') {
    const isUnread = step === 'MAIL FROM' && reply.status !== 0;
    return isUnread ? problem : new BrokenAtLetter(problem, { answer: why, deferral: null });
  }
  if (problem.code !== 'smtp-unusable-sender') return problem;
  // RFC 1870 §6.1: 452 to a MAIL FROM with its SIZE.
  const asRecipient = told(meaningOf('RCPT TO', reply), known, { kind: 'answer', answer: why });
  const deferral =
    problem.temporary && asRecipient instanceof MailRefusal && asRecipient.code === 'smtp-deferred'
      ? asRecipient
      : null;
  return new BrokenAtLetter(problem, { answer: why, deferral });
}

/** nodemailer looks at the announced SIZE by itself, and then there is no reply. */
const OVER_ANNOUNCED = /larger than allowed ([0-9]+)/;

function reasonOf({ code }: Meaning, why: string, size: number): RefusedBecause {
  return code === 'smtp-too-large'
    ? { kind: 'too-large', size, limit: null }
    : { kind: 'answer', answer: why };
}

function beforeAnyAnswer({ code, message }: SmtpFailure, known: Case, size: number): Problem | null {
  const limit =
    code === 'EMESSAGE' && known.reply.status === 0 ? OVER_ANNOUNCED.exec(textOf(message))?.[1] : null;
  if (limit != null) return told(TOO_LARGE, known, { kind: 'too-large', size, limit: Number(limit) });
  if (code === 'EENVELOPE' || code === 'EMESSAGE') return null;
  if (known.reply.status === 0 && CERTIFICATE.test(`${textOf(code)} ${textOf(message)}`)) {
    const why = networkWords(
      { code: known.code, message: known.why },
      'smtp',
      'check smtp.host and smtp.tls.ca',
    );
    return new Problem(
      'smtp-unusable-certificate',
      `The certificate of the SMTP server ${known.where} is not accepted: ${why}`,
    );
  }
  if (known.reply.status === 0 && (code === 'ETLS' || /wrong version number|ssl3_/i.test(known.why)))
    return new Problem('smtp-unusable-tls', SENTENCES['smtp-unusable-tls'](known));
  return null;
}
