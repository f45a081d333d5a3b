/** How a new desk gets its tokens, if it does not sign in by a password: what was said, or what the person says. */
import { resolve } from 'node:path';
import { authSchema } from '../config/auth-schema.js';
import { type Auth, CLIENT_SECRET_FILE } from '../setup/configuration.js';
import type { Servers } from '../setup/door.js';
import { answer, commandIn, firstLine, type Talk, unfit } from './init-talk.js';

export interface ChosenAuth {
  /** As the configuration has it. */
  readonly written: Auth;
  /** The same for a trial: what lies in no file yet is in it. */
  readonly tried: Auth;
  /** Of the application, to be written beside the configuration; null where there is none, or it lies elsewhere. */
  readonly clientSecret: string | null;
}

type OAuth2 = Extract<Auth, { oauth2: unknown }>['oauth2'];
type Provider = OAuth2['provider'];

/** null for a desk with a password. */
export async function chooseAuth(talk: Talk, servers: Servers): Promise<ChosenAuth | null> {
  const { accessTokenCommand } = talk.options;
  if (accessTokenCommand !== null) {
    const auth = { accessToken: { command: commandIn(accessTokenCommand, '--access-token-command') } };
    return { written: auth, tried: auth, clientSecret: null };
  }
  const provider = await chooseProvider(talk, servers);
  return provider === null ? null : askApplication(talk, provider);
}

/** null where a password is wanted. */
async function chooseProvider(talk: Talk, { onlyTokens, provider }: Servers): Promise<Provider | null> {
  const { options, person, say } = talk;
  if (options.oauth2 !== null) return options.oauth2;
  if (options.issuer !== null) return readIssuer(options.issuer, '--issuer: ');
  if (onlyTokens) {
    say('This host takes OAuth2 only, and no passwords.');
    return provider ?? askProvider(talk);
  }
  const saysHow = [options.passwordFile, options.passwordCommand, options.passwordEnv].some(
    (way) => way !== null,
  );
  if (provider === null || saysHow || person === null) return null;
  const byPassword = await answer(talk, {
    option: '--oauth2 PROVIDER',
    given: null,
    question: 'Sign in by a password that the host made for programs, or by OAuth2? (password, oauth2)',
    otherwise: 'password',
    read: (written) => {
      if (written === 'password' || written === 'oauth2') return written === 'password';
      throw unfit('expected password or oauth2');
    },
  });
  return byPassword ? null : provider;
}

function askProvider(talk: Talk): Promise<Provider> {
  return answer(talk, {
    option: '--oauth2 PROVIDER (or --issuer URL)',
    given: null,
    question: 'Who gives its tokens? (google, microsoft, or the https address of an OpenID provider)',
    read: (written) =>
      written === 'google' || written === 'microsoft' ? written : readIssuer(written.trim()),
  });
}

function readIssuer(written: string, option = ''): Provider {
  const provider = { issuer: written };
  if (isFit({ provider })) return provider;
  throw unfit(`${option}expected the https address of an OpenID provider, such as https://id.example.com`);
}

async function askApplication(talk: Talk, provider: Provider): Promise<ChosenAuth> {
  const { options } = talk;
  const who = typeof provider === 'string' ? provider : provider.issuer;
  const clientId = await answer(talk, {
    option: '--client-id ID',
    given: options.clientId,
    question: `The client id of the application that you have registered (${who})`,
    read: (written) => fit('clientId', written.trim(), 'the id that the provider gave you'),
  });
  const secret = await askClientSecret(talk, provider);
  const oauth2 = {
    provider,
    clientId,
    ...(provider === 'microsoft' ? await askTenant(talk) : {}),
    ...(options.flow === null ? {} : { flow: options.flow }),
    ...(options.account === null
      ? {}
      : { account: fit('account', options.account, 'the name of an account') }),
  };
  if (secret === null) return { written: { oauth2 }, tried: { oauth2 }, clientSecret: null };
  const { file, text } = secret;
  const written = { oauth2: { ...oauth2, clientSecret: { file: file ?? CLIENT_SECRET_FILE } } };
  return {
    written,
    tried: text === null ? written : { oauth2: { ...oauth2, clientSecret: text } },
    clientSecret: text,
  };
}

type ClientSecret =
  | { readonly file: string; readonly text: null }
  | { readonly file: null; readonly text: string };

/** Microsoft gives none to an application that people sign in with. */
async function askClientSecret(talk: Talk, provider: Provider): Promise<ClientSecret | null> {
  const { options, person } = talk;
  const { clientSecretFile: file } = options;
  if (file === '-') return { file: null, text: firstLine(await options.input(), '--client-secret-file') };
  if (file !== null) return { file: resolve(file), text: null };
  const isUsual = provider !== 'microsoft' || options.flow === 'client-credentials';
  if (!isUsual || person === null || options.yes) return null;
  const typed = await person.askHidden('Its client secret, or Enter where it has none (it is not shown)');
  return typed === '' ? null : { file: null, text: typed };
}

/** Nothing where it is what is usual. */
async function askTenant(talk: Talk): Promise<Pick<OAuth2, 'tenant'>> {
  const tenant = await answer(talk, {
    option: '--tenant TENANT',
    given: talk.options.tenant,
    question: 'The tenant that it is registered in, by its domain or id; common for one that is open to all',
    otherwise: 'common',
    read: (written) => fit('tenant', written.trim(), 'a tenant’s id or domain'),
  });
  return tenant === 'common' ? {} : { tenant };
}

function fit(key: 'clientId' | 'tenant' | 'account', value: string, expected: string): string {
  if (isFit({ [key]: value })) return value;
  throw unfit(`expected ${expected}`);
}

/** By the configuration's own rules. */
function isFit(part: object): boolean {
  return authSchema.safeParse({ oauth2: { provider: 'microsoft', clientId: 'any', ...part } }).success;
}

/** Whether somebody has to sign in before there is a token. */
export function needsPerson({ written }: ChosenAuth): boolean {
  return 'oauth2' in written && written.oauth2.flow !== 'client-credentials';
}
