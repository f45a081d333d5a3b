/**
 * The tests that mutation testing runs: those of the pure layers that look at answers. Left out are the ones that look
 * at time and bounds alone, and the fuzzing, whose input is another each time.
 */
import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/unit/{message,desk}/**/*.test.ts', 'test/corpus/**/*.test.ts'],
    exclude: [...configDefaults.exclude, 'test/unit/message/corpus.test.ts', 'test/corpus/fuzz.test.ts'],
    setupFiles: ['test/mutation/setup.ts'],
    testTimeout: 60_000,
  },
});
