/** The program as a process: how V8 spends its memory, what was typed, and the exit code. */
import { runCommandLine } from './command-line.js';
import './commands.js';
import { optimiseLate, staySmall } from './engine.js';
import { thisProcess } from './this-process.js';

optimiseLate();
// Before more is loaded: loading alone would make the young generation large, and it never becomes smaller again.
if (process.argv.includes('once')) staySmall();

process.exitCode = await runCommandLine(process.argv.slice(2), thisProcess());

// A process manager's channel would keep the process alive.
if (process.connected) process.disconnect();
