/**
 * What a program has drawn, as a picture of an xterm: it gets the same bytes, on a virtual screen that nobody sees. What
 * `scripts/xterm` unpacks does it; nothing of it is left.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { spawnGuarded } from '../../src/demo/guard.js';
import { copyRedirected, type Redirection } from '../servers/redirect.js';
import { writeFonts } from '../thunderbird/profile.js';
import { COLUMNS, ROWS, TERM } from './mutt-screen.js';
import { findTool } from './tools.js';
import { until } from './world.js';

const run = promisify(execFile);
/** Larger than the window, so that there is something to cut off. */
const SCREEN = '1400x900x24';
/** With a border, since what is black around it is cut off. */
const LOOK = [
  '-fa',
  'DejaVu Sans Mono',
  '-fs',
  '11',
  '-fg',
  'gray90',
  '-bg',
  'black',
  '-bw',
  '1',
  '-bd',
  'gray50',
  '-b',
  '6',
];
/** Xvfb starts the compiler of its keyboards in /usr/bin. Here it is to be looked for in PATH. */
const KEYBOARDS: Redirection = [
  '"%s%sxkbcomp" -w %d %s -xkm "%s" -em1 %s -emp %s -eml %s "%s%s.xkm"',
  ':%s%s;xkbcomp -w %d %s -xkm "%s" -em1 %s -emp %s -eml %s "%s%s.xkm"',
];
/** Prints what was recorded, and asks where the cursor is: when the answer comes, all of it is on the screen. */
const REPLAY = `stty raw -echo; cat recording; printf '\\033[6n'; head -c 4 >/dev/null; : >drawn; exec sleep 60`;

/** Writes a PNG of the screen that `recording` leaves. */
export async function drawPicture(recording: Buffer, png: string): Promise<void> {
  const { program, reason } = await findTool('xterm');
  if (program === null) throw new Error(reason);
  const folder = await mkdtemp(join(tmpdir(), 'picture-'));
  const env = await surroundings(folder, program);
  const root = dirname(program);
  await writeFile(join(folder, 'recording'), recording);
  await copyRedirected(join(root, 'usr/bin/Xvfb'), join(folder, 'Xvfb'), [KEYBOARDS]);
  const keyboards = ['-xkbdir', join(root, 'usr/share/X11/xkb')];
  let told = '';
  const onOutput = (text: string): void => {
    told += text;
  };
  const screen = spawnGuarded(
    [
      './Xvfb',
      '-displayfd',
      '1',
      '-nolisten',
      'tcp',
      '-nocursor',
      '-screen',
      '0',
      SCREEN,
      '-fbdir',
      '.',
      ...keyboards,
    ],
    { env, cwd: folder, folder, onOutput },
  );
  try {
    const display = await until('the virtual screen', async () => /^\d+$/m.exec(told)?.[0] ?? null);
    const size = `${COLUMNS}x${ROWS}+0+0`;
    const window = spawnGuarded(
      ['xterm', '-geometry', size, '+sb', '-u8', ...LOOK, '-e', 'sh', '-c', REPLAY],
      { env: { ...env, DISPLAY: `:${display}` }, cwd: folder, onOutput },
    );
    try {
      await until('xterm to draw', async () => ((await readdir(folder)).includes('drawn') ? true : null));
      await writeFile(png, await stillPicture(folder, env));
    } finally {
      await window.stop();
    }
  } catch (error) {
    throw new Error(`No picture: ${told}`, { cause: error });
  } finally {
    await screen.stop();
  }
}

type Env = Readonly<Record<string, string>>;

async function surroundings(folder: string, program: string): Promise<Env> {
  const root = dirname(program);
  const libraries = (await readdir(join(root, 'usr/lib'))).filter((name) => name.includes('-linux-'));
  return {
    PATH: `${join(root, 'usr/bin')}:${process.env['PATH'] ?? '/usr/bin:/bin'}`,
    LD_LIBRARY_PATH: libraries.map((name) => join(root, 'usr/lib', name)).join(':'),
    FONTCONFIG_FILE: await writeFonts(folder, program),
    XLOCALEDIR: join(root, 'usr/share/X11/locale'),
    HOME: folder,
    LC_ALL: 'C.UTF-8',
    SHELL: '/bin/sh',
    TERM,
  };
}

/** Two looks in a row are alike once the server has drawn all that it was sent. */
async function stillPicture(folder: string, env: Env): Promise<Buffer> {
  let before = Buffer.alloc(0);
  return until('the picture to stand still', async () => {
    const { stdout } = await run(
      'sh',
      ['-c', 'xwdtopnm Xvfb_screen0 | pnmcrop -black -right -bottom | pnmtopng -compression 9'],
      {
        cwd: folder,
        env,
        encoding: 'buffer',
      },
    );
    const isStill = before.equals(stdout);
    before = stdout;
    return isStill ? stdout : null;
  });
}
