/**
 * How a desk reaches its two servers. Passwords and tokens are read anew for each connection, so that they may change
 * while the worker runs. A connection that is signed in stays, however old its token gets; a server that ends it then is a
 * lost connection like any other.
 */
import { fieldAt } from '../../config/place.js';
import { imapPassword, smtpPassword } from '../../config/secrets.js';
import type { SmtpOptions } from '../../delivery/smtp.js';
import { connectStore, type ImapConnection, type ImapOptions } from '../../mailbox/imap/connection.js';
import { KnownFolders } from '../../mailbox/imap/known-folders.js';
import { Problem } from '../../problem/problem.js';
import type { TokenSource } from '../../sign-in/tokens.js';
import { readCertificates } from './build-policy.js';
import type { SessionOptions } from './session-options.js';
import type { Traffic } from './traffic.js';

/** What a desk without passwords needs: others need not load it. */
const loadTokens = () => import('../../sign-in/tokens.js');

/** All of it, for a process that lasts: what is loaded late may be gone by then. */
export async function loadSignIn(): Promise<void> {
  const { loadOpenid } = await loadTokens();
  await loadOpenid();
}

export class DeskServers {
  readonly known = new KnownFolders();
  readonly #options: SessionOptions;
  readonly #bytes: Traffic['bytes'];
  /** null for a desk with passwords, and before the first token. */
  #tokens: TokenSource | null = null;
  /** The code by which the log was told that a token could not be renewed. */
  #told: string | null = null;

  constructor(options: SessionOptions, traffic: Pick<Traffic, 'bytes'>) {
    this.#options = options;
    this.#bytes = traffic.bytes;
  }

  /** Signs in. A token that is refused although it looked good is replaced once. */
  async connect(signal: AbortSignal): Promise<ImapConnection> {
    const options = await this.imapOptions(signal);
    try {
      return await connectStore(options);
    } catch (error) {
      if (!isRefusal(error) || !this.mayRenew(options)) throw error;
      return connectStore(await this.imapOptions(signal));
    }
  }

  /**
   * Renews a token that ends soon although no connection has to be opened: where none is for weeks, a sign-in that nobody
   * uses may end at the provider. What does not work yet stops nothing, and is told once.
   */
  async keepFresh(): Promise<void> {
    try {
      await this.#token();
      this.#told = null;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const { code, message } = error;
      if (code !== this.#told)
        this.#options.log.warn({ code }, `there is no token for the next connection: ${message}`);
      this.#told = code;
    }
  }

  /** Whether there may be another token than this, which a server has refused. */
  mayRenew({ accessToken }: { readonly accessToken?: string | undefined }): boolean {
    return accessToken !== undefined && this.#tokens?.refused(accessToken) === true;
  }

  /** Somebody asks for a try now. */
  forget(): void {
    this.#tokens?.forget();
  }

  async imapOptions(signal: AbortSignal): Promise<ImapOptions> {
    const { config, desk, log } = this.#options;
    const { imap, folders, sent, path } = desk;
    const password = await imapPassword(config, desk);
    if (password !== null) this.#options.secrets.add(password);
    return {
      host: imap.host,
      port: imap.port,
      security: imap.security,
      user: imap.user,
      password: password ?? undefined,
      accessToken: await this.#token(),
      ca: await readCertificates(imap.tls.ca, fieldAt(path, 'imap.tls.ca')),
      signal,
      folders: [...Object.values(folders), ...(typeof sent === 'string' ? [sent] : [])],
      warn: (message) => log.warn(message),
      known: this.known,
      maxSilenceMs: this.#options.maxSilenceMs,
      readOnly: this.#options.readOnly,
      meter: this.#bytes.imap.opened,
    };
  }

  async #token(): Promise<string | undefined> {
    const { auth } = this.#options.desk;
    if (auth === null) return undefined;
    const { openTokens } = await loadTokens();
    this.#tokens ??= openTokens(this.#options, auth);
    return this.#tokens.token();
  }

  async smtpOptions(): Promise<SmtpOptions> {
    const { config, desk } = this.#options;
    const { smtp, path } = desk;
    const password = await smtpPassword(config, desk);
    if (password !== null) this.#options.secrets.add(password);
    return {
      host: smtp.host,
      port: smtp.port,
      security: smtp.security,
      user: smtp.user ?? undefined,
      password: password ?? undefined,
      // A relay without sign-in needs none.
      accessToken: smtp.user === null ? undefined : await this.#token(),
      ca: await readCertificates(smtp.tls.ca, fieldAt(path, 'smtp.tls.ca')),
      maxSilenceMs: this.#options.maxSilenceMs,
      meter: this.#bytes.smtp.opened,
    };
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof Problem && error.code === 'imap-sign-in-refused';
}
