/**
 * Properties take the same input each time, and little of it: thousands of runs are to come. No time passes for tests
 * that take it, since code with all its mutations in it is slow.
 */
import * as fc from 'fast-check';

const MOST_MS = 100;

fc.configureGlobal({ seed: 1, interruptAfterTimeLimit: MOST_MS });
performance.now = () => 0;
