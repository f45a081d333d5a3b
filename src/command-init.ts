/** `init`, with the many options by which it is told what it would ask. */
import { Argument, Option } from 'commander';
import { addAlone } from './command-line.js';

interface Readers {
  readonly several: (value: string, before?: readonly string[]) => readonly string[];
  readonly seconds: (value: string) => number;
}

export function addInit({ several, seconds }: Readers): void {
  addAlone('init', {
    about: 'sets a new desk up: finds and tries the servers, and writes its folder',
    takes: {
      folder: new Argument('[folder]', 'where its files go (default: the folder that you are in)'),
      address: new Option('--address <address>', 'the address that people write to'),
      name: new Option('--name <name>', 'what people know the desk as'),
      staff: new Option('--staff <address>', 'who answers; may be given several times').argParser(several),
      imap: new Option('--imap <host[:port]>', 'the IMAP server, in place of the one that is found'),
      smtp: new Option('--smtp <host[:port]>', 'the SMTP server, in place of the one that is found'),
      user: new Option('--user <name>', 'the name to sign in with (default: the address)'),
      passwordFile: new Option('--password-file <file>', 'a file with the password; - is standard input'),
      passwordCommand: new Option(
        '--password-command <command>',
        'a program with arguments that prints it, or these as a JSON list',
      ),
      passwordEnv: new Option('--password-env <name>', 'the environment variable that holds it'),
      oauth2: new Option('--oauth2 <provider>', 'sign in by OAuth2, without a password').choices([
        'google',
        'microsoft',
      ]),
      issuer: new Option('--issuer <url>', 'the same at any other OpenID provider, by its address'),
      accessTokenCommand: new Option(
        '--access-token-command <command>',
        'a program of yours that prints access tokens, as oama does, or a JSON list',
      ),
      clientId: new Option('--client-id <id>', 'of the application that you have registered there'),
      clientSecretFile: new Option(
        '--client-secret-file <file>',
        'a file with its secret, where it has one; - is standard input',
      ),
      tenant: new Option('--tenant <tenant>', "Microsoft's tenant, by its domain or id (default: common)"),
      flow: new Option(
        '--flow <flow>',
        'how to sign in (default: device for Microsoft, else browser)',
      ).choices(['browser', 'device', 'client-credentials']),
      account: new Option('--account <name>', 'who signs in, for a mailbox that several people share'),
      noLogin: new Option('--no-login', 'sign in later, by "imapdesk login": nothing is tried then'),
      noBrowser: new Option('--no-browser', 'open no page on this machine, only print its address'),
      ca: new Option(
        '--ca <file>',
        "a PEM file with the authorities to trust, for a server's own certificate",
      ),
      mail: new Option('--mail <what>', 'send mail at once, or hold it in the outbox').choices([
        'send',
        'hold',
      ]),
      waitMs: new Option('--wait <seconds>', 'how long to wait for the test message (default: 60)').argParser(
        (value) => seconds(value) * 1000,
      ),
      yes: new Option('--yes', 'take the servers that are found, and ask nothing that has a usual answer'),
      force: new Option('--force', 'write into a folder that is not empty; what is replaced is kept'),
    },
    load: async () => (await import('./commands/init.js')).init,
  });
}
