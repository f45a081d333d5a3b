/** Loaded into a process with `--import`: notes how much memory it held at most when it ends. */
import { writeFileSync } from 'node:fs';

const KB = 1024;

process.on('exit', () => {
  const file = process.env['BENCH_PEAK_FILE'];
  if (file !== undefined) writeFileSync(file, String(process.resourceUsage().maxRSS * KB));
});
