/** A desk of the model with settings of its own, whose texts stand for themselves, so that its mail can be told by the first line. */
import type { DeskPolicy } from '../../src/desk/policy.js';
import { parseTimesOfDay } from '../../src/hours/time-of-day.js';
import type { WorkingDesk } from '../../src/worker/workplace/desk.js';
import { DeskWorld, openGate, POLICY } from './desk-world.js';
import { field } from './message-text.js';
import { letter } from './sample-mail.js';
import type { Gate } from './scheduler.js';

export const STEVE = 'steve@example.com';
export const ANN = 'ann@example.com';
export const JANE = 'jane@example.org';

export class Office {
  readonly world: DeskWorld;
  readonly policy: DeskPolicy;
  #ids = 0;

  constructor(policy: Partial<DeskPolicy>, world: DeskWorld) {
    this.world = world;
    this.policy = { ...POLICY, ...policy };
  }

  static async begin(at: string, policy: Partial<DeskPolicy>): Promise<Office> {
    const world = new DeskWorld();
    world.clock.advance(Date.parse(at) - world.clock.now().getTime());
    const office = new Office(policy, world);
    await office.pass();
    return office;
  }

  clone(): Office {
    return new Office(this.policy, this.world.clone());
  }

  desk(imap: Gate = openGate, smtp: Gate = imap): WorkingDesk {
    return { ...this.world.desk(imap, smtp), policy: this.policy };
  }

  async pass(desk: WorkingDesk = this.desk()): Promise<void> {
    await this.world.pass(desk);
  }

  async write(from: string, subject: string): Promise<void> {
    const messageId = `office-${++this.#ids}@example.org`;
    const date = this.world.clock.now().toUTCString();
    this.world.server.deliver(letter({ from, to: 'support@example.com', subject, messageId, date }));
    await this.pass();
  }

  /** Of the desk's own texts, what each of those to somebody holds, the oldest first. */
  told(text: string, to = STEVE): readonly Record<string, unknown>[] {
    return this.world.post.sent.flatMap(({ envelope, raw }) => {
      const body = decoded(raw);
      return envelope.to === to && body.startsWith(`${text}\n`)
        ? [JSON.parse(body.slice(text.length + 1)) as Record<string, unknown>]
        : [];
    });
  }
}

export function decoded(raw: Buffer): string {
  const text = raw.toString('latin1');
  const body = text.slice(text.indexOf('\r\n\r\n') + 4);
  const encoding = field(raw, 'Content-Transfer-Encoding') ?? '7bit';
  if (!/quoted-printable/i.test(encoding))
    return Buffer.from(body, 'latin1').toString().replaceAll('\r\n', '\n');
  return Buffer.from(
    body
      .replaceAll(/=\r\n/g, '')
      .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
    .toString()
    .replaceAll('\r\n', '\n');
}

export const times = (written: string) => parseTimesOfDay(written) ?? [];
export const DIGEST = { timezone: 'Europe/Berlin', digest: times('08:00') };
