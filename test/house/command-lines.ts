/**
 * Who runs the lines of shell in our pages. Each block is named by how its first line begins: by the tests that read it there
 * and run it, as it stands or with the places of this machine in it, by what runs the same, or by the reason why nothing does.
 */

type Tests = readonly [`test/${string}.test.ts`, ...`test/${string}.test.ts`[]];

/** Lines that no test reads from the page. */
export interface Alike {
  readonly tests: Tests;
  readonly differs: string;
}

export type RunBy = Tests | Alike | `not run: ${string}`;

export function isAlike(by: RunBy): by is Alike {
  return typeof by !== 'string' && 'tests' in by;
}

export function testsOf(by: RunBy): readonly string[] {
  if (typeof by === 'string') return [];
  return isAlike(by) ? by.tests : by;
}

const CHECKS = 'not run: they run the checks, and so the tests themselves';
const README = ['test/integration/readme.test.ts'] as const;
const SYSTEMD = ['test/integration/systemd.test.ts'] as const;
const PM2 = ['test/integration/pm2.test.ts'] as const;
const FLEET = ['test/integration/fleet.test.ts'] as const;
const LINES = ['test/integration/page-lines.test.ts'] as const;

export const RUN_BY: Readonly<Record<string, Readonly<Record<string, RunBy>>>> = {
  'README.md': {
    'scripts/demo': {
      tests: ['test/integration/demo.test.ts'],
      differs: 'the test starts what the script starts once it has got and built everything',
    },
    'npm ci': README,
    'npx ./imapdesk-0.1.0.tgz init ~/desk\n': README,
    'npx ./imapdesk-0.1.0.tgz init ~/desk --issuer': ['test/integration/readme-oauth.test.ts'],
    'mkdir -m 700 ~/desk': README,
    'chmod 600': README,
    'npm install --global ./': README,
    'npm install --global --prefix': README,
    'cp /opt/imapdesk/': SYSTEMD,
    'pm2 start': PM2,
  },
  'CONTRIBUTING.md': { 'npm ci': CHECKS },
  'docs/commands.md': {
    'imapdesk muttrc': [...LINES, 'test/integration/muttrc.test.ts'],
    'mkdir -p ~/.local/share/bash-completion': [...LINES, 'test/integration/completion.test.ts'],
    'mkdir -p ~/.zsh/functions': [...LINES, 'test/integration/completion.test.ts'],
    'mkdir -p ~/.config/fish/completions': [...LINES, 'test/integration/completion.test.ts'],
    'imapdesk man': [...LINES, 'test/integration/manual-page.test.ts'],
  },
  'docs/erasing.md': {
    'imapdesk erase 42': [...LINES, 'test/integration/erase.test.ts'],
    'imapdesk erase --person': [...LINES, 'test/integration/erase.test.ts'],
  },
  'docs/fleet.md': {
    '   printf': FLEET,
    '   imapdesk run': FLEET,
    '   imapdesk status': FLEET,
  },
  'docs/mbox.md': {
    'roundup-admin': 'not run: the tests start no Roundup; import-trackers.test.ts imports what it wrote',
    'perl -I': {
      tests: ['test/integration/import-rt.test.ts'],
      differs:
        'the Request Tracker of the test is unpacked and not installed, so PERL5LIB says where it lies',
    },
  },
  'docs/moving.md': {
    'doveadm backup': ['test/integration/moving.test.ts'],
    imapsync:
      'not run: imapsync is in none of the registries that the tests ask; moving.test.ts copies as it does (APPEND with dates and flags)',
  },
  'docs/performance.md': { 'scripts/bench': 'not run: it takes hours; its figures are those of the page' },
  'docs/running.md': {
    'cp /opt/imapdesk/': SYSTEMD,
    'useradd --system': SYSTEMD,
    'docker build': 'not run: no engine is at hand; docker.test.ts carries out the steps of the Dockerfile',
    'docker compose':
      'not run: no engine is at hand; docker.test.ts reads compose.yaml and holds it against the Dockerfile',
    'pm2 start': PM2,
  },
  'docs/sign-in.md': {
    'sudo -u imapdesk':
      'not run: sudo is what the page adds; sign-ins of `login` in a folder that STATE_DIRECTORY names are in login-command.test.ts',
  },
  'docs/testing.md': {
    'npm test': CHECKS,
    'npx vitest run test/unit/desk': CHECKS,
    'UPDATE_CORPUS=1': CHECKS,
    'node dist/main.js explain': LINES,
    'npx -p node@18': 'not run: it gets an old Node from the registry; start.test.ts makes up its version',
    'npx vitest run --project stories': CHECKS,
    'scripts/mutation': 'not run: a whole run takes hours; its figures are those of the page',
    'scripts/bench': 'not run: it takes minutes, and the machine for itself',
    'IMAPDESK_SERVERS=cyrus': CHECKS,
  },
  'docs/upgrading.md': { '   npm install --global --prefix': [...README, ...LINES] },
  'docs/web.md': { 'imapdesk web-password': LINES, 'imapdesk web\n': LINES, 'imapdesk export': LINES },
};
