/** The built command, killed with SIGKILL while it waits for an answer: the next run finishes what it had begun. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main, writeConfig } from '../integration/world.js';
import { chosenServers } from '../servers/start.js';
import { ALL_SERVERS } from '../servers/table.js';
import type { When } from './proxy.js';
import { busyDesk, configFor, makeScene, ONE_LINE, type Scene } from './scene.js';
import { type Commands, type End, type Trial, Trials, type Worker } from './trials.js';

let scene: Scene;
let trials: Trials;
let wanted: { end: End; commands: Commands; worker: Worker };

/** `imapdesk once`, killed when the fault strikes; fails if it fails by itself. */
const command: Worker = async (account, ports, struck) => {
  const config = await writeConfig(configFor(account, ports, ONE_LINE));
  const child = spawn(process.execPath, [main, 'once', '-c', config.path], { stdio: 'inherit' });
  const closed = once(child, 'close');
  void struck.then(() => child.kill('SIGKILL'));
  const [code, signal] = (await closed) as [number | null, NodeJS.Signals | null];
  await config.remove();
  if (code !== 0 && signal !== 'SIGKILL') throw new Error(`It ended with ${code ?? signal ?? 'nothing'}.`);
};

/** At the middle one of the commands of that name. */
function midst(server: 'imap' | 'smtp', name: string, when: When): Trial {
  const found = wanted.commands[server].flatMap((each, index) => (each === name ? [index + 1] : []));
  const at = found[Math.floor(found.length / 2)];
  if (at === undefined) throw new Error(`There is no ${name}.`);
  return { server, fault: { at, when, how: 'halt' } };
}

for (const { kind, name, missing, move } of await chosenServers(['maildir'], ALL_SERVERS)) {
  describe.skipIf(missing !== '')(`the command on ${name}`, () => {
    beforeAll(async () => {
      scene = await makeScene(kind, busyDesk);
      trials = await Trials.start(scene, { lanes: 2, each: 20 });
      const { end, commands, unfinished } = await trials.undisturbed(command);
      expect(unfinished).toEqual([]);
      wanted = { end, commands, worker: command };
    });

    afterAll(async () => {
      await trials.stop();
      await scene.remove();
    });

    it('is killed, and the next run comes to the same end', async () => {
      const struck = [
        midst('imap', 'APPEND', 'within'),
        midst('imap', 'APPEND', 'after'),
        midst('imap', 'UID STORE', 'after'),
        midst('imap', move ? 'UID MOVE' : 'UID COPY', 'after'),
        midst('smtp', 'message', 'before'),
        midst('smtp', 'message', 'after'),
      ];
      expect(await trials.run(struck, wanted)).toEqual([]);
    });
  });
}
