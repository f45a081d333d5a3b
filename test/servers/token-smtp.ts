/**
 * A small SMTP server that takes no sign-in but by an access token: OAUTHBEARER (RFC 7628), XOAUTH2, or both. It answers a
 * token that it does not take as Google and Microsoft do: with a challenge that says why, and then with 535.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

export interface TokenSmtpOptions {
  readonly mechanisms: readonly ('OAUTHBEARER' | 'XOAUTH2' | 'PLAIN')[];
  /** Whether this token is this user's; a text is the answer after the challenge in place of the usual one. */
  readonly isGood: (user: string, token: string) => Promise<boolean | string>;
  /** Told of each message as it is taken. */
  readonly onTaken?: (message: string) => void;
  /** TLS from the first byte. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** `status` in the challenge. */
  readonly status?: string;
}

export interface TokenSmtp {
  readonly port: number;
  /** How each sign-in was tried: mechanism, user and token. */
  readonly tried: readonly (readonly [string, string, string])[];
  /** The text of each message that was taken. */
  readonly taken: readonly string[];
  /** Cuts all connections, as servers do when a token ends. */
  cut(): void;
  close(): Promise<void>;
}

export async function startTokenSmtp(options: TokenSmtpOptions): Promise<TokenSmtp> {
  const tried: [string, string, string][] = [];
  const taken: string[] = [];
  const sockets = new Set<Socket>();
  const greet = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    void serve(socket, { options, tried, taken });
  };
  const server = options.tls === undefined ? createServer(greet) : createTlsServer(options.tls, greet);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    tried,
    taken,
    cut,
    async close() {
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
  };
}

interface Serving {
  readonly options: TokenSmtpOptions;
  readonly tried: [string, string, string][];
  readonly taken: string[];
}

async function serve(socket: Socket, serving: Serving): Promise<void> {
  const conversation = new Conversation(linesOf(socket), (line) => void socket.write(`${line}\r\n`), serving);
  await conversation.run();
  socket.end();
}

class Conversation {
  readonly #lines: AsyncGenerator<string, void>;
  readonly #say: (line: string) => void;
  readonly #serving: Serving;
  #signedIn = false;

  constructor(lines: AsyncGenerator<string, void>, say: (line: string) => void, serving: Serving) {
    this.#lines = lines;
    this.#say = say;
    this.#serving = serving;
  }

  async run(): Promise<void> {
    this.#say('220 mail.example.com ESMTP');
    for (let line = await this.#next(); line !== null; line = await this.#next()) {
      const [verb = '', mechanism = '', response = ''] = line.split(' ');
      if (verb === 'QUIT') break;
      if (verb === 'EHLO') this.#greet();
      else if (verb === 'AUTH') await this.#signIn(mechanism, response);
      else if (!this.#signedIn) this.#say('530 5.7.0 Authentication required');
      else if (verb === 'DATA') await this.#take();
      else this.#say('250 2.0.0 OK');
    }
    this.#say('221 2.0.0 Bye');
  }

  async #next(): Promise<string | null> {
    const next = await this.#lines.next();
    return next.done === true ? null : next.value;
  }

  #greet(): void {
    this.#say('250-mail.example.com');
    this.#say(`250 AUTH ${this.#serving.options.mechanisms.join(' ')}`);
  }

  async #signIn(mechanism: string, response: string): Promise<void> {
    const { options, tried } = this.#serving;
    const { user, token } = readClaim(mechanism, response);
    tried.push([mechanism, user, token]);
    const good = await options.isGood(user, token);
    this.#signedIn = good === true;
    if (this.#signedIn) {
      this.#say('235 2.7.0 Welcome');
      return;
    }
    const told = JSON.stringify({ status: options.status ?? '401', schemes: 'Bearer', scope: 'mail' });
    this.#say(`334 ${Buffer.from(told).toString('base64')}`);
    await this.#next();
    this.#say(typeof good === 'string' ? good : '535 5.7.8 Authentication failed');
  }

  async #take(): Promise<void> {
    this.#say('354 Go on');
    const message: string[] = [];
    for (let line = await this.#next(); line !== '.' && line !== null; line = await this.#next())
      message.push(line);
    this.#serving.taken.push(message.join('\r\n'));
    this.#say('250 2.0.0 Taken');
    this.#serving.options.onTaken?.(message.join('\r\n'));
  }
}

async function* linesOf(socket: Socket): AsyncGenerator<string, void> {
  let rest = '';
  try {
    for await (const chunk of socket) {
      const lines = (rest + String(chunk)).split('\r\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch {
    // Cut off.
  }
}

/** Throws where it is not written as its definition says. */
function readClaim(mechanism: string, encoded: string): { user: string; token: string } {
  const fields = Buffer.from(encoded, 'base64').toString('utf8').split('\u0001');
  const expected =
    mechanism === 'XOAUTH2'
      ? [/^user=(.*)$/, /^auth=Bearer (.*)$/, /^$/, /^$/]
      : [/^n,a=([^,]*),$/, /^host=[^=]+$/, /^port=\d+$/, /^auth=Bearer (.*)$/, /^$/, /^$/];
  const found = expected.map((pattern, at) => pattern.exec(fields[at] ?? 'missing'));
  const [user, token] = found.flatMap((one) => one?.[1] ?? []);
  if (found.includes(null) || fields.length !== expected.length || user === undefined || token === undefined)
    throw new Error(`${mechanism} was not well-formed.`);
  return { user: user.replaceAll('=2C', ',').replaceAll('=3D', '='), token };
}
