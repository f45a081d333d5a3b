/** Loaded into a process with `--import`: says when it ends how much memory it held at most, and what CPU it took. */
import { writeFileSync } from 'node:fs';

const KB = 1024;
const MICROSECONDS = 1000;

process.on('exit', () => {
  const file = process.env['BENCH_USAGE_FILE'];
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const usage = { peakBytes: maxRSS * KB, cpuMs: (userCPUTime + systemCPUTime) / MICROSECONDS };
  if (file !== undefined) writeFileSync(file, JSON.stringify(usage));
});
