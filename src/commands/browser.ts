/** Opens a page in the browser of this machine, for a sign-in. */
import { spawn } from 'node:child_process';

/** Only where there is a screen. Its address is printed in any case, so whatever goes wrong here is no matter. */
export function openPage(url: string): void {
  const { platform, env } = process;
  const hasScreen = [env['DISPLAY'], env['WAYLAND_DISPLAY']].some((name = '') => name !== '');
  const program = platform === 'darwin' ? 'open' : platform === 'linux' && hasScreen ? 'xdg-open' : null;
  if (program === null) return;
  const child = spawn(program, [url], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
