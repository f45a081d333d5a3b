/** Receivers of alerts on loopback: a web server that keeps what it got, and the SMS gateway as Twilio's reference has it. */
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { listenAt } from '../../src/demo/listening.js';

interface Got {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Answer = (got: Got, response: ServerResponse) => void;

export interface Receiver {
  readonly url: string;
  readonly got: Got[];
  answer: Answer;
  close(): Promise<void>;
}

const OK: Answer = (_, response) => void response.writeHead(200).end('ok');

export async function startReceiver(answer: Answer = OK): Promise<Receiver> {
  const got: Got[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const one = { method, path, headers, body: Buffer.concat(chunks).toString('utf8') };
      got.push(one);
      receiver.answer(one, response);
    });
  });
  const port = await listenAt(server);
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}`,
    got,
    answer,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  return receiver;
}

const SID = 'AC00000000000000000000000000000001';
const TOKEN = 'the auth token of the account';

/** What a desk needs for it. */
export const TWILIO = { account: SID, token: TOKEN, from: '+15550100', to: '+15550101' } as const;

/** Checks each request as the gateway does, and answers as its reference shows. */
export const twilio: Answer = ({ method, path, headers, body }, response) => {
  const fail = (status: number, code: number, message: string): void => {
    const more = `https://www.twilio.com/docs/errors/${code}`;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ code, message, more_info: more, status }));
  };
  const basic = `Basic ${Buffer.from(`${SID}:${TOKEN}`).toString('base64')}`;
  if (headers.authorization !== basic) return fail(401, 20003, 'Authenticate');
  if (method !== 'POST' || path !== `/2010-04-01/Accounts/${SID}/Messages.json`)
    return fail(404, 20404, `The requested resource ${path} was not found`);
  if (headers['content-type'] !== 'application/x-www-form-urlencoded') return fail(400, 21602, 'no form');
  const form = new URLSearchParams(body);
  if (!form.get('To')?.startsWith('+'))
    return fail(400, 21211, `Invalid 'To' Phone Number: ${form.get('To')}`);
  if (!form.get('From')) return fail(400, 21603, "A 'From' phone number is required.");
  if (!form.get('Body')) return fail(400, 21602, 'Message body is required.');
  response.writeHead(201, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({
      sid: `SM${'0'.repeat(32)}`,
      status: 'queued',
      to: form.get('To'),
      body: form.get('Body'),
    }),
  );
};
