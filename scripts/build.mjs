// Compiles src into dist, templates included. A desk may be at work from dist at that moment, and reads its templates
// and some code from there later. So nothing is touched that is up to date; the build is made in a folder of its own,
// and each file that differs is then renamed into its place: no file of dist is missing or half written at any time.
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
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (path) => join(root, path);
const dist = at('dist');
/** Which inputs dist was built from, and what came out of them. */
const stamp = at('.cache/built');
const INPUTS = ['src', 'tsconfig.json', 'package-lock.json', 'scripts/build.mjs'];

const inputs = digest(INPUTS);
if (read(stamp) !== `${inputs} ${digest(['dist'])}`) build();

function build() {
  console.error('Building...');
  mkdirSync(at('.cache'), { recursive: true });
  const made = mkdtempSync(at('.cache/build-'));
  try {
    compile(made);
    putInPlace(made);
    writeFileSync(stamp, `${inputs} ${digest(['dist'])}`);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

function compile(made) {
  const tsc = at('node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '--outDir', made], { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    rmSync(made, { recursive: true, force: true });
    process.exit(status ?? 1);
  }
  cpSync(at('src/config/templates'), join(made, 'config/templates'), { recursive: true });
  chmodSync(join(made, 'main.js'), 0o755);
}

/** What is there no longer goes last: until then every file finds those that it imports. */
function putInPlace(made) {
  const files = filesIn(made);
  for (const file of files.filter((name) => !isSame(join(made, name), join(dist, name)))) {
    mkdirSync(dirname(join(dist, file)), { recursive: true });
    renameSync(join(made, file), join(dist, file));
  }
  for (const file of filesIn(dist).filter((name) => !files.includes(name)))
    rmSync(join(dist, file), { force: true });
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
