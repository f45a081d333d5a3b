/** An SMTP server that counts the sign-ins and connections that it gets. */
import { buffer } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { listenAt } from '../../src/demo/listening.js';

export interface CountingServer {
  readonly port: number;
  /** The passwords that were tried. */
  readonly tried: string[];
  readonly connections: () => number;
  readonly taken: string[];
  password: string;
  close(): Promise<void>;
}

/** Takes this password; it can be changed. */
export async function serveCounting(password: string): Promise<CountingServer> {
  let connections = 0;
  const state = { tried: [] as string[], taken: [] as string[], password };
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    allowInsecureAuth: true,
    closeTimeout: 1,
    onConnect(_session, callback) {
      connections += 1;
      callback();
    },
    onAuth(auth, _session, callback) {
      state.tried.push(auth.password ?? '');
      if (auth.password === state.password) callback(null, { user: 'desk' });
      else callback(Object.assign(new Error('5.7.8 Wrong password'), { responseCode: 535 }));
    },
    onData(stream, session, callback) {
      const take = (): void => {
        state.taken.push(...session.envelope.rcptTo.map(({ address }) => address));
        callback();
      };
      // A line that is closed in the middle of a message ends the stream with an error, and nothing is taken.
      buffer(stream).then(take, callback);
    },
  });
  const port = await listenAt(server);
  server.on('error', () => undefined);
  return Object.assign(state, {
    port,
    connections: () => connections,
    close: () => new Promise<void>((resolve) => server.close(resolve)),
  });
}
