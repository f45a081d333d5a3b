// Exits with 0 if node_modules holds what package-lock.json asks for on this machine, as any "npm ci" leaves it: npm
// writes down what it has installed when all else is done, so a broken install is done again.
import { readFileSync } from 'node:fs';

const wanted = packagesIn('package-lock.json');
const installed = packagesIn('node_modules/.package-lock.json');
const names = new Set([...Object.keys(wanted), ...Object.keys(installed)].filter((name) => name !== ''));
process.exitCode = [...names].every(isRight) ? 0 : 1;

function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return {};
  }
}

function isRight(name) {
  const [is, should] = [installed[name], wanted[name]];
  if (is === undefined) return isForOthers(should);
  return is.version === should?.version && is.integrity === should?.integrity;
}

/** npm leaves out what is for other machines, and what only that needs, which has no mark but `optional`. */
function isForOthers({ optional = false, os, cpu, libc }) {
  const isForAll = os === undefined && cpu === undefined && libc === undefined;
  const mine = matches(os, process.platform) && matches(cpu, process.arch) && matches(libc, libcHere());
  return optional && (isForAll || !mine);
}

function matches(list, value) {
  return list === undefined || list.includes(value);
}

function libcHere() {
  if (process.platform !== 'linux') return undefined;
  return process.report.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
}
