/**
 * A root of its own for a program: this machine's /usr to read, a node as images have it, and empty folders beside. Nothing is
 * installed and nothing outlives it: its mounts are in a namespace that ends with the script.
 */
import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const NAMESPACES = ['--mount', '--pid', '--fork', '--kill-child', '--uts', '--ipc'];

/** Why there can be none; '' if there can. With `groups`, why no systemd can be the first process in one. */
export async function whyNoRoot({ groups = false } = {}): Promise<string> {
  if (process.platform !== 'linux') return 'only Linux has such namespaces';
  if (process.getuid?.() !== 0) return 'it needs root';
  const tried = groups
    ? 'mount -t cgroup2 none /mnt && mkdir /mnt/imapdesk-try && rmdir /mnt/imapdesk-try'
    : 'mount -t tmpfs none /mnt';
  return run('unshare', [...NAMESPACES, 'sh', '-c', tried]).then(
    () => '',
    ({ stderr }: { stderr: string }) => `mounts are not allowed here (${stderr.trim()})`,
  );
}

/** In sh: `base FOLDER` makes such a root there, and IMAGE_PATH is the PATH in it. */
export async function baseScript(): Promise<string> {
  const node = await realpath(process.execPath);
  const npm = join(dirname(await realpath((await run('sh', ['-c', 'command -v npm'])).stdout.trim())), '..');
  return `set -eu
mount --make-rprivate /
IMAGE_PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export IMAGE_PATH
base() {
  mkdir -p "$1"
  mount -t tmpfs -o mode=755 base "$1"
  mkdir -p "$1/usr" "$1/etc" "$1/dev" "$1/proc" "$1/sys" "$1/run" "$1/opt" "$1/var/lib" "$1/var/cache" "$1/root"
  mkdir -m 1777 "$1/tmp"
  mount --bind /usr "$1/usr"
  mount -o remount,bind,ro "$1/usr"
  for name in bin sbin lib lib64; do
    if [ -L "/$name" ]; then ln -s "$(readlink "/$name")" "$1/$name"
    elif [ -d "/$name" ]; then mkdir "$1/$name" && mount --bind "/$name" "$1/$name"; fi
  done
  mount -t tmpfs -o mode=755 local "$1/usr/local"
  mkdir -p "$1/usr/local/bin" "$1/usr/local/lib/node_modules/npm"
  cp '${node}' "$1/usr/local/bin/node"
  mount --bind '${npm}' "$1/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$1/usr/local/bin/npm"
  if [ -d /etc/alternatives ]; then mkdir "$1/etc/alternatives" && mount --bind /etc/alternatives "$1/etc/alternatives"; fi
  if [ -e /etc/ld.so.cache ]; then cp /etc/ld.so.cache "$1/etc"; fi
  printf 'root:x:0:0::/root:/bin/sh\\nnode:x:1000:1000::/tmp:/bin/sh\\nimapdesk:x:999:999::/:/bin/sh\\n' > "$1/etc/passwd"
  printf 'root:x:0:\\nnode:x:1000:\\nimapdesk:x:999:\\n' > "$1/etc/group"
  printf '127.0.0.1 localhost\\n' > "$1/etc/hosts"
  for name in null zero random urandom tty; do touch "$1/dev/$name" && mount --bind "/dev/$name" "$1/dev/$name"; done
  mount -t proc proc "$1/proc"
}
`;
}

export interface Ended {
  readonly code: number;
  readonly printed: string;
}

/** Runs such a script to its end; what it printed on both outputs. */
export async function inBareRoot(script: string): Promise<Ended> {
  return run('unshare', [...NAMESPACES, 'sh', '-c', `exec 2>&1\n${script}`], { maxBuffer: 1e8 }).then(
    ({ stdout }) => ({ code: 0, printed: stdout }),
    ({ code, stdout }: { code: number; stdout: string }) => ({ code, printed: stdout }),
  );
}
