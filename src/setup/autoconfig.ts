/**
 * Reads the description of a mail host that Thunderbird calls autoconfig
 * (https://www.bucksch.org/1/projects/thunderbird/autoconfiguration/). It is somebody else's text: what is no IMAP or SMTP
 * server with TLS or STARTTLS is left out, and so is all that is not understood.
 */
import { Parser } from 'htmlparser2';
import { type Door, type Encryption, hostName, type Purpose } from './door.js';

export interface Described {
  readonly imap: readonly Door[];
  readonly smtp: readonly Door[];
  /** Each server that is named takes OAuth2 and nothing else. */
  readonly onlyTokens: boolean;
}

/** Where such a description lies, for the host or the address of this domain; the first that is there counts. */
export function placesOf(domain: string, address: string): readonly string[] {
  const query = `?emailaddress=${encodeURIComponent(address)}`;
  return [
    `https://autoconfig.${domain}/mail/config-v1.1.xml${query}`,
    `https://${domain}/.well-known/autoconfig/mail/config-v1.1.xml${query}`,
  ];
}

const PURPOSES: Readonly<Record<string, Purpose>> = {
  'incomingserver imap': 'imap',
  'outgoingserver smtp': 'smtp',
};
const FIELDS: ReadonlySet<string> = new Set(['hostname', 'port', 'sockettype', 'username', 'authentication']);
const SECURITY: Readonly<Record<string, Encryption>> = { ssl: 'tls', starttls: 'starttls' };
/** What would stand otherwise on a terminal than in the configuration, and what stands for something unknown. */
const UNFIT_IN_USER = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}%]/u;
const MAX_VALUE_CHARS = 300;
const MAX_SERVERS = 20;

interface Written {
  readonly purpose: Purpose;
  readonly fields: Map<string, string>;
  readonly authentication: string[];
}

/** Null where it describes no server that can be used for both purposes, or is no such text at all. */
export function readAutoconfig(xml: string, address: string, source: string): Described | null {
  const servers = serversIn(xml);
  const of = (purpose: Purpose): readonly Door[] =>
    servers.flatMap((one) => (one.purpose === purpose ? doorOf(one, address, source) : []));
  const described = { imap: of('imap'), smtp: of('smtp') };
  if (described.imap.length === 0 || described.smtp.length === 0) return null;
  return { ...described, onlyTokens: servers.every(takesOnlyTokens) };
}

function serversIn(xml: string): readonly Written[] {
  const found: Written[] = [];
  const path: string[] = [];
  let server: Written | null = null;
  let text = '';
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        path.push(name.toLowerCase());
        text = '';
        const purpose = PURPOSES[`${path.at(-1)} ${(attributes['type'] ?? '').toLowerCase()}`];
        if (purpose !== undefined && isWhole(path))
          server = { purpose, fields: new Map(), authentication: [] };
      },
      ontext(piece) {
        text = (text + piece).slice(0, MAX_VALUE_CHARS);
      },
      onclosetag() {
        const name = path.pop() ?? '';
        if (server === null) return;
        if (isWhole([...path, name])) {
          if (found.length < MAX_SERVERS) found.push(server);
          server = null;
        } else if (isWhole(path) && FIELDS.has(name)) note(server, name, text.trim());
      },
    },
    { xmlMode: true },
  );
  parser.end(xml);
  return found;
}

/** Whether it is a server's element, where such a description has them. */
function isWhole(path: readonly string[]): boolean {
  return path.length === 3 && path[0] === 'clientconfig' && path[1] === 'emailprovider';
}

function note({ fields, authentication }: Written, name: string, value: string): void {
  if (name === 'authentication') authentication.push(value.toLowerCase());
  else if (!fields.has(name)) fields.set(name, value);
}

function doorOf({ fields }: Written, address: string, source: string): readonly Door[] {
  const at = address.lastIndexOf('@');
  const fill = (value: string): string =>
    value
      .replaceAll('%EMAILADDRESS%', () => address)
      .replaceAll('%EMAILLOCALPART%', () => address.slice(0, at))
      .replaceAll('%EMAILDOMAIN%', () => address.slice(at + 1));
  const host = hostName(fill(fields.get('hostname') ?? ''));
  const port = /^[1-9]\d{0,4}$/.test(fields.get('port') ?? '') ? Number(fields.get('port')) : 0;
  const security = SECURITY[(fields.get('sockettype') ?? '').toLowerCase()];
  const user = fill(fields.get('username') ?? '') || address;
  if (host === null || port === 0 || port > 65_535 || security === undefined) return [];
  return UNFIT_IN_USER.test(user) ? [] : [{ host, port, security, user, source }];
}

function takesOnlyTokens({ authentication }: Written): boolean {
  return authentication.length > 0 && authentication.every((one) => one === 'oauth2');
}
