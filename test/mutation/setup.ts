/**
 * Properties take the same input each time, and little of it: thousands of runs are to come. No time passes for tests
 * that take it, since code with all its mutations in it is slow. And once a test has noticed the mutant, the files
 * that are left are not even loaded: loading them is most of what a mutant costs.
 */
import * as fc from 'fast-check';
import { afterEach, inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Stryker provides it; there is none in its first run, nor without Stryker. */
    readonly activeMutant: string | undefined;
  }
}

const MOST_MS = 100;

fc.configureGlobal({ seed: 1, interruptAfterTimeLimit: MOST_MS });
performance.now = () => 0;
process.cpuUsage = () => ({ user: 0, system: 0 });

const mutant = inject('activeMutant');
const shared = globalThis as { noticedMutant?: string };
if (mutant !== undefined && shared.noticedMutant === mutant) throw new Error('This mutant has been noticed.');
afterEach(({ task }) => {
  if (mutant !== undefined && task.result?.state === 'fail') shared.noticedMutant = mutant;
});
