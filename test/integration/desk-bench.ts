/** A mail world with one desk's configuration, and short ways to run commands on it and to see what they did. */
import { expect } from 'vitest';
import {
  type ConfigFile,
  deskConfig,
  folderFrom,
  type Json,
  type Ran,
  readFolder,
  runDesk,
  type ServedOptions,
  startWorld,
  type TestWorld,
  withImap,
  writeConfig,
} from './world.js';

export interface Sample {
  readonly from?: string;
  readonly to?: string;
  readonly subject?: string;
  readonly fields?: readonly string[];
  readonly text?: string;
}

let counter = 0;

/** A message with an id of its own. */
export function compose({ from, to, subject, fields = [], text }: Sample = {}): Buffer {
  counter += 1;
  const lines = [
    `From: ${from ?? 'Jane Doe <jane@example.com>'}`,
    `To: ${to ?? 'support@example.com'}`,
    `Subject: ${subject ?? 'Printer on fire'}`,
    `Message-ID: <sample-${counter}@example.com>`,
    'Date: Mon, 23 Nov 2026 10:00:00 +0000',
    ...fields,
    '',
    text ?? 'Hello, it burns.',
    '',
  ];
  return Buffer.from(lines.join('\r\n'));
}

export class DeskBench {
  readonly world: TestWorld;
  file: ConfigFile;

  private constructor(world: TestWorld, file: ConfigFile) {
    this.world = world;
    this.file = file;
  }

  static async start(options: ServedOptions = {}, desk: Json = {}): Promise<DeskBench> {
    const world = await startWorld(options);
    return new DeskBench(world, await writeConfig(deskConfig(world, desk)));
  }

  async stop(): Promise<void> {
    await this.world.stop();
    await this.file.remove();
  }

  async configure(config: Json): Promise<void> {
    await this.file.remove();
    this.file = await writeConfig(config);
  }

  async deliver(sample: Sample = {}): Promise<void> {
    const envelope = { from: 'jane@example.com', to: 'support@example.com' };
    await this.world.deliver('support', compose(sample), { envelope });
  }

  async run(...args: string[]): Promise<Ran> {
    return runDesk([...args, '-c', this.file.path]);
  }

  /** Lets the desk work once. */
  async pass(): Promise<void> {
    expect(await this.run('once', '--quiet')).toMatchObject({ code: 0 });
  }

  /** What a command printed that had to end well and say nothing on standard error. */
  async ok(...args: string[]): Promise<string> {
    const ran = await this.run(...args);
    expect(ran, `${args.join(' ')}: ${ran.stdout}${ran.stderr}`).toMatchObject({ code: 0, stderr: '' });
    return ran.stdout;
  }

  async json(...args: string[]): Promise<Record<string, unknown>[]> {
    const stdout = await this.ok(...args, '--json');
    const lines = stdout.split('\n').filter((line) => line !== '');
    return lines.map((line): Record<string, unknown> => JSON.parse(line));
  }

  /** The names of all folders that can hold mail. */
  async folders(): Promise<string[]> {
    return withImap(this.world, 'support', async (client) => {
      const listed = (await client.list()).filter(({ flags }) => !flags.has('\\Noselect'));
      return listed.map(({ path }) => folderFrom(client, path)).sort();
    });
  }

  /** A line for each message of the desk's mailbox, to see what a command has changed. */
  async snapshot(): Promise<string> {
    const contents: string[] = [];
    for (const folder of await this.folders()) {
      for (const { uid, flags, raw } of await readFolder(this.world, 'support', folder)) {
        const lasting = [...flags].filter((flag) => flag !== '\\Recent').sort();
        contents.push(`${folder} ${uid} ${lasting.join(' ')} ${raw.length}`);
      }
    }
    return contents.join('\n');
  }

  /** Two tickets: one of Jane's, one of Taro's. */
  async openTwo(): Promise<void> {
    await this.pass();
    await this.deliver({ subject: 'Printer on fire' });
    const wide = '=?utf-8?Q?Wide_=E5=B1=B1=1B[31m_red?=';
    await this.deliver({ subject: wide, from: 'Taro <taro@example.com>' });
    await this.pass();
  }
}
