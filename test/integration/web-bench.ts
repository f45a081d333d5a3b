/** `imapdesk web`, started by a test over a desk in a mail world, and requests to it as a browser would send them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, scryptSync } from 'node:crypto';
import { request } from 'node:http';
import { freePort } from '../../src/demo/listening.js';
import { type Json, main, until } from './world.js';

export const PASSWORD = 'a password for the tests';

/** As `web-password` makes it, but cheap: tests try many passwords. */
function cheapHash(password: string): string {
  const salt = randomBytes(16);
  const hash = scryptSync(password, salt, 32, { N: 2 ** 10, r: 8, p: 1 });
  const [salted, hashed] = [salt, hash].map((bytes) => bytes.toString('base64').replace(/=+$/, ''));
  return `$scrypt$ln=10,r=8,p=1$${salted}$${hashed}`;
}

/** The part of the configuration. */
export async function webConfig(further: Json = {}): Promise<{ readonly port: number; readonly web: Json }> {
  const port = await freePort();
  return { port, web: { port, password: cheapHash(PASSWORD), ...further } };
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  readonly text: string;
}

export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export class WebProcess {
  readonly port: number;
  readonly child: ChildProcess;
  readonly #out: { text: string };

  private constructor(port: number, child: ChildProcess, out: { text: string }) {
    this.port = port;
    this.child = child;
    this.#out = out;
  }

  static async start(configPath: string, port: number): Promise<WebProcess> {
    const child = spawn(process.execPath, [main, 'web', '-c', configPath], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out = { text: '' };
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        out.text += chunk.toString();
      });
    await until(`the pages at port ${port}`, () => {
      if (child.exitCode !== null) throw new Error(`imapdesk web ended: ${out.text}`);
      return Promise.resolve(out.text.includes('The pages are at') ? true : null);
    });
    return new WebProcess(port, child, out);
  }

  /** What it has printed and logged. */
  get told(): string {
    return this.#out.text;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  ask(path: string, { method = 'GET', headers = {}, body }: Asking = {}): Promise<Answer> {
    const options = { host: '127.0.0.1', port: this.port, path, method, headers, agent: false };
    return new Promise((resolve, reject) => {
      const asking = request(options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const whole = Buffer.concat(chunks);
          const { statusCode = 0, headers: answered } = response;
          resolve({ status: statusCode, headers: answered, body: whole, text: whole.toString('utf8') });
        });
      });
      asking.on('error', reject);
      asking.end(body);
    });
  }

  /** Sends the form of the sign-in page. */
  async submit(password: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.ask('/sign-in', {
      method: 'POST',
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        Origin: 'null',
        'Sec-Fetch-Site': 'same-origin',
        ...headers,
      },
      body: new URLSearchParams({ password }).toString(),
    });
  }

  async stop(): Promise<number | null> {
    if (this.child.exitCode !== null) return this.child.exitCode;
    const ended = new Promise<number | null>((resolve) => this.child.once('close', resolve));
    this.child.kill('SIGTERM');
    return ended;
  }
}
