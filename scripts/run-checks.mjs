// Runs every check, one after the other, and counts: a test is one, and so is a check that is no test but fails.
// Ends with "N passed, N failed" alone on the last line; exits non-zero if anything failed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';

const REPORTS = '.cache/reports';
const GENERATED = ['config.schema.json', 'desk.schema.json', 'docs/configuration.md', 'docs/register.md'];
const VITEST = 'node_modules/vitest/vitest.mjs';

/** What runs on Dovecot with maildir otherwise; test/servers/table.ts has them all. */
const OTHER_SERVERS = ['sdbox', 'mdbox', 'cyrus', 'courier'];
/** What chooses its servers by itself, or has nothing to do with them. */
const CHOOSES_SERVERS = [
  'adoption',
  'completion',
  'demo',
  'docker',
  'imap4d',
  'manual-page',
  'packed',
  'page-lines',
  'pipe',
  'pipe-codes',
  'pipe-others',
  'pm2',
  'readme',
  'servers',
  'store',
  'store-contract',
  'story',
  'systemd',
  'web-proxies',
  'world',
];

const USAGE = 'scripts/test [--deep]: checks everything; with --deep whole, where it is a sample otherwise.';

const unknown = process.argv.slice(2).filter((argument) => argument !== '--deep');
if (unknown.length > 0) {
  console.error(`${unknown.join(' ')}: not an option. ${USAGE}`);
  process.exit(64);
}
const deep = process.argv.includes('--deep') ? { DEEP: '1' } : {};

const counts = { passed: 0, failed: 0, skipped: 0 };
const failedSteps = [];

// Whatever a tool forgets in the temporary folder goes with it.
const temporary = mkdtempSync(`${tmpdir()}/check-`);
// Some tools colour what goes to a file as soon as CI is set.
const plain = process.stdout.isTTY ? {} : { NO_COLOR: '1' };
const env = { ...process.env, ...plain, ...deep, TMPDIR: temporary, XDG_CACHE_HOME: temporary };

function run(command, args, more = {}) {
  return (
    spawnSync(command, args, { env: { ...env, ...more }, stdio: ['ignore', 'inherit', 'inherit'] }).status ===
    0
  );
}

function step(name, work) {
  const startedAt = Date.now();
  console.log(`\n== ${name}`);
  const passed = work();
  console.log(
    `== ${name}: ${passed ? 'passed' : 'FAILED'} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`,
  );
  if (!passed) failedSteps.push(name);
  return passed;
}

function check(name, work) {
  if (!step(name, work)) counts.failed += 1;
}

/** Tests whose files do not even load have no failed one to count, yet they failed. */
function tests(name, projects, { server = 'maildir', more = [] } = {}) {
  const report = `${REPORTS}/${projects.join('-')}-${server}.json`;
  rmSync(report, { force: true });
  const args = [
    'run',
    ...projects.map((project) => `--project=${project}`),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...more,
  ];
  const passed = step(name, () => run(process.execPath, [VITEST, ...args], { IMAPDESK_SERVER: server }));
  count(passed, JSON.parse(read(report) ?? 'null'));
}

function count(passed, found) {
  const failed = found?.numFailedTests ?? 0;
  counts.passed += found?.numPassedTests ?? 0;
  counts.skipped += (found?.numPendingTests ?? 0) + (found?.numTodoTests ?? 0);
  counts.failed += passed ? failed : Math.max(failed, 1);
}

function read(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

function generatedFilesAreUpToDate() {
  const before = GENERATED.map(read);
  if (!run(process.execPath, ['scripts/generate.mjs'])) return false;
  const stale = GENERATED.filter((file, index) => read(file) !== before[index]);
  if (stale.length > 0) console.log(`Not up to date, and made anew: ${stale.join(', ')}. Commit them.`);
  return stale.length === 0;
}

mkdirSync(REPORTS, { recursive: true });
const npm = (script) => () => run('npm', ['run', '--silent', script]);
check('types', npm('typecheck'));
check('lint', npm('lint'));
check('format', npm('format:check'));
check('unused code', npm('unused'));
check('generated files', generatedFilesAreUpToDate);
tests('unit tests and stories', ['unit', 'stories']);
// What computes and what waits for servers share the machine best.
tests('searches, servers and chaos', ['search', 'servers', 'chaos']);
if (process.argv.includes('--deep')) {
  const more = CHOOSES_SERVERS.map((name) => `--exclude=test/integration/${name}.test.ts`);
  for (const server of OTHER_SERVERS) tests(`servers: ${server}`, ['servers'], { server, more });
}

rmSync(temporary, { recursive: true, force: true });
console.log(failedSteps.length === 0 ? '\nEverything passed.' : `\nFailed: ${failedSteps.join(', ')}.`);
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
process.exitCode = counts.failed === 0 ? 0 : 1;
