/**
 * Folder names: the configuration writes `/` between levels and knows nothing of the server's delimiter or of a
 * prefix such as `INBOX.` before every folder of one's own (RFC 2342). Paths that come out of here are complete.
 */
import { EXIT, Problem } from '../../problem/problem.js';

export interface Namespace {
  /** Between levels; empty where the server has none. */
  readonly delimiter: string;
  /** Before the user's own folders, with the delimiter; empty for none. */
  readonly prefix: string;
  /** Prefixes of other people's and shared folders. */
  readonly foreignPrefixes: readonly string[];
  /** Folders as the configuration writes them: listed folders are called so. */
  readonly spellings: readonly string[];
}

export interface FolderNames {
  /** The server's path for a configured name. Throws a Problem (78) for what can be no folder. */
  toPath(folder: string): string;
  /** The configured name for a server's path; null for one that no configured name can reach. */
  toName(path: string): string | null;
}

const MAX_FOLDER_CHARACTERS = 500;

function checkName(folder: string): void {
  if (folder === '' || folder.length > MAX_FOLDER_CHARACTERS || /[\u0000-\u001f\u007f]/.test(folder)) {
    throw new Problem('imap-folder-name', 'A folder name is empty, too long or holds control characters', {
      exitCode: EXIT.configuration,
    });
  }
}

function withInboxInCapitals(path: string, delimiter: string): string {
  const first = delimiter === '' ? path : (path.split(delimiter)[0] ?? '');
  return first.toUpperCase() === 'INBOX' ? `INBOX${path.slice(first.length)}` : path;
}

function pathOf(folder: string, namespace: Namespace): string {
  checkName(folder);
  const { delimiter, prefix } = namespace;
  if (folder.toUpperCase() === 'INBOX') return 'INBOX';
  const translated = delimiter === '' || delimiter === '/' ? folder : folder.replaceAll('/', delimiter);
  if (prefix === '') return translated;
  const path = prefix.toUpperCase().startsWith('INBOX')
    ? withInboxInCapitals(translated, delimiter)
    : translated;
  const complete = [prefix, ...namespace.foreignPrefixes].some(
    (known) => known !== '' && path.startsWith(known),
  );
  return complete ? path : prefix + path;
}

export function folderNames(namespace: Namespace): FolderNames {
  const { delimiter, prefix } = namespace;
  const spelled = new Map(namespace.spellings.map((folder) => [pathOf(folder, namespace), folder]));
  return {
    toPath: (folder) => pathOf(folder, namespace),
    toName: (path) => {
      const known = spelled.get(path.toUpperCase() === 'INBOX' ? 'INBOX' : path);
      if (known !== undefined) return known;
      const own = prefix !== '' && path.startsWith(prefix) ? path.slice(prefix.length) : path;
      const name = delimiter === '' || delimiter === '/' ? own : own.replaceAll(delimiter, '/');
      return name !== '' && pathOf(name, namespace) === path ? name : null;
    },
  };
}

function encodeRun(run: string): string {
  const bytes = Buffer.from(run, 'utf16le').swap16();
  return `&${bytes.toString('base64').replace(/=+$/, '').replaceAll('/', ',')}-`;
}

/** Modified UTF-7 (RFC 3501 §5.1.3), which is what goes over the wire while UTF8=ACCEPT is not enabled. */
export function encodePath(path: string): string {
  return path.replaceAll('&', '&-').replace(/[^\u0020-\u007e]+/g, encodeRun);
}
