/**
 * Who a worker is, so that another one can tell whether it still lives. A process is known on its own machine only, by its
 * number and the moment it started (numbers are given again), and is gone with its kernel: after the machine has started
 * anew. Of a worker elsewhere nobody can say that it is gone.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ClaimRecord } from '../../mailbox/register/entry.js';

type Place = Pick<ClaimRecord, 'worker' | 'place' | 'pid' | 'started'>;
type Self = Pick<ClaimRecord, 'worker' | 'host' | 'place' | 'pid' | 'started' | 'command'>;

export interface Presence {
  readonly self: Self;
  /** True only where it is certain. */
  isGone(other: Place): boolean;
  /**
   * Whether it ran under a kernel that this machine had before it started anew. As good as certain: of two machines with one
   * name that were made from one image nobody can tell them apart. So it counts in the line alone, where a mistake is no harm.
   */
  ranBeforeBoot?(other: Place): boolean;
}

/** Workers at a pass in this very process. */
const atWork = new Set<string>();

export interface PresenceOptions {
  readonly command: string;
  /** Where process numbers mean the same; left out, this machine as this process sees it. */
  readonly place?: string | undefined;
}

/** The presence of a new worker in this process. It counts as gone unless `enter` was called, and after `leave`. */
export class ProcessPresence implements Presence {
  readonly self: Self;

  constructor({ command, place = placeOf(thisKernel()) }: PresenceOptions) {
    const { pid } = process;
    this.self = {
      worker: randomUUID(),
      host: hostname(),
      place,
      pid,
      started: startOf(pid) ?? 'unknown',
      command,
    };
  }

  enter(): void {
    atWork.add(this.self.worker);
  }

  leave(): void {
    atWork.delete(this.self.worker);
  }

  isGone({ place, pid, started, worker }: Place): boolean {
    if (!isSamePlace(place, this.self.place)) return false;
    if (pid === this.self.pid && started === this.self.started) return !atWork.has(worker);
    const now = startOf(pid);
    return now === null || (now !== 'unknown' && now !== started);
  }

  ranBeforeBoot({ place }: Place): boolean {
    return isBeforeBoot(place, this.self.place);
  }
}

/** What tells a running kernel, and those of its processes that see each other's numbers, from others. */
export interface Kernel {
  readonly host: string;
  /** Of the installed system (machine-id(5)); empty where there is none. */
  readonly machine: string;
  /** Another one each time the machine starts. */
  readonly boot: string;
  /** The namespace of process numbers (pid_namespaces(7)). */
  readonly numbers: string;
}

/** That of the machine itself (PROC_PID_INIT_INO of Linux). Only there is `machine` no part of an image that others run, too. */
const NUMBERS_OF_MACHINE = 'pid:[4026531836]';

function thisKernel(): Kernel {
  return {
    host: hostname(),
    machine: told(() => readFileSync('/etc/machine-id', 'latin1')),
    boot: told(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1')),
    numbers: told(() => readlinkSync('/proc/self/ns/pid')),
  };
}

/**
 * Its first part is the same for all processes of one running kernel that see each other's numbers, and stands alone where
 * nothing else is certain, and in what older versions have written. Two more tell the machine and the kernel.
 */
export function placeOf({ host, machine, boot, numbers }: Kernel): string {
  const here = digestOf([host, boot, numbers], 32);
  if (machine === '' || boot === '' || numbers !== NUMBERS_OF_MACHINE) return here;
  return [here, digestOf(['imapdesk', host, machine], 16), digestOf(['imapdesk', boot], 16)].join('.');
}

function isSamePlace(one: string, other: string): boolean {
  return one.split('.', 1)[0] === other.split('.', 1)[0];
}

/** Whether it is that of a kernel that ran on this very machine before. */
function isBeforeBoot(place: string, here: string): boolean {
  const [, machine, boot] = place.split('.');
  const [, thisMachine, thisBoot] = here.split('.');
  return machine !== undefined && boot !== undefined && machine === thisMachine && boot !== thisBoot;
}

function digestOf(about: readonly string[], chars: number): string {
  return createHash('sha256').update(about.join('\n')).digest('hex').slice(0, chars);
}

/** Empty where the system has no such thing. */
function told(read: () => string): string {
  try {
    return read().trim();
  } catch {
    return '';
  }
}

/** When a process started, in the kernel's words (proc(5), field 22), 'unknown' where it does not say; null if there is none. */
function startOf(pid: number): string | null {
  const stat = told(() => readFileSync(`/proc/${String(pid)}/stat`, 'latin1'));
  // The second field is the program's name in parentheses, which may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (stat !== '') return fields[19] ?? null;
  // Systems without /proc, and those that hide the processes of other users.
  return isThere(pid) ? 'unknown' : null;
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
