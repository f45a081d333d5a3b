/** The lines of docs/pipe.md, taken from it as they stand, with the places of this machine in place of those that they name. */
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pipeOwner } from '../servers/mta.js';
import type { Json } from './world.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = await readFile(join(root, 'docs/pipe.md'), 'utf8');

export function sectionOf(heading: string): string {
  const [, section = ''] = PAGE.split(`\n## ${heading}\n`);
  return section.split('\n## ')[0] ?? '';
}

/** The code blocks of a section, in order. */
function blocksOf(heading: string): readonly string[] {
  return [...sectionOf(heading).matchAll(/^```\w*\n([^]*?)\n```$/gm)].map(([, text = '']) => text);
}

/** What the pipe's user can reach: the build, a configuration, the script, a folder for its spool. */
export class PipePlace {
  readonly folder: string;
  readonly script: string;
  readonly spool: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.script = join(folder, 'pipe');
    this.spool = join(folder, 'spool');
  }

  static async make(): Promise<PipePlace> {
    const place = new PipePlace(await mkdtemp('/tmp/pipe'));
    await chmod(place.folder, 0o711);
    await mkdir(join(place.folder, 'bin'));
    for (const name of ['dist', 'package.json'])
      await cp(join(root, name), join(place.folder, name), { recursive: true });
    const start = `#!/bin/sh\nexec '${process.execPath}' '${place.folder}/dist/main.js' "$@"\n`;
    await writeFile(join(place.folder, 'bin/imapdesk'), start, { mode: 0o755 });
    await mkdir(place.spool, { mode: 0o700 });
    await place.#give(place.spool);
    await place.scriptWith('');
    return place;
  }

  /** The page's script, with further options behind "deliver". */
  async scriptWith(options: string): Promise<void> {
    const [script = ''] = blocksOf('The script');
    const text = script
      .replace('PATH=', `PATH=${join(this.folder, 'bin')}:${dirname(process.execPath)}:`)
      .replace('/etc/imapdesk', this.folder)
      .replace(' deliver ', ` deliver ${options}`);
    await writeFile(this.script, `${text}\n`, { mode: 0o755 });
  }

  async configure(config: Json): Promise<void> {
    const path = join(this.folder, 'config.json');
    await writeFile(path, JSON.stringify(config), { mode: 0o600 });
    await this.#give(path);
  }

  /** A block of the page with this script. */
  here(block: string): string {
    return block.replaceAll('/usr/local/lib/imapdesk/pipe', this.script);
  }

  blocks(heading: string): readonly string[] {
    return blocksOf(heading).map((block) => this.here(block));
  }

  async #give(path: string): Promise<void> {
    const { uid, gid } = await pipeOwner();
    if (process.getuid?.() === 0) await chown(path, uid, gid);
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
