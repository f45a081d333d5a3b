/** Properties take the same input each time, and little of it: thousands of runs are to come. */
import * as fc from 'fast-check';

const MOST_MS = 100;

fc.configureGlobal({ seed: 1, interruptAfterTimeLimit: MOST_MS });
