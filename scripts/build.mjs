// Compiles src, and makes of what comes out the few files of dist, packages included: to load hundreds of small ones is
// most of what a command costs at its start. A desk may be at work from dist at that moment, and reads its templates and
// some code from there later. So nothing is touched that is up to date; the build is made in a folder of its own, and each
// file that differs is then renamed into its place, imapdesk.js after those that it imports, and main.js, which only looks
// whether Node is new enough for it, after that: no file of dist is missing or half written at any time. The names of the others say what is in them, and those of the build before stay: who has begun with
// them goes on with them.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (path) => join(root, path);
const dist = at('dist');
/** Each file of src compiled by itself, for scripts/generate.mjs and for tests that look inside. */
const compiled = at('.cache/compiled');
/** Which inputs dist was built from, and what came out of them. */
const stamp = at('.cache/built');
const INPUTS = ['src', 'tsconfig.json', 'package-lock.json', 'scripts/build.mjs'];
const TEMPLATES = 'src/config/templates';
/** Copied as it stands, since what comes out of tools is for newer versions of Node. */
const START = 'src/start.js';
/** In dist: keeps what the build before has left there out of the package. */
const UNPACKED = '.npmignore';
const MANUAL = 'imapdesk.1';
/** Names the build, compiled. */
const BUILD = 'worker/run/build.js';
const OUTPUTS = ['dist', '.cache/compiled'];
/** Which files of dist the last build has made: what is there besides is older. */
const latest = at('.cache/latest');

const inputs = digest(INPUTS);
if (read(stamp) !== `${inputs} ${digest(OUTPUTS)}`) await build();

async function build() {
  console.error('Building...');
  mkdirSync(at('.cache'), { recursive: true });
  const made = mkdtempSync(at('.cache/build-'));
  try {
    compile(join(made, 'compiled'));
    await bundle(join(made, 'compiled'), join(made, 'dist'));
    writeManual(made);
    const before = (read(latest) ?? '').split('\n').filter((file) => file !== UNPACKED);
    const older = before.filter((file) => !existsSync(join(made, 'dist', file)));
    writeFileSync(join(made, 'dist', UNPACKED), older.join('\n'));
    const files = filesIn(join(made, 'dist'));
    putInPlace(join(made, 'dist'), dist, [...files, ...before]);
    putInPlace(join(made, 'compiled'), compiled, filesIn(join(made, 'compiled')));
    writeFileSync(latest, files.join('\n'));
    writeFileSync(stamp, `${inputs} ${digest(OUTPUTS)}`);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

function compile(to) {
  const tsc = at('node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '--outDir', to], { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    rmSync(dirname(to), { recursive: true, force: true });
    process.exit(status ?? 1);
  }
  cpSync(at(TEMPLATES), join(to, relative('src', TEMPLATES)), { recursive: true });
}

/** All names stay as they are written, so that a stack can be read. */
async function bundle(from, to) {
  const { rolldown } = await import('rolldown');
  const made = await rolldown({
    input: join(from, 'main.js'),
    cwd: root,
    platform: 'node',
    resolve: {
      alias: {
        // mailsplit would bring its CommonJS form besides.
        libmime: fileURLToPath(import.meta.resolve('libmime')),
        // Its other form loads its parts in a way that no bundler sees.
        'jsonc-parser': at('node_modules/jsonc-parser/lib/esm/main.js'),
        // Its other form looks for a package that is native code.
        msgpackr: at('node_modules/msgpackr/index.js'),
      },
    },
    plugins: [{ name: 'places', transform: (code, id) => ({ code: stamped(code, relative(from, id)) }) }],
  });
  const { output } = await made.write({
    dir: to,
    format: 'esm',
    comments: false,
    entryFileNames: 'imapdesk.js',
    chunkFileNames: '[name]-[hash].js',
  });
  await made.close();
  // It waits for what it loads late: whatever imported it then would wait for it, for ever.
  if (output.some(({ imports = [] }) => imports.includes('imapdesk.js')))
    throw new Error('A file of dist imports imapdesk.js.');
  cpSync(at(TEMPLATES), join(to, relative('src', TEMPLATES)), { recursive: true });
  cpSync(at(START), join(to, 'main.js'));
  chmodSync(join(to, 'main.js'), 0o755);
  writeFileSync(join(to, 'LICENSES.txt'), licensesOf(output.flatMap(({ moduleIds = [] }) => moduleIds)));
}

/** The page of man(1), which the command itself prints. It reads its version from the file beside dist. */
function writeManual(made) {
  cpSync(at('package.json'), join(made, 'package.json'));
  const command = [join(made, 'dist/main.js'), 'man'];
  const { status, stdout } = spawnSync(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
  if (status !== 0) throw new Error(`"imapdesk man" ended with ${status}`);
  writeFileSync(join(made, 'dist', MANUAL), stdout);
}

/** Of the packages that these files are from. */
function licensesOf(files) {
  const folders = files.map((file) => /^.*[/]node_modules[/](?:@[^/]+[/])?[^/]+/.exec(file)?.[0]);
  const packages = [...new Set(folders.filter((folder) => folder !== undefined))].sort((a, b) =>
    a.localeCompare(b),
  );
  return packages
    .map((folder) => {
      const { name, version, license } = JSON.parse(read(join(folder, 'package.json')));
      const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
      const text = file === undefined ? '' : `\n${read(join(folder, file)).trim()}\n`;
      return `${name} ${version} (${license})\n${text}`;
    })
    .join(`\n${'-'.repeat(72)}\n\n`);
}

/** What a desk remembers of its last pass counts for the same build alone. */
function stamped(code, path) {
  if (path !== BUILD) return inItsPlace(code, path);
  return code.replace("'source'", JSON.stringify(inputs));
}

/** All code lies beside main.js then: a file of ours that looks for another still begins where it would lie itself. */
function inItsPlace(code, path) {
  if (path.startsWith('..')) return code;
  return code.replaceAll('import.meta.url', `new URL(${JSON.stringify(path)}, import.meta.url).href`);
}

/** What is new comes first, and what is not to stay goes last: at any time every file finds those that it imports. */
function putInPlace(made, place, stays) {
  const files = filesIn(made);
  const isNew = (name) => !existsSync(join(place, name));
  const changed = files.filter((name) => !isSame(join(made, name), join(place, name)));
  for (const file of [...changed.filter(isNew), ...changed.filter((name) => !isNew(name))]) {
    mkdirSync(dirname(join(place, file)), { recursive: true });
    renameSync(join(made, file), join(place, file));
  }
  for (const file of filesIn(place).filter((name) => !stays.includes(name)))
    rmSync(join(place, file), { force: true });
}

function isSame(one, other) {
  if (!existsSync(other) || !readFileSync(one).equals(readFileSync(other))) return false;
  return ((statSync(one).mode ^ statSync(other).mode) & 0o111) === 0;
}

function digest(paths) {
  const hash = createHash('sha256');
  for (const path of paths)
    for (const file of filesIn(at(path)))
      hash.update(`${path}/${file}\0`).update(readFileSync(at(join(path, file))));
  return hash.digest('hex');
}

/** Relative to `folder`, in a fixed order; a file is its own only one. */
function filesIn(folder) {
  if (!existsSync(folder)) return [];
  if (statSync(folder).isFile()) return [''];
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return found.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();
}

function read(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}
