/** Loaded into a process with `--import`: says when it ends how much memory it held at most, and what CPU it took. */
import { readFileSync, writeFileSync } from 'node:fs';

const KB = 1024;
const MICROSECONDS = 1000;

/**
 * Linux hands the `maxRSS` of who starts a process on to it: started by a bench that has held a gigabyte, every process has held
 * a gigabyte. What the kernel counts for the program itself begins with it.
 */
function peakBytes(): number {
  try {
    const peak = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (peak !== undefined) return Number(peak) * KB;
  } catch {
    // No Linux.
  }
  return process.resourceUsage().maxRSS * KB;
}

process.on('exit', () => {
  const file = process.env['BENCH_USAGE_FILE'];
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  const usage = { peakBytes: peakBytes(), cpuMs: (userCPUTime + systemCPUTime) / MICROSECONDS };
  if (file !== undefined) writeFileSync(file, JSON.stringify(usage));
});
